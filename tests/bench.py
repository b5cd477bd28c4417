"""`make bench`: the figures of the README, as JSON. Real processes on this machine's loopback.

    python -m tests.bench [webhooks] [call] [idle] [search]

Every part names what it measures and the baseline of the same run. Medians of several runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import psutil
from aiohttp import web
from twilio.request_validator import RequestValidator

from holdfast.http.carrier_routes import verify
from router.records import incidents
from router.records.database import Database
from tests.kit.centre import ROOT, Centre, free_port, running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.many_incidents import QUERIES, fill
from tests.kit.postgres import running_postgres
from tests.kit.sandbox import AUTH_TOKEN
from tests.kit.spread import spread

RATE_PER_S = 50
SECONDS = 10
RUNS = 3
CALLS = 15
IDLE_S = 30


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over the runs."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


async def _knock(url: str, path: str, runs: int) -> list[dict[str, float]]:
    """New calls at a fixed rate, whether the ones before were answered or not."""
    validator = RequestValidator(AUTH_TOKEN)
    results = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for _ in range(runs):
            times: list[float] = []

            async def one(form: dict[str, str], times: list[float] = times) -> None:
                signature = validator.compute_signature(url + path, form)
                began = time.perf_counter()
                async with session.post(
                    url + path, data=form, headers={"X-Twilio-Signature": signature}
                ) as answer:
                    assert answer.status == 200
                    await answer.read()
                times.append((time.perf_counter() - began) * 1000)

            start = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for n in range(RATE_PER_S * SECONDS):
                    await asyncio.sleep(max(0.0, start + n / RATE_PER_S - time.perf_counter()))
                    sid = f"CA{random.getrandbits(128):032x}"
                    form = {
                        "CallSid": sid,
                        "From": f"+1206{random.randrange(10**7):07d}",
                        "To": "+12065550100",
                        "CallStatus": "ringing",
                        "Direction": "inbound",
                    }
                    group.create_task(one(form))
            results.append(spread(times))
    return results


async def webhooks(centre: Centre) -> dict[str, Any]:
    """POST /twilio/voice of a new call: verified, recorded (fsync), enqueued, answered."""
    ours = await _knock(centre.url, "/twilio/voice", RUNS)
    port = free_port()

    async def bare(request: web.Request) -> web.Response:
        form = await request.post()
        verdict = verify(
            tokens=(AUTH_TOKEN,),
            url=f"http://127.0.0.1:{port}/bare",
            signature=request.headers.get("X-Twilio-Signature"),
            params=[(k, str(v)) for k, v in form.items()],
        )
        return web.Response(text="<Response/>", status=200 if verdict.value == "ok" else 403)

    app = web.Application()
    app.router.add_post("/bare", bare)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    base = await _knock(f"http://127.0.0.1:{port}", "/bare", 1)
    await runner.cleanup()
    return {
        "what": f"POST /twilio/voice, open loop {RATE_PER_S} calls/s for {SECONDS} s, {RUNS} runs",
        "ours": middle(ours),
        "baseline_signature_check_only": base[0],
        "target_p99_ms": 150,
    }


class Watch(DeskClient):
    """Notes when offers arrive, by the index's clock."""

    def __init__(self, centre: Centre, session: aiohttp.ClientSession) -> None:
        super().__init__(centre, session)
        self.lag: list[float] = []

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "event" and message["name"] == "contact.offered":
            self.lag.append(time.time() * 1000 - message["at"])
        await super()._take(message)


async def call(centre: Centre) -> dict[str, Any]:
    """Ring, accept with the stream up, first frames both ways, redirect to stream."""
    to_active, to_ear = [], []
    async with desk(centre) as plain:
        await plain.do("pause", reason="break")
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        agent = Watch(centre, session)
        await agent.sign_in("priya")
        await agent.connect()
        await agent.sound()
        await agent.ready()
        for n in range(CALLS):
            sid = await centre.sandbox.call(talk="tone", hz=440, from_=f"+1206556{n:04d}")
            offer = await agent.offered()
            await centre.sandbox.wait_for(sid, "stream.started")
            agent.ear.samples = np.zeros(0, dtype=np.int16)
            began = time.perf_counter()
            await agent.do("accept", contact=offer["id"], fence=offer["offer"]["fence"])
            await agent.until_state(offer["id"], "active")
            to_active.append((time.perf_counter() - began) * 1000)
            while not (np.abs(agent.ear.samples) > 500).any():
                await asyncio.sleep(0.001)
            to_ear.append((time.perf_counter() - began) * 1000)
            await agent.do("hang_up", contact=offer["id"])
            await agent.until_state(offer["id"], "wrapup")
            await agent.do(
                "wrapped", contact=offer["id"], disposition="resolved", comment="", anyway=True
            )
            await agent.until(lambda: agent.agent()["state"] == "ready")
        await agent.close()
    log = [json.loads(line) for line in _lines(centre) if line.startswith("{")]
    first = {
        way: spread(
            [e["ms"] for e in log if e["event"] == "contact.first_audio" and e["way"] == way]
        )
        for way in ("FROM_AGENT", "FROM_CALLER")
    }
    asked = [
        float(row[0])
        for row in await centre.rows(
            "select json_extract(data, '$.asked_ms') from event"
            " where name = 'contact.stream_started'"
        )
        if row[0] is not None
    ]
    return {
        "what": f"{CALLS} calls one after the other; carrier opens streams after 20-40 ms",
        "offer_to_message_at_the_page": spread(agent.lag),
        "accept_to_two_way_audio": spread(to_active),
        "accept_to_first_caller_frame_decoded_at_the_agent": spread(to_ear),
        "joined_to_first_agent_frame_sent_to_the_caller": first["FROM_AGENT"],
        "joined_to_first_caller_frame_sent_to_the_agent": first["FROM_CALLER"],
        "stream_asked_to_started_with_the_carrier_s_20_to_40_ms": spread(asked),
        "target_accept_p99_ms": 150,
    }


def _lines(centre: Centre) -> list[str]:
    return (centre.data_dir / "centre.log").read_text().splitlines()


async def idle() -> dict[str, Any]:
    """The whole demo with nobody signed in: parent, worker, store, sandbox carrier."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", "demo"),
            env={
                **os.environ,
                "HOLDFAST_DATA_DIR": folder,
                "HOLDFAST_PORT": str(free_port()),
            },
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        began = time.perf_counter()
        async for line in process.stdout:
            if b"ready in" in line:
                break
        ready_s = time.perf_counter() - began
        await asyncio.sleep(5)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(True)]
        before = {p.pid: sum(p.cpu_times()[:2]) for p in family}
        await asyncio.sleep(IDLE_S)
        used = {p.pid: sum(p.cpu_times()[:2]) - before[p.pid] for p in family}
        parts = {}
        for member in family:
            words = " ".join(member.cmdline())
            name = next(
                (
                    name
                    for mark, name in (
                        ("holdfast.processes.worker", "worker"),
                        ("channels.sandbox", "sandbox carrier"),
                        ("--unixsocket", "store"),
                        ("valkey", "store"),
                        ("redis", "store"),
                    )
                    if mark in words
                ),
                "parent",
            )
            parts[name] = {
                "cpu_percent": round(100 * used[member.pid] / IDLE_S, 2),
                "rss_mb": round(member.memory_info().rss / 1e6, 1),
            }
        process.send_signal(signal.SIGINT)
        await process.wait()
        return {
            "what": f"demo, nobody signed in, scripts off, {IDLE_S} s",
            "ready_s": round(ready_s, 2),
            "cpu_percent_of_a_core": round(sum(p["cpu_percent"] for p in parts.values()), 2),
            "rss_mb": round(sum(p["rss_mb"] for p in parts.values()), 1),
            "parts": parts,
            "target_cpu_percent": 2,
        }


async def search(many: int = 50_000) -> dict[str, Any]:
    """Milliseconds of one search among so many incidents, per query, the best of five."""
    found: dict[str, Any] = {"incidents": many}
    with tempfile.TemporaryDirectory() as folder, running_postgres() as url:
        for name, address in (("sqlite", f"sqlite:///{folder}/record.db"), ("postgresql", url)):
            database = Database(address)
            await database.migrate()
            await fill(database, many)
            took: dict[str, float] = {}
            for query in QUERIES:
                best = float("inf")
                for _ in range(5):
                    async with database.read() as connection:
                        began = time.perf_counter()
                        await incidents.find(connection, {}, reader="u1", query=query)
                        best = min(best, (time.perf_counter() - began) * 1000)
                took[query or "(the newest)"] = round(best, 1)
            found[name] = took
            await database.close()
    return found


def machine() -> dict[str, Any]:
    model = ""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "cores": os.cpu_count(),
        "cpu": model,
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


async def main(parts: Sequence[str]) -> None:
    found: dict[str, Any] = {"machine": machine()}
    if "idle" in parts:
        found["idle"] = await idle()
    if "webhooks" in parts:
        with tempfile.TemporaryDirectory() as folder:
            async with running_centre(Path(folder) / "c") as centre:
                found["webhooks"] = await webhooks(centre)
    if "call" in parts:
        with tempfile.TemporaryDirectory() as folder:
            async with running_centre(Path(folder) / "c") as centre:
                found["call"] = await call(centre)
    if "search" in parts:
        found["search"] = await search()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or ["idle", "webhooks", "call", "search"]))

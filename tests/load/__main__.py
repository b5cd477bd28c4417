"""The figures of the door under load, as JSON; see tests/load/rig.py.

python -m tests.load --calls 10000 --lock --kill --busy 2
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.kit.centre import running_centre
from tests.kit.spread import spread
from tests.load.memory import Memory
from tests.load.rig import Rig, busy
from tests.load.talks import Talks

LOCKED_EVERY_S, LOCKED_S = 20.0, 6.0
KILLED_EVERY_S = 15.0


WATCH = Path(__file__).parent / "watch"


def callbacks(folder: Path) -> list[str]:
    """The longest of every worker, in ms of CPU time; see tests/load/watch."""
    lines = [line for path in folder.glob("callbacks.*") for line in path.read_text().splitlines()]
    return sorted(lines, key=lambda line: -float(line.split("\t")[0]))[:10]


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    count = options.contacts or int(options.seconds * options.rate)
    with tempfile.TemporaryDirectory() as folder:
        watch = {}
        if options.callbacks:
            watch = {"PYTHONPATH": str(WATCH), "LOAD_CALLBACKS": f"{folder}/callbacks"}
        async with (
            running_centre(
                Path(folder) / "data",
                role="web" if options.media else "all",
                carrier=("--stream-start-ms", "300-600") if options.media else (),
                HOLDFAST_DRAIN="3s",
                **watch,
            ) as centre,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            rig, talks = Rig(centre, session), Talks(centre, options.media)
            await rig.add_agents(options.talks, "talk")
            async with talks.going(options.talks), rig.people(options.desks):
                began = time.monotonic()
                memory = Memory()
                watching = asyncio.create_task(memory.watch(centre))
                faults = []
                if options.lock:
                    faults.append(rig.locks(LOCKED_EVERY_S, LOCKED_S))
                if options.kill:
                    faults.append(rig.kills(KILLED_EVERY_S))
                if options.media:
                    faults.append(talks.chaos(options.chaos))
                with busy(options.busy), rig.routers(options.routers):
                    tasks = [asyncio.create_task(fault) for fault in faults]
                    await rig.contacts(options.rate, count, options.calls, options.mails)
                    took = time.monotonic() - began
                    for task in tasks:
                        assert not task.done(), task.exception()
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                    emptied = await rig.emptied(120)
                    watching.cancel()
                with contextlib.suppress(TimeoutError):
                    await centre.until_ready(60)
                lost_calls, lost_texts, lost_mails = await rig.lost()
                await asyncio.sleep(options.chaos if options.media else 0)  # what was killed last
                told = await talks.told()
            longest = callbacks(Path(folder))
            log = (centre.data_dir / "centre.log").read_text(errors="replace")
            if options.keep:
                Path(options.keep).write_text(log)
    seen = rig.seen
    return {
        "machine": f"{os.cpu_count()} cores, {platform.processor() or platform.machine()},"
        f" Python {platform.python_version()}",
        "load": {
            "contacts": count, "per_s": options.rate, "desks": options.desks,
            "busy_loops": options.busy, "locked": options.lock, "killed": options.kill,
            "seconds": round(took, 1), "real_per_s": round(count / took, 1),
        },
        "calls": {
            "answered": len(seen.answered), "unanswered": seen.unanswered,
            "lost": len(lost_calls), "answer": spread([1000 * s for s in seen.voice_s]),
        },
        "texts": {
            "accepted": len(seen.accepted_texts), "refused": seen.refused_texts,
            "lost": len(lost_texts), "to_contact": spread([1000 * s for s in seen.text_s]),
        },
        "mails": {
            "accepted": len(seen.accepted_mails),
            "lost": len(lost_mails), "to_contact": spread([1000 * s for s in seen.mail_s]),
        },
        "longest_callbacks_cpu_ms": longest,
        "memory": memory.told(options.warm),
        "talks": told,
        "requests_cut": seen.cut,
        "spool_empty_after_s": round(emptied, 1),
        "kept_in_spool": log.count("spool.kept"),
        "violations": log.count("sweep.violation"),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--contacts", type=int, help="instead of --seconds")
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument(
        "--calls", type=float, default=0.5, help="share of calls; the others are texts"
    )
    parser.add_argument("--mails", type=float, default=0.1, help="share of mails")
    parser.add_argument("--desks", type=int, default=200)
    parser.add_argument("--busy", type=int, default=0, help="loops that keep a core busy")
    parser.add_argument("--warm", type=float, default=120, help="seconds before memory counts")
    parser.add_argument(
        "--callbacks", action="store_true", help="show the CPU time of callbacks, without uvloop"
    )
    parser.add_argument("--lock", action="store_true", help="lock the database for 6 s of every 20")
    parser.add_argument("--kill", action="store_true", help="kill the worker every 15 s")
    parser.add_argument("--media", type=int, default=0, help="processes for sound; 0: none apart")
    parser.add_argument("--talks", type=int, default=0, help="talks with sound that go on")
    parser.add_argument("--routers", type=int, default=0, help="processes for timers and record")
    parser.add_argument(
        "--chaos", type=float, default=12.0, help="s after which a sound process fails"
    )
    parser.add_argument("--keep", help="where the centre's log goes")
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()

"""A process that carries sound is killed in a call: `python -m tests.bench_processes [--runs 20]`.

A centre of role `web` with two processes of role `media`, and its sandbox carrier. The caller is
sent to the other process, and the agent's page builds its sound anew there. From the kill to the
first numbered frame of the agent that the caller hears after it (looked at every 10 ms), with and
without what the carrier itself takes from a redirect to a stream (`--carrier-ms`). Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path
from time import monotonic

import aiohttp

from tests.bench_controls import Page
from tests.bench_media import percentiles
from tests.flow.conftest import short_config
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient
from tests.kit.media import Media, start_media


async def comes_again(agent: DeskClient) -> None:
    """What a page does when it is told to."""
    seen = 0
    while True:
        await agent.until(lambda seen=seen: _told(agent) > seen, timeout_s=600)  # type: ignore[misc]
        seen = _told(agent)
        await agent.sound()


def _told(agent: DeskClient) -> int:
    return sum(notice["code"] == "sound_again" for notice in agent.notices)


async def heard(centre: Centre, call: str) -> int:
    """How many of the agent's frames the caller has heard; at least one."""
    while True:
        stamps = (await centre.sandbox.look(call))["heard"]["stamps"]
        if stamps["received"]:
            return int(stamps["received"] + stamps["repeated"])
        await asyncio.sleep(0.01)


async def home_of(here: list[Media]) -> int:
    """Which of them has the call."""
    while True:
        for n, about in enumerate([await one.about() for one in here]):
            if about is not None and about.calls:
                return n
        await asyncio.sleep(0.05)


async def run(runs: int, carrier_ms: int) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="hf-bench-"))
    flags = ("--stream-start-ms", f"{carrier_ms}-{carrier_ms}")
    back: list[float] = []
    config = str(short_config(folder))
    async with running_centre(
        folder / "d", carrier=flags, role="web", HOLDFAST_CONFIG=config
    ) as it:
        here: list[Media] = [await start_media(it), await start_media(it)]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            agent = Page(it, session, 0)
            await agent.sign_in("priya")
            await agent.connect()
            await agent.sound()
            await agent.ready()
            page = asyncio.create_task(comes_again(agent))
            call = await it.sandbox.call(talk="tone", hz=440)
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            await heard(it, call)
            for _ in range(runs):
                home = await home_of(here)
                began = monotonic()
                here[home].kill()
                await here[home].ended()
                before = await heard(it, call)  # the rest of what it had sent
                while await heard(it, call) == before:
                    await asyncio.sleep(0.01)
                back.append((monotonic() - began) * 1000)
                here[home] = await start_media(it)
            page.cancel()
            await agent.close()
            await it.sandbox.hang_up(call)
        for one in here:
            one.kill()
            await one.ended()
    return {
        "cores": os.cpu_count(),
        "carrier_ms": carrier_ms,
        "killed_to_sound_ms": percentiles(back),
        "beyond_the_carrier_ms": percentiles([ms - carrier_ms for ms in back]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--carrier-ms", type=int, default=30)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(run(options.runs, options.carrier_ms)), indent=2))


if __name__ == "__main__":
    main()

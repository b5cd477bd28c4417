"""How long an offer takes until it rings in a real page: `python -m tests.bench_ring [--runs 20]`.

A whole centre, its sandbox carrier, and Chromium: from the moment at which the index makes the
offer to the first note of the ring at the speaker, as the browser's own clock of sound has it
(`outputLatency`: what the sound card adds, here a pretended one). Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tests.bench_media import percentiles
from tests.browser.kit import go_ready, launch, signed_in
from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, running_centre
from tests.kit.desk import desk

NOTES = """(() => { globalThis.__notes = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when = 0) {
    const { currentTime, outputLatency } = this.context;
    __notes.push([Date.now(), (when - currentTime + (outputLatency || 0)) * 1000]);
    return start.call(this, when); }; })();"""


async def bench(runs: int) -> dict[str, Any]:
    decided: list[float] = []
    heard: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        config = short_config(Path(folder))
        async with (
            running_centre(Path(folder) / "data", HOLDFAST_CONFIG=str(config)) as centre,
            async_playwright() as pw,
            desk(centre, "dana", view="board") as board,
        ):
            browser = await launch(pw)
            page = await signed_in(browser, centre.url, "noah", PASSWORD, NOTES)
            await go_ready(page)
            for number in range(runs):
                await page.evaluate("() => { __notes.length = 0; }")
                sid = await centre.sandbox.call(from_=f"+1206555{number:04d}")
                offered = await board.until(
                    lambda: next((c for c in board.contacts.values() if c["offer"]), None)
                )
                await page.wait_for_function("() => __notes.length > 0")
                at, after = await page.evaluate("() => __notes[0]")
                decided.append(at - offered["state_at"])
                heard.append(at + after - offered["state_at"])
                await centre.sandbox.hang_up(sid)
                await board.until(lambda: not board.contacts)
            await browser.close()
    return {
        "runs": runs,
        "ms": {
            "offer to the page's order to ring": percentiles(decided),
            "offer to the first note": percentiles(heard),
        },
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    print(json.dumps(asyncio.run(bench(parser.parse_args().runs)), indent=1))


if __name__ == "__main__":
    main()

"""A desk that nobody looks at, in real seconds: `python -m tests.bench_hidden [--seconds 600]`.

A whole Chromium with a centre of its own: the desk's tab is really hidden for so long, behind
another one, with the browser's own rules for hidden pages. Then somebody calls: how long until the
page's title says so, and, once it is answered there, until the caller hears the agent; and for
`--talk` seconds more, still hidden, what the caller hears once a second. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.browser.conftest import AGENT_HZ
from tests.browser.kit import tone_file
from tests.browser.test_real_hidden import hidden, stays
from tests.flow.conftest import short_config, until_heard
from tests.kit.bare_browser import bare_browser, entered, press
from tests.kit.centre import running_centre
from tests.kit.desk import desk

GUARD_S = 0.3
"""A press that was on its way when it began to ring answers nothing."""
RANG = """new MutationObserver(() => {
  if (document.title.startsWith('▲ S1')) globalThis.rangAt ??= Date.now();
}).observe(document.querySelector('title'), { childList: true, characterData: true });"""


async def measured(folder: Path, seconds: float, talk_s: float) -> dict[str, Any]:
    microphone = f"--use-file-for-fake-audio-capture={tone_file(folder / 'mic.wav', AGENT_HZ)}"
    config = str(short_config(folder))
    async with (
        running_centre(folder / "d", HOLDFAST_CONFIG=config) as centre,
        bare_browser(folder / "profile", microphone) as browser,
        desk(centre, "dana", view="board") as board,
    ):
        tab = await entered(browser, centre.url)
        await tab.until(press("Ready"))
        await tab.until("document.querySelector('.phonebar').innerText.includes('sound good')")
        await tab.ask(f"{RANG} 1")
        await hidden(browser, tab)
        began = time.monotonic()
        await stays(board, "Priya Nair", seconds, sound=True)
        was_hidden, timers = time.monotonic() - began, await tab.ask("n")
        called = time.time() * 1000
        call = await centre.sandbox.call(talk="tone", hz=440, from_="+12065550147")
        await tab.until("document.title.startsWith('▲ S1')")
        rang = await tab.ask("rangAt")
        await asyncio.sleep(GUARD_S)
        answered = time.monotonic()
        await tab.until(press("Answer"))
        await until_heard(centre, call, AGENT_HZ)
        heard_s = time.monotonic() - answered
        looks = heard = 0
        while looks < talk_s:
            await asyncio.sleep(1)
            found = (await centre.sandbox.look(call, 0.4))["heard"]
            looks, heard = looks + 1, heard + (abs((found.get("hz") or 0) - AGENT_HZ) < 12)
        return {
            "hidden_s": round(was_hidden),
            "its_timers_of_one_second": timers,
            "still_hidden": await tab.ask("document.visibilityState === 'hidden'"),
            "call_to_title_ms": round(rang - called),
            "answer_to_heard_ms": round(heard_s * 1000),
            "talk_looks": looks,
            "talk_heard": heard,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--talk", type=float, default=120.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), options.seconds, options.talk))
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0]}
    print(json.dumps({"machine": machine, **found}, indent=2))


if __name__ == "__main__":
    main()

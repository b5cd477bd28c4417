"""A desk that nobody looks at for ten minutes is there, rings and carries a call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.browser.conftest import AGENT_HZ
from tests.browser.kit import tone_file
from tests.flow.conftest import until_heard
from tests.kit.bare_browser import BareBrowser, Tab, bare_browser, entered, press
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

SOON = "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5"
"""What a browser does to hidden pages after five minutes, after five seconds."""


async def hidden(browser: BareBrowser, tab: Tab) -> None:
    """Another tab is looked at; from now on the page counts its own timers."""
    await browser.open("about:blank")
    await tab.until("document.visibilityState === 'hidden'")
    await tab.ask("globalThis.n = 0; setInterval(() => { globalThis.n += 1; }, 1000); 1")


async def stays(board: DeskClient, name: str, seconds: float, *, sound: bool) -> None:
    """For so long the board sees them ready and there, and their sound if they have one."""

    def gone() -> str | None:
        one = next((it for it in board.agents.values() if it["name"] == name), {})
        there = one and one["presence"] == "online" and one["choice"] == "ready"
        return None if there and one["sound"] == sound else f"{one}"

    with pytest.raises(AssertionError, match="not seen"):
        print(await board.until(gone, seconds))


@pytest.mark.parametrize(
    ("flags", "seconds"), [((SOON,), 30), ((), 600)], ids=["in a hurry", "ten minutes"]
)
async def test_a_hidden_desk_rings_and_carries_a_call(
    real: Centre, tmp_path: Path, flags: tuple[str, ...], seconds: int
) -> None:
    wav = tone_file(tmp_path / "agent.wav", AGENT_HZ)
    microphone = f"--use-file-for-fake-audio-capture={wav}"
    async with (
        bare_browser(tmp_path / "profile", microphone, *flags) as browser,
        desk(real, "dana", view="board") as board,
    ):
        tab = await entered(browser, real.url)
        await tab.until(press("Ready"))
        await tab.until("document.querySelector('.phonebar').innerText.includes('sound good')")
        await hidden(browser, tab)
        await stays(board, "Priya Nair", seconds, sound=True)
        assert await tab.ask("n") > seconds / 10  # at most once a minute, if it were put to sleep
        call = await real.sandbox.call(talk="tone", hz=440, from_="+12065550147")
        await tab.until("document.title.startsWith('▲ S1')")
        await asyncio.sleep(0.3)  # the guard against a press that was already on its way
        await tab.until(press("Answer"))
        await until_heard(real, call, AGENT_HZ)
        await stays(board, "Priya Nair", seconds, sound=True)
        assert (await real.sandbox.look(call))["status"] == "in-progress"


async def test_a_hidden_desk_without_sound_is_there_for_texts(real: Centre, tmp_path: Path) -> None:
    """Whatever becomes of its timers: its socket is heard, its lock keeps it from being frozen."""
    async with (
        bare_browser(tmp_path / "profile", SOON) as browser,
        desk(real, "dana", view="board") as board,
    ):
        tab = await entered(browser, real.url, "noah")
        await tab.ask("ours('desk/duty.js').then((it) => it.readyForTexts())")
        await board.until(
            lambda: (
                [a["name"] for a in board.agents.values() if a["choice"] == "ready"] == ["Noah Kim"]
            )
        )
        await hidden(browser, tab)
        await stays(board, "Noah Kim", 30, sound=False)
        await real.sandbox.text("is it open?", from_="+14255550701", to="+12065550101")
        await tab.until("document.title.startsWith('▲')")

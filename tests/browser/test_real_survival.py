"""Nothing that happens to a page, its machine or its network drops a caller: the agent is back
without a key, and the caller hears music at most."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, Playwright, expect

from tests.browser.conftest import AGENT_HZ
from tests.browser.kit import another, closed, enter, go_ready, hears, launch, of_its_own, tone_file
from tests.browser.test_real_centre import agent, talking
from tests.flow.conftest import until_heard
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, desk
from tests.kit.line import Laptop, Line

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COUNTED = """globalThis.__paths = 0;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...a) { super(...a); globalThis.__paths += 1; } };"""
PATHS = "globalThis.__paths"

SLEPT = """() => { const at = performance.now(), wall = Date.now.bind(Date);
  performance.now = () => at; Date.now = () => wall() + 60_000; }"""
"""As in a machine that slept for a minute: the wall clock went on, the other one stood still. It
stays so, and no time-out is ever due: nothing is found out by one."""

UNWATCHED = """(() => { const every = setInterval; globalThis.setInterval = window.setInterval =
  (f, ...more) => (f.name === 'watch' ? 0 : every(f, ...more)); })();"""
"""The page does not look after its socket once a second: nothing is found out by its time-outs."""


@asynccontextmanager
async def over(
    line: Line, browser: Browser, real: Centre, *scripts: str
) -> AsyncIterator[tuple[Page, str, DeskClient]]:
    """An agent who talks over this line; the call; and a board that looks on."""
    page = await of_its_own(browser, line.script, COUNTED, *scripts)
    await page.context.expose_function("__soundAt", line.sound_at)
    await enter(page, line.url, "priya", PASSWORD)
    await go_ready(page)
    call = await talking(page, real)
    async with desk(real, "dana", view="board") as board:
        await board.until(lambda: _call(board)["state"] == "active")
        yield page, call, board
    assert (await real.sandbox.look(call))["status"] == "in-progress"
    await closed(page, changed=True)


def _call(board: DeskClient) -> dict[str, object]:
    return next(iter(board.contacts.values()))


def faults(board: DeskClient) -> set[object]:
    """All that was ever wrong with the call, as the board was told."""
    puts = [m["put"].get("contacts", {}) for m in board.heard if m["type"] == "event"]
    return {one["fault"] for put in puts for one in put.values()} - {None}


async def talk(page: Page, real: Centre, call: str) -> None:
    await until_heard(real, call, AGENT_HZ)
    await hears(page, 440)
    await expect(page.locator(".choice")).to_contain_text("on a call")


async def test_whoever_wakes_their_laptop_talks_again_without_a_key(
    pw: Playwright, real: Centre, line: Line, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wav = tone_file(tmp_path_factory.mktemp("laptop") / "agent.wav", AGENT_HZ)
    before = Laptop.running()
    browser = await launch(pw, f"--use-file-for-fake-audio-capture={wav}")
    laptop = Laptop(before)
    try:
        async with over(line, browser, real) as (page, call, board):
            laptop.sleeps()
            line.fails()
            await board.until(lambda: faults(board))
            line.back()
            laptop.wakes()
            await page.evaluate(SLEPT)
            await talk(page, real, call)
            await board.until(lambda: _call(board)["fault"] is None)
    finally:
        laptop.wakes()
        await browser.close()


async def test_when_the_socket_alone_is_cut_the_two_talk_on(
    chromium: Browser, real: Centre, line: Line
) -> None:
    async with over(line, chromium, real) as (page, call, board):
        async with page.expect_websocket():
            line.break_sockets()
        await board.until(lambda: "agent.online" in board.events)
        await talk(page, real, call)
        assert "agent_sound_lost" not in faults(board)
        assert await page.evaluate(PATHS) == 1


async def test_when_the_browsers_address_changes_the_two_talk_on(
    chromium: Browser, real: Centre, line: Line
) -> None:
    async with over(line, chromium, real) as (page, call, board):
        line.moves()
        await talk(page, real, call)
        assert faults(board) == set()
        assert await page.evaluate(PATHS) == 1


async def test_a_network_that_fails_is_found_out_by_the_sound_and_the_agent_is_back_with_it(
    chromium: Browser, real: Centre, line: Line
) -> None:
    async with over(line, chromium, real, UNWATCHED) as (page, call, board):
        line.fails()
        await board.until(lambda: faults(board))
        line.back()
        await talk(page, real, call)
        await board.until(lambda: _call(board)["fault"] is None)


async def test_another_tab_takes_the_call_over_and_the_caller_is_with_it(
    chromium: Browser, real: Centre
) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    second = await another(await page.context.new_page(), page.url)
    await second.get_by_role("button", name="Use it here").click()
    await expect(page.get_by_role("button", name="Use it here")).to_be_visible()
    await talk(second, real, call)
    assert page.faults == []  # type: ignore[attr-defined]
    await closed(second)


async def test_a_desk_that_is_ready_holds_what_keeps_a_browser_from_freezing_it(
    chromium: Browser, real: Centre
) -> None:
    """A Web Lock, and a data channel that is open; each alone is enough."""
    page = await agent(chromium, real)
    held = await page.evaluate(
        "async () => (await navigator.locks.query()).held.map((l) => l.name)"
    )
    assert held == ["holdfast-desk"]
    channels = await page.evaluate(
        """async () => { const { connection } = await ours('softphone.js');
          return [...(await connection().getStats()).values()].filter(
            (r) => r.type === 'data-channel').map((r) => [r.label, r.state]); }"""
    )
    assert channels == [["alive", "open"]]
    await closed(page)

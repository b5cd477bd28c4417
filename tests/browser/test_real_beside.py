"""A supervisor beside an agent, heard and seen in the pages: with the sound of the board itself."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import OTHER_HZ
from tests.browser.kit import HEAR_CALL, axe, closed, signed_in, until
from tests.flow.conftest import until_heard
from tests.flow.test_crashes import reconnect
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import DeskClient, desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CALLER_HZ, AGENT_HZ = 440, 700


async def press(board: Page, what: str) -> None:
    """In the drawer of the agent, which stays open."""
    drawer = board.get_by_role("dialog", name="Tomás Vega")
    if not await drawer.count():
        await board.get_by_role("button", name="Tomás Vega: look").click()
    await drawer.get_by_role("button", name=what).click()


async def sits(agent: DeskClient, contact: str, *modes: str) -> None:
    await agent.until(
        lambda: tuple(one["mode"] for one in agent.contacts[contact]["beside"]) == modes
    )


async def hears_somebody(board: Page) -> None:
    """The strongest tone is one of the two."""

    async def test() -> bool:
        hertz = await board.evaluate(HEAR_CALL)
        return min(abs(hertz - one) for one in (CALLER_HZ, AGENT_HZ)) < 14

    await until(test, "the board hears the call")


async def hears_the_board(agent: DeskClient, *, since: bool = False) -> None:
    """`since`: in what is heard from now on."""
    if since:
        agent.ear.samples = agent.ear.samples[:0]

    async def test() -> bool:
        return agent.ear.tones(OTHER_HZ) == {OTHER_HZ}

    await until(test, "the agent hears who whispers")


async def test_a_board_hears_a_call_without_a_desk_and_without_a_microphone_until_it_speaks(
    elsewhere: Browser, real: Centre
) -> None:
    board = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    bar = board.get_by_role("region", name="Beside an agent")
    asked = "() => globalThis.__asked !== undefined"
    async with desk(real, "tomas") as agent:
        call = await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550791")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(board, "Listen")
        await expect(bar).to_contain_text("You listen to Tomás Vega with")
        await sits(agent, contact, "listen")
        await hears_somebody(board)
        assert not await board.evaluate(asked)
        await axe(board, "listens", found := {})
        assert found == {}
        await board.reload()
        await expect(bar).to_contain_text("You listen to Tomás Vega with")
        await hears_somebody(board)
        await press(board, "Whisper")
        await expect(bar).to_contain_text("hears you")
        await hears_the_board(agent)
        assert await board.evaluate(asked)
        await press(board, "Take part")
        await sits(agent, contact, "barge")
        await expect(bar).to_contain_text("and Tomás Vega hear you")
        await press(board, "Listen")  # the microphone is let go
        await expect(bar).to_contain_text("You listen to Tomás Vega with")
        await expect(board.locator(".top")).not_to_contain_text("sound")
        await until_heard(real, call, AGENT_HZ)
    await closed(board)


async def test_a_new_worker_brings_the_sound_of_the_board_back(
    elsewhere: Browser, real: Centre
) -> None:
    board = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    async with desk(real, "tomas") as agent:
        await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550794")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(board, "Whisper")
        await hears_the_board(agent)
        real.kill_worker()
        await real.until_ready()
        await reconnect(agent, AGENT_HZ)
        await hears_the_board(agent, since=True)
        await hears_somebody(board)
        await sits(agent, contact, "whisper")
    await closed(board)


# That its sound is up is told to the page after longer than it waits; what the page says is kept.
LATE = """(() => {
  const of = RTCPeerConnection.prototype;
  const real = Object.getOwnPropertyDescriptor(of, 'connectionState').get;
  const told = new WeakSet(), open = of.createDataChannel, send = WebSocket.prototype.send;
  Object.defineProperty(of, 'connectionState', { get() {
    const is = real.call(this);
    return is === 'connected' && !told.has(this) ? 'connecting' : is;
  } });
  of.createDataChannel = function (...how) {
    setTimeout(() => { told.add(this); this.dispatchEvent(new Event('connectionstatechange')); },
      sessionStorage.getItem('late') ? 6000 : 0);
    return open.apply(this, how);
  };
  globalThis.__said = [];
  WebSocket.prototype.send = function (text) {
    globalThis.__said.push(JSON.parse(text).do);
    return send.call(this, text);
  };
})()"""


@pytest.mark.long
async def test_a_board_whose_sound_comes_late_after_a_reload_keeps_its_place(
    elsewhere: Browser, real: Centre
) -> None:
    """It was heard, and after its lease it sat nowhere: the page had not said that it was back."""
    board = await signed_in(elsewhere, real.url, "dana", PASSWORD, LATE, path="/board")
    async with desk(real, "tomas") as agent:
        await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550796")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(board, "Whisper")
        await sits(agent, contact, "whisper")
        await board.evaluate("() => sessionStorage.setItem('late', '1')")
        await board.reload()
        await hears_the_board(agent, since=True)
        await until(lambda: board.evaluate("() => __said.includes('sit_beside')"), "it says so")
        await hears_somebody(board)
        await sits(agent, contact, "whisper")
    await closed(board)


@pytest.mark.long
async def test_leaving_and_the_end_of_the_call_end_what_the_board_hears(
    elsewhere: Browser, real: Centre
) -> None:
    board = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    bar = board.get_by_role("region", name="Beside an agent")
    heard = "ours('softphone.js').then(({ path }) => path.peek())"
    async with desk(real, "tomas") as agent:
        call = await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550792")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(board, "Listen")
        await bar.get_by_role("button", name="Leave the call").click()
        await expect(bar).to_have_count(0)
        await sits(agent, contact)
        assert await board.evaluate(heard) == "off"
        await press(board, "Listen")
        await expect(bar).to_be_visible()
        await hears_somebody(board)
        await real.sandbox.hang_up(call)
        await expect(bar).to_have_count(0)
        await expect(board.locator(".toast")).to_contain_text(["You no longer hear the call"])
        assert await board.evaluate(heard) == "off"
    await closed(board)


@pytest.mark.long
async def test_whoever_takes_the_call_over_is_not_told_that_they_no_longer_hear_it(
    elsewhere: Browser, real: Centre
) -> None:
    board = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    async with desk(real, "tomas") as agent, desk(real, "dana"):
        await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550795")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(board, "Listen")
        await hears_somebody(board)
        await press(board, "Take the call over")
        await expect(board.get_by_role("region", name="Beside an agent")).to_have_count(0)
        await expect(board.locator(".toast")).to_have_text([re.compile("at your desk")])
    await closed(board)


@pytest.mark.long
async def test_a_second_board_takes_the_sound_over_and_the_first_says_where_it_is(
    elsewhere: Browser, real: Centre
) -> None:
    first = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    second = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    async with desk(real, "tomas") as agent:
        await real.sandbox.call(talk="tone", hz=CALLER_HZ, from_="+12065550793")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await press(first, "Listen")
        await hears_somebody(first)
        await press(second, "Whisper")
        await hears_somebody(second)
        await expect(first.get_by_role("region", name="Beside")).to_contain_text("on another page")
        await sits(agent, contact, "whisper")
        await first.close()
        await hears_the_board(agent)
    await closed(second)

"""The agent's page before the whole real centre and the sandbox carrier: calls."""

from __future__ import annotations

import asyncio
import itertools
import re
import time

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import (
    DENIED,
    HEAR_PLAYED,
    another,
    closed,
    go_ready,
    hears,
    launch,
    ring_and_answer,
    signed_in,
    signed_in_by_form,
    until,
)
from tests.flow.conftest import until_heard
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk
from tests.kit.figures import Stopwatch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def agent(chromium: Browser, centre: Centre, login: str = "priya") -> Page:
    """Signed in and ready, by the keyboard."""
    page = await signed_in(chromium, centre.url, login, PASSWORD)
    await go_ready(page)
    return page


numbers = (f"+1425555{n:04d}" for n in itertools.count(200))


async def talking(page: Page, centre: Centre) -> str:
    """A call of somebody new with sound both ways; its CallSid."""
    call = await centre.sandbox.call(talk="tone", hz=440, from_=next(numbers))
    await ring_and_answer(page)
    await until_heard(centre, call, 700)
    await hears(page, 440)
    return call


NOT_CALLED_GOOD = """() => /checking|no sound path|connecting/.test(
  document.querySelector('.phonebar .quality').innerText)"""


def bar(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("region", name="Phone")


async def test_a_call_by_keyboard_from_ring_to_disposition(chromium: Browser, real: Centre) -> None:
    page = await agent(chromium, real)
    call = await real.sandbox.call(talk="tone", hz=440, from_="+12065550142")
    offer = page.get_by_role("region", name="Incoming call")
    await expect(offer).to_contain_text("S1 life")
    await expect(offer).to_contain_text("+1 206 ••• 0142")
    await hears(page, 880, HEAR_PLAYED, within=320)  # the figure of an S1 ring: 880 and 1175 Hz
    await page.wait_for_timeout(200)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")
    await until_heard(real, call, 700)
    await hears(page, 440)

    await page.keyboard.press("Alt+m")
    await expect(bar(page)).to_contain_text("You are muted while talking")
    await page.keyboard.press("Alt+m")
    await page.keyboard.press("Alt+h")
    await expect(bar(page)).to_contain_text("they hear music")
    await page.keyboard.press("Alt+h")
    await until_heard(real, call, 700)

    await page.keyboard.type("14 kg, ate gum")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Notes so far")).to_contain_text("14 kg, ate gum")
    await real.until_rows("select text from note where text like '14 kg%'", [("14 kg, ate gum",)])
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("hang up")
    await page.keyboard.press("Enter")
    await real.sandbox.wait_for(call, "completed")
    await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".choice")).to_contain_text("ready")
    await real.until_rows(
        "select state, outcome, disposition from contact order by arrived_at desc limit 1",
        [("ended", "handled", "resolved")],
    )
    await closed(page)


async def test_a_tab_killed_in_mid_sentence_keeps_what_was_typed_before(
    chromium: Browser, real: Centre
) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    first, text = "she is shaking", "she is shaking and walks unsteadily, the sitter drives her"
    await page.keyboard.type(first, delay=50)
    note = "select text from note where text like 'she is%'"
    await real.until_rows(note, [(first,)])  # saved while they type
    await page.keyboard.type(text.removeprefix(first), delay=50)
    session = await page.context.new_cdp_session(page)
    crash = asyncio.ensure_future(session.send("Page.crash"))
    kept = (await real.rows(note))[0][0]
    assert kept.startswith(first)
    assert text.startswith(kept)
    assert (await real.sandbox.look(call))["status"] == "in-progress"
    crash.cancel()

    again = await another(await page.context.new_page(), f"{real.url}/desk")
    await until_heard(real, call, 700)
    await expect(again.get_by_role("region", name="Notes so far")).to_contain_text(text)
    await real.until_rows("select text from note where text like 'she is%'", [(text,)])
    await closed(again)


@pytest.mark.figure
async def test_a_reload_in_a_call_brings_the_sound_back(chromium: Browser, real: Centre) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    before = await page.locator(".phonebar .timer time").get_attribute("title")
    epoch = len((await real.sandbox.look(call))["timeline"])
    reloaded = Stopwatch()
    await page.reload(wait_until="commit")
    await hears(page, 440)  # the new page does: nothing of the old one can
    await until_heard(real, call, 700)
    reloaded.took("reload in a call to sound both ways")
    await expect(bar(page)).to_contain_text("S1 life")
    await expect(page.locator(".choice")).to_contain_text("on a call")
    timer = page.locator(".phonebar .timer time")
    assert await timer.get_attribute("title") == before
    answered = (await real.rows("select answered_at from contact where state = 'active'"))[0][0]

    async def true() -> bool:
        shown = await timer.text_content() or ""
        minutes, _, seconds = shown.removesuffix(" s").rpartition(":")
        return abs(int(minutes or 0) * 60 + int(seconds) - time.time() + answered / 1000) < 1.5

    await until(true, "the timer counts from the answer")
    look = await real.sandbox.look(call)
    assert look["status"] == "in-progress"
    happened = [event["event"] for event in look["timeline"][epoch:]]
    assert "call.redirected" not in happened  # he never went back to the carrier's loop
    await closed(page)


@pytest.mark.figure
async def test_a_killed_worker_is_survived_by_the_page_itself(
    chromium: Browser, real: Centre
) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    waiting = [await real.sandbox.call(from_=f"+1206555018{n}") for n in (2, 3, 4)]
    for sid in waiting:
        await real.sandbox.wait_for(sid, "play.started")
    killed = Stopwatch()
    real.kill_worker()
    await page.wait_for_function(NOT_CALLED_GOOD)
    killed.took("worker killed to a true word about the sound")
    await expect(page.locator(".stalebar")).to_contain_text("may not hear you now")
    await expect(page.locator(".stalebar")).to_have_count(0)
    await until_heard(real, call, 700)
    await hears(page, 440)
    killed.took("worker killed to sound both ways")
    await expect(page.locator(".choice")).to_contain_text("on a call")
    for sid in (call, *waiting):
        assert (await real.sandbox.look(sid))["status"] == "in-progress"
    async with desk(real, "dana", view="board") as board:
        await board.until(
            lambda: (
                sorted(c["state"] for c in board.contacts.values())
                == ["active", "queued", "queued", "queued"]
            )
        )
    await closed(page)


async def test_a_missed_offer_says_so_and_hidden_tabs_notify_and_flash(
    chromium: Browser, real: Centre
) -> None:
    hide = """Object.defineProperty(document, 'hidden', {get: () => globalThis.__hidden ?? false});
      globalThis.__notes = []; const N = class { static permission = 'granted';
        static requestPermission() { return Promise.resolve('granted'); }
        constructor(title, more) { globalThis.__notes.push({title, ...more}); } close() {} };
      globalThis.Notification = N; globalThis.__said = new Set();
      new MutationObserver(() => document.querySelectorAll('[role=status], [role=alert]').forEach(
        (e) => globalThis.__said.add(e.textContent))).observe(document,
          {subtree: true, childList: true, characterData: true});"""
    page = await signed_in(chromium, real.url, "priya", PASSWORD, hide)
    await go_ready(page)
    await page.evaluate("() => { globalThis.__hidden = true; }")
    await real.sandbox.call(talk="tone", hz=440, from_="+12065550147")
    await until(lambda: page.evaluate("() => globalThis.__notes[0]?.title"), "a notification")
    note = await page.evaluate("() => globalThis.__notes[0]")
    assert note["title"] == "S1 life: +1 206 ••• 0147"
    assert note["requireInteraction"] is True

    async def flashing() -> bool:
        return (await page.title()).startswith("▲ S1")

    await until(flashing, "the title flashes")
    said = "(words) => [...globalThis.__said].some((one) => one.includes(words))"
    # The key that made them ready was a moment ago; at the second miss it is too long ago.
    for words in (
        "You were at work, so you stay ready",
        "This desk is testing itself",
        "Your desk works.",
    ):
        await until(lambda words=words: page.evaluate(said, words), words)  # type: ignore[misc]

    async def calm() -> bool:
        return (await page.title()).startswith("Desk")

    await until(calm, "the title is itself again")
    await closed(page)


async def test_whoever_is_paused_by_misses_is_not_told_that_their_desk_works(
    chromium: Browser, real: Centre
) -> None:
    # Nobody is at this page, whatever the keys of a test press.
    nobody = """(() => { const add = window.addEventListener; window.addEventListener =
      (kind, f, ...more) => f.name === 'acted' ? undefined : add.call(window, kind, f, ...more);
      const says = (where, words) => [...document.querySelectorAll(where)].some(
        (one) => one.textContent.includes(words));
      new MutationObserver(() => { globalThis.__both ||= says('.choice', 'missed offers') &&
        says('.toast', 'Your desk works.'); }).observe(document, {subtree: true, childList: true,
          characterData: true}); })();"""
    async with desk(real, "tomas") as colleague:  # priya is not the only one with these skills
        await real.sandbox.call(talk="tone", hz=440, from_="+12065550148")
        await colleague.until_state(await colleague.accept(), "active")
        page = await signed_in(chromium, real.url, "priya", PASSWORD, nobody)
        await go_ready(page)
        await real.sandbox.call(talk="tone", hz=440, from_="+12065550149")
        works = page.locator(".toast", has_text="Your desk works.")
        await expect(page.get_by_role("group", name="My state")).to_contain_text("missed offers")
        await page.evaluate(  # behind the answer to its own test
            "ours('desk/context.js').then(({ link }) => link.send('snapshot'))"
        )
        await expect(page.locator(".toast", has_text="testing itself")).to_have_count(0)
        await expect(works).to_have_count(0)
        assert not await page.evaluate("globalThis.__both")
        await closed(page)


async def test_a_denied_microphone_is_named_with_its_mend(pw, real: Centre) -> None:  # type: ignore[no-untyped-def]
    browser = await launch(pw, without=("--use-fake-ui-for-media-stream",))
    page = await signed_in(browser, real.url, "noah", PASSWORD, *DENIED)
    await page.get_by_role("group", name="My state").get_by_role("button", name="Ready").click()
    await expect(page.get_by_role("alert").first).to_contain_text("The microphone is not allowed.")
    await expect(page.get_by_role("alert").first).to_contain_text("left of the address")
    await expect(page.locator(".choice")).to_contain_text("Paused")
    await closed(page)
    await browser.close()


async def test_a_page_over_plain_http_from_elsewhere_says_what_to_do(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in_by_form(chromium, f"http://desk.test:{real.port}", "noah", PASSWORD)
    await expect(page.get_by_role("alert").first).to_contain_text("Calls do not work at this")
    await page.get_by_role("group", name="My state").get_by_role("button", name="Ready").click()
    await expect(page.get_by_role("dialog")).to_contain_text("https")
    await expect(page.get_by_role("dialog")).to_contain_text("HOLDFAST_TLS_CERT")
    await closed(page)


async def test_the_desk_moves_to_another_machine_and_the_two_do_not_fight(
    chromium: Browser, elsewhere: Browser, real: Centre
) -> None:
    first = await agent(chromium, real)
    second = await signed_in(elsewhere, real.url, "priya", PASSWORD)
    await expect(first.get_by_role("button", name="Use it here")).to_be_visible()
    await expect(second.locator(".choice")).to_contain_text(re.compile("ready|paused"))
    await first.get_by_role("button", name="Use it here").click()
    await expect(second.get_by_role("button", name="Use it here")).to_be_visible()
    await expect(first.locator(".phonebar")).to_contain_text("sound good")
    call = await talking(first, real)
    assert (await real.sandbox.look(call))["status"] == "in-progress"
    await closed(first)
    await closed(second)


async def test_a_session_that_ended_locks_the_screen_and_the_call_goes_on(
    chromium: Browser, real: Centre
) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    await page.context.clear_cookies()
    await page.context.set_offline(True)
    await page.context.set_offline(False)
    real.kill_worker()  # the socket must be opened anew, with a session that is gone
    await expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    await page.get_by_label("Login").fill("priya")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await until_heard(real, call, 700)
    await closed(page, changed=True)

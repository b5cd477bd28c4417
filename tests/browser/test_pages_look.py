"""The pages against the recorded scene: nobody is locked out, keyboard and clocks are true."""

from __future__ import annotations

import pprint
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# The others stand under axe in test_real_demo.py, before the real centre.
PAGES = [
    "/desk?scene=paused",
    "/desk?scene=wrapup",
    "/desk?scene=text",
    "/desk?scene=textring",
    "/board?scene=board",
]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_axe_finds_nothing_on_any_page_in_both_themes(
    chromium: Browser, desk: FakeDesk
) -> None:
    found: dict[Any, Any] = {}
    for path in PAGES:
        page = await opened(chromium, desk.url + path, color_scheme="light")
        if "desk" in path or "board" in path:
            await expect(
                page.get_by_role("button", name=re.compile("Priya Nair, menu"))
            ).to_be_visible()
        if re.search("ring|call|wrapup|text", path):
            await expect(page.get_by_text("INC-20419").first).to_be_visible()
        await axe(page, path, found)
        await close(page)
    page = await opened(chromium, f"{desk.url}/desk?scene=call")  # what lies on top, and the rare
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    connection = await desk.here()
    connection.mine().update(choice="paused", pause_reason="missed")
    await connection.event("agent.paused", {"agents": {"a1": connection.mine()}})
    await expect(page.locator(".choice")).to_contain_text("paused after this")
    desk.still.set()
    desk.away = True
    await connection.ws.close()
    await expect(page.locator(".phonebar")).to_contain_text("sound: checking")
    await axe(page, "connection lost", found)
    desk.away = False
    await expect(page.locator(".stalebar")).to_have_count(0)
    await (await desk.here()).say("notice", level="warn", code="signed_out", text="Ended.")
    await expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    await axe(page, "locked in a call", found)
    page.faults[:] = [f for f in page.faults if "503" not in f]  # type: ignore[attr-defined]
    await close(page)
    assert not found, pprint.pformat(found, width=180)


async def test_enter_answers_what_rings_and_mute_hold_notes_wrapup_go_by_keys(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring")
    offer = page.get_by_role("region", name="Incoming call")
    await expect(offer).to_contain_text("Maya Torres")
    await expect(offer).to_contain_text("S1 life")
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar).to_contain_text("Connecting")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    await page.keyboard.press("Alt+m")
    await expect(bar.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Alt+m")
    await page.keyboard.press("Alt+h")
    await expect(bar).to_contain_text("they hear music")
    await page.keyboard.press("Alt+h")
    await page.keyboard.type("hit by a car, mh")  # letters are words here, not commands
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Notes").last).to_contain_text("hit by a car, mh")
    await page.keyboard.press("Escape")
    await bar.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
    keys = await page.get_by_role("radio").count()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"Choose one first: keys 1 to {keys}.").last).to_be_visible()
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    await expect(
        page.get_by_text("Nobody is waiting").or_(page.get_by_text("No open work"))
    ).to_be_visible()
    sent = [i for i in desk.intents if i["do"] in ("accept", "hold", "note", "hang_up", "wrapped")]
    assert [i["do"] for i in sent if i["do"] != "note"] == [
        "accept",
        "hold",
        "hold",
        "hang_up",
        "wrapped",
    ]
    assert sent[0]["fence"] == "7"
    assert sent[-1]["disposition"] == "vet"
    assert [i["text"] for i in sent if i["do"] == "note"][-1] == "hit by a car, mh"
    await close(page)


async def test_a_refused_answer_is_told_in_words(chromium: Browser, desk: FakeDesk) -> None:
    desk.refuse["accept"] = "taken"
    page = await opened(chromium, f"{desk.url}/desk?scene=ring")
    await page.get_by_role("button", name=re.compile("Answer")).click()
    await expect(page.locator(".toast")).to_contain_text("A colleague answered first")
    await close(page)


async def test_timers_are_true_when_the_clock_of_the_page_is_five_minutes_off(
    chromium: Browser, desk: FakeDesk
) -> None:
    wrong = """(() => { const Real = Date; const off = 300000;
      globalThis.Date = class extends Real {
        constructor(...a) { if (a.length) super(...a); else super(Real.now() + off); }
        static now() { return Real.now() + off; } }; })()"""
    page = await opened(chromium, f"{desk.url}/desk?scene=call", before=wrong)
    timer = page.locator(".phonebar .timer time")
    await expect(timer).to_have_text(re.compile(r"^3:(2[789]|3\d)$"))
    await expect(page.locator(".work").get_by_text("1:1").first).to_be_visible()
    await close(page)


async def test_a_page_without_a_secure_context_says_what_to_do(
    chromium: Browser, desk: FakeDesk
) -> None:
    insecure = "Object.defineProperty(window, 'isSecureContext', {get: () => false})"
    page = await opened(chromium, f"{desk.url}/desk?scene=paused", before=insecure)
    await expect(page.get_by_role("alert").first).to_contain_text(
        "Calls do not work at this address"
    )
    await page.get_by_role("group", name="My state").get_by_role("button", name="Ready").click()
    await expect(page.get_by_role("dialog")).to_contain_text("https")
    assert not [i for i in desk.intents if i["do"] == "ready"]
    await close(page)


async def test_a_second_tab_does_not_ring_and_can_take_over(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=paused")
    second = await page.context.new_page()
    await second.goto(f"{desk.url}/desk")
    await second.get_by_role("button", name="Use it here").click()
    await expect(second.get_by_role("heading", name="You are paused")).to_be_visible()
    await expect(page.get_by_role("button", name="Use it here")).to_be_visible()
    await close(page)


async def test_ready_builds_the_sound_path_and_a_reload_builds_it_again(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=paused")
    await page.locator(".top").get_by_role("button", name="Ready").click()
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await page.reload()
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    offers = [i for i in desk.intents if i["do"] == "rtc"]
    assert len(offers) == 2
    assert offers[1]["epoch"] > offers[0]["epoch"]
    assert "PCMU/8000" in offers[0]["sdp"]
    assert "webrtc-datachannel" in offers[0]["sdp"]
    await close(page)


async def test_the_board_asks_nothing_after_loading_and_changes_severity_from_the_row(
    chromium: Browser, desk: FakeDesk
) -> None:
    unread = "unread"  # a page of its own: nothing comes from its memory unseen
    page = await opened(chromium, f"{desk.url}/board?scene=board", of=unread)
    await expect(page.get_by_role("row").filter(has_text="T. Nguyen")).to_contain_text("place 11")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    await page.get_by_role("button", name="S2: change the severity of Jonas Weber").click()
    await page.get_by_role("menuitemradio", name="S1 life").click()
    row = page.get_by_role("row").filter(has_text="Jonas Weber")
    await expect(row).to_contain_text("S1")
    connection = await desk.here()
    lost = connection.scene["contacts"]["w2"]  # an alarm has room of its own, above the rows
    lost.update(alarm=None, fault=None, until=None)
    await connection.event("contact.agent_sound_back", {"contacts": {"w2": lost}})
    await expect(page.get_by_role("table", name="Alarms")).to_have_count(0)
    message = page.locator(".side .toast")  # it has its place below the agents
    await message.get_by_role("button").last.click()
    await expect(message).to_have_count(0)
    agents = page.get_by_role("table", name="Agents")
    for table in (agents, page.get_by_role("table", name="Waiting")):
        assert await table.evaluate("e => e.scrollHeight <= e.clientHeight")
    assert await agents.get_by_role("row").count() >= 13
    assert asked == []
    await close(page)


async def test_lost_sound_dialing_and_new_texts_are_told_in_words(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Hang up")).to_be_visible()
    connection = await desk.here()
    mine = [c for c in connection.scene["contacts"].values() if c["agent"] == "a1"]
    call = next(c for c in mine if c["channel"] == "voice")
    parked = next(c for c in mine if c["state"] == "parked")
    call.update(fault="agent_sound_lost", until=desk.now() + 21_000)
    parked["unread"] = 2
    changed = {call["id"]: call, parked["id"]: parked}
    await connection.event("contact.agent_sound_lost", {"contacts": changed})
    await expect(bar).to_contain_text("Your sound was lost; the caller hears music.")
    colleague = {"at": "together", "agent": "a2", "line": None, "name": "Ana Ruiz",
                 "by_name": "Priya Raman", "since": desk.now(), "until": None}  # fmt: skip
    for held, heard in ((False, "hears Ana Ruiz"), (True, "is on hold")):
        three = {call["id"]: call | {"consult": colleague, "held": held}}
        await connection.event("contact.consult_together", {"contacts": three})
        await expect(bar.first).to_contain_text(f"Your sound was lost; the caller {heard}.")
    await expect(bar).to_contain_text(re.compile(r"(20|21) s to come back"))
    await expect(page.locator(".work")).to_contain_text("2 new")
    call.update(fault=None, until=None, state="dialing", progress="ringing", direction="out")
    await connection.event("contact.dial_progress", {"contacts": {call["id"]: call}})
    await expect(bar).to_contain_text("Ringing Maya Torres …")
    await close(page)


async def test_where_nothing_was_corrected_the_board_says_so_below_the_heads(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Corrections").click()
    words = page.get_by_text("Nobody corrected triage")
    await expect(words).to_be_visible()
    heads = page.get_by_role("table", name="Corrections").get_by_role("row")
    head, told = await heads.bounding_box(), await words.bounding_box()
    assert head
    assert told
    assert told["y"] >= head["y"] + head["height"]
    await close(page)


async def test_the_bar_of_the_desk_breaks_no_line(chromium: Browser, desk: FakeDesk) -> None:
    """No rule of another part of the page reaches the agent's state ("0 s" stood in two lines)."""
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    state = page.locator(".top").get_by_role("group", name="My state")
    await expect(state).to_have_css("white-space", "nowrap")
    await close(page)


PAST = """() => [localStorage.length, sessionStorage.length, history.state, innerWidth,
  matchMedia('(prefers-color-scheme: dark)').matches, scrollY, globalThis.mine ?? null]"""


async def test_a_page_of_these_tests_that_is_used_again_has_no_past(
    chromium: Browser, desk: FakeDesk
) -> None:
    script = "globalThis.ofTest = true"
    first = await opened(chromium, f"{desk.url}/desk?scene=call", before=script)
    assert await first.evaluate("globalThis.ofTest")
    new = await first.evaluate(PAST)
    await first.evaluate("() => { localStorage.a = sessionStorage.b = globalThis.mine = 1; }")
    await first.set_viewport_size({"width": 390, "height": 844})
    await first.emulate_media(color_scheme="dark")
    await (await first.context.new_page()).goto(f"{desk.url}/desk")
    await close(first)
    again = await opened(chromium, f"{desk.url}/desk")
    assert again is first
    assert not await again.evaluate("globalThis.ofTest")
    assert await again.evaluate(PAST) == new
    cookies = [one["name"] for one in await again.context.cookies()]
    assert cookies == ["desk"]  # no scene was asked for
    assert again.context.pages == [again]
    await close(again)


async def test_a_page_that_a_failed_test_left_open_gets_nothing_of_the_next_scene(
    chromium: Browser,
) -> None:
    async with FakeDesk() as before:
        left = await opened(chromium, f"{before.url}/desk?scene=idle")
        await before.here()
    async with FakeDesk() as after:
        assert after.url == before.url
        page = await opened(chromium, f"{after.url}/desk?scene=call")
        here = await after.here()

        async def asked() -> bool:
            return after.strangers > 0

        await until(asked, "the page that was left asks for a ticket")
        assert after.connections == [here]
        await close(page)
    await left.context.close()

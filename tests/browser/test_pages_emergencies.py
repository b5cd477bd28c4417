"""Emergencies that wait stand above everything at a desk; the board takes them from a machine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe
from tests.browser.pages import close, opened
from tests.browser.test_pages_toasts import STAY
from tests.kit.fake_desk import Connection, FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def waiting(connection: Connection, calls: int, since: int) -> None:
    """So many S1 calls wait, the oldest since then."""
    tally: dict[str, Any] = connection.scene["tally"]
    tally["waiting"]["1"] |= {"voice": calls, "sms": 0, "email": 0, "oldest": since}
    await connection.event("contact.queued", {"tally": tally})


async def paused(connection: Connection, reason: str) -> None:
    me = connection.scene["agents"]["a1"]
    me.update(choice="paused", state="paused", pause_reason=reason)
    await connection.event("agent.paused", {"agents": {"a1": me}})


async def here(chromium: Browser, desk: FakeDesk, scene: str) -> tuple[Page, Connection]:
    page = await opened(chromium, f"{desk.url}/desk?scene={scene}")
    return page, await desk.here()


async def test_whoever_pauses_is_asked_whether_they_are_ready(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, connection = await here(chromium, desk, "idle")
    await waiting(connection, 0, desk.now())
    await paused(connection, "lunch")
    strip = page.locator(".emergencies")
    await expect(page.get_by_role("heading", name="Only an S1 that nobody ready")).to_be_visible()
    await expect(strip).to_have_count(0)
    await waiting(connection, 2, desk.now())
    await expect(strip).to_contain_text("2 emergencies wait.")
    await expect(strip).to_contain_text("Ready?")
    await expect(strip.get_by_role("button", name="Go ready")).to_be_visible()
    await axe(page, "emergencies", found := {})
    assert found == {}
    await waiting(connection, 1, desk.now())
    await expect(strip).to_contain_text("An emergency waits.")
    await waiting(connection, 0, desk.now())
    await expect(strip).to_have_count(0)
    await close(page)


async def test_whoever_pauses_without_sound_is_not_told_that_something_rings(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, connection = await here(chromium, desk, "idle")
    connection.mine()["sound"] = False
    await paused(connection, "signed_in")
    await expect(page.get_by_role("heading", name="this desk has no sound yet")).to_be_visible()
    await expect(page.get_by_text("Only an S1")).to_have_count(0)
    connection.mine()["sound"] = True
    await paused(connection, "signed_in")
    await expect(page.get_by_role("heading", name="Only an S1 that nobody ready")).to_be_visible()
    await close(page)


async def test_whoever_recovers_is_left_in_peace(chromium: Browser, desk: FakeDesk) -> None:
    page, connection = await here(chromium, desk, "idle")
    await waiting(connection, 2, desk.now())
    await paused(connection, "recovering")
    await expect(page.get_by_role("heading", name="Nothing will ring here")).to_be_visible()
    await expect(page.locator(".emergencies")).to_have_count(0)
    await close(page)


async def test_whoever_works_is_told_of_one_that_is_not_answered_at_once(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, connection = await here(chromium, desk, "text")
    await waiting(connection, 2, desk.now() - 60_000)
    strip = page.locator(".emergencies")
    await expect(strip).to_contain_text("2 emergencies wait.")
    await expect(strip).not_to_contain_text("Ready?")
    await strip.get_by_role("button", name="Who waits").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await close(page)


async def test_the_pauses_in_which_nothing_rings_say_so(chromium: Browser, desk: FakeDesk) -> None:
    page, _ = await here(chromium, desk, "idle")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("menuitem", name="Recovering (nothing rings)")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Lunch", exact=True)).to_be_visible()
    await close(page)


@pytest.mark.parametrize(("state", "words"), [
    ("voicemail", "leaving a message"), ("outside", "ringing Night lead"),
])  # fmt: skip
async def test_the_board_says_to_whom_it_is_offered_and_takes_it(
    chromium: Browser, desk: FakeDesk, state: str, words: str
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    one = connection.scene["contacts"]["q1"]
    there = {"kind": "on_call", "word": "Night lead", "by": None} if state == "outside" else None
    one.update(state=state, outside=there, alarm="untaken", offer=None, reason=None)
    await connection.event("contact.voicemail", {"contacts": {"q1": one}})
    changes = page.get_by_role("button", name="change the severity of Kim Osei")
    row = page.get_by_role("row").filter(has=changes)
    await expect(row).to_contain_text(words)
    take = row.get_by_role("link", name="Take it: Kim Osei")
    await expect(take).to_have_attribute("href", "/desk#take=q1")
    one["offer"] = {"fence": "3", "agents": ["a2"], "expires": desk.now() + 8_000}
    await connection.event("contact.offered", {"contacts": {"q1": one}})
    await expect(row).to_contain_text("offered to Tomás")
    await axe(page, "offered", found := {})
    assert found == {}
    one.update(severity=2, offer=None)
    await connection.event("contact.severity_changed", {"contacts": {"q1": one}})
    await expect(take).to_have_count(0)
    await close(page)


async def test_the_board_says_whose_telephone_rings_and_who_took_it_over(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board", STAY)
    connection = await desk.here()
    one = connection.scene["contacts"]["q1"]
    rings = {"at": "rings", "word": "Rita", "since": desk.now(), "until": None}
    one.update(state="queued", channel="sms", alarm="untaken", offer=None, telling=rings)
    await connection.event("contact.telephoned", {"contacts": {"q1": one}})
    changes = page.get_by_role("button", name="change the severity of Kim Osei")
    row = page.get_by_role("row").filter(has=changes)
    await expect(row).to_contain_text("ringing Rita")
    about = {"code": "contact.overflow", "text": "S1 Kim Osei: nobody took it", "contact": "q1"}
    await connection.say("notice", level="alarm", **about)
    alarm = page.locator(".toast", has_text=about["text"])
    await expect(alarm).to_be_visible()
    take = row.get_by_role("link", name="Take it: Kim Osei")
    await expect(take).to_have_attribute("href", "/desk#take=q1")
    one.update(telling={"at": "pause", "word": None, "since": None, "until": desk.now() + 60_000})
    await connection.event("contact.not_told", {"contacts": {"q1": one}})
    await expect(row).to_contain_text(re.compile(r"on call again in \d"))
    await row.get_by_role("button", name="on call again in").click()
    why = page.get_by_role("dialog")
    await expect(why).to_contain_text("nobody took it over by telephone · the numbers on call")
    await page.keyboard.press("Escape")
    until = desk.now() + 900_000
    one.update(alarm=None, telling={**rings, "at": "taken", "until": until})
    await connection.event("contact.taken_over", {"contacts": {"q1": one}})
    await expect(row).to_contain_text("Rita has it")
    await expect(take).to_have_count(0)
    await expect(row.get_by_title("Rita took it over by telephone, ")).to_be_visible()
    await expect(alarm).to_have_count(0)
    await axe(page, "taken over", found := {})
    assert found == {}
    await close(page)


async def test_who_waits_says_whose_telephone_rings_and_when_it_is_tried_again(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, connection = await here(chromium, desk, "text")
    one = connection.scene["contacts"]["q3"]
    one["telling"] = {"at": "rings", "word": "Rita", "since": desk.now(), "until": None}
    await waiting(connection, 1, desk.now() - 60_000)
    await page.locator(".emergencies").get_by_role("button", name="Who waits").click()
    row = page.get_by_role("dialog").get_by_role("row").filter(has_text="Ade Brooks")
    await expect(row).to_contain_text("ringing Rita's telephone")
    one["telling"] = {"at": "pause", "word": None, "since": None, "until": desk.now() + 60_000}
    await waiting(connection, 1, desk.now() - 60_000)
    await expect(row).to_contain_text("the numbers on call are rung again in")
    plain = page.get_by_role("dialog").get_by_role("row").filter(has_text="Hyun Park")
    box = await plain.bounding_box()
    assert box is not None
    assert box["height"] < 45  # one line: that row's words take no room from the others
    await axe(page, "who waits", found := {})
    assert found == {}
    await close(page)

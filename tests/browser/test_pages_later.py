"""A call promised for later: by whose clock, for which day, and what it is about."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.test_pages_consult import done
from tests.browser.test_pages_look import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_each_time_is_theirs_too_and_night_asks_first(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    of = next(iter(here.scene["incidents"]))
    facts = here.scene["incidents"][of]["facts"]
    await here.incident_is(of, facts=facts | {"zone": "Asia/Tokyo"})
    await page.get_by_role("button", name="Promise a callback to Maya").first.click()
    box = page.get_by_role("dialog")
    await expect(box.get_by_text(" there").first).to_be_visible()
    soon = box.get_by_role("button", name="In 10 minutes")
    await expect(soon).to_have_text(re.compile(r"at \d\d:\d\d.*\d\d:\d\d there"))
    await box.get_by_label("What it is about").fill("the vet decides by then")
    await box.get_by_label("Your time", exact=True).fill("12:00")
    await box.get_by_label("Day, by your time").fill("2030-02-01")
    await expect(box.get_by_label("Their time, Tokyo", exact=True)).to_have_value("21:00")
    desk.refuse["request_callback"] = "night"
    desk.says["request_callback"] = "It is 03:00 there by then."
    await box.get_by_role("button", name="Promise it").click()
    await done(desk, "request_callback", incident=of, note="the vet decides by then")
    del desk.refuse["request_callback"]
    anyway = box.get_by_role("button", name="Promise it anyway")  # nothing of it is lost
    await expect(box.get_by_role("alert")).to_have_text(
        "⚠ It is 03:00 there by then. Say why, and promise it anyway; or choose another time."
    )
    await box.get_by_label("Why at night").fill("")
    await expect(anyway).to_be_disabled()
    await box.get_by_label("Why at night").fill("the vet decides")
    await anyway.click()
    await done(desk, "request_callback", sure=["night"], note="the vet decides")
    promised = page.locator(".toast").filter(has_text="Callback promised for 1 Feb")
    await expect(promised).to_contain_text("1 Feb, 21:00 there)")
    await close(page)


@pytest.mark.parametrize("dialog", ["promise", "move"])
async def test_a_time_is_typed_by_ones_own_clock_or_by_theirs_and_each_shows_the_other(
    chromium: Browser, desk: FakeDesk, dialog: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", timezone_id="Europe/Berlin")
    here = await desk.here()
    of = next(iter(here.scene["incidents"]))
    facts = here.scene["incidents"][of]["facts"]
    await here.incident_is(of, facts=facts | {"zone": "America/Los_Angeles"})
    if dialog == "promise":
        await page.get_by_role("button", name="Promise a callback to Maya").first.click()
        go, do = "Promise it", "request_callback"
    else:
        await page.keyboard.press("Alt+x")
        await page.get_by_role("button", name=re.compile("^Due")).click()
        await page.get_by_role("button", name="More for Ade Brooks").click()
        await page.get_by_role("menuitem", name="Move to another time").click()
        go, do = "Move it", "move_callback"
    box = page.get_by_role("dialog")
    theirs = box.get_by_label("Their time, Los Angeles", exact=True)
    mine = box.get_by_label("Your time", exact=True)
    await expect(box.get_by_text("9 h behind you")).to_be_visible()
    await theirs.fill("18:30")
    await box.get_by_label("Day, by their time, Los Angeles").fill("2030-02-01")
    await expect(mine).to_have_value("03:30")
    await expect(box.get_by_label("Day, by your time")).to_have_value("2030-02-02")
    await mine.fill("18:00")
    await expect(theirs).to_have_value("09:00")
    await expect(box.get_by_label("Day, by their time, Los Angeles")).to_have_value("2030-02-02")
    await box.get_by_role("button", name=go, exact=True).click()
    await done(desk, do, at=1_896_282_000_000)
    await close(page)


async def test_where_nobody_knows_their_local_time_it_says_so(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Callbacks", exact=True).click()
    await page.get_by_role("button", name="More for Hyun Park").click()
    await page.get_by_role("menuitem", name="Move to another time").click()
    box = page.get_by_role("dialog")
    await expect(box).to_contain_text("Their local time is not known: ask them.")
    await expect(box.get_by_label("Their time")).to_have_count(0)
    await close(page)

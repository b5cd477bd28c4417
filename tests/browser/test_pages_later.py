"""A call promised for later: by whose clock, for which day, and what it is about."""

from __future__ import annotations

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
    await page.get_by_role("button", name="Later: schedule a callback to Maya").first.click()
    box = page.get_by_role("dialog")
    await expect(box.get_by_text(" there").first).to_be_visible()
    await box.get_by_label("What it is about").fill("the vet decides by then")
    await box.get_by_label("Day", exact=True).fill("2030-02-01")
    await box.get_by_label("At", exact=True).fill("12:00")
    await expect(box.get_by_text("Fri 1 Feb, ")).to_contain_text(" there")
    desk.refuse["request_callback"] = "night"
    await box.get_by_role("button", name="Schedule it").click()
    await done(desk, "request_callback", incident=of, note="the vet decides by then")
    del desk.refuse["request_callback"]
    anyway = box.get_by_role("button", name="Promise it anyway")  # nothing of it is lost
    await box.get_by_label("What it is about").fill("")
    await expect(anyway).to_be_disabled()
    await box.get_by_label("What it is about").fill("the vet decides")
    await anyway.click()
    await done(desk, "request_callback", sure=["night"], note="the vet decides")
    await expect(page.get_by_text("Callback scheduled for 1 Feb")).to_be_visible()
    await close(page)

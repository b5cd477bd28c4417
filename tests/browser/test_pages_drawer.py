"""The board's drawer: an incident is read there, against the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.pages import close, opened
from tests.kit import fake_scenes
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def drawn(page: Page) -> Locator:
    """The drawer with INC-20419 in it."""
    await page.get_by_role("button", name="Incidents", exact=True).click()
    await page.get_by_role("button", name="INC-20419").click()
    drawer = page.locator(".drawer")
    await expect(drawer).to_contain_text("Labrador ate sugar-free gum")
    return drawer


async def test_what_is_merged_into_another_is_shown_as_that_one_and_leads_to_what_it_names(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    drawer = await drawn(page)
    one = fake_scenes.other(desk.now())
    one["linked"] = [
        {"id": "i1", "number": "INC-20419", "title": "Labrador", "state": "merged",
         "why": "merged", "filing": "f1"},
    ]  # fmt: skip
    split = {"id": "f2", "what": "split", "undo": False, "link": {"id": "i1", "number": "INC-9"}}
    one["timeline"].append(
        fake_scenes.entry("filing:f2", desk.now(), "event", text="split off", filing=split)
    )
    await here.say("incident", incident=one)
    await expect(drawer).to_contain_text("INC-20431")
    await drawer.get_by_role("button", name="INC-9", exact=False).click()
    await expect(drawer).to_contain_text("Labrador ate sugar-free gum")
    await close(page)


async def test_the_board_has_one_link_its_own(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await drawn(page)
    loaded = await page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    desks = [name for name in loaded if name.endswith("/desk/context.js")]
    assert loaded
    assert not desks
    await close(page)

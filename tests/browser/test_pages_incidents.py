"""The board's list of open incidents, and Find there, against the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.browser.test_pages_fit import FAULTS
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def asked(desk: FakeDesk) -> list[Any]:
    return [one["filter"] for one in desk.intents if one["do"] == "open_incidents"]


async def test_a_supervisor_sees_what_is_open_whose_it_is_what_is_next_and_by_when(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    assert not asked(desk)
    await page.get_by_role("button", name="Incidents", exact=True).click()
    table = page.get_by_role("table", name="Incidents")
    rows = table.locator(".tr.oi:not(.th)")
    await expect(rows).to_have_count(6)
    await expect(rows.first).to_contain_text("INC-20388")
    await expect(rows.first).to_contain_text("Call Grace Lindqvist · Priya Nair")
    await expect(rows.first).to_contain_text("6:0")
    await expect(rows.first).to_contain_text("overdue")
    await expect(rows.nth(1)).to_contain_text("nobody")
    await expect(rows.nth(1)).to_contain_text("No next action yet")
    assert await table.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    for name, of in (("Overdue · 1", "overdue"), ("Nobody’s · 1", "nobodys")):
        await page.get_by_role("button", name=name).click()
        await expect(rows).to_have_count(1)
        assert asked(desk)[-1] == of
    await page.get_by_role("button", name="S1 and S2 · 3").click()
    await expect(rows).to_have_count(3)
    times = len(asked(desk))
    await (await desk.here()).say("notice", level="info", code="mine_changed", text="")

    async def again() -> bool:
        return len(asked(desk)) > times

    await until(again, "asked again")
    await expect(page.locator(".toast")).to_have_count(0)
    await rows.filter(has_text="INC-20419").get_by_role("button", name="INC-20419").click()
    drawer = page.locator(".drawer")
    await expect(drawer).to_contain_text("Labrador ate sugar-free gum")
    await close(page)


async def test_an_incident_is_found_from_the_board_and_opens_in_the_drawer(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Find /").click()
    dialog = page.get_by_role("dialog", name="Find an incident")
    await expect(dialog.get_by_role("option").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.keyboard.press("/")
    await page.keyboard.type("unheard of")
    await expect(dialog.get_by_role("status")).to_contain_text("Nothing found")
    assert await page.evaluate(FAULTS, {".finder": 0}) == []
    await dialog.get_by_role("combobox").fill("")
    await page.keyboard.type("20419")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".drawer")).to_contain_text("INC-20419")
    await close(page)

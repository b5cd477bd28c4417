"""However much meets at a desk, the page never scrolls as a whole: its columns do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import Connection, FakeDesk
from tests.kit.fake_hand_offs import QUESTION, row

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
GROWN = "() => document.documentElement.scrollHeight - innerHeight"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def much(here: Connection) -> dict[str, Any]:
    """Handed off, with questions; mine; and what is in hand."""
    now, of = here.desk.now(), here.scene["incidents"]["i1"]
    sent = [
        row(now, of, id=f"o{n}", sender="a1", agent="a4", to="Elena Popov", questions=[QUESTION])
        for n in range(3)
    ]
    await here.hand_offs(outgoing=sent)
    ring: dict[str, Any] = here.scene["contacts"]["o2"]
    return ring | {"severity": 2, "grounds": {"unsure": True, "why": ["bleeding"]}}


async def seen_whole(page: Page) -> None:
    assert await page.evaluate(GROWN) <= 0
    for name in ("Take it ↵", "Decline"):
        button = page.locator(".offer").get_by_role("button", name=name, exact=name != "Decline")
        await expect(button).to_be_in_viewport(ratio=1)


async def test_an_offer_that_asks_what_is_handed_off_and_my_work_fit_together(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    here = await desk.here()
    ring = await much(here)
    await here.event("contact.offered", {"contacts": {"o2": ring}})
    await expect(page.locator(".offer .unsure")).to_be_visible()
    await expect(page.get_by_role("region", name="Handed off")).to_be_attached()
    await seen_whole(page)
    last = page.locator(".work li button").last
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    assert await page.evaluate("() => scrollY") == 0
    await close(page)


async def test_what_was_handed_off_and_is_over_leaves_my_work_in_sight(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    now, of = desk.now(), here.scene["incidents"]["i2"]
    answered = QUESTION | {"answer": "Yes, since 14:13"}
    mine = {"sender": "a1", "agent": "a4", "to": "Elena Popov"}
    over = [
        row(now, of, id=f"o{n}", state=state, ended="it came back", questions=[answered], **mine)
        for n, state in enumerate(("returned", "expired", "accepted", "returned", "overtaken"))
    ]
    waits = row(now, of, id="o9", questions=[answered], **mine)
    await here.hand_offs(outgoing=[waits, *over])
    away = page.get_by_role("region", name="Handed off")
    await expect(away.get_by_role("listitem")).to_have_count(6)
    await expect(page.locator(".work li button").first).to_be_in_viewport(ratio=1)
    await close(page)


@pytest.mark.parametrize("tried", [1, 2])
async def test_a_promised_call_takes_two_lines_beside_its_people(
    chromium: Browser, desk: FakeDesk, tried: int
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text", timezone_id="Europe/Berlin")
    here = await desk.here()
    promised = {
        "contact": "k1", "state": "scheduled", "due": desk.now() + 1_500_000,
        "by_name": "Priya Nair", "tried": tried, "tries": 3, "stands": None,
    }  # fmt: skip
    await here.incident_is("i1", callback=promised)
    card = page.locator(".promised")
    await expect(card).to_contain_text("Callback due ")
    await expect(card).to_contain_text("asked for by Priya Nair")
    await expect(card).to_contain_text(" there")  # their clock is another than this machine's
    two_lines = "(e) => e.offsetHeight < 60"
    assert await card.evaluate(two_lines)
    await card.get_by_role("button", name="Cancel …").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await close(page)


async def test_an_offer_is_seen_though_its_column_was_scrolled_down(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    here = await desk.here()
    ring = await much(here)
    await here.event("contact.offered", {"contacts": {"o2": ring}})
    column = page.locator(".left .col")
    await column.evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    mine = here.mine()
    mine["offer"] |= {"fence": "9"}
    await here.event("contact.offered", {"agents": {mine["id"]: mine}})
    await expect(page.locator(".offer").get_by_role("button", name="Decline")).to_be_in_viewport(
        ratio=1
    )
    await close(page)

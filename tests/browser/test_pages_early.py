"""A call that the record does not have yet: the page says so, shows nobody else's history, and
keeps what is written until it can be saved."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_notes_of_a_call_without_a_record_are_kept_and_saved_when_it_is_back(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call")
        middle, notes = page.locator(".panel.mid"), page.locator(".notes")
        await expect(middle).to_contain_text("INC-20419")
        await (await desk.here()).early()
        await expect(middle).to_contain_text("Line and number", ignore_case=True)
        await expect(middle).not_to_contain_text("INC-20419")
        await expect(page.locator(".stalebar")).to_contain_text("holds the database")
        await expect(notes).to_contain_text("saved once the record has it")
        await axe(page, "early", found := {})
        assert found == {}
        await notes.get_by_role("textbox").click()
        await page.keyboard.type("gums are blue")
        await page.keyboard.press("Enter")
        await expect(notes).to_contain_text("gums are blue")
        await expect(notes).to_contain_text("kept on this computer")
        await page.keyboard.type("ten minutes ago")
        await page.reload()
        await expect(middle).to_contain_text("INC-20419")  # the fake's scene begins anew
        await (await desk.here()).early()
        await (await desk.here()).recorded()
        await expect(middle).to_contain_text("INC-20419")
        await expect(page.locator(".stalebar")).to_have_count(0)
        for words in ("gums are blue", "ten minutes ago"):
            await expect(notes).to_contain_text(words)
        await page.wait_for_function(
            "() => !Object.keys(JSON.parse(localStorage['holdfast.outbox'] ?? '{}')).length"
        )
        sent = [i for i in desk.intents if i["do"] == "note" and i["text"] == "gums are blue"]
        # Each attempt says how long ago the line was begun: it keeps its moment in the call.
        assert [i["ago_ms"] for i in sent] == sorted(i["ago_ms"] for i in sent)
        assert sent[-1]["ago_ms"] > sent[0]["ago_ms"] >= 0
        await close(page)


async def test_a_caller_whom_the_record_does_not_have_yet_can_neither_be_called_nor_marked_done(
    chromium: Browser,
) -> None:
    """There is nothing yet in which it could be kept; both come with the record."""
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/board?scene=board")
        await page.get_by_role("button", name="Gave up").click()
        early = page.locator(".tr.gu", has_text="0177")
        known = page.locator(".tr.gu", has_text="S. Iyer")
        await expect(early).to_contain_text("not recorded yet")
        await expect(early.get_by_role("button")).to_have_count(0)
        await expect(early.get_by_role("link")).to_have_count(0)
        await expect(known.get_by_role("button", name="S. Iyer: done")).to_be_visible()
        here = await desk.here()
        row = {**here.scene["abandoned"]["gi4"], "provisional": False}
        await here.event(
            "contact.recorded",
            {"abandoned": {"i9": {**row, "incident": "i9", "incident_no": "INC-20425"}}},
            {"abandoned": ["gi4"]},
        )
        await expect(early.get_by_role("button", name="0177: done")).to_be_visible()
        await expect(early).not_to_contain_text("not recorded yet")
        await close(page)

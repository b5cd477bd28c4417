"""What is typed into a dialog about an incident is there again, whatever took the dialog away."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AT, NAME = "Telephone number or mail address", "Name"


async def test_somebody_begun_in_one_incident_is_there_after_somebody_was_added_in_another(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        other = {"id": "i2", "number": "INC-20431", "title": "Beagle", "state": "open",
                 "why": "person", "filing": None}  # fmt: skip
        await here.incident_is("i1", linked=[other])
        dialog = page.get_by_role("dialog")
        add = page.get_by_role("region", name="People").get_by_role("button", name="Add …")

        async def ring_over() -> None:
            """As when an S1 is answered: its incident comes into view."""
            await here.incident_is("i1", state="closed")
            await expect(dialog).to_have_count(0)
            await here.incident_is("i1", state="open")

        await add.click()
        await dialog.get_by_label(AT).fill("(206) 555-0188")
        await dialog.get_by_label(NAME).fill("Officer Lee")
        await dialog.get_by_label("Who they are").select_option("police")
        await ring_over()
        await page.get_by_role("button", name="Open INC-20431").click()
        await add.click()
        await expect(dialog.get_by_label(AT)).to_have_value("")
        await dialog.get_by_label(AT).fill("(206) 555-0199")
        await dialog.get_by_role("button", name="Add", exact=True).click()
        await expect(dialog).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("region", name="INC-20419")).to_be_visible()
        await add.click()
        await expect(dialog.get_by_label(AT)).to_have_value("(206) 555-0188")
        await expect(dialog.get_by_label(NAME)).to_have_value("Officer Lee")
        await expect(dialog.get_by_label("Who they are")).to_have_value("police")
        await page.keyboard.press("Escape")

        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await dialog.get_by_label(NAME).fill("Jonah B. Lind")
        await ring_over()
        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await expect(dialog.get_by_label(NAME)).to_have_value("Jonah B. Lind")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await expect(dialog.get_by_label(NAME)).to_have_value("Jonah Lind")
        await close(page)

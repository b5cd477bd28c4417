"""What an incident is called, and who is on the line, against the recorded scene."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAME = "Title of the incident"


def named(desk: FakeDesk) -> list[str]:
    return [one["title"] for one in desk.intents if one["do"] == "title"]


async def test_an_incident_is_renamed_by_its_pencil_by_a_key_and_by_the_command_bar(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        field = page.get_by_label(NAME)
        await expect(field).to_have_value("Labrador ate sugar-free gum at the sitter’s")
        pencil = page.get_by_role("button", name="Rename the incident")

        async def by_pencil() -> None:
            await pencil.click()

        async def by_key() -> None:
            await page.keyboard.press("e")

        async def by_command() -> None:
            await page.keyboard.press("Control+k")
            await page.keyboard.type("rename")
            await page.keyboard.press("Enter")

        for way in (by_pencil, by_key, by_command):
            await way()
            await expect(field).to_be_focused()
            await page.keyboard.type(f"Luna, {way.__name__}")  # in place of what it was
            await page.keyboard.press("Enter")
            await expect(
                page.get_by_role("region", name=f"INC-20419 Luna, {way.__name__}")
            ).to_be_visible()  # as the centre has it
            await expect(page.locator("h1")).not_to_contain_text("saving")
        assert len(named(desk)) == 3
        await by_key()
        await page.keyboard.type("never mind")
        await page.keyboard.press("Escape")
        await expect(field).to_have_value("Luna, by_command")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("Rename the incident")
        assert len(named(desk)) == 3, "what is given up is not saved"
        await close(page)

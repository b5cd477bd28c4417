"""An agent who is stuck is freed on the board: asked first, told afterwards."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, signed_in
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.long
async def test_a_supervisor_frees_an_agent_and_reads_first_what_becomes_of_the_caller(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    async with desk(real, "noah") as agent:
        row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has_text="Noah")
        await expect(row).to_contain_text("ready")
        look = row.get_by_role("button", name="Noah Kim: look")
        drawer = page.get_by_role("dialog", name="Noah Kim", exact=True)
        free = drawer.get_by_role("button", name="Free the agent")
        await look.click()
        await expect(drawer).to_contain_text("Nothing.")
        await expect(free).to_have_count(0)  # nothing in hand
        await real.sandbox.call(from_="+12065550771", to="+12065550101", keys=["3"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await free.focus()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Free Noah Kim?")
        await expect(dialog).to_contain_text("goes back to their old place in line")
        await axe(page, "free", found := {})
        assert not found
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await agent.until_state(contact, "active")  # nothing was done yet
        await free.click()
        await dialog.get_by_role("button", name="Free Noah of").click()
        await expect(dialog).to_be_hidden()
        await expect(page.locator(".toast")).to_contain_text("is back in line, at their old place")
        await agent.until(lambda: contact not in agent.contacts)
        assert [n["code"] for n in agent.notices] == ["contact.force_released"]
        waiting = page.get_by_role("table", name="Waiting").get_by_role("row")
        await expect(waiting.filter(has_text="0771")).to_contain_text("place 1")
        await closed(page)

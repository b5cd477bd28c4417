"""What went back while its agent was away: seen and taken back at the desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import closed, go_ready, signed_in
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.long
async def test_a_text_that_rings_elsewhere_is_taken_back_by_who_had_it(
    chromium: Browser, real: Centre
) -> None:
    async with desk(real, "tomas") as colleague:
        await colleague.do("pause", reason="break")
        async with desk(real) as before:
            await real.sandbox.text("where is my bill", from_="+12065550751", to="+12065550101")
            contact = await before.accept()
            await before.do("pause", reason="break")  # after this one
            await colleague.ready()
        assert (await colleague.offered())["id"] == contact  # 20 s to come back
        page = await signed_in(chromium, real.url, "priya", PASSWORD)
        back = page.get_by_role("list", name="Back in line while you were away")
        row = back.get_by_role("listitem")
        await expect(row).to_contain_text("being offered to Tomás")
        take = row.get_by_role("button", name="Take it back")
        await expect(take).to_be_disabled()
        await expect(row).to_contain_text("Press Ready first.")
        await go_ready(page)
        await expect(take).to_be_enabled()
        await page.keyboard.press("b")
        work = page.get_by_role("region", name="My work")
        await expect(work.get_by_role("button").filter(has_text="where is my bill")).to_be_visible()
        await expect(row).to_have_count(0)
        await colleague.until(lambda: contact not in colleague.contacts)
        await closed(page)

"""One's own password from the menu: this page goes on, every other device is signed out."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NEW = "words that nobody joins"


@pytest.mark.parametrize("path", ["/desk", pytest.param("/board", marks=pytest.mark.long)])
async def test_a_password_is_changed_from_the_menu(
    chromium: Browser, elsewhere: Browser, real: Centre, path: str
) -> None:
    other = await signed_in(elsewhere, real.url, "dana", PASSWORD, path="/board")
    page = await signed_in(chromium, real.url, "dana", PASSWORD, path=path)
    dialog = page.get_by_role("dialog", name="Change your password")
    for old, new, again, says in (
        (PASSWORD, "short", "short", "at least 12 characters"),
        (PASSWORD, NEW, f"{NEW}?", "not the same"),
        ("a wrong password", NEW, NEW, "The old password is wrong"),
        (PASSWORD, NEW, NEW, ""),
        (NEW, PASSWORD, PASSWORD, ""),
    ):
        if not await dialog.is_visible():
            await page.get_by_role("button", name="Dana Reyes, menu").click()
            await page.get_by_role("menuitem", name="Change password").click()
            await axe(page, "password", found := {})
            assert not found
        await dialog.get_by_label("Current password").fill(old)
        await dialog.get_by_label("New password", exact=True).fill(new)
        await dialog.get_by_label("New password again").fill(again)
        if says:
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_role("alert")).to_contain_text(says)
            continue
        async with page.expect_websocket() as opened:  # the older session's is closed
            await page.keyboard.press("Enter")
            await expect(dialog).to_be_hidden()
            await expect(page.locator(".toast").first).to_contain_text("Your password is changed")
        await (await opened.value).wait_for_event("framereceived")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(other.get_by_role("dialog", name="Sign in again")).to_be_visible()
    await closed(page)
    await other.context.close()

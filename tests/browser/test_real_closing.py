"""An incident is closed by keys, looks closed everywhere, and is opened again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe, closed, signed_in
from tests.flow.test_finding import closed_text
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def found(page: Page, digits: str) -> None:
    """Opens the incident of a number."""
    await page.keyboard.press("/")
    await page.keyboard.type(digits)
    rows = page.locator("#foundlist").get_by_role("option")
    await expect(rows).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Timeline")).to_be_visible()


async def test_closed_by_keys_it_looks_closed_and_opens_again(
    chromium: Browser, real: Centre
) -> None:
    await closed_text(real, "+14255550611", "the rabbit chewed a cable")
    page = await signed_in(chromium, real.url, "noah", PASSWORD)
    faults: dict[Any, Any] = {}
    await found(page, "4255550611")
    middle = page.locator(".mid")
    await expect(middle.locator(".facts")).to_contain_text("active")
    await middle.get_by_role("button", name="Resolve", exact=True).click()
    dialog = page.get_by_role("dialog", name="Resolve INC-")
    await expect(dialog).to_be_visible()
    await axe(page, "dialog", faults)
    await page.keyboard.press("Enter")  # nothing is chosen yet
    said = dialog.get_by_role("alert").filter(has_text="Choose how it ended first")
    await expect(said).to_be_visible()
    await page.keyboard.press("2")
    await expect(dialog.get_by_role("radio", name="No action needed")).to_have_attribute(
        "aria-checked", "true"
    )
    await expect(dialog.get_by_role("radio", name="No action needed")).to_be_focused()
    await dialog.get_by_label("In your own words").click()
    await page.keyboard.press("1")  # the box is empty: it still chooses
    await expect(dialog.get_by_role("radio", name="Resolved")).to_have_attribute(
        "aria-checked", "true"
    )
    await page.keyboard.press("2")
    await page.keyboard.type("all 2 of them are fixed")  # a digit among words is theirs
    await expect(dialog.get_by_role("radio", name="No action needed")).to_have_attribute(
        "aria-checked", "true"
    )
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    bar = middle.locator(".closedbar")
    await expect(bar).to_contain_text("Resolved by Noah")
    await expect(bar).to_contain_text("No action needed")
    await expect(bar).to_contain_text("“all 2 of them are fixed”")
    await expect(middle.locator(".facts .tag.done")).to_have_text("resolved")
    await expect(middle.get_by_role("button", name="Resolve", exact=True)).to_have_count(0)
    await axe(page, "closed", faults)

    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    rows = page.locator("#foundlist").get_by_role("option")
    await page.keyboard.type("4255550611")
    await expect(rows).to_have_count(1)
    await expect(rows.locator(".tag.done")).to_have_text("resolved")
    await axe(page, "finder", faults)
    await page.get_by_role("group", name="Which").get_by_role("button", name="Open").click()
    await expect(rows).to_have_count(0)
    await page.get_by_role("group", name="Which").get_by_role("button", name="All").click()
    await expect(rows).to_have_count(1)
    await rows.click()

    await middle.get_by_role("button", name="Reopen").click()
    await expect(bar).to_be_hidden()
    await expect(middle).to_contain_text("incident reopened by Noah")
    await expect(middle.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    assert faults == {}
    await closed(page)


@pytest.mark.long
async def test_what_a_colleague_closes_closes_here_too_and_the_toast_undoes_it(
    chromium: Browser, elsewhere: Browser, real: Centre
) -> None:
    await closed_text(real, "+14255550612", "the goldfish jumped out")
    page = await signed_in(chromium, real.url, "noah", PASSWORD)
    other = await signed_in(elsewhere, real.url, "priya", PASSWORD)
    for one in (page, other):
        await found(one, "4255550612")
    await other.locator(".mid").get_by_role("button", name="Resolve", exact=True).click()
    await expect(other.get_by_role("dialog", name="Resolve INC-")).to_be_visible()
    await page.locator(".mid").get_by_role("button", name="Resolve", exact=True).click()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(other.get_by_role("dialog", name="Resolve INC-")).to_be_hidden()
    await expect(other.locator(".mid .closedbar")).to_contain_text("Resolved by Noah")
    toast = page.locator(".toast").filter(has_text="is resolved.")
    await expect(toast).to_be_visible()
    await other.locator(".mid").get_by_role("button", name="Reopen").click()
    await expect(page.locator(".mid .closedbar")).to_be_hidden()
    await expect(toast).to_be_hidden()  # it is not true any more

    await page.locator(".mid").get_by_role("button", name="Resolve", exact=True).click()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(other.locator(".mid .closedbar")).to_be_visible()
    await toast.get_by_role("button", name="Reopen").click()
    await expect(other.locator(".mid .closedbar")).to_be_hidden()
    await closed(page)
    await closed(other)

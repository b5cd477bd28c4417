"""The check before a shift in a real page, over the real path: by keys alone."""

from __future__ import annotations

import pprint
import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_check_by_keys_ends_in_a_verdict_that_is_kept(
    chromium: Browser, real: Centre
) -> None:
    found: dict[Any, Any] = {}
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    await page.get_by_role("button", name="Check", exact=True).click()
    dialog = page.get_by_role("dialog", name="Check your sound")
    await expect(dialog.get_by_role("button", name="Start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Do you hear the voice")
    await expect(dialog.get_by_role("button", name="Yes")).to_be_focused()
    await axe(page, "asked", found)
    await page.keyboard.press("r")
    await page.keyboard.press("y")
    await expect(dialog).to_contain_text("Do you hear the ring?")
    await page.keyboard.press("y")
    await expect(dialog).to_contain_text("Say a few words now")
    await axe(page, "speaks", found)
    await expect(dialog).to_contain_text("Now you hear yourself")
    await expect(dialog).to_contain_text("Did you hear yourself well?")
    await page.keyboard.press("n")
    await expect(dialog).to_contain_text("Not fit for calls yet.")
    await expect(dialog).to_contain_text("You did not hear yourself.")
    await expect(dialog).to_contain_text(re.compile(r"speaks at -\d+ dB"))
    await expect(dialog).to_contain_text(re.compile(r"\d+ ms there and back"))
    await expect(dialog).to_contain_text(
        re.compile(r"(over 10|\d+\.\d) Mbit/s out, (over 10|\d+\.\d) in")
    )
    await axe(page, "verdict", found)
    assert not found, pprint.pformat(found, width=180)
    await real.until_rows(
        "select verdict, data like '%not_heard%' from sound_check order by at desc limit 1",
        [("poor", 1)],
    )
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await closed(page)

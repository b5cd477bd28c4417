"""A text set aside at the desk, and by a supervisor on the board."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, go_ready, ring_and_answer, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.long
async def test_set_aside_and_taken_back(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await go_ready(page)
    await real.sandbox.text("no hurry at all", from_="+12065550731", to="+12065550101")
    await ring_and_answer(page, "text")
    await page.get_by_role("button", name="Set aside").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")  # 1 h
    work = page.get_by_role("region", name="My work")
    await expect(work).to_contain_text("set aside")
    await expect(work).to_contain_text("back in")
    found: dict[object, object] = {}
    await axe(page, "aside", found)
    assert found == {}
    await page.get_by_role("button", name="Take it back").click()
    await ring_and_answer(page, "text")
    await board.get_by_role("button", name="In progress").click()
    row = board.get_by_role("row").filter(has_text="no hurry")
    await row.get_by_role("button").first.click()
    await board.get_by_role("menuitem", name="Until they write").click()
    await expect(work).to_contain_text("set aside")
    await expect(row).to_contain_text("set aside")
    await real.sandbox.text("hello again", from_="+12065550731", to="+12065550101")
    await ring_and_answer(page, "text")
    await expect(work).to_contain_text("hello again")
    await expect(work).not_to_contain_text("set aside")
    await closed(page)
    await closed(board)

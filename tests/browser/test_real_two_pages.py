"""A supervisor with a board and a desk in one browser: there is one desk, however it was opened."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import another, closed, go_ready, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CALLER = "+12065550781"


async def board_beside(page: Page) -> Page:
    """Another tab of the same browser; neither has opened the other."""
    url = page.url.split("/desk")[0]
    return await another(await page.context.new_page(), f"{url}/board")


async def press_take(board: Page) -> None:
    """The one press."""
    row = board.get_by_role("row").filter(has_text=CALLER[-4:])
    await row.get_by_role("button", name="place").click()
    why = board.get_by_role("dialog", name="Why here, why now")
    await why.get_by_text("Take it myself").click()


async def paused_with_sound(page: Page) -> None:
    await go_ready(page)
    await page.get_by_role("button", name="Pause", exact=True).click()
    await page.get_by_role("menuitem", name="Break").click()
    await expect(page.get_by_role("group", name="My state").get_by_text("Ready")).to_be_visible()


async def test_one_press_on_the_board_takes_a_call_at_the_desk_that_was_opened_by_its_address(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD)
    await paused_with_sound(page)
    board = await board_beside(page)
    second = await another(
        await page.context.new_page(), page.url
    )  # it has no calls: they are there
    await expect(second.get_by_text("Use it here")).to_be_visible()
    await real.sandbox.call(from_=CALLER, to="+12065550101", keys=["3"])
    await press_take(board)
    await expect(board.locator(".toast")).to_contain_text("It is at your desk now.")
    await expect(page.locator(".phonebar")).to_contain_text(CALLER[-4:])
    assert page.context.pages == [page, board, second]
    await closed(page)


@pytest.mark.long
async def test_a_desk_without_sound_asks_in_its_own_tab_and_a_closed_one_opens(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD)
    board = await board_beside(page)
    await real.sandbox.call(from_=CALLER, to="+12065550101", keys=["3"])
    await press_take(board)
    await expect(board.locator(".toast")).to_contain_text("go to its tab")
    await expect(page.get_by_role("dialog", name="Take it yourself?")).to_contain_text("0781")
    assert page.context.pages == [page, board]
    await page.close()
    async with board.context.expect_page() as opened:
        await press_take(board)
    desk = await opened.value
    await expect(desk.get_by_role("dialog", name="Take it yourself?")).to_contain_text("0781")
    await desk.get_by_role("button", name="Take it", exact=True).click()
    await expect(desk.locator(".phonebar")).to_contain_text(CALLER[-4:])
    await closed(board)


@pytest.mark.long
async def test_call_back_on_the_board_shows_the_incident_at_the_open_desk(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD)
    board = await board_beside(page)
    await real.sandbox.call(from_=CALLER, to="+12065550101", keys=["3"])
    await (
        board.get_by_role("row")
        .filter(has_text=CALLER[-4:])
        .get_by_role("button", name="Open INC-")
        .click()
    )
    await board.get_by_role("dialog").get_by_text("Call back").click()
    await expect(board.locator(".toast")).to_contain_text("Your desk shows it now.")
    await expect(page.locator(".inc")).to_contain_text("INC-")
    assert page.context.pages == [page, board]
    await closed(page)

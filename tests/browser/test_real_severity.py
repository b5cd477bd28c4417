"""It says why it is severe; doubt is settled with one key; "wrong severity?" and its undo."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe, closed, go_ready, signed_in
from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.doubt import doubted, emergency, with_second_opinion

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SUPPORT = "+12065550101"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def asked_here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre that asks the model."""
    folder = tmp_path_factory.mktemp("asked-centre")
    config = with_second_opinion(short_config(folder))
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def asked(asked_here: Centre, chromium: Browser) -> AsyncIterator[Centre]:
    yield asked_here
    for context in chromium.contexts:
        await context.close()
    await asked_here.end_everything()


async def rings(page: Page, centre: Centre, words: str, person: str) -> None:
    await centre.sandbox.text(words, from_=person, to=SUPPORT)
    await expect(page.get_by_role("region", name="Incoming text")).to_be_visible()
    await page.wait_for_timeout(250)  # the guard against a key that was already on its way


@pytest.mark.long
async def test_the_words_that_decided_are_named_and_underlined(
    chromium: Browser, asked: Centre
) -> None:
    page = await signed_in(chromium, asked.url, "priya", PASSWORD)
    await go_ready(page)
    found: dict[object, object] = {}
    await rings(page, asked, emergency(), "+12065550661")
    offer = page.get_by_role("region", name="Incoming text")
    await expect(offer).to_contain_text("S1 because")
    await expect(offer).to_contain_text("% sure")
    await expect(offer.locator("mark").first).to_be_visible()
    await axe(page, "offer", found)
    await page.keyboard.press("Enter")
    middle = page.locator(".mid")
    await expect(middle.locator(".bub mark").first).to_be_visible()
    await expect(middle.get_by_text("% sure").last).to_be_visible()
    await page.reload()
    await expect(middle.locator(".bub mark").first).to_be_visible()
    await expect(middle.locator(".because")).to_contain_text("S1 because")
    assert found == {}
    await closed(page)


@pytest.mark.long
async def test_a_glance_by_keys(chromium: Browser, asked: Centre) -> None:
    page = await signed_in(chromium, asked.url, "priya", PASSWORD)
    await go_ready(page)
    found: dict[object, object] = {}
    await rings(page, asked, doubted(), "+12065550662")
    offer = page.get_by_role("region", name="Incoming text")
    await expect(offer).to_contain_text("unsure: check")
    await axe(page, "unsure", found)
    await page.keyboard.press("4")
    asks = offer.get_by_role("group", name="Why lower it to S4?")
    await expect(asks).to_be_visible()
    await axe(page, "why", found)
    await page.keyboard.press("Escape")
    await expect(asks).to_be_hidden()
    await page.keyboard.press("1")
    await expect(page.get_by_role("region", name="My work")).to_contain_text("S1")
    await expect(page.get_by_text("S1: it is yours. Triage learns from it.").first).to_be_visible()
    await page.keyboard.press("z")  # in hand and unsure again
    await expect(page.locator(".toast").filter(has_text="Undone")).to_be_visible()
    assert await page.locator(".toast").filter(has_text="it is yours").count() == 0
    middle = page.locator(".mid")
    await expect(middle.get_by_role("group", name="Is it an emergency?")).to_be_visible()
    await expect(page.get_by_role("region", name="My work")).to_contain_text("unsure: check")
    await axe(page, "in hand", found)
    await page.keyboard.press("2")
    await expect(middle.get_by_role("group", name="Is it an emergency?")).to_be_hidden()
    await expect(middle).to_contain_text("set by Priya Nair")
    assert found == {}
    await closed(page)


@pytest.mark.long
async def test_not_one_goes_on_and_leaves_the_desk_free(chromium: Browser, asked: Centre) -> None:
    page = await signed_in(chromium, asked.url, "priya", PASSWORD)
    await go_ready(page)
    await rings(page, asked, doubted(), "+12065550663")
    await page.keyboard.press("4")
    await page.keyboard.press("o")
    await expect(page.get_by_text("it goes on to the next person").first).to_be_visible()
    again = page.get_by_role("region", name="Incoming text")  # alone: after the cool-down
    await expect(again).to_contain_text("S4")
    await expect(again.get_by_role("group", name="Is it an emergency?")).to_have_count(0)
    await closed(page)


async def test_wrong_severity_by_keys_and_the_list_of_it(
    chromium: Browser, elsewhere: Browser, asked: Centre
) -> None:
    page = await signed_in(chromium, asked.url, "priya", PASSWORD)
    await go_ready(page)
    found: dict[object, object] = {}
    await rings(page, asked, emergency(), "+12065550664")
    await page.keyboard.press("Enter")
    middle = page.locator(".mid")
    await expect(middle.get_by_role("button", name="Wrong severity?")).to_be_visible()
    await expect(middle.get_by_role("textbox", name="Text to")).to_be_focused()
    await page.keyboard.press("Escape")  # out of the answer's box: letters are keys again
    await page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="What is it?")
    await expect(dialog).to_contain_text("It is an S1 now")
    await expect(dialog.locator("[aria-current=true]")).to_contain_text("S1 life")
    await axe(page, "how severe", found)
    await page.keyboard.press("3")
    await expect(dialog.get_by_role("group", name="Why lower it to S3?")).to_be_visible()
    await axe(page, "wrong severity", found)
    await page.keyboard.press("n")
    await expect(dialog).to_be_hidden()
    await expect(middle).to_contain_text("S3 report")
    board = await signed_in(elsewhere, asked.url, "dana", PASSWORD, path="/board")
    wrong = middle.get_by_role("button", name="Wrong severity?")
    await expect(wrong.locator("kbd")).to_have_text("W")
    await rings(page, asked, doubted(), "+12065550665")
    await expect(wrong.locator("kbd")).to_have_count(0)  # of what rings, W asks why
    line = board.locator(".list").get_by_role("row").filter(has_text="0665")
    await expect(line).to_contain_text("unsure: check")
    await line.get_by_role("button", name="Open INC-").click()
    drawer = board.get_by_role("dialog")
    await expect(drawer).to_contain_text("S2 because")
    await expect(drawer.locator(".bub mark").first).to_be_visible()
    await axe(board, "drawer", found)
    await board.keyboard.press("Escape")
    await board.get_by_role("button", name="Corrections").click()
    table = board.get_by_role("table", name="Corrections")
    row = table.get_by_role("row").filter(has_text=emergency()[:30]).first
    await expect(row).to_contain_text("never an emergency")
    await expect(row).to_contain_text("Priya Nair")
    await axe(board, "corrections", found)
    async with board.expect_download() as download:
        await board.get_by_role("link", name="Export").click()
    assert (await download.value).suggested_filename == "corrections-7-days.csv"
    await expect(table.get_by_role("row").filter(has_text="it is worse")).to_have_count(0)
    await wrong.click()  # while the list is open
    await dialog.get_by_role("button", name="S1").click()
    await expect(table.get_by_role("row").filter(has_text="it is worse")).to_have_count(1)
    assert found == {}
    await closed(board)
    await closed(page)

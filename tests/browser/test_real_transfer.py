"""Handing a call on by the keyboard, and what the board tells of hours, before the real centre."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe, go_ready, ring_and_answer, signed_in
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VET = "+12065550155"
PICTURES = os.environ.get("TEST_PICTURES")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """Numbers outside, and one queue that is closed."""
    folder: Path = tmp_path_factory.mktemp("transfer")
    config = short_config(folder)
    opens = (datetime.now(UTC) + timedelta(days=2)).strftime("%a").lower()
    text = config.read_text().replace('acknowledge = "8s"', 'acknowledge = "1s"')
    text = text.replace("outside_countries = []", 'outside_countries = ["+1"]')
    text = text.replace("[queues.claims]", '[queues.claims]\ncalendar = "office"')
    text = text.replace("[queues.general]", '[queues.general]\ncalendar = "always"')
    config.write_text(
        text
        + f"""
[calendars.office]
zone = "UTC"
[calendars.office.week]
{opens} = ["08:00-18:00"]
[calendars.always]
zone = "UTC"
[calendars.always.week]
mon-sun = ["00:00-24:00"]
[[outside]]
name = "vet_line"
word = "Animal poison control"
number = "{VET}"
"""
    )
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as found:
        yield found


async def picture(page: Page, name: str) -> None:
    """For people who look; both themes."""
    if PICTURES:
        await page.set_viewport_size({"width": 1366, "height": 768})
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            await page.screenshot(path=f"{PICTURES}/{name}-{theme}.png")


async def test_a_call_is_handed_on_by_the_keyboard(chromium: Browser, centre: Centre) -> None:
    page = await signed_in(chromium, centre.url, "priya", PASSWORD)
    await go_ready(page)
    async with desk(centre, "noah") as colleague:
        call = await centre.sandbox.call(talk="tone", hz=440, from_="+14255559001")
        await ring_and_answer(page)
        await until_heard(centre, call, 700)
        await expect(page.get_by_role("button", name="Transfer")).to_be_enabled()
        await page.keyboard.press("Alt+t")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("option")).not_to_have_count(0)
        await picture(page, "transfer")
        await axe(page, "transfer", found := {})
        assert not found
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await page.keyboard.press("Alt+t")
        await dialog.get_by_role("combobox").press_sequentially("noah")
        await expect(dialog.get_by_role("option")).to_have_count(1)
        await page.keyboard.press("Enter")
        offered = await colleague.offered()
        (reason,) = offered["reason"]["chosen"].values()
        assert (reason["why"], reason["by_name"]) == ("transferred", "Priya Nair")
        await expect(page.get_by_text("Transferred to Noah Kim").first).to_be_visible()
        await colleague.accept()
        await until_heard(centre, call, 700)  # the desk of the tests speaks 700 Hz too
        await centre.sandbox.hang_up(call)
    await page.context.close()
    await centre.end_everything()


@pytest.mark.long
async def test_transfer_is_for_the_call_it_was_opened_for_and_for_no_other(
    chromium: Browser, centre: Centre
) -> None:
    """Found by a user: the caller hung up, and the box stood over the next S1, one Enter away."""
    page = await signed_in(chromium, centre.url, "priya", PASSWORD)
    await go_ready(page)
    call = await centre.sandbox.call(talk="tone", hz=440, from_="+14255559003")
    await ring_and_answer(page)
    await until_heard(centre, call, 700)
    await expect(page.get_by_role("button", name="Transfer")).to_be_enabled()
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("option")).not_to_have_count(0)
    await expect(dialog.get_by_role("option", selected=True)).to_have_count(0)
    await page.keyboard.press("Enter")  # nothing is chosen: nothing is done
    await expect(dialog).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("option", selected=True)).to_have_count(1)
    await centre.sandbox.hang_up(call)
    await expect(dialog).to_have_count(0)
    await page.keyboard.press("1")  # the keyboard is the wrap-up's again
    await expect(page.get_by_role("radio").first).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio")).to_have_count(0)
    call = await centre.sandbox.call(talk="tone", hz=440, from_="+14255559004")
    await ring_and_answer(page)
    await until_heard(centre, call, 700)
    await expect(dialog).to_have_count(0)
    await centre.sandbox.hang_up(call)
    await page.context.close()
    await centre.end_everything()


@pytest.mark.long
async def test_a_typed_number_that_is_busy_brings_the_call_back(
    chromium: Browser, centre: Centre
) -> None:
    await centre.sandbox.person("+12065550177", answer="busy")
    page = await signed_in(chromium, centre.url, "tomas", PASSWORD)
    await go_ready(page)
    call = await centre.sandbox.call(talk="tone", hz=440, from_="+14255559002")
    await ring_and_answer(page)
    await until_heard(centre, call, 700)
    await page.get_by_role("button", name="Transfer").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox").press_sequentially("+1 206 555 0177")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("did not take the call").first).to_be_visible()
    await ring_and_answer(page)
    await until_heard(centre, call, 700)
    await expect(page.get_by_role("button", name="Transfer")).to_be_enabled()
    await page.keyboard.press("Alt+t")
    await page.get_by_role("button", name="Back in line").click()
    await expect(page.get_by_text("is back in line, at their old place").first).to_be_visible()
    await centre.sandbox.hang_up(call)
    await page.context.close()
    await centre.end_everything()


@pytest.mark.long
async def test_the_board_says_which_queues_are_open(chromium: Browser, centre: Centre) -> None:
    page = await signed_in(chromium, centre.url, "dana", PASSWORD, path="/board")
    hours = page.get_by_role("group", name="Opening hours")
    await expect(hours).to_contain_text("○ Claims closed · opens")
    await expect(hours).to_contain_text("● General open")
    await picture(page, "board-hours")
    told = await page.evaluate("async () => (await fetch('/api/hours')).json()")
    assert told["queues"]["claims"]["open"] is False
    assert told["queues"]["claims"]["changes"][0] > told["now"]
    await page.context.close()

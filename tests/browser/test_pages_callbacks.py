"""The list of promised calls, on board and desk, against the recorded scene."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PICTURES = os.environ.get("HOLDFAST_PICTURES")


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def asked(desk: FakeDesk, do: str = "callbacks") -> list[Any]:
    return [one for one in desk.intents if one["do"] == do]


async def test_a_board_has_all_of_them_and_the_worst_first(
    chromium: Browser, desk: FakeDesk
) -> None:
    found: dict[Any, Any] = {}
    for theme in ("light", "dark"):
        page = await opened(chromium, f"{desk.url}/board?scene=board", color_scheme=theme)
        await page.get_by_role("button", name="Callbacks", exact=True).click()
        table = page.get_by_role("table", name="Callbacks")
        rows = table.locator(".cb:not(.th)")
        await expect(rows).to_have_count(6)
        first = rows.first
        for words in ("Maya Torres", "INC-20419", "voicemail", "try 2 of 4", "no answer", "overdue",
                      "not here"):  # fmt: skip
            await expect(first).to_contain_text(words)
        await expect(rows.filter(has_text="Ade Brooks")).to_contain_text("now with Elena Popov")
        await expect(rows.filter(has_text="Rosa Diaz")).to_contain_text("Noah Kim is calling")
        await expect(rows.filter(has_text="Hyun Park")).to_contain_text("local time unknown")
        await expect(rows.filter(has_text="Marguerite")).to_contain_text(" or ")
        assert await table.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        if PICTURES:
            await page.screenshot(path=f"{PICTURES}/callbacks-board-{theme}.png")
        await axe(page, f"board {theme}", found)
        for name, count in (("Overdue · 1", 1), ("Nobody’s · 1", 1), ("S1 and S2 · 3", 3)):
            await page.get_by_role("button", name=name).click()
            await expect(rows).to_have_count(count)
        await close(page)
    assert found == {}


async def test_of_a_restricted_one_a_row_says_how_severe_when_and_whose(
    chromium: Browser, desk: FakeDesk
) -> None:
    desk.hides = {"k1", "k5"}  # tried twice; one that stands for a call
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Callbacks", exact=True).click()
    rows = page.get_by_role("table", name="Callbacks").locator(".cb:not(.th)")
    hidden = rows.filter(has_text="Restricted")
    await expect(hidden).to_have_count(2)
    for text in await hidden.all_inner_texts():
        for words in ("try", "by", "local time", "now with", "voicemail", "place", "INC-"):
            assert words not in text, text
    await expect(hidden.first).to_contain_text("Tomás Vega")
    await close(page)


async def test_it_is_asked_for_again_when_the_centre_says_so_and_only_while_it_is_seen(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    desk.intents.clear()
    await (await desk.here()).say("notice", level="info", code="callbacks_changed", text="")
    await page.get_by_role("button", name="Callbacks", exact=True).click()
    await until(lambda: _soon(len(asked(desk)) == 1), "asked once")
    await (await desk.here()).say("notice", level="info", code="callbacks_changed", text="")
    await until(lambda: _soon(len(asked(desk)) == 2), "asked again")
    await expect(page.locator(".toast")).to_have_count(0)
    await close(page)


async def _soon(so: bool) -> bool:
    return so


async def test_a_row_is_moved_given_and_called_off(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Callbacks", exact=True).click()
    more = page.get_by_role("button", name="More for Grace Lindqvist")
    await more.click()
    await page.get_by_role("menuitem", name="Move to another time").click()
    dialog = page.get_by_role("dialog", name="Move the callback to Grace Lindqvist")
    desk.refuse["move_callback"] = "night"
    await dialog.get_by_label("Your time", exact=True).fill("14:30")
    await dialog.get_by_role("button", name="Move it", exact=True).click()
    await dialog.get_by_label("Why at night").fill("the vet decides then")
    desk.refuse.clear()
    await dialog.get_by_role("button", name="Move it anyway").click()
    await expect(dialog).to_have_count(0)
    first, second = asked(desk, "move_callback")
    assert (first["contact"], first["sure"], second["sure"]) == ("k3", [], ["night"])
    assert second["note"] == "the vet decides then"
    await more.click()
    await page.get_by_role("menuitem", name="Cancel the callback").click()
    off = page.get_by_role("dialog", name="Cancel the callback: Grace Lindqvist?")
    go = off.get_by_role("button", name="Cancel it")
    await expect(go).to_be_disabled()
    await off.get_by_label("Why?").fill("they wrote that it is solved")
    await go.click()
    await expect(off).to_have_count(0)
    (one,) = asked(desk, "cancel_callback")
    assert (one["contact"], one["reason"]) == ("k3", "they wrote that it is solved")
    await page.get_by_role("button", name="Undo").click()
    await until(lambda: _soon(len(asked(desk, "not_needed_undo")) == 1), "taken back")
    await more.click()
    await page.get_by_role("menuitem", name="Cancel the callback").click()
    await off.get_by_label("Why?").fill("she is at the gate")
    await off.get_by_label("They were reached in another way").check()
    await go.click()
    await until(lambda: _soon(len(asked(desk, "not_needed")) == 1), "reached")
    (one,) = asked(desk, "not_needed")
    assert (one["through"], one["reason"]) == (None, "she is at the gate")
    await more.click()
    await page.get_by_role("menuitem", name="Give to somebody").click()
    give = page.get_by_role("dialog", name="Who calls Grace Lindqvist?")
    await expect(give).to_contain_text("This callback alone")
    await give.get_by_label("Give it to").select_option(label="Tomás Vega")
    await give.get_by_role("button", name="Give it").click()
    await expect(give).to_have_count(0)
    (one,) = asked(desk, "give_callback")
    assert (one["contact"], one["agent"], one["before"]) == ("k3", "a2", None)
    assert not asked(desk, "give_incident")
    await close(page)


async def test_at_a_desk_a_key_opens_mine_due_and_overdue(
    chromium: Browser, desk: FakeDesk
) -> None:
    found: dict[Any, Any] = {}
    for theme in ("light", "dark"):
        page = await opened(chromium, f"{desk.url}/desk?scene=idle", color_scheme=theme)
        await page.keyboard.press("x")
        dialog = page.get_by_role("dialog", name="Callbacks")
        rows = dialog.locator(".cb:not(.th)")
        await expect(rows).to_have_count(2)  # Priya's
        await expect(rows.first).to_contain_text("Ade Brooks")
        if PICTURES:
            await page.screenshot(path=f"{PICTURES}/callbacks-desk-{theme}.png")
        await dialog.get_by_role("button", name="Due · 4").click()
        await expect(rows).to_have_count(4)
        if PICTURES:
            await page.screenshot(path=f"{PICTURES}/callbacks-desk-due-{theme}.png")
        await axe(page, f"desk {theme}", found)
        await dialog.get_by_role("button", name="Overdue · 1").click()
        await expect(rows).to_have_count(1)
        await dialog.get_by_role("button", name="Call Maya Torres now").click()
        await until(lambda: _soon(bool(asked(desk, "callback"))), "called")
        last = asked(desk, "callback")[-1]
        assert (last["incident"], last["address"]) == ("i1", "at-k1")
        await close(page)
        desk.intents.clear()
    assert found == {}


async def test_calling_off_asks_what_is_next_and_can_be_taken_back_after_that(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    (await desk.here()).scene["incidents"]["i1"]["next"] = None
    desk.asks_next = True
    await page.keyboard.press("x")
    await page.get_by_role("button", name="Due · 4").click()
    await page.get_by_role("button", name="More for Maya Torres").click()
    await page.get_by_role("menuitem", name="Cancel the callback").click()
    off = page.get_by_role("dialog", name="Cancel the callback: Maya Torres?")
    await off.get_by_label("Why?").fill("they wrote that it is solved")
    await off.get_by_role("button", name="Cancel it").click()
    await page.get_by_role("dialog", name="What is next?").get_by_text("Try to reach them").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one["do"] for one in desk.intents if one["do"] in ("plan_next", "cancel_callback")] == [
        "cancel_callback", "plan_next", "cancel_callback",
    ]  # fmt: skip
    await page.get_by_role("button", name="Undo").click()
    await until(lambda: _soon(len(asked(desk, "not_needed_undo")) == 1), "taken back")
    await close(page)

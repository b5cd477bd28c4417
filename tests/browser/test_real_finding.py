"""Incidents that nobody has in hand, found and called back; callers who gave up, on the board."""

from __future__ import annotations

import pprint
import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, go_ready, hears, ring_and_answer, signed_in
from tests.flow.conftest import until_heard
from tests.flow.test_finding import closed_text
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.long
async def test_a_paused_agent_finds_a_closed_incident_by_digits_and_calls_back(
    chromium: Browser, real: Centre
) -> None:
    person = "+14255550601"
    await closed_text(real, person, "the parrot flew away")
    await real.sandbox.person(person, answer="answers", ring_ms=2500, talk="tone", hz=440)
    page = await signed_in(chromium, real.url, "noah", PASSWORD)
    found: dict[Any, Any] = {}
    await expect(page.get_by_role("group", name="Recent incidents")).to_contain_text("0601")
    await axe(page, "idle", found)
    await page.keyboard.press("/")
    await expect(page.get_by_label("Number, telephone, email, name or words")).to_be_focused()
    await page.keyboard.type("425 555 0601")
    rows = page.locator("#foundlist").get_by_role("option")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("+1 425 ••• 0601")
    await expect(rows).to_contain_text("owner Tomás Vega")
    await axe(page, "finder", found)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text("parrot flew away")
    await axe(page, "found", found)
    await page.keyboard.press("n")
    await page.keyboard.type("calling them back")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text("calling them back")
    await page.keyboard.press("Escape")
    assert "#incident=" in page.url
    await page.reload()
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text("calling them back")

    await page.keyboard.press("/")
    await page.keyboard.type('425-555-0601 "calling THEM"')
    await expect(rows).to_have_count(1)
    await expect(rows.locator("mark")).to_have_text(["calling them"])
    await axe(page, "words found", found)
    await page.keyboard.press("Escape")

    await expect(page.locator(".phonebar")).to_contain_text("sound off")  # never pressed Ready
    await page.get_by_role("button", name=re.compile("^Call (back )?[+]1")).click()
    bar = page.get_by_role("region", name="Phone")
    await expect(bar).to_contain_text(re.compile("Calling|Ringing|picked up"))
    await hears(page, 440)
    (call,) = [c for c in await real.sandbox.calls() if c["to"] == person]
    await until_heard(real, call["sid"], 700)
    await expect(page.locator(".people")).to_contain_text("To call back, end your call first.")
    await expect(page.get_by_role("button", name=re.compile("^Call (back )?[+]1"))).to_be_disabled()
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("group", name="My state")).to_contain_text("wrap-up")
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".choice")).to_contain_text("Paused")
    assert found == {}, pprint.pformat(found, width=180)
    await closed(page)


@pytest.mark.long
async def test_in_a_call_another_incident_is_read_and_left_by_escape(
    chromium: Browser, real: Centre
) -> None:
    await closed_text(real, "+14255550602", "hamster at the vet")
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    await go_ready(page)
    await real.sandbox.call(talk="tone", hz=440, from_="+14255550603")
    await ring_and_answer(page)
    await expect(page.locator(".phonebar")).to_contain_text("0603")
    await hears(page, 440)
    await page.keyboard.press("Control+k")
    await page.keyboard.type("find an incident")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Number, telephone, email, name or words")).to_be_focused()
    await page.keyboard.type("HAMSTER vet")
    await expect(page.locator("#foundlist").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    timeline = page.get_by_role("region", name="Timeline")
    await expect(timeline).to_contain_text("hamster at the vet")
    await page.keyboard.press("Alt+h")  # what happens to the call does not take the page away
    await expect(page.locator(".phonebar")).to_contain_text("they hear music")
    await page.keyboard.press("Alt+h")
    await expect(timeline).to_contain_text("hamster at the vet")
    await expect(page.get_by_role("button", name=re.compile("^Call (back )?[+]1"))).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(page.locator(".mid")).not_to_contain_text("hamster")
    await expect(timeline).to_contain_text("answered after")
    await closed(page)


async def test_who_gave_up_is_on_the_board_and_one_step_from_being_called(
    chromium: Browser, real: Centre
) -> None:
    person = "+14255550604"
    await real.sandbox.person(person, answer="answers", ring_ms=200, talk="tone", hz=440)
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await expect(board.get_by_role("button", name="Gave up")).to_be_visible()
    asked: list[str] = []
    board.on("request", lambda request: asked.append(request.url))
    await board.get_by_role("button", name="Gave up").click()
    row = board.get_by_role("table", name="Gave up").get_by_role("row").filter(has_text="0604")
    call = await real.sandbox.call(from_=person)
    await real.sandbox.wait_for(call, "play.started")
    await expect(row).to_have_count(0)
    await real.sandbox.hang_up(call)
    await expect(row).to_contain_text("S1 life")
    await expect(board.get_by_role("button", name="Gave up")).to_contain_text(re.compile(r"[1-9]"))
    found: dict[Any, Any] = {}
    await axe(board, "gave up", found)
    number = row.get_by_role("button", name="Open INC-")
    await number.focus()
    await board.keyboard.press("Enter")
    drawer = board.get_by_role("dialog")
    await expect(drawer).to_contain_text("+1 425 ••• 0604")
    await expect(drawer.get_by_role("region", name="Timeline")).to_contain_text("called")
    await axe(board, "drawer", found)
    await board.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await expect(number).to_be_focused()
    assert asked == []
    assert found == {}, pprint.pformat(found, width=180)

    async with board.context.expect_page() as opening:
        await row.get_by_role("link", name=re.compile("^Call (back )?[+]1")).click()
    at_desk = await opening.value
    await expect(at_desk.get_by_role("region", name="People")).to_contain_text("0604")
    await at_desk.get_by_role("button", name=re.compile("^Call (back )?[+]1")).click()
    await hears(at_desk, 440)
    await expect(row).to_have_count(0)
    await at_desk.get_by_role("button", name="Hang up").click()
    await closed(board)


@pytest.mark.long
async def test_a_caller_on_the_list_is_marked_done(chromium: Browser, real: Centre) -> None:
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await board.get_by_role("button", name="Gave up").click()
    async with desk(real, "dana", view="board") as other:
        call = await real.sandbox.call(from_="+14255550605")
        await real.sandbox.wait_for(call, "play.started")
        await real.sandbox.hang_up(call)
        row = board.get_by_role("table", name="Gave up").get_by_role("row").filter(has_text="0605")
        await row.get_by_role("button", name=re.compile("done")).click()
        await board.get_by_role("menuitem", name="Take off this list").click()
        await expect(row).to_have_count(0)
        await other.until(lambda: not any("0605" in str(m) for m in other.abandoned.values()))
    await closed(board)

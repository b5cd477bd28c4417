"""A call promised at the desk, seen on the board, rung and made: with the keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, go_ready, ring_and_answer, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_call_back_later_from_the_desk(chromium: Browser, real: Centre) -> None:
    person = "+12065550721"
    await real.sandbox.person(person, answer="answers", ring_ms=300, talk="tone", hz=440)
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await go_ready(page)
    await real.sandbox.text("please call me after lunch", from_=person, to="+12065550101")
    await ring_and_answer(page, "text")
    await page.get_by_role("button", name="Promise a callback").click()
    dialog = page.get_by_role("dialog", name="Promise a callback")
    await expect(dialog.get_by_role("button", name="As soon as")).to_be_focused()
    found: dict[object, object] = {}
    await axe(page, "later", found)
    assert found == {}
    for _ in range(2):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    people = page.get_by_role("region", name="People")
    await expect(people).to_contain_text("Callback due")
    await expect(people).to_contain_text("in 29:")
    await expect(people).to_contain_text("asked for by Priya Nair")
    row = board.locator(".tr").filter(has_text="callback")
    await expect(row).to_contain_text("due ")
    await axe(board, "board", found)
    assert found == {}
    await people.get_by_role("button", name="Cancel …").click()
    await page.keyboard.type("she wrote: all is well")
    await page.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await expect(people).not_to_contain_text("Callback due")
    await page.get_by_role("textbox", name="Text to").fill("We will call you.")
    await page.get_by_role("button", name="Send and close").click()
    await axe(page, "what is next", found)
    await page.get_by_role("button", name="Look whether they answered").click()
    await expect(page.get_by_text("Done. You are ready")).to_be_visible()
    await page.get_by_role("button", name="Promise a callback").click()
    await page.keyboard.press("Enter")  # as soon as somebody is free
    await expect(dialog).to_be_hidden()
    offer = page.get_by_role("region", name="Callback")
    await expect(offer).to_be_visible()
    await expect(offer).to_contain_text("asked for by Priya Nair")
    await expect(offer.get_by_role("button", name="Call them")).to_be_visible()
    await axe(page, "offer", found)
    assert found == {}
    await page.wait_for_timeout(250)
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator(".phonebar")).to_contain_text("Hang up")
    await expect(board.get_by_role("table", name="Agents")).to_contain_text("on a call")
    await closed(page)
    await closed(board)


@pytest.mark.parametrize("needed", [False, pytest.param(True, marks=pytest.mark.long)])
async def test_still_needed_is_asked_at_the_wrap_up_and_answered_by_a_key(
    chromium: Browser, real: Centre, needed: bool
) -> None:
    person = f"+120655507{23 + needed}"
    await real.sandbox.person(person, answer="answers", ring_ms=300, talk="tone", hz=440)
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await go_ready(page)
    call = await real.sandbox.call(from_=person, to="+12065550101")
    await real.sandbox.wait_for(call, "play.started")
    await real.sandbox.press(call, "4")  # the menu
    await ring_and_answer(page)
    await expect(page.locator(".phonebar")).to_contain_text("Hang up")
    await page.get_by_role("button", name="Promise a callback").click()
    await page.keyboard.press("Enter")  # as soon as somebody is free
    people = page.get_by_role("region", name="People")
    await expect(people).to_contain_text("now with Priya · in 14:")
    row = board.locator(".tr").filter(has_text="now with Priya")
    await expect(row).to_contain_text("in 14:")
    found: dict[object, object] = {}
    await axe(board, "board", found)
    await row.get_by_role("button", name="now with Priya").click()
    why = board.get_by_role("dialog", name="Why here, why now")
    await expect(why.get_by_role("definition").first).to_contain_text("now with Priya · in 1")
    kept = why.get_by_role("listitem").filter(has_text="kept waiting: the person is with us")
    await expect(kept).to_contain_text("Priya Nair")
    await axe(board, "why", found)
    await board.keyboard.press("Escape")
    await real.sandbox.hang_up(call)
    wrap = page.get_by_role("region", name="Wrap-up")
    asked = wrap.get_by_role("group", name="Still needed?")
    await expect(asked).to_contain_text("asked for by Priya Nair")
    done = wrap.get_by_role("button", name="Done")
    for part in (asked, done, asked.get_by_role("button", name="No")):
        box = await part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 1366  # nothing is pushed out of the window
    await axe(page, "wrap-up", found)
    assert found == {}
    await page.keyboard.press("n")  # begins a note, and answers nothing
    await expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    await page.keyboard.type("x y")
    await expect(asked).to_be_visible()
    await page.get_by_role("heading", name="Wrap-up").click()
    if not needed:
        await page.keyboard.press("x")
        await expect(row).to_have_count(0)
        await expect(page.locator(".toast").get_by_role("button", name="Undo")).to_be_visible()
        await page.keyboard.press("z")  # it is promised again, and asked again
        await expect(page.locator(".toast").filter(has_text="Undone")).to_be_visible()
        await expect(row).to_have_count(1)
        await expect(asked).to_be_visible()
    await page.keyboard.press("y" if needed else "x")
    await expect(asked).to_be_hidden()
    await expect(row).to_have_count(int(needed))
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    offer = page.get_by_role("region", name="Callback")
    await (expect(offer).to_be_visible() if needed else expect(wrap).to_be_hidden())
    states = {True: "open", False: "reached"}
    await real.until_rows(
        f"select state from callback where state = '{states[needed]}'"
        f" and id = (select id from callback order by made_at desc limit 1)",
        [(states[needed],)],
    )
    await closed(page)
    await closed(board)


@pytest.mark.long
async def test_a_supervisor_says_on_the_board_why_it_is_not_needed_and_takes_it_back(
    chromium: Browser, real: Centre
) -> None:
    person = "+12065550725"
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    board = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    await go_ready(page)
    await real.sandbox.text("please call me after lunch", from_=person, to="+12065550101")
    await ring_and_answer(page, "text")
    await page.get_by_role("button", name="Promise a callback").click()
    await page.get_by_role("dialog", name="Promise a callback").get_by_text("In 30 minutes").click()
    row = board.locator(".tr").filter(has_text="callback")
    item = board.get_by_role("menuitem", name="Cancel the callback")
    asks = board.get_by_role("dialog", name="Cancel the callback")
    go = asks.get_by_role("button", name="Cancel it")
    for taken_back in (True, False):
        await row.get_by_role("button").first.click()
        await item.click()
        await expect(asks.get_by_role("textbox")).to_be_focused()
        await asks.get_by_role("checkbox", name="They were reached").check()
        await asks.get_by_role("textbox").focus()
        await expect(go).to_be_disabled()  # not without a reason
        await board.keyboard.press("Enter")
        await expect(asks).to_be_visible()
        await axe(board, "not needed", found := {})
        assert found == {}
        await board.keyboard.type("they wrote that it is solved")
        await board.keyboard.press("Enter")
        await expect(asks).to_be_hidden()
        await expect(row).to_have_count(0)
        if taken_back:
            await board.locator(".toast").get_by_role("button", name="Undo").click()
            await expect(board.locator(".toast")).to_contain_text("promised again")
            await expect(row).to_have_count(1)
    said = "'they wrote that it is solved'"
    await real.until_rows(
        f"select action from audit where detail = {said}", [("callback.not_needed",)] * 2
    )
    await closed(page)
    await closed(board)

"""Why here, why now, and who waits: at the agent's desk, with the keyboard."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, go_ready, ring_and_answer, signed_in
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_desk_says_why_it_rings_and_who_waits(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "noah", PASSWORD)
    await go_ready(page)
    found: dict[object, object] = {}
    call = await real.sandbox.call(from_="+12065550741")  # needs safety: not his
    idle = page.get_by_role("region", name="Nothing is open")
    await expect(idle).to_contain_text("1 waiting, but not for you right now")
    because = idle.get_by_role("listitem").filter(has_text="needs safety 3+")
    await expect(because).to_be_visible()
    await page.keyboard.press("w")
    line = page.get_by_role("dialog", name="Who is waiting")
    row = line.get_by_role("row").filter(has_text="0741")
    await expect(row).to_contain_text("needs safety 3+")
    await expect(row).to_contain_text("place 1")
    await axe(page, "line", found)
    await page.keyboard.press("Escape")
    await expect(line).to_be_hidden()
    recent = idle.get_by_role("group", name="Recent incidents").get_by_role("listitem").first
    await expect(recent).to_contain_text("0741")
    await expect(recent).to_contain_text("waiting")
    await real.sandbox.hang_up(call)
    await expect(recent).to_contain_text("gave up waiting")
    await real.sandbox.text("where is my invoice", from_="+12065550742", to="+12065550101")
    await expect(page.get_by_role("region", name="Incoming text")).to_be_visible()
    await page.wait_for_timeout(250)
    await page.keyboard.press("w")
    why = page.get_by_role("dialog", name="Why here, why now")
    await expect(why).to_contain_text("place 1")
    await expect(why).to_contain_text("Noah Kim")
    await expect(why).to_contain_text("Alt + Enter answers")
    await axe(page, "why", found)
    assert found == {}
    await page.keyboard.press("Alt+Enter")
    await expect(page.get_by_role("region", name="My work")).to_contain_text("where is my invoice")
    await page.keyboard.press("Escape")
    await expect(why).to_be_hidden()
    await closed(page)


@pytest.mark.long
async def test_an_explanation_goes_with_the_offer(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    await go_ready(page)
    call = await real.sandbox.call(from_="+12065550743")
    offer = page.get_by_role("region", name="Incoming call")
    await expect(offer).to_be_visible()
    await offer.get_by_role("button", name="Why?").click()
    why = page.get_by_role("dialog", name="Why here, why now")
    await expect(why).to_contain_text("safety 3+")
    await real.sandbox.hang_up(call)
    await expect(why).to_be_hidden()
    await real.sandbox.text("hello there", from_="+12065550744", to="+12065550101")
    await ring_and_answer(page, "text")  # keys are the desk's again
    await closed(page)


@pytest.mark.long
async def test_escape_closes_the_explanation_on_the_board(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    call = await real.sandbox.call(from_="+12065550745")
    row = page.get_by_role("row").filter(has_text="0745")
    for gone in (False, True):  # the focus in the dialog, and nowhere
        await row.get_by_role("button", name="place").click()
        why = page.get_by_role("dialog", name="Why here, why now")
        await expect(why).to_contain_text("before all others")
        if gone:
            await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("Escape")
        await expect(why).to_be_hidden()
    await real.sandbox.hang_up(call)
    await closed(page)


ASK_WHILE_MUCH_MOVES = """async () => {
  const { html, render } = await ours('ui.js');
  const { useAsked } = await ours('why.js');
  let asked = 0;
  const box = document.createElement('div');
  const Asks = ({ when }) => {
    useAsked('one', async () => { asked += 1; return asked; }, when, () => {}, 300);
    return null;
  };
  for (let when = 0; when < 30; when += 1) {
    render(html`<${Asks} when=${when}/>`, box);
    await new Promise((done) => { setTimeout(done, 50); });
  }
  render(null, box);
  return asked;
}"""


@pytest.mark.long
async def test_an_explanation_stays_fresh_while_much_moves(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "noah", PASSWORD)
    asked = await page.evaluate(ASK_WHILE_MUCH_MOVES)
    assert 3 <= asked <= 7  # at once, then each 300 ms of 1.5 s
    await closed(page)

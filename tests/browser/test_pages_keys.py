"""Keys at the desk: a digit chooses in dialogs too, and words typed beside a field do nothing to a
call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.browser.test_pages_fit import heard
from tests.kit.fake_desk import FakeDesk
from tests.kit.fake_scenes import build

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_a_digit_chooses_in_the_dialog_though_its_comment_has_the_focus(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.get_by_role("button", name="Close only").click()
    dialog = page.get_by_role("dialog")
    comment = dialog.get_by_label("Comment")
    await expect(comment).to_be_focused()
    await page.keyboard.press("3")
    radios = dialog.get_by_role("radio")
    await expect(radios.nth(6)).to_contain_text("Wrong number")
    await expect(radios).to_have_count(8)  # nobody spoke: only in a call
    await expect(radios.nth(2)).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("2")
    await expect(radios.nth(1)).to_have_attribute("aria-checked", "true")
    await expect(comment).to_have_value("")
    await page.keyboard.type("Both of 4 dogs, 1 cat")  # in words a digit is a digit
    await expect(comment).to_have_value("Both of 4 dogs, 1 cat")
    await expect(radios.nth(1)).to_have_attribute("aria-checked", "true")
    await radios.nth(1).focus()
    await page.keyboard.press("1")
    await expect(radios.nth(0)).to_have_attribute("aria-checked", "true")
    await dialog.get_by_role("button", name="Close without an answer").click()
    await expect(dialog).to_have_count(0)
    (sent,) = [one for one in desk.intents if one["do"] == "wrapped"]
    assert sent["comment"] == "Both of 4 dogs, 1 cat"
    await close(page)


async def test_an_unsure_offer_says_which_of_its_keys_pass_it_on_before_they_are_pressed(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring")
    here = await desk.here()
    ring = here.scene["contacts"]["o1"] | {"severity": 2, "grounds": {"unsure": True}}
    await here.event("contact.severity_changed", {"contacts": {"o1": ring}})
    glance = page.get_by_role("group", name="Is it an emergency?")
    await expect(glance.get_by_role("button", name="Emergency: take it")).to_be_visible()
    for word in ("Urgent: pass it on", "Neither: pass it on"):
        button = glance.get_by_role("button", name=word)
        assert "goes on to the next person" in (await button.get_attribute("title") or "")
    await close(page)


async def test_a_digit_chooses_in_the_wrap_up_though_its_comment_has_the_focus(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await page.get_by_role("button", name="Hang up").click()
    wrap = page.get_by_role("region", name="Wrap-up")
    await wrap.get_by_label("Comment").focus()
    await page.keyboard.press("2")
    await expect(wrap.get_by_role("radio").nth(1)).to_have_attribute("aria-checked", "true")
    await expect(wrap.get_by_label("Comment")).to_have_value("")
    await close(page)


async def test_words_typed_beside_a_field_do_nothing_to_a_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    await page.locator(".phonebar .who").click()  # nothing has the focus
    for letter in "the mother":
        await page.keyboard.press("Space" if letter == " " else letter)
    await page.keyboard.press("Shift+H")
    await expect(page.locator("textarea.pad")).to_have_value("the motherH")
    await expect(bar.get_by_role("button", name="Mute", exact=False).first).to_have_attribute(
        "aria-pressed", "false"
    )
    await expect(page.get_by_role("dialog", name="Transfer")).to_have_count(0)
    assert [one["do"] for one in desk.intents if one["do"] in ("hold", "transfer_targets")] == []
    await close(page)


async def test_with_alt_they_act_while_somebody_types_and_leave_the_words_alone(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    await page.keyboard.type("the mother")
    await page.keyboard.press("Alt+h")
    await expect(bar).to_contain_text("they hear music")
    await expect(bar.get_by_role("button", name="Resume")).to_be_enabled()
    await page.keyboard.press("Alt+h")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    await page.keyboard.press("Alt+m")
    await expect(bar.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("textarea.pad")).to_have_value("the mother")
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_role("dialog", name="Transfer")).to_be_visible()
    assert [one["on"] for one in desk.intents if one["do"] == "hold"] == [True, False]
    await close(page)


async def test_whom_one_called_last_is_called_again_by_mouse_by_key_and_not_in_a_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await desk.here()
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Dial")).to_be_visible()
    await expect(bar.get_by_role("button", name="Redial")).to_have_count(0)  # nobody was called yet
    await page.keyboard.press("Alt+r")
    await expect(page.locator(".toast")).to_contain_text("You have called nobody")
    last = {"incident": "i7", "incident_no": "INC-20431", "address": "d7", "name": "Ade Brooks",
            "masked": "+1 206 ••• 0177"}  # fmt: skip
    here.scene["last_called"] = last
    call = build("call", desk.now())["contacts"]["c1"]
    put = {"contacts": {call["id"]: call}}
    await here.event("contact.connected", put)
    await expect(bar.get_by_role("button", name="Hang up")).to_be_visible()
    await page.keyboard.press("Alt+r")  # in a call it is nothing
    await here.event("contact.ended", {}, {"contacts": [call["id"]]})
    again = bar.get_by_role("button", name="Redial Ade Brooks")
    await expect(again).to_have_attribute(
        "title", "Redial Ade Brooks, +1 206 ••• 0177, into INC-20431"
    )
    await again.click()

    def orders() -> list[dict[str, str]]:
        return [one for one in desk.intents if one["do"] == "callback"]

    async def dialled(times: int) -> None:
        async def so() -> bool:
            return len(orders()) == times

        await until(so, f"{times} calls")

    await dialled(1)
    await expect(again).to_be_enabled()
    await page.keyboard.press("Alt+r")
    await dialled(2)
    assert {(one["incident"], one["address"]) for one in orders()} == {("i7", "d7")}
    assert len({one["key"] for one in orders()}) == 2
    await here.event("contact.connected", put)
    await expect(bar.get_by_role("button", name="Hang up")).to_be_visible()
    call["state"] = "wrapup"
    await here.event("contact.wrapup", put)
    await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
    here.scene["last_called"] = last | {"name": "Bo Lund"}  # the record is there only now
    await here.event("contact.ended", {}, {"contacts": [call["id"]]})
    await expect(bar.get_by_role("button", name="Redial Bo Lund")).to_be_visible()
    await close(page)


KEYS = [*"abcdefghijklmnopqrstuvwxyz0123456789", *"*#+-=.,;'/[]`", "Space", "Tab", "Backspace",
        "Delete", "Insert", "Home", "End", "PageUp", "PageDown", "ArrowUp", "ArrowDown",
        "ArrowLeft", "ArrowRight", "Escape", "F2", "F8", "F9", "Shift+H", "Shift+M"]  # fmt: skip
STEERS = {"accept", "decline", "glance", "hang_up", "hold", "digits", "transfer",
          "transfer_targets", "return", "consult", "consult_answer", "consult_together",
          "consult_end", "consult_hand_over", "callback", "dial", "leave_beside", "wrapped",
          "extend", "pull", "sit_beside", "take_call"}  # fmt: skip
"""Enter alone is no stray letter: it answers what rings and ends a wrap-up that has an outcome."""


STATE = """(leave) => {
  if (leave && document.querySelector('dialog[open]')) return null;
  if (leave) document.activeElement?.blur();
  return [...document.querySelectorAll('.phonebar [aria-pressed], .phonebar [aria-expanded]')].map(
    (b) => b.textContent + b.ariaPressed + b.ariaExpanded); }"""


async def state_of(page: Page, *, leave: bool = True) -> list[str]:
    """What of the telephone a key could have changed at the page itself; `leave`: then nothing has
    the focus, and no dialog that a key has opened is left."""
    found = await page.evaluate(STATE, leave)
    if found is None:
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog[open]")).to_have_count(0)
        found = await page.evaluate(STATE, leave)
    return list(found)


@pytest.mark.parametrize("at", ["ring", "call", "held", "consult", "asked in", "wrapup", "idle"])
async def test_no_single_key_steers_a_call(chromium: Browser, desk: FakeDesk, at: str) -> None:
    scene = {"ring": "ring", "wrapup": "wrapup", "asked in": "idle", "idle": "idle"}.get(at, "call")
    page = await opened(chromium, f"{desk.url}/desk?scene={scene}")
    here = await desk.here()
    call = build("call", desk.now())["contacts"]["c1"]
    me = here.mine()
    if at in ("held", "consult"):
        call = here.scene["contacts"]["c1"]
        call["held"] = True
    if at in ("consult", "asked in"):
        agent = me["id"] if at == "asked in" else "a3"
        call["consult"] = {"at": "asked" if at == "asked in" else "apart", "agent": agent,
                           "name": "Dana Reyes", "by_name": "Priya Raman", "since": desk.now(),
                           "until": None}  # fmt: skip
    if at == "asked in":
        call["agent"], me["asked"] = "a3", call["id"]
    if at in ("held", "consult", "asked in"):
        put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
        await here.event("contact.consulted", put)
    if at == "consult":
        bar = page.get_by_role("region", name="Colleague in this call")
        await expect(bar.get_by_role("button", name="All three")).to_be_enabled()
    if at == "asked in":
        await expect(page.get_by_role("region", name="Priya Raman asks you in")).to_be_visible()
    hold = page.get_by_role("region", name="Phone").get_by_role("button", name="Hold")
    if at == "call":  # pressed by mouse before: a Space or Enter is no second press
        mute = page.get_by_role("region", name="Phone").get_by_role("button", name="ute")
        await mute.click()
        await mute.click()
        await expect(hold).to_be_enabled()
    if at == "held":
        resume = page.get_by_role("region", name="Phone").get_by_role("button", name="Resume")
        await expect(resume).to_have_attribute("aria-pressed", "true")
    desk.intents.clear()
    was = await state_of(page, leave=False)
    await page.keyboard.press("Space")
    assert await state_of(page, leave=False) == was
    for key in [
        *KEYS,
        *(["Enter", "Shift+Enter"] if at in ("call", "held", "consult", "asked in") else []),
    ]:
        await page.keyboard.press(key)
        assert await state_of(page) == was, key
    await heard(here)  # whatever was sent has come
    assert [one["do"] for one in desk.intents if one["do"] in STEERS] == []
    if at in ("call", "held", "consult"):  # each from beside the field, and none is lost
        typed = "".join(key for key in KEYS if len(key) == 1) + "HM"
        await expect(page.locator("textarea.pad")).to_have_value(typed)
    await close(page)


async def test_the_outcomes_say_alt_while_a_field_has_the_focus_and_alt_chooses(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Found by a user: beside the notes they said 2, and the notes had a 2."""
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    radios = page.get_by_role("region", name="Wrap-up").get_by_role("radio")
    await expect(radios.nth(1).locator("kbd")).to_have_text("2")
    pad = page.locator("textarea.pad")
    before = await pad.bounding_box()
    await pad.click()
    await expect(radios.nth(1).locator("kbd")).to_have_text("Alt 2")
    assert await pad.bounding_box() == before
    await page.keyboard.press("2")
    await expect(pad).to_have_value("2")
    await page.keyboard.press("Alt+2")
    await expect(radios.nth(1)).to_have_attribute("aria-checked", "true")
    await expect(pad).to_have_value("2")
    # In the wrap-up's own box a digit chooses while it is empty, and is a word's then.
    comment = page.get_by_label("comment")
    at = [await one.bounding_box() for one in await radios.all()]
    await comment.click()
    await expect(radios.nth(1).locator("kbd")).to_have_text("2")
    await page.keyboard.type("in 2 h")
    await expect(radios.nth(1).locator("kbd")).to_have_text("Alt 2")
    assert [await one.bounding_box() for one in await radios.all()] == at
    await comment.fill("")
    await pad.click()
    # Under a mouse that is about to click, nothing moves.
    box = await radios.nth(2).bounding_box()
    assert box
    await page.mouse.move(box["x"] + 8, box["y"] + 8)
    await page.mouse.down()
    await expect(pad).not_to_be_focused()
    await page.evaluate("() => new Promise((ok) => setTimeout(ok))")
    await expect(radios.nth(1).locator("kbd")).to_have_text("Alt 2")
    await page.mouse.up()
    await expect(radios.nth(2)).to_have_attribute("aria-checked", "true")
    await expect(radios.nth(1).locator("kbd")).to_have_text("2")
    await close(page)


async def test_single_keys_are_switched_off_and_stay_so(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    menu = page.get_by_role("button", name="Priya Nair, menu")
    key = page.locator(".notes kbd")
    await expect(key).to_have_text("Alt N")  # while one talks
    await menu.click()
    item = page.get_by_role("menuitemcheckbox", name="Single keys")
    await expect(item).to_have_attribute("aria-checked", "true")
    await item.click()
    await page.reload()
    pad = page.locator("textarea.pad")
    await expect(pad).to_be_visible()
    await expect(key).to_have_text("Alt N")
    await page.evaluate("() => document.activeElement?.blur()")
    await page.keyboard.type("when? 3 jars, back now/")  # W, 3, J, B, N and / are no keys now
    await expect(pad).to_have_value("when? 3 jars, back now/")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("region", name="Phone").get_by_role("button", name="Hang up").click()
    wrap = page.get_by_role("region", name="Wrap-up")
    await expect(key).to_have_text("Alt N")  # nobody talks any more
    await wrap.get_by_label("Comment").focus()
    await page.keyboard.press("2")
    await expect(wrap.get_by_label("Comment")).to_have_value("2")
    radios = wrap.get_by_role("radio")
    await page.keyboard.press("Alt+2")
    await expect(radios.nth(1)).to_have_attribute("aria-checked", "true")
    await expect(wrap.get_by_label("Comment")).to_have_value("2")
    await radios.nth(0).focus()
    await page.keyboard.press("3")  # where the focus is what chooses, a digit may
    await expect(radios.nth(2)).to_have_attribute("aria-checked", "true")
    await menu.click()
    await item.click()
    await expect(key).to_have_text("N")
    await close(page)


async def test_a_number_is_typed_read_and_dialled(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    ring = build("ring", desk.now())["contacts"]["o1"]
    await here.event("contact.offered", {"contacts": {"o1": ring}})
    await expect(page.get_by_role("region", name="Incoming call")).to_be_visible()
    await page.keyboard.press("Alt+c")
    dialog = page.get_by_role("dialog", name="Dial a number")
    number, told = dialog.get_by_label("Telephone number"), dialog.locator("#dialwhat")
    await number.fill("+1 206 555 0197")
    await expect(told).to_contain_text("+12065550197 United States")
    await expect(told).to_contain_text("An emergency rings here")
    await expect(dialog.get_by_role("button", name="Call")).to_be_disabled()
    await here.event("contact.reclassified", {"contacts": {"o1": ring | {"severity": 3}}})
    await expect(told).not_to_contain_text("rings here")  # it goes on to others
    await expect(dialog.get_by_role("button", name="Call")).to_be_enabled()
    mine = ring | {"state": "wrapup", "agent": here.mine()["id"], "offer": None}
    await here.event("contact.wrapup_started", {"contacts": {"o1": mine}})
    await expect(told).to_contain_text("+12065550197 United States")  # which, and why not
    await expect(told).to_contain_text("To call back")
    await number.press("Enter")
    await expect(page.locator("[aria-live=assertive]")).to_contain_text("To call back")
    await number.fill("")
    await here.event("contact.ended", {}, {"contacts": ["o1"]})
    await expect(told).to_have_text("With its country, or as one dials it from here.")
    await number.press("Enter")  # nothing yet
    await number.fill("+1 900 555 0199")
    await expect(told).to_contain_text("A premium number")
    call = dialog.get_by_role("button", name="Call")
    await expect(call).to_be_disabled()
    await number.fill("+1 206 555 0199")
    await expect(told).to_contain_text("+12065550199 United States")
    await expect(dialog).to_contain_text("if they have none, a new one opens")
    await dialog.get_by_role("button", name="Into INC-20419").click()
    await expect(call).to_be_enabled()
    await axe(page, "dial", found := {})
    assert not found
    await number.press("Enter")
    await expect(dialog).to_have_count(0)
    (sent,) = [one for one in desk.intents if one["do"] == "dial"]
    assert (sent["number"], sent["incident"]) == ("+1 206 555 0199", "i1")
    desk.refuse["dial"] = "not_allowed"
    await page.get_by_role("region", name="Phone").get_by_role("button", name="Dial").click()
    await number.fill("+1 206 555 0198")
    await call.click()
    await expect(dialog.locator(".toast")).to_be_visible()  # what was typed is still there
    await expect(number).to_have_value("+1 206 555 0198")
    assert [one["incident"] for one in desk.intents if one["do"] == "dial"] == ["i1", None]
    await close(page)


async def test_what_rings_is_declined_by_a_chord_also_while_somebody_types(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    card = page.get_by_role("region", name="Incoming text")
    pad = page.locator("textarea.pad")
    await pad.click()
    await page.keyboard.type("add")
    await expect(card.get_by_role("button", name="Decline")).to_be_enabled()

    async def declined() -> bool:
        done = [one["do"] for one in desk.intents if one["do"] in STEERS]
        if not done and await card.count():  # not in the first moment of a ring
            await page.keyboard.press("Alt+d")
        return done == ["decline"]

    await until(declined, "declined, once")
    await expect(card).to_have_count(0)
    await expect(pad).to_have_value("add")
    await close(page)


async def test_a_button_that_the_mouse_pressed_before_keeps_no_enter_from_the_wrapup(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    await expect(page.locator(".wrap")).to_be_visible()
    menu = page.get_by_role("button", name="Priya Nair, menu")
    await menu.click()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_focused()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")

    async def done() -> bool:
        return [i["do"] for i in desk.intents if i["do"] == "wrapped"] == ["wrapped"]

    await until(done, "the wrap-up is over")
    await close(page)


async def test_a_button_that_was_reached_by_keyboard_is_pressed_by_enter_in_a_wrapup(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    await expect(page.locator(".wrap")).to_be_visible()
    await page.keyboard.press("1")
    menu = page.get_by_role("button", name="Priya Nair, menu")
    await menu.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_be_visible()
    assert not [i for i in desk.intents if i["do"] == "wrapped"]
    await page.keyboard.press("Escape")
    await close(page)

"""While one talks, what is typed beside a field goes into the notes of that call, all of it; and
each key that is one letter, digit or mark works with Alt."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened, sent
from tests.browser.test_pages_fit import heard
from tests.kit.fake_desk import Connection, FakeDesk
from tests.kit.fake_scenes import build

OF_CALL, OF_TEXT = "Write a note into INC-20419", "Write a note into INC-20431"

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def in_call(chromium: Browser, desk: FakeDesk) -> tuple[Page, Connection]:
    """With Maya about INC-20419; the text of Ade Brooks is about INC-20431."""
    desk.intents.clear()
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    here = await desk.here()
    other = here.scene["contacts"]["c4"] | {"incident": "i2", "incident_no": "INC-20431"}
    await here.event("contact.joined", {"contacts": {"c4": other}})
    await heard(here)
    return page, here


async def test_what_is_typed_on_a_button_is_a_note_and_space_presses_the_button(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, _ = await in_call(chromium, desk)
    pad = page.locator("textarea.pad")
    mute = page.get_by_role("region", name="Phone").get_by_role("button", name="ute")
    await mute.focus()
    await page.keyboard.press("Space")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await page.keyboard.type("Where? 2 dogs (brown)", delay=0)
    await expect(pad).to_have_value("Where? 2 dogs (brown)")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await close(page)


async def test_all_that_is_typed_is_the_open_keypads_and_a_comma_waits(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Found by a user: the comma of a row of digits became a note."""
    page, here = await in_call(chromium, desk)
    bar = page.get_by_role("region", name="Phone")
    pad, tones = bar.get_by_role("group", name="Keypad"), bar.get_by_label("Tones sent")

    async def digits(row: str) -> None:
        async def there() -> bool:
            return "".join(one["digits"] for one in sent(desk, "digits")) == row

        await until(there, row)

    await bar.get_by_role("button", name="Keypad").click()
    await page.keyboard.type("12,xé7P*")
    await expect(tones).to_have_text("12,7,*")
    await digits("12")  # the rest waits
    await digits("127")
    await digits("127*")
    await page.evaluate("() => document.activeElement?.blur()")
    await page.keyboard.type("n9")
    await digits("127*9")
    await page.keyboard.press("Escape")
    await expect(pad).to_have_count(0)
    await expect(page.locator("textarea.pad")).to_have_value("")
    assert not sent(desk, "note")
    await page.keyboard.type("9 dogs")
    await expect(page.locator("textarea.pad")).to_have_value("9 dogs")
    await digits("127*9")
    await bar.get_by_role("button", name="Keypad").click()
    await page.keyboard.type(",5")
    call = here.scene["contacts"]["c1"]
    await here.event("contact.consult_over", {"contacts": {"c1": call | {"state": "wrapup"}}})
    await expect(bar.get_by_role("button", name="Keypad")).to_have_count(0)
    await here.event("contact.consult_over", {"contacts": {"c1": call}})
    await expect(bar.get_by_role("button", name="Keypad")).to_be_enabled()
    await expect(pad).to_have_count(0)
    await bar.get_by_role("button", name="Keypad").click()
    await page.keyboard.type("6")
    await digits("127*96")
    await close(page)


async def test_accents_capitals_and_what_is_composed_come_whole(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, _ = await in_call(chromium, desk)
    pad = page.locator("textarea.pad")
    keys = await page.context.new_cdp_session(page)
    await page.evaluate("() => document.activeElement?.blur()")
    for key in "ñÉß":  # each from beside the field
        await keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key})
        await page.evaluate("() => document.activeElement?.blur()")
    await page.locator(".phonebar .who").click()
    await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Dead"})
    await keys.send(
        "Input.imeSetComposition", {"text": "´", "selectionStart": 1, "selectionEnd": 1}
    )
    await keys.send("Input.insertText", {"text": "á"})
    await expect(pad).to_have_value("ñÉßá")
    # A third level (AltGr) writes a letter; some machines call it Ctrl and Alt.
    press = """(to) => { document.activeElement.blur();
      document.body.dispatchEvent(new KeyboardEvent('keydown', {...to, bubbles: true}));
      return document.activeElement.className; }"""
    third = {"key": "ł", "code": "KeyL", "ctrlKey": True, "altKey": True, "modifierAltGraph": True}
    assert await page.evaluate(press, third) == "pad"
    assert await page.evaluate(press, third | {"modifierAltGraph": False}) == ""
    await close(page)


async def test_it_goes_into_the_notes_of_the_call_though_another_incident_is_in_view(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, here = await in_call(chromium, desk)
    pad = page.locator("textarea.pad")
    await expect(pad).to_have_accessible_name(OF_CALL)
    await page.locator(".card").filter(has_text="Ade Brooks").click()
    await expect(pad).to_have_accessible_name(OF_TEXT)
    desk.refuse["open"] = "busy"  # what was in view leaves; what comes is not here yet
    await page.get_by_role("region", name="Phone").get_by_role("button", name="Hold").focus()
    for key in [*"shex", "Backspace", "Space", "i", "s"]:
        await page.keyboard.press(key)
    await expect(pad).to_have_count(0)
    assert [*sent(desk, "note"), *sent(desk, "hold")] == []
    await here.say("incident", incident=here.scene["incidents"]["i1"])
    await expect(pad).to_be_focused()
    await page.keyboard.type(" calm")
    await expect(pad).to_have_value("she is calm")
    await expect(pad).to_have_accessible_name(OF_CALL)

    async def saved() -> bool:
        return any(one["text"] == "she is calm" for one in sent(desk, "note"))

    await until(saved, "the note is saved")
    assert {(one["incident"], one["contact"]) for one in sent(desk, "note")} == {("i1", "c1")}
    assert len({one["note"] for one in sent(desk, "note")}) == 1
    del desk.refuse["open"]
    await close(page)


async def test_it_is_saved_though_the_notes_never_come_into_view(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, _ = await in_call(chromium, desk)
    await page.locator(".card").filter(has_text="Ade Brooks").click()
    await expect(page.locator("textarea.pad")).to_have_accessible_name(OF_TEXT)
    desk.refuse["open"] = "busy"
    await page.locator(".phonebar .who").click()
    await page.keyboard.type("no pulse")
    await expect(page.locator("textarea.pad")).to_have_count(0)
    await page.reload()

    async def saved() -> bool:
        return [one["text"] for one in sent(desk, "note")] == ["no pulse"]

    await until(saved, "the note is saved")
    assert sent(desk, "note")[0]["incident"] == "i1"
    del desk.refuse["open"]
    await close(page)


async def test_a_colleague_who_was_asked_in_writes_into_the_incident_of_that_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await desk.here()
    call, me = build("call", desk.now())["contacts"]["c1"], here.mine()
    here.scene["incidents"] = build("call", desk.now())["incidents"]
    call["agent"], me["consult"] = "a3", call["id"]
    call["consult"] = {"at": "together", "agent": me["id"], "name": me["name"], "since": desk.now(),
                       "by_name": "Dana Reyes", "until": None}  # fmt: skip
    await here.event(
        "contact.consulted", {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
    )
    pad = page.locator("textarea.pad")
    await expect(pad).to_have_accessible_name(OF_CALL)
    await page.evaluate("() => document.activeElement?.blur()")
    await page.keyboard.type("what weight?")
    await expect(pad).to_have_value("what weight?")
    await close(page)


async def test_with_alt_each_key_does_what_it_does_alone_while_nobody_talks(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, here = await in_call(chromium, desk)
    pad, dialog = page.locator("textarea.pad"), page.get_by_role("dialog")
    notes = page.locator(".notes h2 kbd")
    await expect(notes).to_have_text("Alt N")
    await page.keyboard.press("Alt+n")
    await expect(pad).to_be_focused()
    await page.keyboard.press("Alt+w")  # also in a field
    await expect(page.get_by_role("dialog", name="What is it?")).to_be_visible()
    await page.keyboard.press("w")  # a dialog has its own
    await expect(page.get_by_role("dialog", name="Who is waiting")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+/")
    await expect(page.get_by_label("Number, telephone, email, name or words")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+?")
    await expect(dialog.locator("dt", has_text="Alt + N")).to_be_visible()
    await expect(dialog.locator("dt").get_by_text("N", exact=True)).to_have_count(0)
    await page.keyboard.press("Escape")
    call = here.scene["contacts"]["c1"] | {"severity": 2, "grounds": {"unsure": True}}
    await here.event("contact.severity_changed", {"contacts": {"c1": call}})
    glance = page.get_by_role("group", name="Is it an emergency?")
    await expect(glance.locator("kbd")).to_have_text(["Alt 1", "Alt 2", "Alt 4"])
    await page.evaluate("() => document.activeElement?.blur()")
    await page.keyboard.type("1 2 4 onwzbrjk")
    await expect(pad).to_have_value("1 2 4 onwzbrjk")
    await page.keyboard.press("Alt+4")
    await page.keyboard.type("no")
    await expect(pad).to_have_value("1 2 4 onwzbrjkno")
    await page.keyboard.press("Alt+o")
    toast = page.locator(".toast", has_text="S4")
    await expect(toast.locator("kbd")).to_have_text("Alt Z")
    await page.keyboard.press("Alt+z")

    async def undone() -> bool:
        return len(sent(desk, "severity_undo")) == 1

    await until(undone, "it is undone")
    assert [(one["severity"], one["kind"]) for one in sent(desk, "severity")] == [(4, "over")]
    for _ in range(4):  # goes round
        await page.keyboard.press("Alt+k")
        if await pad.get_attribute("aria-label") == OF_TEXT:
            break
    await expect(pad).to_have_accessible_name(OF_TEXT)
    await page.keyboard.press("Alt+a")
    await expect(page.get_by_label("Text to")).to_be_focused()
    await here.event("contact.ended", {}, {"contacts": ["c1"]})
    await expect(notes).to_have_text("N")
    await page.evaluate("() => document.activeElement?.blur()")
    await page.keyboard.press("n")
    await expect(pad).to_be_focused()
    await close(page)


async def test_o_with_alt_is_the_answer_to_why_and_hands_nobody_over(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, here = await in_call(chromium, desk)
    call = here.scene["contacts"]["c1"] | {"severity": 2, "grounds": {"unsure": True}}
    call["consult"] = {"at": "together", "agent": "a3", "name": "Dana Reyes", "since": desk.now(),
                       "by_name": "Priya Nair", "until": None}  # fmt: skip
    await here.event("contact.consulted", {"contacts": {"c1": call}})
    here.scene["contacts"]["c1"] = call
    bar = page.get_by_role("region", name="Colleague in this call")
    await expect(bar.get_by_role("button", name="Hand over")).to_be_enabled()
    await page.keyboard.press("Alt+4")
    await page.keyboard.press("Alt+o")
    await page.keyboard.press("Alt+o")

    async def handed() -> bool:
        return len(sent(desk, "consult_hand_over")) == 1

    await until(handed, "the second of them hands over")
    assert [one["kind"] for one in sent(desk, "severity")] == ["over"]
    order = [one["do"] for one in desk.intents if one["do"] in ("severity", "consult_hand_over")]
    assert order == ["severity", "consult_hand_over"]
    await close(page)


async def test_that_a_machine_answered_stands_there_until_the_call_ends(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Found by a user: the message was gone before the greeting of the machine was."""
    page, here = await in_call(chromium, desk)
    bar = page.get_by_role("region", name="Phone")
    pill = bar.get_by_role("button", name="A machine answered")
    call = here.scene["contacts"]["c1"] | {"direction": "out"}
    await here.event("contact.held", {"contacts": {"c1": call}})
    await expect(bar.get_by_role("button", name="Leave the message").locator("kbd")).to_be_visible()
    said = {"level": "warn", "code": "dial.machine", "text": "A machine answered. Alt L leaves it."}
    await expect(pill).to_have_count(0)
    await here.say("notice", **said)
    await expect(pill).to_be_visible()
    assert await page.evaluate("() => JSON.parse(sessionStorage['holdfast.machine']).of") == "c1"
    await pill.click()  # a person after all
    await expect(pill).to_have_count(0)
    await here.say("notice", **said)
    await expect(pill).to_be_visible()
    mine = here.mine()
    other = call | {"id": "c99", "agent": mine["id"]}
    await here.event("contact.held", {"contacts": {"c1": call | {"state": "wrapup"}, "c99": other}})
    await expect(bar.get_by_role("button", name="Leave the message")).to_be_visible()
    await expect(pill).to_have_count(0)
    await close(page)


async def test_each_button_of_a_call_names_its_key_and_so_does_the_help_from_its_top(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, _ = await in_call(chromium, desk)
    bar = page.get_by_role("region", name="Phone")
    for title in ("Mute (Alt M)", "Hold (Alt H)", "Transfer (Alt T)"):
        await expect(bar.get_by_title(title, exact=True)).to_be_visible()
    await page.set_viewport_size({"width": 1366, "height": 600})  # less than all of it
    await page.keyboard.press("Alt+?")
    help_ = page.get_by_role("dialog", name="Keys and help")
    await expect(help_.get_by_role("heading", name="Keys and help")).to_be_in_viewport(ratio=1)
    for key in ("Alt + J", "Alt + O", "Shift + Enter"):
        await expect(help_.get_by_text(key, exact=True)).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(help_).to_have_count(0)
    await close(page)

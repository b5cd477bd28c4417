"""The answer box and the keys around it, against the recorded scene: nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

DRAFT = "I stay on the line with you. Keep her warm, nothing to eat or drink."

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_a_saved_answer_stays_as_typed_when_the_work_goes_and_comes_back(
    chromium: Browser, desk: FakeDesk
) -> None:
    """As when a worker dies: its first picture lacks the contact, the incident here is old."""
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    box = page.get_by_label("Text to")
    await expect(box).to_have_value(DRAFT)
    await box.fill("The clinic expects you in ten minutes.")
    await expect(page.locator(".comp")).to_contain_text("draft saved")
    here = await desk.here()
    mine = {id_: here.scene["contacts"][id_] for id_ in ("c2", "c3", "c4")}
    await here.event("contact.described", {}, {"contacts": list(mine)})
    await expect(box).to_have_count(0)
    await here.event("contact.described", {"contacts": mine})
    await expect(box).to_have_value("The clinic expects you in ten minutes.")
    await close(page)


async def test_first_words_that_are_begun_are_there_on_another_machine_until_they_are_sent(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    vet = page.get_by_role("group", name="Write to Dr. P. Novak")
    await page.get_by_role("button", name="Mail Dr. P. Novak").click()
    await vet.get_by_label("Subject").fill("Luna")
    await vet.get_by_label("Message").fill("Please send us")

    def kept() -> list[dict[str, Any]]:
        return [one for one in desk.intents if one["do"] == "draft" and one["contact"] is None]

    async def saved() -> bool:
        return bool(kept()) and kept()[-1]["text"] == "Please send us"

    async def taken_away() -> bool:
        return bool(kept()[-1]["text"] == "")

    await until(saved, "a draft of both")
    begun = {name: kept()[-1][name] for name in ("subject", "text")}
    assert begun == {"subject": "Luna", "text": "Please send us"}
    address = kept()[-1]["address"]
    await vet.get_by_role("button", name="Not now").click()
    button = page.get_by_role("button", name="Mail Dr. P. Novak")
    await expect(button).to_contain_text("begun")
    await close(page)

    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await (await desk.here()).incident_is("i1", first_drafts={address: begun})
    vet = page.get_by_role("group", name="Write to Dr. P. Novak")
    button = page.get_by_role("button", name="Mail Dr. P. Novak")
    await expect(button).to_contain_text("begun")
    await button.click()
    await expect(vet.get_by_label("Subject")).to_have_value("Luna")
    await expect(vet.get_by_label("Message")).to_have_value("Please send us")
    await page.keyboard.press("Control+Enter")
    await expect(vet).to_have_count(0)
    await expect(button).not_to_contain_text("begun")
    await until(taken_away, "no draft of what was sent")
    await close(page)


@pytest.mark.parametrize("how", ["Send and wait", "Send and close", "Control+Enter"])
async def test_after_an_answer_the_focus_is_where_every_key_acts(
    chromium: Browser, desk: FakeDesk, how: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    box = page.get_by_label("Text to")
    await box.fill("Somebody is with you now.")
    if how == "Control+Enter":
        await box.press(how)
    else:
        await page.get_by_role("button", name=how).click()
    await expect(page.locator(".toast", has_text="Sent.")).to_be_visible()
    await expect(page.locator(".mid .tl")).to_be_focused()
    await page.keyboard.press("r")
    await expect(box).to_be_focused()
    await close(page)


async def test_enter_on_a_button_presses_it_while_something_rings(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    await expect(page.get_by_role("region", name="Incoming text")).to_be_visible()
    await page.get_by_label("Text to").fill("Somebody is with you now.")
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    button = page.get_by_role("button", name="Send and close")
    for _ in range(8):  # past what else can be done with a text
        await page.keyboard.press("Tab")
        if await button.evaluate("it => it === document.activeElement"):
            break
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast", has_text="Sent.")).to_be_visible()
    done = [i["do"] for i in desk.intents]
    assert "reply" in done
    assert "accept" not in done
    await page.keyboard.press("Alt+Enter")
    await expect(page.get_by_role("region", name="Incoming text")).to_have_count(0)
    await close(page)


async def test_enter_answers_after_a_mouse_was_on_a_button(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    await page.get_by_role("button", name="Maya Torres", exact=False).first.click()
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Incoming text")).to_have_count(0)
    await close(page)


async def test_a_text_that_is_taken_is_answered_at_once(chromium: Browser, desk: FakeDesk) -> None:
    """Its first letters are the answer's, a capital too: none of them is a shortcut. Escape gives
    the keys back."""
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    box = page.get_by_label("Text to")
    await box.fill("")
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")
    await page.keyboard.press("Shift+P")
    await page.keyboard.type("lease wait")
    await expect(page.get_by_label("Text to Rosa Diaz")).to_have_value("Please wait")
    await expect(page.get_by_label("Text to Rosa Diaz")).to_be_focused()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await expect(page.locator("textarea.pad")).to_be_focused()
    await close(page)


async def test_who_takes_a_text_from_their_notes_writes_the_answer(
    chromium: Browser, desk: FakeDesk
) -> None:
    """The notes in view are another incident's from then on."""
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    await page.locator("textarea.pad").fill("She is")
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Alt+Enter")
    await expect(page.get_by_label("Text to Rosa Diaz")).to_be_focused()
    await close(page)


async def test_an_empty_answer_box_lets_enter_answer(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    box = page.get_by_label("Text to")
    await box.fill("Somebody is with you now.")
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Control+Enter")
    await expect(box).to_have_value("")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Incoming text")).to_have_count(0)
    await close(page)


async def test_a_refused_answer_or_draft_never_looks_as_if_it_were_being_saved(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.get_by_label("Text to").fill("Somebody is with you now.")
    desk.refuse["reply"] = "not_yours"
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_be_visible()
    await expect(page.locator(".comp")).to_contain_text("draft saved")
    await close(page)


async def test_letters_typed_right_after_r_are_the_answer(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.locator(".phonebar")).to_contain_text("Maya")
    await expect(page.get_by_role("region", name="Timeline")).to_be_visible()
    await page.keyboard.press("Alt+a")
    await page.keyboard.type("How are mum and her dad?", delay=0)
    box = page.get_by_label("Text to")
    await expect(box).to_be_focused()
    await expect(box).to_have_value(f"{DRAFT}How are mum and her dad?")
    assert not {"hold", "decline", "accept"} & {i["do"] for i in desk.intents}
    await close(page)


async def test_the_command_bar_opens_empty_and_says_how_to_answer_over_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    field = page.get_by_role("combobox", name="What do you want to do?")
    await page.keyboard.press("Control+k")
    await field.fill("hold")
    await expect(page.get_by_role("dialog")).to_contain_text("Alt + Enter")
    await page.keyboard.press("Escape")
    await expect(field).to_have_count(0)
    await page.keyboard.press("Control+k")
    await expect(field).to_have_value("")
    await field.fill("hold")
    await page.keyboard.press("Control+k")  # shut by the same key
    await page.keyboard.press("Control+k")
    await expect(field).to_have_value("")
    await close(page)


@pytest.mark.parametrize(
    ("words", "count", "over"),
    [("a" * 1_700, "1,700", "100"), ("€" * 850, "1,700", "100"), ("🆘" * 801, "1,602", "2")],
)
async def test_too_long_a_text_has_one_count_and_one_limit_before_it_is_sent(
    chromium: Browser, desk: FakeDesk, words: str, count: str, over: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    box = page.locator(".comp")
    await page.locator("#reply").fill("How is she?")
    await expect(box).to_contain_text("11 of 1,600 · 1 segment")
    await page.locator("#reply").fill(f" {words}\n")  # what is sent has no blanks around it
    await expect(box).to_contain_text(f"{count} of 1,600 · ")
    await expect(box.get_by_role("status")).to_have_text(
        f"✕ {count} of 1,600: {over} too many. Shorten it, or send it in parts."
    )
    for name in ("Send and wait", "Send and close"):
        await expect(page.get_by_role("button", name=name)).to_be_disabled()
    await page.locator("#reply").press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text(f"{over} too many")
    assert await page.locator("#reply").input_value() == f" {words}\n"
    await close(page)


async def test_words_typed_while_those_before_are_saved_outlive_the_page(
    chromium: Browser, desk: FakeDesk
) -> None:
    """What is kept on this computer goes only when the very same words have arrived."""
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here, asked, go = await desk.here(), asyncio.Event(), asyncio.Event()

    async def slow(intent: dict[str, Any]) -> None:
        if go.is_set():  # those that follow are not saved before the page dies
            await asyncio.Event().wait()
        asked.set()
        await go.wait()
        desk.start(here.say("notice", level="info", code="later", text="The first is saved."))

    here.do_draft = slow  # type: ignore[attr-defined]
    box = page.get_by_label("Text to")
    await box.fill("Keep her warm.")
    await asked.wait()
    await box.press_sequentially(" Nothing to eat.")
    go.set()
    await expect(page.locator(".toast")).to_contain_text("The first is saved.")
    words = "Keep her warm. Nothing to eat."
    assert words in await page.evaluate("localStorage['holdfast.outbox'] ?? ''")
    desk.intents.clear()
    await page.reload()
    async with asyncio.timeout(60):
        while not any(i["do"] == "draft" and i["text"] == words for i in desk.intents):
            await asyncio.sleep(0.02)
    await close(page)


# Enter comes a minute later by the page's clock, before any message can put that right again.
A_MINUTE_LATER = """async (box) => {
  const { heard, now, serverTime } = await ours('clock.js');
  heard(serverTime() + 60000);
  now.value = serverTime();
  box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
}"""
TALKED_S = """async () => (await ours('clock.js')).serverTime() / 1000
  - (await ours('desk/context.js')).call.peek().answered_at / 1000"""


async def test_a_note_stands_at_the_moment_at_which_it_was_begun(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.locator(".panel.mid")).to_contain_text("INC-20419")

    async def never(_: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    (await desk.here()).do_note = never  # type: ignore[attr-defined]
    box = page.locator(".notes textarea")
    await box.fill("gums are blue")
    begun_before = await page.evaluate(TALKED_S)
    await box.evaluate(A_MINUTE_LATER)
    line = page.locator(".noteline", has_text="gums are blue").locator("span").first
    minutes, seconds = (await line.inner_text()).split(":")
    assert 0 < int(minutes) * 60 + int(seconds) <= begun_before
    await close(page)


MICROPHONES = """(() => { const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  globalThis.__opened = [];
  devices.getUserMedia = async (c) => {
    const stream = await open(c); globalThis.__opened.push(stream); return stream; }; })();"""
UNPLUG = """() => { for (const track of globalThis.__opened.at(-1).getTracks()) track.stop();
  navigator.mediaDevices.dispatchEvent(new Event('devicechange')); }"""
HEARS = "() => globalThis.__opened.at(-1).getAudioTracks()[0].enabled"


async def test_muted_stays_muted_when_another_microphone_takes_over(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", MICROPHONES)
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    assert await page.evaluate(HEARS)
    await page.keyboard.press("Alt+m")
    assert not await page.evaluate(HEARS)
    for count in (2, 3):  # the headset is pulled out, and put in again
        await page.evaluate(UNPLUG)
        await page.wait_for_function(f"() => globalThis.__opened.length === {count}")
        assert not await page.evaluate(HEARS)
    await expect(page.get_by_role("button", name="Unmute").first).to_be_visible()
    await page.keyboard.press("Alt+m")
    assert await page.evaluate(HEARS)
    await close(page)


async def test_a_snippet_found_by_its_title_stands_before_those_found_by_their_words(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.locator("#reply").focus()
    await page.keyboard.press("Control+;")
    found = page.get_by_role("dialog").locator(".snippet b")
    await expect(found).to_have_text(["Please call us", "We have your message"])
    await page.get_by_label("Find by a word").fill("h")  # Hello, in the words of the first
    await expect(found).to_have_text(["We have your message", "Please call us"])
    await close(page)

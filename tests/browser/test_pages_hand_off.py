"""An incident is handed off at one desk and said back at another, against the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened, sent
from tests.kit.fake_desk import FakeDesk
from tests.kit.fake_hand_offs import PARTS, QUESTION, row

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BACK = "I call Dr. Novak at 14:38 about the blood"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def asked(page: Page) -> Locator:
    await page.locator("header.inc").get_by_role("button", name="Hand off").click()
    return page.get_by_role("dialog")


async def drafts(desk: FakeDesk, like: Callable[[list[str]], bool], what: str) -> list[str]:
    """What was kept at the centre, once it is like this."""

    async def kept() -> list[str]:
        texts = [str(one["text"]) for one in sent(desk, "draft_hand_off")]
        return texts if like(texts) else []

    found: list[str] = await until(kept, what)
    return found


async def for_me(desk: FakeDesk, **more: Any) -> Any:
    """Elena hands the incident off to the page's agent."""
    here = await desk.here()
    of = here.scene["incidents"]["i1"]
    of |= {"owner": "a4", "owner_name": "Elena Popov"}
    await here.hand_offs(incoming=[row(desk.now(), of, **more)])
    return here


async def by_me(desk: FakeDesk, **more: Any) -> Any:
    here = await desk.here()
    of = here.scene["incidents"]["i1"]
    mine = {"sender": "a1", "sender_name": "Priya Nair", "agent": "a4", "to": "Elena Popov"}
    await here.hand_offs(outgoing=[row(desk.now(), of, **mine, **more)])
    return here


async def test_it_is_filled_in_from_the_incident_and_goes_to_who_was_chosen(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    owner = page.locator("header.inc button.owner b")  # beside the button there is room for it
    await expect(owner).to_have_text("you")
    assert await owner.evaluate("(b) => b.scrollWidth <= b.clientWidth")
    dialog = await asked(page)
    await expect(dialog.get_by_label("Summary")).to_have_value(
        "Labrador ate sugar-free gum at the sitter’s. Poisoning. Seattle.\n"
        "1 pack “Icy” gum, ~15 pieces, 14 kg Labrador, 20 min ago\n"
        "Shaking, walking unsteadily, awake\n"
        "Sitter Jonah drives. Clinic Ballard informed, ETA 9 min"
    )
    assert "Call Dr. Novak" in await dialog.get_by_label("Actions").input_value()
    go = dialog.get_by_role("button", name="Hand off")
    await go.click()
    said = dialog.get_by_role("alert")
    await expect(said).to_contain_text("Choose to whom.")
    await expect(dialog.get_by_role("radio", name="Noah Kim")).to_have_count(0)  # at no desk
    await expect(dialog).to_contain_text("1 more is at no desk")
    await expect(dialog.get_by_role("radio", name="Omar Haddad")).to_be_disabled()
    await expect(dialog).to_contain_text("in training: too severe")
    await dialog.get_by_role("radio", name="Elena Popov").check()
    await dialog.get_by_label("Severity").fill(PARTS["reason"])
    await go.click()
    await expect(said).to_contain_text("Fill in What if.")
    assert not sent(desk, "hand_off")
    found: dict[Any, Any] = {}
    await axe(page, "hand off", found)
    assert found == {}
    await dialog.get_by_label("What if").fill(PARTS["what_if"])
    await dialog.get_by_label("What if").press("Control+Enter")
    await expect(dialog).to_have_count(0)
    (one,) = sent(desk, "hand_off")
    assert (one["agent"], one["department"], one["within"], one["before"]) == (
        "a4", "", 60_000, None,
    )  # fmt: skip
    assert (one["reason"], one["what_if"]) == (PARTS["reason"], PARTS["what_if"])
    bar = page.locator(".handedbar")
    await expect(bar).to_contain_text("Handed to Elena Popov · waits to be accepted")
    mine = page.get_by_role("region", name="Mine")
    await expect(mine).to_contain_text("handed to Elena Popov")
    await bar.get_by_role("button", name="Change …").click()
    await dialog.get_by_role("radio", name="Claims").check()
    for label, part in (("Severity", "reason"), ("What if", "what_if")):
        await dialog.get_by_label(label).fill(PARTS[part])
    await dialog.get_by_role("button", name="Hand off to Claims").click()
    await expect(bar).to_contain_text("Handed to Claims")
    again = sent(desk, "hand_off")[-1]
    assert (again["before"], again["department"]) == ("o1", "claims")
    await bar.get_by_role("button", name="Take it back").click()
    await expect(bar).to_have_count(0)
    await close(page)


async def test_what_was_typed_is_there_again_and_a_refusal_stands_in_the_dialog(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.locator(".mid .tl").click()
    await page.keyboard.press("g")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What if").fill("if she worsens: Harbor")
    await dialog.get_by_label("What if").press("Escape")
    await expect(dialog).to_have_count(0)
    await page.keyboard.press("g")
    await expect(dialog.get_by_label("What if")).to_have_value("if she worsens: Harbor")
    await dialog.get_by_role("radio", name="Legal").check()
    await expect(dialog).to_contain_text("The time runs from when they open")
    await expect(dialog.locator(".part").last).to_contain_text("30 min")
    await dialog.get_by_label("Severity").fill("her liver")
    desk.refuse["hand_off"] = "too_late"
    await dialog.get_by_role("button", name="Hand off to Legal").click()
    said = dialog.get_by_role("alert")
    await expect(said).to_contain_text("It is still yours, and your words are here.")
    del desk.refuse["hand_off"]
    await dialog.get_by_role("button", name="Hand off to Legal").click()
    await expect(dialog).to_have_count(0)
    assert sent(desk, "hand_off")[-1]["within"] == 1_800_000
    await close(page)


async def test_what_is_begun_is_there_at_another_machine(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    dialog = await asked(page)
    await dialog.get_by_role("radio", name="Elena Popov").check()
    await dialog.get_by_label("What if").fill("if she worsens: Harbor")
    kept = await drafts(desk, lambda texts: bool(texts), "it is kept")
    assert "Harbor" in kept[-1]
    await close(page)
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    (await desk.here()).scene["begun"] = kept[-1]
    dialog = await asked(page)
    await expect(dialog.get_by_label("What if")).to_have_value("if she worsens: Harbor")
    await expect(dialog.get_by_role("radio", name="Elena Popov")).to_be_checked()
    await dialog.get_by_role("button", name="Cancel").click()
    await drafts(desk, lambda texts: not texts[-1], "it is forgotten")
    await close(page)


async def test_what_comes_is_read_said_back_and_accepted(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await for_me(desk)
    card = page.locator(".handedtome")  # nothing else is in view: it is read at once
    for words in PARTS.values():
        await expect(card).to_contain_text(words)
    accept = card.get_by_role("button", name="Accept")
    await accept.click()
    await expect(card.get_by_role("alert")).to_contain_text("Say it back in your words first.")
    assert not sent(desk, "accept_hand_off")
    box = card.get_by_label("Say it back in your words")
    await box.fill("She ate gum")
    await expect(card).not_to_contain_text("✓")
    await box.fill(BACK)
    await expect(card).to_contain_text("✓ The next action and its time are in your words")
    await expect(card).not_to_contain_text("✓ So is the what-if")
    found: dict[Any, Any] = {}
    await axe(page, "handed to me", found)
    assert found == {}
    await box.press("Control+Enter")
    await expect(card).to_have_count(0)
    (one,) = sent(desk, "accept_hand_off")
    assert (one["words"], one["does_next"]) == (BACK, True)
    await expect(page.locator("header.inc button.owner")).to_contain_text("you")
    assert len(sent(desk, "open_hand_off")) == 1
    await close(page)


async def test_by_when_the_next_action_is_done_is_said_by_who_accepts(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    (await desk.here()).scene["incidents"]["i1"]["next"] = None
    await for_me(desk)
    card = page.locator(".handedtome")
    await expect(card).to_contain_text("Next, for you: Call the vet at 5")
    await card.get_by_label("Say it back in your words").fill(BACK)
    await card.get_by_role("button", name="Accept").click()
    await expect(card.get_by_role("alert")).to_contain_text("Say by when you do it")
    assert not sent(desk, "accept_hand_off")
    await card.get_by_role("button", name="1 h", exact=True).click()
    await card.get_by_role("button", name="Accept").click()
    await expect(card).to_have_count(0)
    (one,) = sent(desk, "accept_hand_off")
    hour = 3_600_000
    assert abs(one["due"] - desk.now() - hour) < hour / 2
    await close(page)


async def test_a_receiver_asks_and_returns_it_with_a_reason(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await for_me(desk)
    card = page.locator(".handedtome")
    await card.get_by_role("button", name="Ask Elena Popov …").click()
    await card.get_by_label("Your question to Elena Popov").fill("Who pays?")
    await card.get_by_label("Your question to Elena Popov").press("Enter")
    await expect(card).to_contain_text("Who pays? not answered yet")
    assert sent(desk, "ask_hand_off")[0]["words"] == "Who pays?"
    await card.get_by_role("button", name="Return …").click()
    await card.get_by_label("Why you cannot take it").fill("I am in a call")
    await card.get_by_role("button", name="Return it").click()
    await expect(card).to_have_count(0)
    assert sent(desk, "return_hand_off")[0]["words"] == "I am in a call"
    await close(page)


async def test_during_a_call_it_takes_neither_the_middle_nor_the_focus(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    notes = page.get_by_placeholder("Write while you talk.")
    await notes.fill("she is awake")
    other = here.scene["incidents"]["i2"]
    await here.hand_offs(incoming=[row(desk.now(), other)])
    card = page.get_by_role("region", name="Handed off to you")
    await expect(card).to_contain_text("Hand-off from Elena Popov")
    await expect(notes).to_be_focused()
    await expect(page.locator("header.inc")).to_contain_text("INC-20419")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert not sent(desk, "open_hand_off")
    await card.get_by_role("button", name="Read it").click()
    await expect(page.locator(".handedtome")).to_contain_text(PARTS["what_if"])
    await close(page)


async def test_its_sender_answers_at_once_and_is_told_how_it_ended_until_they_have_read_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await by_me(desk, opened_by="Elena Popov", questions=[QUESTION])
    mine = page.get_by_role("region", name="Handed off")
    await expect(mine).to_contain_text("Elena Popov has it open")
    await expect(page.locator(".toast")).to_contain_text("Is she still on the drip?")
    await mine.get_by_label("Your answer to Elena Popov").fill("Yes, since 14:13")
    await mine.get_by_label("Your answer to Elena Popov").press("Enter")
    await expect(mine).to_contain_text("Yes, since 14:13")
    assert sent(desk, "answer_hand_off")[0]["question"] == "q1"
    ended = "the hand-off came back: Elena Popov did not accept it in time"
    await by_me(desk, state="expired", ended=ended)
    await expect(page.locator(".toast.alarm")).to_contain_text(ended)
    await expect(mine).to_contain_text("came back: too late")
    await mine.get_by_role("button", name="INC-20419").click()
    await expect(mine).to_contain_text("did not accept it in time. It is still yours.")
    await mine.get_by_role("button", name="OK").click()
    await expect(mine).to_have_count(0)
    assert sent(desk, "read_hand_off")[0]["hand_off"] == "o1"
    await close(page)


async def test_its_five_parts_stand_on_the_timeline(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    lines = here.scene["incidents"]["i1"]["timeline"]
    line = lines[1] | {"id": "hand_off:o1", "text": "Priya hands this off", "hand_off": PARTS}
    await here.incident_is("i1", timeline=[*lines, line])
    await expect(page.locator(".tl .fiveparts")).to_contain_text(PARTS["what_if"])
    await close(page)


async def test_what_is_typed_in_a_line_stays_when_something_takes_it_away(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await for_me(desk)
    card = page.locator(".handedtome")
    label = "Ask Elena Popov"
    for button, words in ((label, "Is she still on the drip?"), ("Return", "I am in a call")):
        await card.get_by_role("button", name=button).click()
        await card.get_by_role("textbox").nth(1).fill(words)
        there = here.scene["incoming"]
        await here.hand_offs(incoming=[])
        await expect(card).to_have_count(0)
        await here.hand_offs(incoming=there)
        await card.get_by_role("button", name=button).click()
        await expect(card.get_by_role("textbox").nth(1)).to_have_value(words)
    await here.hand_offs(incoming=[])
    here = await by_me(desk, questions=[QUESTION])
    box = page.get_by_label("Your answer to Elena Popov")
    await box.fill("She is, until six")
    there = here.scene["outgoing"]
    await here.hand_offs(outgoing=[])
    await expect(box).to_have_count(0)
    await here.hand_offs(outgoing=there)
    await expect(box).to_have_value("She is, until six")
    await close(page)


async def test_what_is_said_back_of_one_is_kept_though_another_is_read_at_once(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await for_me(desk)
    (one,) = here.scene["incoming"]
    other = one | {"id": "o2", "made_at": one["made_at"] + 1}
    box = page.get_by_label("Say it back in your words")
    await box.fill("She ate gum")
    await here.hand_offs(incoming=[other])
    await expect(box).to_have_value("")
    await box.fill("They bit him")
    await drafts(desk, lambda texts: len(texts) > 1, "both are kept")
    kept = {one["hand_off"]: one["text"] for one in sent(desk, "draft_hand_off")}
    assert kept == {"o1": "She ate gum", "o2": "They bit him"}
    await close(page)


TYPED_ON = """(box) => {
  const say = () => {
    box.value += 'a';
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };
  setInterval(say, 100);
}"""
"""Somebody who never stops."""


async def test_what_is_typed_without_a_pause_is_kept_at_the_centre(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    dialog = await asked(page)
    await dialog.get_by_label("What if").evaluate(TYPED_ON)
    await drafts(desk, lambda texts: '"what_if":"aa' in "".join(texts), "parts are kept")
    await page.keyboard.press("Escape")
    await for_me(desk)
    await page.get_by_label("Say it back in your words").evaluate(TYPED_ON)
    await drafts(desk, lambda texts: texts[-1].startswith("aa"), "the read-back is kept")
    await close(page)


async def test_a_question_that_is_asked_again_is_one(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await for_me(desk)
    card = page.locator(".handedtome")
    await card.get_by_role("button", name="Ask Elena Popov").click()
    box = card.get_by_role("textbox").nth(1)
    await box.fill("Is the clinic told?")
    desk.refuse["ask_hand_off"] = "unavailable"
    await box.press("Enter")
    await expect(card.get_by_role("alert")).to_be_visible()
    del desk.refuse["ask_hand_off"]
    await box.press("Enter")
    await expect(box).to_have_count(0)
    first, second = sent(desk, "ask_hand_off")
    assert first["key"] == second["key"]
    await close(page)


@pytest.mark.parametrize("state", ["offered", "accepted", "returned"])
async def test_the_wrap_up_has_handed_off_chosen_where_it_was(
    chromium: Browser, desk: FakeDesk, state: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    await by_me(desk, state=state, ended=None if state == "offered" else "it ended")
    wrap = page.locator(".wrap")
    handed = wrap.get_by_role("radio", name="Handed off")
    if state == "returned":  # it is still theirs
        await expect(page.get_by_role("region", name="Handed off")).to_be_visible()
        await expect(handed).not_to_be_checked()
    else:
        await expect(handed).to_be_checked()
        await wrap.get_by_role("button", name="Done").click()
        await expect(wrap).to_have_count(0)
        assert [one["disposition"] for one in sent(desk, "wrapped")] == ["handed"]
    await close(page)


@pytest.mark.parametrize("then", ["other work", "an offer"])
async def test_the_end_of_a_wrap_up_leaves_the_dialog_in_which_somebody_types(
    chromium: Browser, desk: FakeDesk, then: str
) -> None:
    """What comes next waits beside it: the incident stays in view until they are done."""
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    contacts = here.scene["contacts"]
    mine = [id for id, one in contacts.items() if one["agent"] == "a1" and id != "c1"]
    for id in mine:
        contacts[id]["incident"] = "i2"
    await here.event("contact.linked", {"contacts": {id: contacts[id] for id in mine}})
    if then == "an offer":
        await here.event("contact.ended", {}, {"contacts": mine})
    await page.get_by_role("button", name="Hand off", exact=True).click()
    dialog = page.get_by_role("dialog", name="Hand off INC-20419")
    await dialog.get_by_role("radio", name="Elena Popov").check()
    await dialog.get_by_label("Severity").fill(PARTS["reason"])
    await dialog.get_by_label("What if").fill("Sugar below 60")
    await here.event("contact.ended", {}, {"contacts": ["c1"]})
    await expect(page.locator(".wrap")).to_have_count(0)
    if then == "an offer":
        agent = here.mine()
        ring = contacts[mine[0]] | {
            "id": "o9", "agent": None, "state": "offered", "incident": "i2",
            "offer": {"fence": "9", "agents": ["a1"], "expires": desk.now() + 40_000},
        }  # fmt: skip
        agent["offer"] = {"contact": "o9", "fence": "9", "expires": desk.now() + 40_000}
        put = {"contacts": {"o9": ring}, "agents": {"a1": agent}}
        await here.event("contact.offered", put)
        await expect(page.locator(".offer")).to_be_attached()
    await dialog.get_by_label("What if").press("End")
    await page.keyboard.type(" again: Harbor.")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    (one,) = sent(desk, "hand_off")
    assert (one["incident"], one["what_if"]) == ("i1", "Sugar below 60 again: Harbor.")
    await close(page)

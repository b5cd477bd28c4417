"""What is next in an incident and the list of what is mine, against the recorded scene."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from copy import deepcopy

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened, resolves_with, sent
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VET = "Call Dr. Novak for the blood result"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def fill(page: Page, what: str, within: str = "1 h") -> None:
    await page.get_by_label("What has to happen?").fill(what)
    await page.get_by_role("button", name=within, exact=True).click()


async def test_done_asks_for_what_follows_and_what_is_said_stands_under_the_head(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.locator(".nextbar")
    await expect(bar).to_contain_text(VET)
    await expect(bar).to_contain_text("you, ")
    await bar.get_by_role("button", name="Done").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Done. What is next in INC-20419?")
    await expect(dialog.get_by_label("What has to happen?")).to_have_value("")  # that is done
    await dialog.get_by_role("button", name="Save").click()  # nothing is said yet
    said = dialog.get_by_role("alert")
    await expect(said).to_contain_text("Say what has to happen.")
    await page.get_by_label("What has to happen?").fill("Text Maya")
    await expect(said).to_have_count(0)
    await dialog.get_by_role("button", name="Save").click()
    await expect(said).to_contain_text("Choose by when.")
    assert not sent(desk, "plan_next")
    await fill(page, "Text Maya the result")
    await dialog.get_by_label("Who does it?").select_option(label="Tomás Vega")
    await page.get_by_label("What has to happen?").press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(bar).to_contain_text("Text Maya the result")
    await expect(bar).to_contain_text("Tomás Vega, ")
    (plan,) = sent(desk, "plan_next")
    assert (plan["incident"], plan["agent"], plan["before"]) == ("i1", "a2", None)
    assert abs(plan["due"] - desk.now() - 3_600_000) < 60_000
    await close(page)


async def test_p_opens_it_and_esc_leaves_everything_as_it_was(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.locator(".mid .tl").click()
    await page.keyboard.press("p")
    await expect(page.get_by_label("What has to happen?")).to_have_value(VET)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".nextbar")).to_contain_text(VET)
    assert not sent(desk, "plan_next")
    await close(page)


async def test_what_somebody_changed_behind_the_dialog_is_not_overwritten_unread(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await page.locator(".mid .tl").click()
    await page.keyboard.press("p")
    await fill(page, "Write to Maya")
    changed = {"id": "x2", "what": "Call the police", "agent": "a2", "agent_name": "Tomás Vega",
               "due": desk.now() + 60_000, "by_name": "Tomás Vega"}  # fmt: skip
    await here.next_is("i1", changed)
    await expect(page.locator(".nextbar")).to_contain_text("Call the police")
    desk.refuse["plan_next"] = "too_late"  # as the centre does: x1 stands no longer
    save = page.get_by_role("dialog").get_by_role("button", name="Save")
    await save.click()
    said = page.get_by_role("dialog").get_by_role("alert")
    await expect(said).to_contain_text("Not saved: ")
    await expect(said).to_contain_text("What you typed is still here.")
    await expect(page.locator(".toast")).to_have_count(0)
    assert sent(desk, "plan_next")[-1]["before"] == "x1"
    del desk.refuse["plan_next"]
    await save.click()  # they were told, and nothing that they typed is lost
    await expect(page.locator(".nextbar")).to_contain_text("Write to Maya")
    assert sent(desk, "plan_next")[-1]["before"] == "x2"
    await close(page)


async def test_whose_it_was_when_the_dialog_opened_is_what_counts(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here, owner = await desk.here(), page.locator("header.inc button.owner")
    await here.incident_is("i1", owner="a2", owner_name="Tomás Vega")
    await expect(owner).to_contain_text("Tomás Vega")
    await owner.click()
    await here.incident_is("i1", owner="a3", owner_name="Noah Berg")
    await expect(owner).to_contain_text("Noah Berg")
    await page.get_by_role("dialog").get_by_role("button", name="Take it myself").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(desk, "give_incident")[-1]["before"] == "a2"
    await close(page)


async def test_a_card_of_mine_says_that_it_is_overdue_from_that_moment_on(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    here.scene["mine"] = here.scene["mine"][1:2]
    here.scene["mine"][0]["next"]["due"] = desk.now() + 3000
    await here.say("notice", level="info", code="mine_changed", text="")
    card = page.get_by_role("region", name="Mine").get_by_role("button")
    await expect(card).to_have_count(1)
    await expect(card.locator("b.s1")).to_contain_text("overdue")
    await close(page)


async def test_an_outcome_that_asks_is_not_finished_before_it_is_said_what_is_next(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    wrap = page.locator(".wrap")
    await wrap.get_by_role("radio", name="Claim opened").click()
    await expect(page.get_by_label("What has to happen?")).to_have_count(0)  # the vet is planned
    await here.next_is("i1", None)
    what = page.get_by_label("What has to happen?")
    await expect(what).to_be_visible()
    await expect(what).not_to_be_focused()  # it was not they who asked for it
    await wrap.get_by_role("radio", name="Advised").click()
    await expect(what).to_have_count(0)
    await wrap.get_by_role("radio", name="Claim opened").click()
    await expect(what).to_be_focused()
    # The panels below it are still there, and the page itself never scrolls.
    people = page.get_by_role("region", name="People")
    await people.scroll_into_view_if_needed()
    await expect(people).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    await wrap.get_by_role("button", name="Done").click()
    await expect(page.locator(".toast", has_text="INC-20419 stays open")).to_be_visible()
    assert not sent(desk, "wrapped")
    await fill(page, VET, "15 min")
    await page.keyboard.press("Enter")  # the moment is pressed already: this is Done
    await expect(wrap).to_have_count(0)
    assert [one["do"] for one in desk.intents if one["do"] in ("plan_next", "wrapped")] == [
        "plan_next", "wrapped",
    ]  # fmt: skip
    await close(page)


async def test_mine_has_the_overdue_first_opens_by_a_click_and_follows_by_itself(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    mine = page.get_by_role("region", name="Mine")
    await expect(mine).to_contain_text("1 overdue")
    cards = mine.get_by_role("button")
    await expect(cards).to_have_count(4)
    for at, says in enumerate(("overdue", VET, "Tomás Vega does it", "No next action yet")):
        await expect(cards.nth(at)).to_contain_text(says)
    here = await desk.here()
    here.scene["team"] = [here.scene["mine"][0] | {"owner_name": "Tomás Vega"}]
    here.scene["mine"] = here.scene["mine"][:1]
    await here.say("notice", level="info", code="mine_changed", text="")
    await expect(cards).to_have_count(3)  # one of mine, and the two lists
    await expect(page.locator(".toast")).to_have_count(0)  # the hint is no message
    await mine.get_by_role("button", name=re.compile("Team · 1 1 overdue")).click()
    await expect(cards.last).to_contain_text("Call Grace Lindqvist · Tomás Vega")
    await mine.get_by_role("button", name=re.compile("^Mine · 1")).click()
    await cards.last.click()
    await page.wait_for_function("() => document.querySelector('.mine .card.on')")
    assert sent(desk, "open")[-1]["incident"] == "i9"
    await close(page)


async def test_an_incident_is_given_and_taken_and_somebody_is_added_to_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    owner, dialog = page.locator("header.inc button.owner"), page.get_by_role("dialog")
    await page.locator("#reply").fill("How is she?")
    await expect(page.locator(".comp .reads")).to_contain_text("✓ Only Maya Torres")
    await expect(page.locator(".comp .between")).to_contain_text("11 of 1,600 · 1 segment")
    await expect(owner).to_contain_text("owner you")
    await owner.click()
    await expect(dialog.get_by_role("button", name="Take it myself")).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Give it", exact=True)).to_be_disabled()
    await dialog.get_by_label("Give it to").select_option(label="Tomás Vega")
    await dialog.get_by_role("button", name="Give it", exact=True).click()
    await expect(page.locator(".toast", has_text="Tomás Vega’s")).to_be_visible()
    given = sent(desk, "give_incident")[-1]
    assert (given["incident"], given["agent"], given["before"]) == ("i1", "a2", "a1")
    await here.incident_is("i1", owner="a2", owner_name="Tomás Vega")
    await owner.click()
    await dialog.get_by_role("button", name="Take it myself").click()
    await expect(dialog).to_have_count(0)
    given = sent(desk, "give_incident")[-1]
    assert (given["agent"], given["before"]) == ("a1", "a2")
    people = page.get_by_role("region", name="People")
    for side in ("Owner’s side", "Sitter’s side", "Third parties"):
        await expect(people.get_by_text(side)).to_be_visible()
    await people.get_by_role("button", name="Show in full: Maya Torres").first.click()
    await expect(people.locator(".whole")).to_have_text("+1 206 555 0142")
    assert sent(desk, "reveal")[-1]["address"] == "ad1"
    await shown_each_on_a_line(people)
    await people.get_by_role("button", name="Add …").click()
    await dialog.get_by_label("Telephone number or mail address").fill("(206) 555-0188")
    desk.refuse["add_party"] = "bad_request"
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    del desk.refuse["add_party"]
    await dialog.get_by_label("Name").fill("Officer Lee")
    await dialog.get_by_label("Who they are").select_option("police")
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog).to_have_count(0)
    added = sent(desk, "add_party")[-1]
    assert (added["at"], added["name"], added["role"]) == (
        "(206) 555-0188", "Officer Lee", "police",
    )  # fmt: skip
    await write_to_the_vet(page, desk, people)
    await say_what_is_known(page, desk, people)
    await close(page)


async def shown_each_on_a_line(people: Locator) -> None:
    """Several in full: read to the police without taking one for the other."""
    await people.get_by_role("button", name="Show in full: Maya Torres").first.click()
    await people.get_by_role("button", name="Show in full: Dr. P. Novak").first.click()
    whole = people.locator(".whole")
    await expect(whole).to_have_count(3)
    around = await people.bounding_box()
    for at in range(3):
        box, row = await whole.nth(at).bounding_box(), whole.nth(at).locator("..")
        ways = await row.locator(".ways").bounding_box()
        assert around is not None
        assert box is not None
        assert ways is not None
        assert box["y"] + box["height"] <= ways["y"] + 1, "nothing else stands in its line"
        assert box["x"] + box["width"] <= around["x"] + around["width"], "it is whole"


async def write_to_the_vet(page: Page, desk: FakeDesk, people: Locator) -> None:
    """By text, then by mail: whom it goes to, who reads it, and what is refused where one looks."""
    await expect(people.get_by_role("button", name="Call back Maya Torres")).to_be_visible()
    vet = "Dr. P. Novak, +1 206 ••• 0190"
    await expect(people.get_by_role("button", name=f"Call {vet}", exact=True)).to_be_visible()
    await expect(people.get_by_role("button", name="Text Jonah Lind")).to_be_disabled()
    await people.get_by_role("button", name=f"Text {vet}").click()
    box = page.get_by_role("group", name="Write to Dr. P. Novak")
    await expect(
        box.get_by_text("✓ Only Dr. P. Novak (vet, third party) sees this.")
    ).to_be_visible()
    here = await desk.here()
    parties = here.scene["incidents"]["i1"]["parties"]
    marked = deepcopy(parties)
    marked[2]["addresses"][0]["unsafe"] = {"reason": "it lies open", "by_name": "", "at": 1}
    await here.incident_is("i1", parties=marked)
    await expect(box.locator(".reads")).to_contain_text("not safe: it lies open Only Dr. P. Novak")
    await here.incident_is("i1", parties=parties)
    await box.get_by_label("Message").fill("How is Luna?")
    desk.refuse["write_first"] = "offline"
    await page.keyboard.press("Control+Enter")
    await expect(box.get_by_role("alert")).to_be_visible()
    del desk.refuse["write_first"]
    await page.keyboard.press("Control+Enter")
    await expect(box).to_have_count(0)
    once, again = sent(desk, "write_first")[-2:]
    assert once["key"] == again["key"]
    assert [again[name] for name in ("incident", "address", "text", "then", "role")] == [
        "i1", "ad4", "How is Luna?", "wait", "vet",
    ]  # fmt: skip
    await people.get_by_role("button", name="Mail Dr. P. Novak").click()
    await box.get_by_label("Message").fill("Please send us the x-ray.")
    await box.get_by_label("waits for an answer").uncheck()
    await page.get_by_role("button", name="Send Ctrl").click()
    await expect(box.get_by_role("alert")).to_contain_text("A mail needs a subject")
    await box.get_by_label("Subject").fill("Luna, the x-ray")
    await page.get_by_role("button", name="Send Ctrl").click()
    await expect(box).to_have_count(0)
    mail = sent(desk, "write_first")[-1]
    assert (mail["address"], mail["subject"], mail["then"]) == ("ad5", "Luna, the x-ray", "close")


async def say_what_is_known(page: Page, desk: FakeDesk, people: Locator) -> None:
    """Who somebody is, where it is not safe, what they agreed to; and what is asked first."""
    await expect(people.get_by_text("not safe: his wife reads it")).to_be_visible()
    await people.get_by_role("button", name="Change Dr. P. Novak").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Not safe …").first.click()
    await expect(dialog.get_by_label("Why is it not safe to use?")).to_be_focused()
    await dialog.get_by_label("Why is it not safe to use?").fill("the front desk reads it")
    await dialog.get_by_role("button", name="Mark it").click()
    await expect(dialog.get_by_label("Why is it not safe to use?")).to_have_count(0)
    marked = sent(desk, "mark_unsafe")[-1]
    assert (marked["address"], marked["reason"]) == ("ad4", "the front desk reads it")
    record = dialog.get_by_role("group", name="May we record calls?")
    await record.get_by_label("no", exact=True).click()
    await record.get_by_label("not asked").click()  # and back again, before anything is saved
    await record.get_by_label("no", exact=True).click()
    assert not sent(desk, "consent")
    await dialog.get_by_label("Name").fill("Dr. Petra Novak")
    await dialog.get_by_label("Another number or mail address").fill("206 555 0191")
    desk.refuse["add_address"] = "taken"
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    del desk.refuse["add_address"]
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    changed, added = sent(desk, "change_party")[-1], sent(desk, "add_address")[-1]
    assert [changed[name] for name in ("name", "was_name", "role", "was_role")] == [
        "Dr. Petra Novak", "Dr. P. Novak", "vet", "vet",
    ]  # fmt: skip
    assert (added["party"], added["at"]) == ("p3", "206 555 0191")
    agreed = sent(desk, "consent")[-1]
    assert (agreed["party"], agreed["what"], agreed["says"]) == ("p3", "record", "no")
    await people.get_by_role("button", name="Change Dr. P. Novak").click()
    await dialog.get_by_role("button", name="Does not belong here").click()
    await page.get_by_role("button", name="Put back").click()
    assert sent(desk, "drop_from")[-1]["address"] is None
    assert sent(desk, "put_back")[-1]["party"] == "p3"
    await people.get_by_role("button", name="Text Dr. P. Novak").click()
    box = page.get_by_role("group", name="Write to Dr. P. Novak")
    await expect(box.get_by_label("Message")).to_be_focused()
    await page.keyboard.press("Control+;")
    await page.get_by_label("Find by a word").fill("message")
    await expect(dialog.get_by_text("not known: name")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(box.get_by_text("Fill in {name}.")).to_be_visible()
    await expect(box.get_by_role("button", name="Send Ctrl")).to_be_disabled()
    await expect(box.get_by_text("37 of 1,600 · 1 segment")).to_be_visible()
    await box.get_by_label("Message").fill("Maya wrote: she ate a whole pack of gum")
    desk.refuse["write_first"] = "other_side"
    await page.keyboard.press("Control+Enter")
    anyway = box.get_by_role("button", name="Send anyway")
    await expect(anyway).to_be_visible()
    del desk.refuse["write_first"]
    await anyway.click()
    await expect(box).to_have_count(0)
    first, sure = sent(desk, "write_first")[-2:]
    assert (first["sure"], sure["sure"], first["key"]) == ([], ["other_side"], sure["key"])


async def test_a_ring_that_is_answered_takes_no_words_away(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await page.locator(".mid .tl").click()
    await page.keyboard.press("p")
    await fill(page, "Ask the sitter for the care sheet")
    await here.incident_is("i1", state="closed")  # as when another one comes into view
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await here.incident_is("i1", state="open")
    await expect(page.get_by_role("button", name="Change …")).to_be_visible()
    await page.keyboard.press("p")
    await expect(page.get_by_label("What has to happen?")).to_have_value(
        "Ask the sitter for the care sheet"
    )
    await page.keyboard.press("Escape")
    await page.keyboard.press("p")
    await expect(page.get_by_label("What has to happen?")).to_have_value(VET)
    await close(page)


async def test_a_wrap_up_that_runs_out_ends_as_chosen_and_gives_begun_words_more_time(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    wrap = page.locator(".wrap")
    await here.next_is("i1", None)
    await wrap.get_by_role("radio", name="Claim opened").click()
    await page.get_by_label("What has to happen?").fill("Call the")
    mine = next(c for c in here.scene["contacts"].values() if c["state"] == "wrapup")
    mine["until"] = desk.now() + 500
    await here.event("contact.described", {"contacts": {mine["id"]: mine}})

    async def extended() -> bool:
        return len(sent(desk, "extend")) == 1

    await until(extended, "more time")
    await wrap.get_by_role("button", name="Others …").click()
    await wrap.get_by_role("radio", name="Advised").click()
    mine["until"] = desk.now() + 600
    await here.event("contact.described", {"contacts": {mine["id"]: mine}})
    await expect(wrap).to_have_count(0)
    assert sent(desk, "wrapped")[-1]["disposition"] == "advised"
    await close(page)


async def test_a_wrap_up_that_runs_out_ends_as_chosen_also_if_what_is_next_is_refused(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    wrap = page.locator(".wrap")
    await here.next_is("i1", None)
    await wrap.get_by_role("radio", name="Claim opened").click()
    await fill(page, VET)
    desk.refuse["plan_next"] = "too_late"  # somebody else was quicker
    mine = next(c for c in here.scene["contacts"].values() if c["state"] == "wrapup")
    mine["until"] = desk.now() + 500
    await here.event("contact.described", {"contacts": {mine["id"]: mine}})
    await expect(wrap).to_have_count(0)
    assert sent(desk, "wrapped")[-1]["disposition"] == "claim"
    await close(page)


async def test_what_was_typed_against_one_that_is_done_does_not_count_as_overtaken(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await page.locator(".mid .tl").click()
    await page.keyboard.press("p")
    await fill(page, "Ask the sitter for the care sheet")
    await here.incident_is("i1", state="closed")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await here.incident_is("i1", state="open")
    await page.locator(".nextbar").get_by_role("button", name="Done").click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(desk, "plan_next")[-1]["before"] is None
    await close(page)


async def test_where_it_stands_how_severe_it_is_and_what_is_known_are_said_in_its_head(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await page.get_by_role("button", name="INC-20419").click()  # no contact of it is in view
    head = page.locator(".mid header.inc")
    await (await desk.here()).next_is("i1", None)
    await head.get_by_role("button", name="active").click()
    dialog = page.get_by_role("dialog")
    await page.keyboard.press("3")
    await dialog.get_by_label("What for?").fill("the vet")
    await page.keyboard.press("Enter")
    # What waits needs a moment at which somebody looks again.
    await expect(dialog).to_contain_text("INC-20419 waits. By when do you look again?")
    await page.keyboard.press("Escape")
    await expect(head).to_contain_text("waiting on a third party")
    (said,) = sent(desk, "incident_status")
    told = (said["status"], said["before"], said["comment"])
    assert told == ("waiting_third", "active", "the vet")
    await head.get_by_role("button", name="S1 life. Change how severe").click()
    await page.keyboard.press("2")
    await expect(dialog.get_by_label("Why?")).to_be_focused()
    await page.keyboard.press("Enter")  # without a reason nothing is sent
    await expect(dialog.get_by_role("alert")).to_have_text("✕ Say why.")
    assert not sent(desk, "incident_severity")
    await dialog.get_by_label("Why?").fill("she is stable")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(head).to_contain_text("S2 urgent")
    (rated,) = sent(desk, "incident_severity")
    assert (rated["severity"], rated["before"], rated["reason"]) == (2, 1, "she is stable")
    words = "Noah Kim is writing an answer here."
    here = await desk.here()
    await here.say("notice", level="info", code="incident.typing", text=words)
    await expect(page.locator(".mid .typing")).to_contain_text(words)
    await expect(page.locator(".toast", has_text=words)).to_have_count(0)
    known = head.get_by_role("group", name="What is known")
    await expect(known).to_contain_text(re.compile(r"Booking 88-1920.*Seattle\s*\d\d:\d\d there"))
    facts = here.scene["incidents"]["i1"]["facts"]
    await here.incident_is("i1", facts=facts | {"place": "4021 Burke Avenue North, " * 5})
    time = known.get_by_text(re.compile(r"^\d\d:\d\d there$"))
    await expect(known).to_contain_text("North, 4021")
    assert await time.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")  # the place is cut
    assert await known.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    await here.incident_is("i1", facts=facts)
    await known.get_by_role("button", name="Edit").click()
    await dialog.get_by_label("Booking").fill("88-1921")
    await dialog.get_by_label("Type").select_option(label="Bite or attack")
    desk.refuse["incident_fact"] = "taken"
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_have_count(2)  # where they look, each at its field
    await expect(page.locator(".toast")).to_have_count(0)
    del desk.refuse["incident_fact"]
    desk.intents[:] = [one for one in desk.intents if one["do"] != "incident_fact"]
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(known).to_contain_text("Bite or attack")
    assert [(one["name"], one["value"], one["before"]) for one in sent(desk, "incident_fact")] == [
        ("booking", "88-1921", "88-1920"),
        ("kind", "bite", "poisoning"),
    ]
    await close(page)


async def test_an_outcome_that_ends_it_resolves_the_incident_unless_they_say_otherwise(
    chromium: Browser, desk: FakeDesk
) -> None:
    page, tick = await resolves_with(chromium, desk)
    wrap = page.locator(".wrap")
    size = await tick.bounding_box()
    assert size
    assert size["width"] <= 20, size
    await tick.uncheck()
    await expect(page.get_by_label("What has to happen?")).to_be_visible()
    await tick.check()
    await expect(page.get_by_label("What has to happen?")).to_have_count(0)
    await wrap.get_by_label("comment").fill("all is well")
    await wrap.get_by_role("button", name="Done").click()
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    (ended,) = sent(desk, "wrapped")
    assert (ended["resolves"], ended["comment"]) == ("resolved", "all is well")
    await close(page)


async def test_closing_the_last_contact_asks_what_is_next_in_one_key(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await here.next_is("i1", None)
    desk.asks_next = True
    dialog = page.get_by_role("dialog", name="INC-20419 stays open. What is next?")
    await page.locator("#reply").fill("You are welcome.")
    await page.get_by_role("button", name="Send and close").click()
    await expect(dialog).to_be_visible()
    proposed = dialog.get_by_role("button", name="Look whether they answered · you")
    await expect(proposed).to_be_focused()
    await page.keyboard.press("Escape")  # nothing is done, and the words are there
    await expect(dialog).to_have_count(0)
    await expect(page.locator("#reply")).to_have_value("You are welcome.")
    assert not sent(desk, "plan_next")
    await page.get_by_role("button", name="Send and close").click()
    await expect(proposed).to_be_focused()
    await page.keyboard.press("1")  # "Thanks!" needs nothing
    await page.keyboard.press("Enter")  # though it is an S1
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    first, again, closed = sent(desk, "reply")
    assert (first.get("anyway"), closed["anyway"], closed["then"]) == (None, True, "close")
    assert first["key"] == again["key"] == closed["key"]
    (ended,) = sent(desk, "close_incident")
    assert (ended["incident"], ended["reason"]) == ("i1", "resolved")
    await close(page)


async def test_what_is_proposed_is_one_key_and_something_else_is_typed(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    await here.next_is("i1", None)
    desk.asks_next = True
    wrap = page.locator(".wrap")
    dialog = page.get_by_role("dialog", name="INC-20419 stays open. What is next?")
    await page.locator(".mid .tl").click()
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Ask how it is now · you")).to_be_focused()
    await page.keyboard.press("3")
    what = dialog.get_by_label("What has to happen?")
    await expect(what).to_be_focused()
    await expect(what).to_have_value("Ask how it is now")
    await what.fill(VET)
    await page.keyboard.press("Enter")
    await expect(wrap).to_have_count(0)
    (plan,) = sent(desk, "plan_next")
    assert (plan["what"], plan["agent"], plan["before"]) == (VET, "a1", None)
    assert abs(plan["due"] - desk.now() - 1_800_000) < 60_000  # an S1
    assert [one["do"] for one in desk.intents if one["do"] in ("plan_next", "wrapped")] == [
        "wrapped", "plan_next", "wrapped",
    ]  # fmt: skip
    await close(page)


async def test_a_wrap_up_that_ends_by_itself_takes_the_question_away(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    await here.next_is("i1", None)
    desk.asks_next = True
    await page.locator(".mid .tl").click()
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    mine = next(c for c in here.scene["contacts"].values() if c["state"] == "wrapup")
    mine["until"] = desk.now() + 500
    await here.event("contact.described", {"contacts": {mine["id"]: mine}})
    await expect(page.locator(".wrap")).to_have_count(0)
    await expect(dialog).to_have_count(0)
    assert [one.get("anyway") for one in sent(desk, "wrapped")] == [None, True]
    await close(page)


async def test_done_needs_what_follows_or_the_end_where_nothing_else_goes_on(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    desk.asks_next = True
    bar = page.locator(".nextbar")
    await bar.get_by_role("button", name="Done").click()
    dialog = page.get_by_role("dialog", name="INC-20419 stays open. What is next?")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)

    async def twice() -> bool:
        return len(sent(desk, "next_done")) == 2

    await until(twice, "done, with what follows")
    asked, done = sent(desk, "next_done")
    assert (asked.get("what"), done["what"], done["agent"]) == (None, "Look how it is now", "a1")
    assert done["due"] > desk.now()
    await close(page)


async def test_the_head_has_the_incidents_severity_and_the_contacts_own_where_it_is_another(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    head = page.locator(".mid header.inc")
    await expect(head.get_by_role("button", name="S1 life. Change how severe")).to_be_visible()
    await expect(head.locator(".ofcontact")).to_have_count(0)
    here = await desk.here()
    await here.incident_is("i1", severity=2)
    await expect(head.get_by_role("button", name="S2 urgent. Change how severe")).to_be_visible()
    await expect(head.locator(".ofcontact")).to_contain_text("this text")
    await expect(head.locator(".ofcontact")).to_contain_text("S1")
    assert await head.locator(".facts").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    await close(page)


async def test_o_and_n_after_a_lower_level_of_a_call_begin_nothing(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Of a text they say why; a call is not asked about, and whoever presses them wrote no note."""
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    await page.locator(".mid .tl").click()
    await page.keyboard.press("w")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("3")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("o")
    assert (await page.evaluate("document.activeElement.tagName")) != "TEXTAREA"
    assert not [one for one in sent(desk, "note") if one["text"] == "o"]
    await page.keyboard.press("n")  # a moment later it is the key for notes again
    await expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    await close(page)


async def test_a_duplicate_is_merged_from_where_it_is_said(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await page.get_by_role("button", name="INC-20419").click()
    here = await desk.here()
    here.scene["incidents"]["i1"]["contacts"] = []
    await here.incident_is("i1", callback=None)
    await page.locator(".mid header.inc").get_by_role("button", name="Resolve").click()
    await page.keyboard.press("3")
    await page.get_by_role("button", name="Merge with it instead").click()
    dialog = page.get_by_role("dialog", name="Merge INC-20419")
    await dialog.get_by_role("textbox").fill("INC-20431")
    await page.keyboard.press("Enter")
    stays = dialog.get_by_role("radio", name="INC-20419")
    await expect(stays).to_have_attribute("aria-checked", "true")  # somebody owns it
    boxes = [await one.bounding_box() for one in await dialog.locator(".both > button").all()]
    assert abs(boxes[0]["width"] - boxes[1]["width"]) < 2  # type: ignore[index]
    await close(page)


async def test_a_chosen_outcome_that_asks_what_is_next_leaves_room_for_the_notes(
    chromium: Browser, desk: FakeDesk
) -> None:
    """The outcomes fold to the chosen one; keys choose another, and one press shows them all."""
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    await page.set_viewport_size({"width": 1366, "height": 768})
    await (await desk.here()).next_is("i1", None)
    await page.locator(".mid .tl").click()
    await page.keyboard.press("6")
    wrap = page.locator(".wrap")
    claim = wrap.get_by_role("radio", name="Claim opened")
    await expect(claim).to_be_checked()
    await expect(wrap.get_by_role("radio")).to_have_count(1)
    notes = await page.get_by_role("region", name="Notes", exact=True).bounding_box()
    assert notes is not None
    assert notes["y"] < 700
    await wrap.get_by_role("button", name="Others …").click()
    await expect(wrap.get_by_role("radio")).to_have_count(9)
    await claim.click()
    await expect(wrap.get_by_role("radio")).to_have_count(1)
    await page.keyboard.press("1")
    await expect(wrap.get_by_role("radio", name="Advised")).to_be_checked()
    await expect(wrap.get_by_role("radio")).to_have_count(9)
    await close(page)

"""What the pages say, against the recorded scene: true, in words, in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from channels.twilio import standing
from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk
from tests.kit.figures import Stopwatch

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def in_a_call(chromium: Browser, desk: FakeDesk) -> Page:
    """Talking, with a sound path that stands."""
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    await page.wait_for_timeout(1500)  # sound has flowed for a while
    return page


@pytest.mark.figure
async def test_sound_that_stops_is_told(chromium: Browser, desk: FakeDesk) -> None:
    page = await in_a_call(chromium, desk)
    stopped = Stopwatch()  # within 1.5 s of the page's own clock: tests/js/pure.test.mjs
    desk.still.set()
    await page.wait_for_function(
        "() => document.querySelector('.phonebar').innerText.includes('sound: checking')"
    )
    stopped.took("sound stops to its word on the page")
    desk.still.clear()
    await close(page)


async def test_when_the_centre_dies_nothing_is_called_good_or_safe_that_is_not_known(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await in_a_call(chromium, desk)
    desk.still.set()
    desk.away = True
    await (await desk.here()).ws.close()
    await expect(page.locator(".stalebar")).to_be_visible()
    await expect(page.locator(".phonebar")).not_to_contain_text("sound good")
    await expect(page.locator(".stalebar")).to_contain_text("may not hear you now")
    assert "safe" not in await page.locator(".stalebar").inner_text()
    desk.away = False
    await expect(page.locator(".stalebar")).to_have_count(0)
    page.faults[:] = [f for f in page.faults if "503" not in f]  # type: ignore[attr-defined]
    await close(page)


async def test_when_only_the_socket_breaks_sound_that_goes_on_is_said_to_go_on(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await in_a_call(chromium, desk)
    desk.away = True
    await (await desk.here()).ws.close()
    await expect(page.locator(".stalebar")).to_contain_text("Your sound goes on")
    await expect(page.locator(".phonebar")).to_contain_text(re.compile("sound (good|fair|poor)"))
    desk.away = False
    await expect(page.locator(".stalebar")).to_have_count(0)
    page.faults[:] = [f for f in page.faults if "503" not in f]  # type: ignore[attr-defined]
    await close(page)


async def test_a_missed_text_is_told_while_one_types_and_the_state_says_paused_after_this(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.locator("#reply").click()
    await page.keyboard.type("we are with you")
    connection, now = await desk.here(), desk.now()
    agent = connection.mine()
    offer = {"fence": "9", "expires": now + 9000}
    ring = {
        **connection.scene["contacts"]["c4"], "id": "n1", "agent": None, "state": "offered",
        "who": {"name": "Rosa Diaz", "address": "+1 206 ••• 0121", "role": "caller"},
        "offer": {**offer, "agents": ["a1"]},
    }  # fmt: skip
    agent["offer"] = {"contact": "n1", **offer}
    await connection.event("contact.offered", {"contacts": {"n1": ring}, "agents": {"a1": agent}})
    await expect(page.get_by_role("region", name="Incoming text")).to_be_visible()
    agent.update(offer=None, choice="paused", pause_reason="missed")
    await connection.event("contact.missed", {"agents": {"a1": agent}}, {"contacts": ["n1"]})
    await expect(page.locator(".toast")).to_contain_text("You missed a text from Rosa Diaz.")
    await expect(page.locator(".toast")).to_contain_text("paused after this")
    await expect(page.locator(".choice")).to_contain_text("paused after this: missed offers")
    assert (await page.locator("#reply").input_value()).endswith("we are with you")
    paused = page.locator(".choice .after")
    assert await paused.evaluate("e => e.scrollWidth <= e.clientWidth")  # not under the button
    await close(page)


async def test_what_rings_is_not_before_itself_and_messages_that_were_seen_are_not_new(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await expect(page.locator(".card").filter(has_text="Ade Brooks")).to_be_visible()
    connection, now = await desk.here(), desk.now()
    texts, agent = connection.scene["contacts"], connection.mine()
    for unread in (2, 3):  # c2 is open, c4 beside it
        for one in ("c2", "c4"):
            texts[one]["unread"] = unread
        await connection.event("contact.described", {"contacts": texts})
    fresh = page.locator(".tag.fresh")
    await expect(fresh).to_have_text(["3 new"])
    await page.locator(".card").filter(has_text="Ade Brooks").click()
    await expect(fresh).to_have_count(0)  # both were seen
    texts["c2"]["unread"] = 4
    await connection.event("contact.described", {"contacts": {"c2": texts["c2"]}})
    await expect(fresh).to_have_text(["new"])
    who = {"name": "Rosa Diaz", "address": "+1 206 ••• 0121", "role": "caller"}
    offer = {"fence": "9", "expires": now + 9000}
    ring = {**texts["c4"], "id": "n1", "channel": "voice", "agent": None, "state": "offered",
            "who": who, "about": "", "incident": "i2", "unread": None,
            "offer": {**offer, "agents": ["a1"]}}  # fmt: skip
    line = {**connection.scene["incidents"]["i2"]["timeline"][0], "id": "n", "kind": "call",
            "channel": "voice", "text": "called · waiting", "contact": "n1"}  # fmt: skip
    connection.scene["incidents"]["i2"]["timeline"].append(line)
    agent["offer"] = {"contact": "n1", **offer}
    await connection.event("contact.offered", {"contacts": {"n1": ring}, "agents": {"a1": agent}})
    card = page.get_by_role("region", name="Incoming call")
    await expect(card).to_contain_text("please hurry")
    await expect(card).not_to_contain_text("called · waiting")
    await expect(card).not_to_contain_text("caller")
    await close(page)


async def test_the_board_says_who_is_paused_after_this_and_who_can_be_rung(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    agents = page.get_by_role("region", name="Agents")
    await expect(agents).to_contain_text("3 ready for calls · 4 for texts")
    await expect(agents).not_to_contain_text("outside shift")
    texting = agents.get_by_role("row").filter(has_text="Aisha Bello")
    await expect(texting).to_contain_text("room for 1")
    connection = await desk.here()
    busy = connection.scene["agents"]["a6"]
    busy.update(choice="paused", pause_reason="missed", room={"voice": 0, "sms": 0, "email": 0})
    await connection.event("agent.paused", {"agents": {"a6": busy}})
    row = agents.get_by_role("row").filter(has_text="Aisha Bello")
    await expect(row).to_contain_text("paused after this: missed offers")
    await expect(agents).to_contain_text("3 ready for calls · 3 for texts")
    later = connection.scene["agents"]["a8"]
    begins = desk.now() + 3_600_000
    later["shift"] = {"from": begins, "to": begins + 3_600_000, "outside": False}
    await connection.event("agent.shift", {"agents": {"a8": later}})
    later["room"] = {"voice": 0, "sms": 4, "email": 5}
    await connection.event("agent.sound", {"agents": {"a8": later}})
    await expect(agents).to_contain_text("2 ready for calls · 3 for texts")
    await expect(agents).not_to_contain_text("outside shift")  # the centre decides, no clock here
    later["shift"] = {**later["shift"], "outside": True}
    await connection.event("agent.shift", {"agents": {"a8": later}})
    await expect(agents).to_contain_text("1 outside shift: S1 and S2 only")
    await expect(agents.get_by_role("row").filter(has_text="Leo Martin")).to_contain_text(
        "connection lost"
    )
    await close(page)


@pytest.mark.parametrize(
    ("is_now", "after"),
    [
        ({"state": "messages", "pause_reason": "lunch"}, "paused after this: Lunch"),
        ({"state": "messages", "pause_reason": "missed"}, "paused after this: missed offers"),
        # Taken out of the configuration while they pause: a code is no word.
        ({"state": "messages", "pause_reason": "fishing"}, "paused after this: paused"),
        ({"state": "messages", "pause_reason": None}, "paused after this: paused"),
        # Nothing goes on that a pause could come after.
        ({"state": "lost", "pause_reason": "lunch", "presence": "lost"}, None),
    ],
)
async def test_desk_and_board_tell_the_same_of_one_pause(
    chromium: Browser, desk: FakeDesk, is_now: dict[str, Any], after: str | None
) -> None:
    told = []
    for path, agent, where in (
        ("/desk?scene=text", "a1", ".choice"),
        ("/board?scene=board", "a6", '[role="row"]:has-text("Aisha Bello")'),
    ):
        page = await opened(chromium, desk.url + path)
        connection = await desk.here()
        one = connection.scene["agents"][agent]
        one.update({"choice": "paused", "room": {"voice": 0, "sms": 0, "email": 0}, **is_now})
        await connection.event("agent.paused", {"agents": {agent: one}})
        place = page.locator(where)
        await expect(place).to_contain_text("connection lost" if after is None else after)
        found = re.search("paused after this: .*", await place.inner_text())
        told.append(found and found[0])
        await close(page)
    assert told == [after, after]


async def test_a_row_of_the_board_says_why_it_rings_and_what_is_set_aside_for_a_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    row = page.get_by_role("row").filter(has_text="Kim Osei")
    await row.get_by_role("button", name="ringing Tomás").click()
    why = page.get_by_role("dialog", name="Why here, why now: Kim Osei")
    await expect(why).to_contain_text("Tomás Vega")
    to = why.get_by_role("combobox", name="Assign it to").get_by_role("option")
    await expect(to.filter(has_text="Noah Kim · ready")).to_be_enabled()
    await expect(to.filter(has_text="Omar Haddad · paused: break")).to_be_disabled()
    await expect(to.filter(has_text="Leo Martin · connection lost")).to_be_disabled()
    await expect(to.filter(has_text="Elena Popov · on a call")).to_be_disabled()
    await page.keyboard.press("Escape")
    connection = await desk.here()
    # What the centre says is what is shown, whatever else is known of them.
    connection.scene["by_name"].update(a8="training", a9=None)
    await row.get_by_role("button", name="ringing Tomás").click()
    await expect(to.filter(has_text="Noah Kim · in training, not for this")).to_be_disabled()
    await expect(to.filter(has_text="Omar Haddad · paused")).to_be_enabled()
    await page.keyboard.press("Escape")
    text = connection.scene["contacts"]["q3"]
    text.update(state="parked", parked_for="call", agent="a3", answer_by=desk.now() + 754_500)
    await connection.event("contact.parked", {"contacts": {"q3": text}})
    await page.get_by_role("button", name="In progress").click()
    aside = page.get_by_role("row").filter(has_text="Ade Brooks")
    await expect(aside).to_contain_text(" left · set aside for the call · Elena")
    await close(page)


@pytest.mark.parametrize("one", ["c2", "c4"])
async def test_what_a_call_sets_aside_shows_when_its_own_answer_is_due(
    chromium: Browser, desk: FakeDesk, one: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await expect(page.locator(".card").filter(has_text="Ade Brooks")).to_be_visible()
    connection, now = await desk.here(), desk.now()
    text = connection.scene["contacts"][one]
    text.update(state="parked", parked_for="call", state_at=now - 42_000, until=now + 1_158_000,
                answer_by=now + 754_500)  # fmt: skip
    await connection.event("contact.parked", {"contacts": {one: text}})
    card = page.locator(".card").filter(has_text=text["who"]["name"])
    await expect(card).to_contain_text("12:3")  # not how long the call takes, nor its 20 min
    await expect(card).to_contain_text(" left")
    await expect(card).to_contain_text("due ")
    await expect(card).to_contain_text("set aside for the call")
    text.update(answer_by=now - 61_000)
    await connection.event("contact.described", {"contacts": {one: text}})
    await expect(card).to_contain_text(" over")
    text.update(answer_by=None)  # answered in the call: nobody owes anything
    await connection.event("contact.described", {"contacts": {one: text}})
    await expect(card).not_to_contain_text("due ")
    await expect(card).to_contain_text("set aside for the call")
    await close(page)


async def test_a_supervisor_takes_who_waits_from_the_board_by_its_link_and_from_who_waits(
    chromium: Browser, desk: FakeDesk
) -> None:
    board = await opened(chromium, f"{desk.url}/board?scene=board")
    take = board.get_by_role("dialog").get_by_text("Take it myself")
    await expect(board.get_by_role("row").filter(has_text="Ade Brooks")).to_be_visible()
    connection = await desk.here()
    connection.scene["pull"] = "paused"  # so says the centre
    await board.get_by_role("row").filter(has_text="Ade Brooks").get_by_text("place").click()
    await expect(take).to_have_attribute("href", "/desk#take=q3")
    connection.scene["pull"] = None
    await connection.event("agent.ready", {"agents": {"a1": connection.mine()}})
    await board.get_by_role("dialog").get_by_role("button", name="Take it myself").click()
    await expect(board.locator(".toast")).to_contain_text("It is at your desk now.")
    await close(board)
    page = await opened(chromium, f"{desk.url}/desk?scene=board#take=q4")
    asks = page.get_by_role("dialog", name="Take it yourself?")
    await expect(asks).to_contain_text("Jonas Weber")
    await axe(page, "take", found := {})
    assert not found
    await asks.get_by_role("button", name="Take it", exact=True).press("Enter")
    await expect(page.locator(".card").filter(has_text="Jonas Weber")).to_be_visible()
    await expect(asks).to_have_count(0)
    await page.keyboard.press("w")  # with something in hand: its severity
    await expect(page.get_by_role("dialog", name="What is it?")).to_be_visible()
    await page.keyboard.press("w")
    await page.get_by_role("button", name="Take it: Hyun Park").click()
    await expect(asks).to_contain_text("Hyun Park")  # the rows may have moved under the hand
    assert [i["contact"] for i in desk.intents if i["do"] == "pull"] == ["q3", "q4"]
    await page.keyboard.press("Enter")
    await expect(page.locator(".card").filter(has_text="Hyun Park")).to_be_visible()
    assert [i["contact"] for i in desk.intents if i["do"] == "pull"] == ["q3", "q4", "q7"]
    await close(page)


async def test_what_somebody_took_meanwhile_is_not_left_in_line(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=board#take=q4")
    asks = page.get_by_role("dialog", name="Take it yourself?")
    await expect(asks.get_by_role("button")).to_have_text(["Leave it in line", "Take it"])
    connection = await desk.here()
    q4 = connection.scene["contacts"]["q4"]
    q4.update(state="active", agent="a3")
    await connection.event("contact.connected", {"contacts": {"q4": q4}})
    await expect(asks).to_contain_text("It is no longer waiting")
    await expect(asks.get_by_role("button")).to_have_text(["Close"])
    await close(page)


async def test_what_a_supervisor_takes_may_ring_at_him_as_soon_as_he_is_ready_and_is_answered(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=board#take=q3")
    await expect(page.get_by_role("dialog")).to_contain_text("Ade Brooks")
    connection = await desk.here()
    mine, q3 = connection.mine(), connection.scene["contacts"]["q3"]

    async def ready_and_rung(_: object) -> None:
        offer = {"fence": "9", "expires": desk.now() + 9000}
        mine.update(choice="ready", state="ringing", offer={"contact": "q3", **offer})
        q3.update(state="offered", offer={**offer, "agents": ["a1"]})
        await connection.event("agent.ready", {"agents": {"a1": mine}, "contacts": {"q3": q3}})

    connection.do_ready = ready_and_rung
    desk.refuse["pull"] = "not_ready"  # it rings at your desk: accept it
    mine.update(choice="paused", state="paused")
    await connection.event("agent.paused", {"agents": {"a1": mine}})
    await expect(page.locator(".choice")).to_contain_text("paused", ignore_case=True)
    await page.get_by_role("button", name="Take it", exact=True).click()
    await expect(page.locator(".card").filter(has_text="Ade Brooks")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [i["contact"] for i in desk.intents if i["do"] == "accept"] == ["q3"]
    q4, offer = connection.scene["contacts"]["q4"], {"fence": "10", "expires": desk.now() + 9000}
    mine.update(offer={"contact": "q4", **offer})
    q4.update(state="offered", severity=1, offer={**offer, "agents": ["a1"]})
    await connection.event("contact.offered", {"agents": {"a1": mine}, "contacts": {"q4": q4}})
    await expect(page.locator(".offer")).to_contain_text("Jonas Weber")
    await page.evaluate("location.hash = 'take=q7'")
    await page.get_by_role("button", name="Take it", exact=True).click()
    await expect(page.locator(".toast")).to_contain_text("An emergency is ringing here.")
    await close(page)


async def test_who_leaves_it_in_line_while_his_desk_becomes_ready_takes_nobody(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=board#take=q3")
    asks = page.get_by_role("dialog", name="Take it yourself?")
    await expect(asks).to_contain_text("Ade Brooks")
    connection, left = await desk.here(), asyncio.Event()
    mine, becomes_ready = connection.mine(), connection.do_ready

    async def ready_after_he_left(intent: dict[str, Any]) -> None:
        await left.wait()
        await becomes_ready(intent)

    connection.do_ready = ready_after_he_left
    mine.update(choice="paused", state="paused")
    await connection.event("agent.paused", {"agents": {"a1": mine}})
    await expect(page.locator(".choice")).to_contain_text("paused", ignore_case=True)
    await asks.get_by_role("button", name="Take it", exact=True).click()
    await expect(asks).to_contain_text("Taking it")
    await page.keyboard.press("Escape")
    await expect(asks).to_have_count(0)
    left.set()
    await expect(page.locator(".choice").get_by_role("button", name="Pause")).to_be_visible()
    for _ in range(2):  # when the second list is there, the centre has all that was sent before
        await page.keyboard.press("w")
        await expect(page.get_by_role("button", name="Take it: Ade Brooks")).to_be_visible()
        await page.keyboard.press("Escape")
    assert [i for i in desk.intents if i["do"] == "pull"] == []
    await close(page)


# At once when the card is there: a frame of a loaded machine may come too late for "just as".
PRESS = """(repeat) => new Promise((done) => { const see = () => {
  if (!document.querySelector('.offer')) return false;
  watch.disconnect();
  const key = {key: 'Enter', bubbles: true, cancelable: true, repeat};
  document.body.dispatchEvent(new KeyboardEvent('keydown', key)); done(); return true; };
  const watch = new MutationObserver(see);
  if (!see()) watch.observe(document, {childList: true, subtree: true}); })"""


# Whatever the page sent before has been heard when this is answered.
SENT = "ours('desk/context.js').then(({ link }) => link.send('snapshot')).then(() => 1)"


async def test_an_enter_just_as_it_begins_to_ring_is_not_an_answer_but_is_told(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring", before=f"void ({PRESS})(false)")
    card = page.get_by_role("region", name="Incoming call")
    await expect(card).to_contain_text("Press Enter again to answer")
    assert not [i for i in desk.intents if i["do"] == "accept"]
    await page.wait_for_timeout(250)
    await page.evaluate(PRESS, True)  # held down since before: still no answer
    await page.evaluate(SENT)
    assert not [i for i in desk.intents if i["do"] == "accept"]
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Phone")).to_contain_text("Connecting")
    await close(page)


async def test_signing_out_with_texts_in_hand_asks(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    await page.get_by_role("button", name="Priya Nair, menu").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    dialog = page.get_by_role("dialog", name="Sign out?")
    await expect(dialog).to_contain_text("You have 2 open texts: they go back in line.")
    await page.get_by_role("button", name="Stay").click()
    await expect(dialog).to_be_hidden()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="What do you want to do?")).to_be_focused()
    await page.keyboard.type("sign out")
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login")
    await close(page)


async def test_the_locked_screen_keeps_mute_and_hang_up_in_reach(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await expect(page.locator(".phonebar.live")).to_be_visible()
    here = await desk.here()
    call = here.scene["contacts"]["c1"]
    asked = {"agent": "a3", "name": "Noah Kim", "by_name": "Priya Nair", "since": desk.now()}
    call["consult"] = asked | {"at": "apart", "until": None}
    await here.event("contact.consulted", {"contacts": {"c1": call}})
    await here.say("notice", level="warn", code="signed_out", text="Ended.")
    dialog = page.get_by_role("dialog", name="Sign in again")
    await expect(dialog).to_contain_text("You have asked Noah Kim into this call.")
    await dialog.get_by_role("button", name="Let Noah go").click()
    await dialog.get_by_role("button", name="Mute").click()
    await expect(dialog.get_by_role("button", name="Unmute")).to_be_visible()
    await dialog.get_by_role("button", name="Hang up").click()
    await expect(dialog.get_by_role("button", name="Hang up")).to_have_count(0)
    said = [(i["do"], i.get("contact")) for i in desk.intents]
    assert [one for one in said if one[0] in ("hang_up", "consult_end")] == [
        ("consult_end", "c1"), ("hang_up", "c1")
    ]  # fmt: skip
    await close(page)


async def test_what_rings_shows_its_words_and_history_and_the_notes_name_their_incident(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=textring")
    card = page.get_by_role("region", name="Incoming text")
    await expect(card).to_contain_text("please hurry")
    await expect(card).to_contain_text("wrote before: “a car hit her, she is bleeding”")
    await expect(card).to_contain_text("emergency words: “bleeding”")
    await expect(card).to_contain_text("Beagle off the lead near the school")
    await expect(card).to_contain_text("She ran off with the lead on")
    notes = page.locator(".notes")
    await expect(notes).to_contain_text("into INC-20419, not into what rings")
    await notes.get_by_role("textbox", name="Write a note into INC-20419").click()
    await page.keyboard.type("she drives now")
    await page.keyboard.press("Alt+Enter")
    await expect(card).to_have_count(0)
    await expect(notes).to_contain_text("into INC-20431 · Beagle off the lead")
    await page.wait_for_function("() => !document.querySelector('.pad').value")
    written = [i for i in desk.intents if i["do"] == "note"]
    assert {i["incident"] for i in written} == {"i1"}
    assert written[-1]["text"] == "she drives now"
    await close(page)


async def test_what_a_mail_repeats_is_folded_and_opens(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    timeline = page.get_by_role("region", name="Timeline")
    await expect(timeline).to_contain_text("Bring the packaging")
    await expect(timeline).to_contain_text("Sent from fo•••@clinic.example")
    await expect(timeline).to_contain_text("Asks for replies to st•••@example.net")
    await expect(timeline.get_by_text("A Labrador comes to you")).to_be_hidden()
    await timeline.get_by_text("3 quoted lines").click()
    await expect(timeline.get_by_text("A Labrador comes to you")).to_be_visible()
    await close(page)


async def test_what_did_not_arrive_comes_back_as_ours_with_shape_word_and_colour(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    back = page.locator(".ev.out").filter(has_text="this is a landline")
    await expect(back).to_contain_text("✕ Not delivered")
    await expect(back).to_contain_text("call instead")
    await expect(back).to_contain_text("What we wrote")
    await expect(back).to_contain_text("Priya Nair Bring the empty packet")
    colours = "e => [e, e.closest('.desk')].map(x => getComputedStyle(x).color)"
    fault, plain = await back.locator(".bub .s1").evaluate(colours)
    assert fault != plain
    await close(page)


async def test_what_went_back_while_away_shows_with_whom_it_rings_and_is_taken_by_key(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=back")
    rows = page.get_by_role("list", name="Back in line while you were away").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    text, call = rows.filter(has_text="INC-20402"), rows.filter(has_text="INC-20419")
    await expect(text).to_contain_text("being offered to Tomás")
    await expect(call).to_contain_text("waiting in line")
    connection = await desk.here()
    take = text.get_by_role("button", name="Take it back")
    await expect(take).to_be_enabled()
    both = connection.scene["contacts"]

    async def kept(cause: str | None) -> None:
        """The centre says so; nothing else that the page knows has changed."""
        for one in ("b1", "b2"):
            both[one]["returned"]["kept"] = cause
        await connection.event("agent.moved", {"contacts": {x: both[x] for x in ("b1", "b2")}})

    await kept("on_call")
    await expect(text).to_contain_text("End your call first.")
    await kept("paused")
    await expect(text).to_contain_text("Press Ready first.")
    await expect(take).to_be_disabled()
    await page.keyboard.press("b")
    await expect(page.locator(".toast")).to_contain_text("Press Ready first.")
    await axe(page, "went back", found := {})
    assert not found
    await kept(None)
    await expect(take).to_be_enabled()
    await page.keyboard.press("b")  # the next in order
    await expect(page.locator(".card").filter(has_text="Ade Brooks")).to_be_visible()
    await expect(rows).to_have_count(1)
    assert [i["contact"] for i in desk.intents if i["do"] == "pull"] == ["b1"]
    await connection.event("contact.connecting", {}, {"contacts": ["b2"]})  # with somebody else
    await expect(rows).to_have_count(0)
    await close(page)


async def test_the_board_says_what_the_next_call_waits_by_severity_and_queue_where_it_is_known(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    tile = page.get_by_role("button", name="S3 report")
    await expect(tile).to_contain_text("about 3 min, 9 of 10 in 8 min")
    urgent = page.get_by_role("button", name="S1 life")
    await expect(page.locator(".tile.s1")).to_contain_text("in target")
    await expect(urgent).not_to_contain_text("about")  # not known well
    queues = page.get_by_role("group", name="Next call")
    await expect(queues).to_have_text(
        "Next callHome about 40 s, nine of ten within 3 min"
        "Claims about 3 min, nine of ten within 8 min"
    )
    connection = await desk.here()
    tally = connection.scene["tally"]
    tally["waiting"]["3"]["wait"] = None
    for queue in tally["queues"].values():
        queue["wait"] = None
    await connection.event("tally", {"tally": tally})
    await expect(queues).to_have_count(0)
    await expect(tile).not_to_contain_text("about")
    await close(page)


async def test_what_is_known_of_a_number_stands_beside_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await in_a_call(chromium, desk)
    here = await desk.here()
    talking = here.scene["contacts"]["c1"]
    known = {
        "stir": "failed",
        "unsure": "number in national form",
        "forwarded_from": "+1 206 ••• 1",
    }
    await here.event(
        "x.y", {"contacts": {talking["id"]: talking | {"who": talking["who"] | known}}}
    )
    bar = page.locator(".phonebar")
    for words in ("may be faked", "number in national form", "forwarded from +1 206 ••• 1"):
        await expect(bar).to_contain_text(words)
    await axe(page, "marks", found := {})
    assert not found
    sure = talking["who"] | {"stir": "verified"}
    await here.event("x.y", {"contacts": {talking["id"]: talking | {"who": sure}}})
    await expect(bar).to_contain_text("number verified by the carrier")
    await expect(bar).not_to_contain_text("faked")
    await close(page)


@pytest.mark.parametrize("about", ["", "gum" * 60])
async def test_all_that_is_known_of_who_rings_stays_inside_the_card(
    chromium: Browser, desk: FakeDesk, about: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ring")
    card = page.locator(".offer")
    await expect(card).to_be_visible()
    here = await desk.here()
    ringing = here.scene["contacts"]["o1"]
    who = ringing["who"] | {"stir": "verified", "forwarded_from": "+1 206 ••• 0188"}
    now = ringing | {"who": who, "about": about, "provisional": True}
    await here.event("x.y", {"contacts": {ringing["id"]: now}})
    await expect(card).to_contain_text("forwarded from")
    outside = await card.evaluate(
        "(card) => [...card.querySelectorAll('button, b, span, div')].filter(e =>"
        " e.getBoundingClientRect().right > card.getBoundingClientRect().right)"
        ".map(e => e.className + ': ' + e.textContent)"
    )
    assert not outside
    await close(page)


async def test_the_board_says_what_the_carriers_account_cannot_do(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    last = page.get_by_role("region", name="Agents").get_by_role("row").last
    button = page.get_by_role("button", name="trial account")
    await expect(last).to_be_in_viewport()
    await expect(button).to_have_count(0)  # a full account
    connection = await desk.here()
    connection.scene["centre"] = {**connection.scene["centre"], "account": standing.limits("Trial")}
    await connection.snapshot()
    await button.click()
    told = page.get_by_role("dialog", name="The carrier’s account is a trial")
    await expect(told).to_contain_text("5 calls at once: the next caller hears a busy tone")
    await expect(told).to_contain_text("429")
    await page.keyboard.press("Escape")
    await expect(told).to_have_count(0)
    await expect(button).to_be_focused()
    await expect(last).to_be_in_viewport()  # twelve agents are still seen
    await close(page)


async def test_recent_incidents_are_asked_for_once_more_although_nothing_moves(
    chromium: Browser, desk: FakeDesk
) -> None:
    """What this person did just before may not have been in the record at the first time."""
    soon = """(() => { const later = window.setTimeout;
      window.setTimeout = (act, ms, ...more) => later(act, ms === 3000 ? 50 : ms, ...more); })();"""
    page = await opened(chromium, f"{desk.url}/desk?scene=idle", soon)
    recent = page.get_by_role("group", name="Recent incidents")
    await expect(recent).to_contain_text("Labrador ate")

    async def twice() -> bool:
        return sum(one["do"] == "incidents" for one in desk.intents) == 2

    await until(twice, "asked for once more")
    await close(page)

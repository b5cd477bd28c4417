"""A colleague who is asked into a call: at the desk of whoever asks, and at their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.kit import open_transfer, until
from tests.browser.test_pages_look import close, opened
from tests.kit.fake_desk import Connection, FakeDesk
from tests.kit.fake_scenes import build

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
BAR = "Colleague in this call"
# The first tone of each figure of the ring, as it is made.
TONES = """(() => { const start = OscillatorNode.prototype.start;
  globalThis.__tones = [];
  let at = 0;
  OscillatorNode.prototype.start = function (when) {
    if (when > at + 0.6 || !at) globalThis.__tones.push(this.frequency.value);
    at = when;
    return start.call(this, when);
  }; })();"""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def my_call(here: Connection) -> dict[str, Any]:
    calls = (c for c in here.scene["contacts"].values() if c["channel"] == "voice")
    return next(c for c in calls if c["state"] == "active" and c["agent"] == here.mine()["id"])


def consult(desk: FakeDesk, at: str, agent: str = "a3", **more: Any) -> dict[str, Any]:
    return {
        "at": at, "agent": agent, "name": "Dana Reyes", "by_name": "Priya Raman",
        "since": desk.now(), "until": None, **more,
    }  # fmt: skip


async def done(desk: FakeDesk, do: str, **fields: Any) -> None:
    async def asked() -> bool:
        return any(one["do"] == do and fields.items() <= one.items() for one in desk.intents)

    await until(asked, f"{do} {fields}")


def names(bar: Locator) -> Locator:
    return bar.get_by_role("button")


async def test_who_hears_whom_and_what_can_be_done_stand_in_a_bar(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call, bar = my_call(here), page.get_by_role("region", name=BAR)
    await expect(bar).to_have_count(0)
    for at, held, until_ms, words, buttons in (
        ("asked", True, 20_000, "Dana Reyes’s desk rings. The caller is on hold.", ["Never mind"]),
        ("asked", False, 20_000, "Dana Reyes’s desk rings. You are with the caller.", ["Never"]),
        ("apart", True, None, "You talk with Dana Reyes. The caller hears music.",
         ["To the caller", "All three", "Hand over", "Let Dana go"]),
        ("apart", False, None, "You are with the caller. Dana Reyes hears music.",
         ["To Dana", "All three", "Hand over", "Let Dana go"]),
        ("together", False, None, "Dana Reyes, the caller and you hear each other.",
         ["To Dana", "Without Dana", "Hand over", "Let Dana go"]),
        ("together", True, None, "You talk with Dana Reyes. The caller hears music.",
         ["Back to all three", "Without Dana", "Hand over", "Let Dana go"]),
        ("together", False, 9_000, "Dana Reyes’s sound is gone: waiting for them",
         ["To Dana", "Without Dana", "Hand over", "Let Dana go"]),
    ):  # fmt: skip
        call["held"] = held
        call["consult"] = consult(desk, at, until=until_ms and desk.now() + until_ms)
        await here.event("contact.consulted", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_role("status")).to_have_text(words)
        await expect(names(bar)).to_have_count(len(buttons))
        chords = bar.locator("kbd:visible")  # also on a screen of 1366
        await expect(chords).to_have_text(["Alt H", "Alt J", "Alt O"] if len(buttons) == 4 else [])
        for number, name in enumerate(buttons):
            await expect(names(bar).nth(number)).to_contain_text(name)
    await expect(bar.get_by_role("button", name="Hand over")).to_be_disabled()
    call["consult"] = None
    await here.event("contact.consult_over", {"contacts": {call["id"]: call}})
    await expect(bar).to_have_count(0)
    await close(page)


async def test_each_control_by_mouse_and_by_key(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call, bar = my_call(here), page.get_by_role("region", name=BAR)
    one = {"contact": call["id"]}
    call |= {"held": True, "consult": consult(desk, "apart")}
    await here.event("contact.consulted", {"contacts": {call["id"]: call}})
    await bar.get_by_role("button", name="All three").click()
    await done(desk, "consult_together", on=True, **one)
    call |= {"held": False, "consult": consult(desk, "together")}
    await here.event("contact.consult_together", {"contacts": {call["id"]: call}})
    await expect(bar.get_by_role("button", name="Without Dana")).to_be_enabled()
    await page.keyboard.press("Alt+j")
    await done(desk, "consult_together", on=False, **one)
    await page.keyboard.press("Alt+h")
    await done(desk, "hold", on=True, **one)
    await bar.get_by_role("button", name="Let Dana go").click()
    await done(desk, "consult_end", **one)
    await page.keyboard.press("Alt+o")
    await done(desk, "consult_hand_over", **one)
    await close(page)


async def test_colleagues_stand_in_transfer_with_what_they_do_and_are_asked_first(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call = my_call(here)

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        def row(id_: str, name: str, takes: bool, asked_in: bool) -> dict[str, Any]:
            state = "ready" if takes else "paused" if asked_in else "talking"
            return {"id": id_, "name": name, "skills": {}, "takes": takes, "free": takes,
                    "asked_in": asked_in, "state": state, "pause_reason": "lunch",
                    "choice": "paused" if state == "paused" else "ready"}  # fmt: skip

        return {
            "agents": [row("a2", "Free One", True, True), row("a3", "Paused One", False, True),
                       row("a4", "Busy One", False, False)],
            "queues": [{"name": "claims", "word": "Claims", "open": True}],
            "skills": [{"name": "vet", "level": 3}],
            "numbers": [{"name": "lab", "word": "Lab"}], "any_number": False, "interpreters": [],
        }  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    rows = page.get_by_role("option")
    await expect(rows).to_contain_text(["free", "Paused: Lunch", "on a call"])
    await expect(rows.filter(has_text="Ask first")).to_have_count(5)
    await expect(rows.nth(2)).to_have_attribute("aria-disabled", "true")
    await rows.nth(2).click(force=True)
    why = page.get_by_role("dialog").get_by_role("alert")
    await expect(why).to_contain_text("Busy One cannot take it now (on a call")
    await page.get_by_role("combobox").fill("busy")
    await expect(why).to_have_count(0)
    await page.keyboard.press("Shift+Enter")
    await expect(why).to_contain_text("Busy One cannot be asked in now (on a call")
    await page.get_by_role("combobox").fill("paused")
    await page.keyboard.press("Enter")  # they cannot take it: nothing is transferred
    await expect(why).to_contain_text("Shift + Enter asks first.")
    await page.keyboard.press("Shift+Enter")
    await done(desk, "consult", contact=call["id"], agent="a3")
    for typed, to in (
        ("claims", {"queue": "claims"}),
        ("vet", {"skills": {"vet": 3}}),
        ("lab", {"number": "lab"}),
    ):
        await expect(rows).to_have_count(0)
        await open_transfer(page)
        await page.get_by_role("combobox").fill(typed)
        await expect(rows).to_have_count(1)
        await page.keyboard.press("Shift+Enter")
        await done(desk, "consult", contact=call["id"], **to)
    await expect(rows).to_have_count(0)
    assert not [one for one in desk.intents if one["do"] == "transfer"]
    await expect(rows).to_have_count(0)
    await close(page)


async def asked(desk: FakeDesk, page: Any) -> tuple[Connection, dict[str, Any], dict[str, Any]]:
    """Somebody asks me in."""
    here = await desk.here()
    me = here.mine()
    call = build("call", desk.now())["contacts"]["c1"] | {"agent": "a9", "held": True}
    call["consult"] = consult(desk, "asked", me["id"], until=desk.now() + 20_000)
    me["asked"] = call["id"]
    put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
    await here.event("contact.consult_asked", put)
    await expect(page.get_by_role("region", name="Priya Raman asks you in")).to_be_visible()
    return here, me, call


@pytest.mark.parametrize("way", ["mouse", "key"])
async def test_whoever_is_asked_comes_and_sees_who_hears_whom(
    chromium: Browser, desk: FakeDesk, way: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here, me, call = await asked(desk, page)
    who = call["who"]["name"]
    if way == "mouse":
        await page.get_by_role("button", name="Answer").click()
    else:
        await page.keyboard.press("Alt+Enter")
    await done(desk, "consult_answer", contact=call["id"])
    me |= {"asked": None, "consult": call["id"], "state": "talking"}
    bar = page.get_by_role("region", name=BAR)
    for at, held, fault, words in (
        ("apart", True, None, f"You talk with Priya Raman. {who} hears music."),
        ("apart", False, None, f"On hold: Priya Raman is with {who}, you hear music."),
        ("together", False, None, f"Priya Raman, {who} and you hear each other."),
        ("together", False, "agent_lost", f"Priya Raman is gone. {who} is still there."),
    ):
        call |= {"held": held, "fault": fault, "consult": consult(desk, at, me["id"])}
        put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
        await here.event("contact.consulted", put)
        await expect(bar.get_by_role("status")).to_have_text(words)
    poor = {"mos": 2.9, "sounds": "poor", "lost": 0.1, "delay_ms": 90, "missing": False}
    good = poor | {"mos": 4.3, "sounds": "good", "lost": 0, "where": None, "dead": False}
    call |= {"consult": consult(desk, "together", me["id"]), "fault": None}
    for hears, heard, told in (
        (good, good, None),
        (good, poor | {"where": "network"}, "sound poor: Your network loses part of what you say."),
        (poor | {"where": "line"}, good, "sound poor: it breaks up before it reaches you"),
        (good, good | {"missing": True}, "They do not hear you."),
    ):
        third = {"who": me["id"], "role": "second", "hears": hears, "heard": heard}
        call["sound"] = {"agent": good, "caller": good, "others": [third]}
        await here.event("contact.sounds", {"contacts": {call["id"]: call}})
        if told is None:
            await expect(bar.get_by_role("alert")).to_have_count(0)
        else:
            await expect(bar.get_by_role("alert")).to_contain_text(told)
    call |= {"sound": None, "fault": "agent_lost"}
    beside = {"agent": "a3", "name": "Dana Reyes", "since": desk.now()}
    for mode, words in (("listen", "listens"), ("whisper", "listens"), ("barge", "speaks to all")):
        call["beside"] = [beside | {"mode": mode}]
        await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_text(f"Dana Reyes {words}")).to_be_visible()
    for held, words in ((True, "you and Priya Raman"), (False, "Priya Raman and the caller")):
        call |= {"held": held, "consult": consult(desk, "apart", me["id"])}
        await here.event("contact.consult_apart", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_text(f"Dana Reyes speaks to {words}")).to_be_visible()
    await bar.get_by_role("button", name="Take the call").click()
    await done(desk, "consult_hand_over", contact=call["id"])
    await bar.get_by_role("button", name="Mute").click()
    await expect(bar.get_by_role("button", name="Unmute")).to_be_visible()
    await bar.get_by_role("button", name="Leave").click()
    await done(desk, "consult_end", contact=call["id"])
    await close(page)


@pytest.mark.parametrize(("rings", "asks"), [(2, 2), (4, 1), (1, 2)])
async def test_of_two_that_ring_the_more_severe_is_heard_and_has_alt_enter(
    chromium: Browser, desk: FakeDesk, rings: int, asks: int
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=ringtext", TONES)
    here, _, call = await asked(desk, page)
    offer = here.scene["contacts"]["o1"]
    offer["severity"], call["severity"] = rings, asks
    await here.event(
        "contact.severity_changed", {"contacts": {offer["id"]: offer, call["id"]: call}}
    )
    first = asks < rings
    text = page.get_by_role("region", name="Incoming text")
    card = page.get_by_role("region", name="Priya Raman asks you in")
    answer = card.get_by_role("button", name="Answer")
    await expect(answer).to_be_in_viewport(ratio=1)
    await expect(answer).to_have_text("Answer Alt ↵" if first else "Answer")
    await expect(text).to_contain_text(
        "Enter answers this; Alt + Enter answers your colleague" if first else "Alt + Enter"
    )
    tone = {1: 880, 2: 784, 4: 523}[min(rings, asks)]
    await page.wait_for_function(f"() => globalThis.__tones.at(-1) === {tone}")
    await expect(card.get_by_role("button", name="Not now")).to_have_text("Not now")
    await page.keyboard.press("Alt+Enter")
    await done(desk, "consult_answer" if first else "accept")
    assert not [
        one for one in desk.intents if one["do"] == ("accept" if first else "consult_answer")
    ]
    await (text.get_by_role("button", name="Take it") if first else answer).click()
    await done(desk, "accept" if first else "consult_answer")
    await close(page)


@pytest.mark.parametrize("way", ["mouse", "key"])
async def test_whoever_cannot_come_says_so(chromium: Browser, desk: FakeDesk, way: str) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here, me, call = await asked(desk, page)
    no = page.get_by_role("button", name="Not now")
    await expect(no).to_have_text("Not now Alt D")
    await (no.click() if way == "mouse" else page.keyboard.press("Alt+d"))
    await done(desk, "consult_end", contact=call["id"])
    me["asked"] = None
    await here.event("contact.consult_over", {"agents": {me["id"]: me}}, {"contacts": [call["id"]]})
    await expect(page.get_by_role("region", name="Priya Raman asks you in")).to_have_count(0)
    await expect(page.get_by_role("region", name="Phone").get_by_text("No call")).to_be_visible()
    await close(page)


@pytest.mark.parametrize("key", ["j", "o", "Enter", "d"])
async def test_letters_alone_do_nothing(chromium: Browser, desk: FakeDesk, key: str) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    await asked(desk, page)
    await page.keyboard.press(key)
    await page.keyboard.press("Alt+Enter")
    await done(desk, "consult_answer")
    assert [one["do"] for one in desk.intents if one["do"].startswith("consult")] == [
        "consult_answer"
    ]
    await close(page)


@pytest.mark.parametrize("way", ["mouse", "key"])
async def test_whoever_handed_a_call_on_has_time_for_notes_and_ends_it(
    chromium: Browser, desk: FakeDesk, way: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    me, call = here.mine(), my_call(here) | {"agent": "a3"}
    mine = [c["id"] for c in here.scene["contacts"].values() if c["agent"] == me["id"]]
    me.update(
        state="wrapup", handed={"contact": "c1", "at": desk.now(), "until": desk.now() + 30_000}
    )
    gone = {"contacts": [id_ for id_ in mine if id_ != call["id"]]}
    put = {"agents": {me["id"]: me}, "contacts": {call["id"]: call}}
    await here.event("contact.transferred", put, gone)
    panel = page.get_by_role("region", name="Handed on")
    await expect(panel).to_contain_text("Time for your notes")
    await expect(page.get_by_text("ready for the next")).to_have_count(0)
    if way == "mouse":
        await panel.get_by_role("button", name="Done").click()
    else:
        await page.keyboard.press("Enter")
    await done(desk, "handed_done")
    me.update(state="ready", choice="ready", handed=None)
    await here.event("agent.handed_done", {"agents": {me["id"]: me}})
    await expect(panel).to_have_count(0)
    await expect(page.get_by_text("ready for the next")).to_be_visible()
    await close(page)


async def test_the_first_row_is_whoever_begins_so_and_an_interpreter_before_a_queue(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Found by a user: "spa" and Enter handed an S1 to the queue Español."""
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call = my_call(here)

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {
            "agents": [], "skills": [], "numbers": [], "any_number": False,
            "queues": [{"name": n, "word": w, "open": True} for n, w in (
                ("es", "Español"), ("sp", "Spanish (Texas)"), ("of", "Interpreters’ desk"))],
            "interpreters": [{"name": "es", "word": "Spanish"}],
        }  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    rows = page.get_by_role("option")
    await expect(rows).to_have_count(3)
    for typed, order in (
        ("spa", ["Interpreter: Spanish", "Spanish (Texas)", "Español"]),
        ("queue", ["Español", "Spanish (Texas)", "Interpreters’ desk"]),
        ("pret", ["Interpreter: Spanish", "Interpreters’ desk"]),
        ("(tex", ["Spanish (Texas)"]),
        ("spa", ["Interpreter: Spanish", "Spanish (Texas)", "Español"]),
    ):
        await page.get_by_role("combobox").fill(typed)
        await expect(rows.locator("b")).to_have_text(order)
    await page.keyboard.press("Enter")
    await done(desk, "consult", contact=call["id"], interpreter="es")
    assert not [one for one in desk.intents if one["do"] == "transfer"]
    await close(page)


# A number outside -------------------------------------------------------------------------------


def number(desk: FakeDesk, at: str, *, rings: bool = True, **more: Any) -> dict[str, Any]:
    line = {"kind": "number", "rings": rings}
    return consult(desk, at, agent=None, name="Green Valley Vet", line=line, **more)


async def test_a_number_has_the_same_bar_in_words_of_its_own(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call, bar = my_call(here), page.get_by_role("region", name="Number in this call")
    soon = desk.now() + 20_000
    vet = "Green Valley Vet"
    for it, held, words in (
        (number(desk, "asked", rings=False, until=soon), True,
         f"{vet} is dialled. The caller is on hold."),
        (number(desk, "asked", until=soon), True, f"It rings at {vet}. The caller is on hold."),
        (number(desk, "asked", until=soon), False,
         f"{vet} is not there yet. You are with the caller."),
        (number(desk, "apart"), True, f"You talk with {vet}. The caller hears music."),
        (number(desk, "together", until=soon), False,
         f"The line to {vet} is lost: waiting for it"),
        (number(desk, "together") | {"name": "the interpreter (Spanish)"}, False,
         "The interpreter (Spanish), the caller and you hear each other."),
    ):  # fmt: skip
        call |= {"held": held, "consult": it}
        await here.event("contact.consulted", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_role("status")).to_have_text(words)
    await expect(names(bar)).to_have_count(4)
    await expect(names(bar).nth(0)).to_contain_text("To the interpreter")
    long = number(desk, "apart") | {"name": "Green Valley Veterinary Hospital"}
    await here.event("contact.consulted", {"contacts": {call["id"]: call | {"consult": long}}})
    await expect(names(bar).nth(3)).to_have_text("Let Green Valley Vete… go")
    alone = number(desk, "together") | {
        "line": {"kind": "interpreter", "rings": True, "stays": True}
    }
    await here.event("contact.consulted", {"contacts": {call["id"]: call | {"consult": alone}}})
    await expect(names(bar)).to_have_count(3)
    await page.keyboard.press("Alt+o")  # no caller is left alone with an interpreter
    await page.keyboard.press("Alt+j")
    await done(desk, "consult_together", contact=call["id"])
    assert not [one for one in desk.intents if one["do"] == "consult_hand_over"]
    await close(page)


async def test_numbers_are_asked_first_and_an_interpreter_is_one_press(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call = my_call(here)

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        languages = {"es": "Spanish", "vi": "Vietnamese", "ru": "Russian", "so": "Somali"}
        return {
            "agents": [], "queues": [], "skills": [], "any_number": False,
            "numbers": [{"name": "lab", "word": "Lab"}],
            "interpreters": [{"name": n, "word": w} for n, w in languages.items()],
        }  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    dialog = page.get_by_role("dialog")
    buttons = dialog.get_by_role("button", name="Interpreter:")
    await expect(buttons).to_have_text(
        ["Interpreter: Spanish", "Interpreter: Vietnamese", "Interpreter: Russian"]
    )
    await buttons.first.click()
    await done(desk, "consult", contact=call["id"], interpreter="es")
    for typed, key, to in (
        ("lab", "Shift+Enter", {"number": "lab"}),
        ("somali", "Enter", {"interpreter": "so"}),
        ("(206) 555-0101", "Enter", {"number": "(206) 555-0101"}),
    ):
        await expect(dialog).to_have_count(0)
        await open_transfer(page)
        await expect(dialog.get_by_role("option").first).to_be_visible()
        await page.keyboard.type(typed)
        await expect(dialog.get_by_role("option")).to_have_count(1)
        await page.keyboard.press(key)
        await done(desk, "consult", contact=call["id"], **to)
    assert not [one for one in desk.intents if one["do"] == "transfer"]
    await close(page)


async def test_transfer_says_who_can_only_be_asked_and_that_there_are_no_interpreters(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    agents = [{"id": "a3", "name": "Paused One", "skills": {}, "takes": False, "free": False,
               "asked_in": True, "state": "paused", "pause_reason": "lunch",
               "choice": "paused"}]  # fmt: skip

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {"agents": agents, "queues": [], "skills": [], "numbers": [], "any_number": False,
                "interpreters": []}  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    said = page.get_by_role("dialog").get_by_role("status")
    await expect(said).to_contain_text("those with “Ask first” can be asked in")
    await page.get_by_role("combobox").fill("spanish")
    await expect(said).to_contain_text("this centre has no interpreters")
    await page.keyboard.press("Escape")
    agents[0]["asked_in"] = False
    await open_transfer(page)
    await expect(said).to_have_text("No colleague has room right now.")
    await close(page)


async def test_a_number_that_is_not_called_says_so_before_enter(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Found by a user: it "can be asked in", and was refused by Enter."""
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {"agents": [], "queues": [], "skills": [], "numbers": [], "any_number": False,
                "interpreters": []}  # fmt: skip

    async def check(form: dict[str, Any]) -> dict[str, Any]:
        no = "Calls to Cuba are not allowed." if form["number"].startswith("+53") else None
        return {"number": form["number"], "country": None, "name": None, "refusal": no}

    here.do_transfer_targets, here.do_dial_check = targets, check  # type: ignore[attr-defined]
    await open_transfer(page)
    dialog, box = page.get_by_role("dialog"), page.get_by_role("combobox")
    await box.fill("+53 5 555 0142")
    await expect(dialog.get_by_role("alert")).to_have_text("Calls to Cuba are not allowed.")
    await expect(dialog.get_by_role("option")).to_contain_text("is not called")
    await expect(dialog.get_by_role("option")).not_to_contain_text("Ask first")
    await expect(dialog.get_by_text("Enter asks them in")).to_have_count(0)
    for key in ("Enter", "Shift+Enter"):
        await page.keyboard.press(key)
    await box.fill("+1 206 555 0142")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await expect(dialog.get_by_role("option")).to_contain_text("can be asked in")
    await page.keyboard.press("Enter")
    await done(desk, "consult", number="+1 206 555 0142")
    assert [one["number"] for one in desk.intents if one["do"] == "consult"][-1:] == [
        "+1 206 555 0142"
    ]
    assert not [one for one in desk.intents if one.get("number", "").startswith("+53")
                and one["do"] != "dial_check"]  # fmt: skip
    await close(page)

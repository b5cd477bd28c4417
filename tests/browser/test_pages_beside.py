"""A supervisor beside an agent who talks: their drawer on the board, and what the agent sees."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import Connection, FakeDesk
from tests.kit.fake_scenes import build

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_the_agent_sees_who_is_beside_them_and_how(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    calls = (c for c in here.scene["contacts"].values() if c["channel"] == "voice")
    call = next(c for c in calls if c["state"] == "active" and c["agent"] == here.mine()["id"])
    bar = page.get_by_role("region", name="Phone")
    for mode, words in (
        ("listen", "Dana Reyes listens"),
        ("whisper", "Dana Reyes speaks to you"),
        ("barge", "Dana Reyes speaks to both"),
    ):
        call["beside"] = [
            {"agent": "u9", "name": "Dana Reyes", "mode": mode, "since": desk.now(), "board": False}
        ]
        await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_text(words)).to_be_visible()
    call["held"] = True
    await here.event("contact.held", {"contacts": {call["id"]: call}})
    heard = "Dana Reyes speaks to you; the caller is on hold"
    await expect(bar.get_by_text(heard)).to_be_visible()
    call["beside"], call["held"] = [], False
    await here.event("contact.left_beside", {"contacts": {call["id"]: call}})
    await expect(bar.get_by_text("Dana Reyes")).to_have_count(0)
    await close(page)


async def test_their_own_desk_says_what_is_heard_of_them_and_lets_them_leave(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await desk.here()
    me = here.mine()
    call = build("call", desk.now())["contacts"]["c1"]
    call |= {"agent": "a3", "agent_name": "Noah Kim"}
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_text("No call")).to_be_visible()
    me["beside"] = call["id"]
    who = call["who"]["name"]
    for mode, words in (
        ("listen", f"You listen to Noah Kim with {who}"),
        ("whisper", f"Noah Kim, with {who}, hears you"),
        ("barge", f"{who} and Noah Kim hear you"),
    ):
        call["beside"] = [
            {
                "agent": me["id"],
                "name": me["name"],
                "mode": mode,
                "since": desk.now(),
                "board": False,
            }
        ]
        put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
        await here.event("contact.sat_beside", put)
        await expect(bar.get_by_text(words)).to_be_visible()
    await expect(bar.get_by_text("No call")).to_have_count(0)
    await expect(page.get_by_text("No open work.")).to_be_visible()
    await bar.get_by_role("button", name="Leave the call").click()

    async def asked() -> bool:
        return any(one["do"] == "leave_beside" for one in desk.intents)

    await until(asked, "they leave")
    me["beside"] = None
    await here.event("contact.left_beside", {"agents": {me["id"]: me}}, {"contacts": [call["id"]]})
    await expect(bar.get_by_text("No call")).to_be_visible()
    await close(page)


async def talking(here: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
    """An agent of the board and their call."""
    contacts, me = here.scene["contacts"], here.mine()["id"]
    call = next(
        c for c in contacts.values()
        if c["state"] == "active" and c["channel"] == "voice" and c["agent"] not in (None, me)
    )  # fmt: skip
    agent = here.scene["agents"][call["agent"]]
    agent["contacts"] = [call["id"]]
    await here.event("agent.ready", {"agents": {agent["id"]: agent}})
    return agent, call


def look(page: Page, agent: dict[str, Any]) -> Locator:
    return page.get_by_role("button", name=f"{agent['name']}: look")


async def test_who_has_a_call_or_a_wrapup_of_their_own_is_not_offered_to_listen(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    me = here.mine()
    own = call | {"id": "own", "agent": me["id"]}
    me["contacts"] = ["own"]
    await look(page, agent).click()
    drawer = page.get_by_role("dialog", name=agent["name"])
    asked = drawer.get_by_role("button", name="Listen")
    await expect(asked).to_be_visible()
    for state, mine in (("active", "talking"), ("wrapup", "wrapup")):
        own["state"], me["state"] = state, mine
        await here.event("contact.moved", {"contacts": {"own": own}, "agents": {me["id"]: me}})
        await expect(drawer).to_contain_text("end your own call and its wrap-up first")
        await expect(asked).to_have_count(0)
        await expect(drawer.get_by_role("button", name="Take the call over")).to_have_count(0)
        await page.keyboard.press("1")
        assert not [one for one in desk.intents if one["do"] == "sit_beside"]
        me["state"] = "ready"
        await here.event("contact.ended", {"agents": {me["id"]: me}}, {"contacts": ["own"]})
        await expect(asked).to_be_visible()
    await close(page)


async def test_an_agents_drawer_has_their_hour_their_day_and_how_to_help(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    me = here.mine()["id"]
    agent, call = await talking(here)
    await look(page, agent).focus()
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name=agent["name"])
    await expect(drawer).to_contain_text("on a call")
    await expect(drawer).to_contain_text(call["who"]["name"])
    hour = drawer.get_by_role("img", name="ready 20 min · calls 18 min · wrap-up 1 min")
    await expect(hour).to_have_attribute("aria-label", re.compile("paused 10 min · texts 11 min"))
    await expect(drawer).to_contain_text("11 calls, 6 texts")
    await expect(drawer).to_contain_text("slowest tenth 9 s")
    modes = drawer.get_by_role("group", name="This call").get_by_role("button")
    names = [re.sub(r"\s*\d$", "", text) for text in await modes.all_inner_texts()]
    assert names == ["Listen", "Whisper", "Take part"]
    await expect(drawer.get_by_role("button", name="Leave the call")).to_have_count(0)
    own = here.mine()
    for state, sound in (("lost", True), ("paused", False), ("paused", True)):
        own.update(state=state, sound=sound)
        await here.event("agent.moved", {"agents": {own["id"]: own}})
        ready = state != "lost" and sound
        taking = drawer.get_by_role("button", name="Take the call over")
        await expect(taking).to_have_count(int(ready))
        await expect(drawer.get_by_role("link", name="Open my desk")).to_have_count(int(not ready))
    for mode, sees, hear in (
        ("listen", "sees that you listen", 0),
        ("whisper", "sees that you speak to them", 1),
        ("barge", "sees that you speak to both", 2),
    ):
        since = {"since": desk.now(), "board": True}
        call["beside"] = [{"agent": me, "name": "Dana Reyes", "mode": mode, **since}]
        await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
        await expect(drawer).to_contain_text(sees)
        await expect(drawer.get_by_text("hears you", exact=True)).to_have_count(hear)
        await expect(drawer.get_by_text("does not hear you")).to_have_count(2 - hear)
    bar = page.get_by_role("region", name="Beside an agent")
    who, it = call["who"]["name"], {"agent": "a3", "line": None, "name": "Tomás Vega"}
    it |= {"by_name": agent["name"], "since": desk.now(), "until": None}
    for held, at, hear, told in (
        (True, None, 1, f"{agent['name']} hears you; {who} is on hold"),
        (True, "apart", 2, f"Tomás Vega and {agent['name']} hear you; {who} is on hold"),
        (False, "apart", 2, f"{who} and {agent['name']} hear you"),
        (False, "together", 3, f"{who}, Tomás Vega and {agent['name']} hear you"),
    ):
        call |= {"held": held, "consult": it | {"at": at} if at else None}
        await here.event("contact.held", {"contacts": {call["id"]: call}})
        await expect(bar).to_contain_text(told)
        await expect(drawer.get_by_text("hears you", exact=True)).to_have_count(hear)
        rows = drawer.locator(".heard li")
        await expect(rows).to_have_count(3 if at else 2)
        await expect(rows.filter(has_text="on hold")).to_have_count(int(held))
        await expect(rows.filter(has_text="hears music")).to_have_count(int(not held and hear == 2))
    call |= {"held": False, "consult": None}
    await here.event("contact.held", {"contacts": {call["id"]: call}})
    await axe(page, "seen", found := {})
    assert found == {}
    await expect(bar).to_contain_text("on another page")
    await drawer.get_by_role("button", name="Leave the call").click()
    await expect(page.locator(".toast", has_text="You have left")).to_be_visible()
    assert [one["do"] for one in desk.intents if one["do"] != "agent_day"][-1] == "leave_beside"
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    await expect(look(page, agent)).to_be_focused()
    await close(page)


async def test_of_a_colleague_who_was_asked_in_board_and_drawer_say_by_whom_and_lead_to_the_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    agents, me = here.scene["agents"], here.mine()["id"]
    other = next(a for a in agents.values() if a["id"] not in (agent["id"], me))
    aside = call | {"id": "aside", "channel": "sms", "agent": other["id"], "state": "parked"}
    aside |= {"parked_for": "call", "about": "hey did u get my tip", "consult": None}
    call["consult"] = {"at": "asked", "agent": other["id"], "line": None, "name": other["name"]}
    call["consult"] |= {"by_name": agent["name"], "since": desk.now(), "until": desk.now() + 9_000}
    other |= {"asked": call["id"], "contacts": [], "offer": None, "state": "ready"}
    put = {"contacts": {call["id"]: call}, "agents": {other["id"]: other}}
    await here.event("contact.consult_asked", put)
    await look(page, other).click()
    drawer = page.get_by_role("dialog", name=other["name"])
    who = call["who"]["name"]
    await expect(drawer).to_contain_text(f"{agent['name']} asks them in, {who}")
    call["consult"] |= {"at": "apart", "until": None}
    call["held"] = True
    other |= {"asked": None, "consult": call["id"], "state": "talking", "contacts": ["aside"]}
    put = {"contacts": {call["id"]: call, "aside": aside}, "agents": {other["id"]: other}}
    await here.event("contact.consulted", put)
    await expect(drawer).to_contain_text(f"asked in by {agent['name']}, {who}")
    await expect(drawer).to_contain_text("set aside for the call")
    await expect(drawer).not_to_contain_text("waiting for their answer")
    row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has=look(page, other))
    await expect(row).to_contain_text(f"asked in by {agent['name']}")
    await expect(row).to_contain_text(who)
    call["held"] = False  # the caller is with the agent again
    await here.event("contact.held", {"contacts": {call["id"]: call}})
    for place in (row, drawer):
        await expect(place).to_contain_text(f"on hold, asked in by {agent['name']}")
    await axe(page, "asked in", found := {})
    assert found == {}
    await drawer.get_by_role("button", name=f"{agent['name'].split()[0]}’s call").click()
    await expect(page.get_by_role("dialog", name=agent["name"])).to_be_visible()
    await expect(drawer).to_have_count(0)
    await close(page)


async def test_whoever_sits_beside_or_has_no_single_keys_steers_by_a_chord_on_the_board(
    chromium: Browser, desk: FakeDesk
) -> None:
    """A digit meant for another page must not let the caller hear them."""
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    me = here.mine()
    await look(page, agent).click()
    drawer = page.get_by_role("dialog", name=agent["name"])
    hints = drawer.get_by_role("group", name="This call").locator("kbd")
    await expect(hints).to_have_text(["1", "2", "3"])

    async def asked(*modes: str) -> bool:
        return [i["mode"] for i in desk.intents if i["do"] == "sit_beside"] == [*modes]

    await page.keyboard.press("1")
    await until(lambda: asked("listen"), "they listen")
    sat = {"agent": me["id"], "name": me["name"], "mode": "listen", "since": desk.now()}
    call["beside"], me["beside"] = [sat | {"board": True}], call["id"]
    put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
    await here.event("contact.sat_beside", put)
    await expect(hints).to_have_text(["Alt 1", "Alt 2", "Alt 3"])
    await page.keyboard.press("3")  # a stray digit
    await page.keyboard.press("Alt+2")
    await until(lambda: asked("listen", "whisper"), "they whisper")
    call["beside"], me["beside"] = [], None
    await here.event("contact.left_beside", put)
    await expect(hints).to_have_text(["1", "2", "3"])
    await page.get_by_role("button", name=f"{me['name']}, menu").click()
    await page.get_by_role("menuitemcheckbox", name="Single keys").click()
    await expect(hints).to_have_text(["Alt 1", "Alt 2", "Alt 3"])
    await page.keyboard.press("3")
    await page.keyboard.press("Alt+1")
    await until(lambda: asked("listen", "whisper", "listen"), "they listen again")
    await close(page)


async def test_a_buddy_finds_their_trainees_call_in_the_phone_bar(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await desk.here()
    me = here.mine()
    call = build("call", desk.now())["contacts"]["c1"] | {"agent": "a3", "trainee": "Noah Kim"}
    await here.event("contact.moved", {"contacts": {"c1": call}})
    bar = page.get_by_role("region", name="Phone")
    theirs = bar.get_by_role("group", name="The call of Noah Kim")
    await expect(theirs).to_contain_text("Noah Kim is on a call")
    await expect(theirs).to_contain_text(call["who"]["name"])
    await expect(page.get_by_text("No open work.")).to_be_visible()  # it is not theirs
    await page.keyboard.press("s")  # a stray letter
    await page.keyboard.press("Alt+s")

    async def asked() -> bool:
        return [i["mode"] for i in desk.intents if i["do"] == "sit_beside"] == ["whisper"]

    await until(asked, "they sit down")
    me["beside"] = "c1"
    sat = {"agent": me["id"], "name": me["name"], "mode": "whisper", "since": desk.now()}
    call["beside"] = [sat | {"board": False, "hidden": False}]
    put = {"contacts": {"c1": call}, "agents": {me["id"]: me}}
    await here.event("contact.sat_beside", put)
    pressed = theirs.get_by_role("button", pressed=True)
    await expect(pressed).to_have_text("Whisper Alt S")
    await axe(page, "buddy", found := {})
    assert found == {}
    await page.keyboard.press("Alt+s")  # once more: the way out

    async def left() -> bool:
        return [i["do"] for i in desk.intents if i["do"].endswith("_beside")][1:] == [
            "leave_beside"
        ]

    await until(left, "they leave")
    await page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys and help")
    await expect(help_).to_contain_text("Alt + I / S")
    await page.keyboard.press("Escape")
    me["beside"] = None
    await here.event("contact.left_beside", {"agents": {me["id"]: me}}, {"contacts": ["c1"]})
    await expect(theirs).to_have_count(0)
    await close(page)


async def test_the_way_to_an_agent_is_also_in_the_row_of_what_they_have_in_hand(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    await page.get_by_role("button", name=re.compile("^In progress")).click()
    row = page.get_by_role("row").filter(has_text=call["who"]["name"]).first
    await row.get_by_role("button", name=re.compile("change the severity")).click()
    first = agent["name"].split()[0]
    await page.get_by_role("menuitem", name=f"Look at {first}").click()
    drawer = page.get_by_role("dialog", name=agent["name"])
    await expect(drawer.get_by_role("button", name="Listen")).to_be_visible()
    await close(page)


async def test_whoever_whispers_reads_who_has_the_call_now_and_their_drawer_keeps_its_modes(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    me = here.mine()["id"]
    agent, call = await talking(here)
    await look(page, agent).click()
    drawer = page.get_by_role("dialog", name=agent["name"])
    since = {"since": desk.now(), "board": True, "hidden": False}
    call["beside"] = [{"agent": me, "name": "Dana Reyes", "mode": "whisper", **since}]
    await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
    bar = page.get_by_role("region", name="Beside an agent")
    who = call["who"]["name"]
    await expect(bar).to_contain_text(f"{agent['name']}, with {who}, hears you")
    other = next(a for a in here.scene["agents"].values() if a["id"] not in (me, agent["id"]))
    agent |= {"contacts": [], "state": "wrapup"}
    other |= {"contacts": [call["id"]], "state": "talking"}
    call["agent"] = other["id"]
    agents = {agent["id"]: agent, other["id"]: other}
    await here.event("contact.taken_from_agent", {"contacts": {call["id"]: call}, "agents": agents})
    await expect(bar).to_contain_text(f"{other['name']}, with {who}, hears you")
    told = f"{other['name']} has the call now and hears you."
    await expect(page.locator(".toast", has_text=told)).to_be_visible()
    await expect(drawer).to_contain_text(f"The call of {other['name']}")
    modes = drawer.get_by_role("button", name="Whisper")
    await expect(modes).to_have_attribute("aria-pressed", "true")
    await expect(drawer).to_contain_text(f"{other['name']} sees that you speak to them")
    call["state"] = "connecting"  # for a moment nobody talks there
    await here.event("contact.transferred", {"contacts": {call["id"]: call}})
    await expect(modes).to_have_count(0)
    call["state"] = "active"
    await here.event("contact.answered", {"contacts": {call["id"]: call}})
    await expect(modes).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Escape")
    known = (me, agent["id"], other["id"])
    idle = next(
        a for a in here.scene["agents"].values() if a["state"] == "ready" and a["id"] not in known
    )
    await look(page, idle).click()  # whose call it never was
    theirs = page.get_by_role("dialog", name=idle["name"])
    await expect(theirs).to_contain_text("Today")
    await expect(theirs.get_by_role("button", name="Whisper")).to_have_count(0)
    await page.keyboard.press("Alt+3")
    await page.keyboard.press("Escape")
    await look(page, other).click()
    drawer = page.get_by_role("dialog", name=other["name"])
    await expect(drawer.get_by_role("button", name="Whisper")).to_be_visible()
    assert not any(one["do"] == "sit_beside" for one in desk.intents)
    await close(page)


async def test_the_call_in_hand_stands_first_and_its_number_is_told_apart(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    aside = call | {"id": "aside", "channel": "sms", "state": "parked", "severity": 4}
    aside |= {"parked_for": "call", "about": "thx so much", "sound": None, "beside": []}
    call["who"] = {"name": "+1 206 ••• 0141", "address": "+1 206 ••• 0141", "role": "caller"}
    agent["contacts"] = ["aside", call["id"]]
    put = {"contacts": {call["id"]: call, "aside": aside}, "agents": {agent["id"]: agent}}
    await here.event("contact.held", put)
    row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has=look(page, agent))
    shown = row.get_by_text("••• 0141", exact=True)
    await expect(shown).to_have_attribute("title", "+1 206 ••• 0141")
    assert await shown.evaluate("it => it.scrollWidth <= it.clientWidth")
    await look(page, agent).click()
    work = page.get_by_role("dialog", name=agent["name"]).locator("ul.stack > li")
    await expect(work).to_have_count(2)
    await expect(work.first).to_contain_text("+1 206 ••• 0141")
    await expect(work.last).to_contain_text("thx so much")
    await close(page)

"""What is next in an incident, at the desks: said by one, seen by the other, on the list of whoever
does it."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from holdfast.clock import now_ms
from tests.flow.test_incident_closed import done, lines, taken, words_of
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

MINUTE = 60_000


def told(agent: DeskClient) -> int:
    """How often this page heard that its list has changed."""
    return sum(one["code"] == "mine_changed" for one in agent.notices)


async def test_what_one_plans_is_on_the_list_of_whoever_does_it_until_it_is_done(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550541", "where is my parcel")
        async with desk(centre, "noah") as other:
            await handed_to_and_fro(agent, other, incident)
        await done(agent, contact)
    assert await lines(centre, incident) == [
        ("priya", "incident.next_planned"),
        ("noah", "incident.next_done"),
    ]


async def row_of(agent: DeskClient, incident: str) -> dict[str, Any] | None:
    """The incident on their list."""
    rows = (await agent.do("mine"))["rows"]
    return next((row for row in rows if row["id"] == incident), None)


async def on_list(agent: DeskClient, incident: str, *, there: bool) -> dict[str, Any] | None:
    """Asks anew at each hint, as a page does, until it is on their list, or is not."""
    while True:
        heard = told(agent)
        row = await row_of(agent, incident)
        if (row is not None) == there:
            return row
        await agent.until(lambda heard=heard: told(agent) > heard)  # type: ignore[misc]


async def handed_to_and_fro(agent: DeskClient, other: DeskClient, incident: str) -> None:
    assert await row_of(other, incident) is None
    row = await on_list(agent, incident, there=True)  # they own it
    assert row is not None
    assert (row["owner_name"], row["next"]) == ("Priya Nair", None)
    people = {one["name"]: one["id"] for one in (await agent.do("colleagues"))["people"]}
    noah = next(who for name, who in people.items() if name.startswith("Noah"))
    due = now_ms() + 20 * MINUTE
    plan = {"incident": incident, "what": " Call  the sitter\n", "agent": noah, "due": due}
    await agent.do("open", incident=incident)
    await agent.do("plan_next", key="p1", before=None, **plan)
    row = await on_list(other, incident, there=True)
    assert row is not None
    await other.until(lambda: [one for one in other.notices if one["code"] == "incident.given"])
    given = next(one["text"] for one in other.notices if one["code"] == "incident.given")
    assert given.startswith("Priya Nair gave you something to do in INC-")
    assert row["next"]["agent_name"].startswith("Noah")
    assert (row["next"]["what"], row["next"]["due"]) == ("Call the sitter", due)
    await agent.until(lambda: agent.incident and agent.incident["next"])
    assert agent.incident is not None
    shown = agent.incident["next"]
    assert (shown["agent_name"], shown["by_name"]) == (row["next"]["agent_name"], "Priya Nair")
    # Somebody who has an older page in view changes nothing.
    said = await words_of(agent, "plan_next", key="p2", before=None, **plan)
    assert "somebody has changed it" in said.lower()
    await other.do("next_done", incident=incident, next=shown["id"])
    await on_list(other, incident, there=False)
    await agent.until(lambda: agent.incident and agent.incident["next"] is None)


async def test_an_outcome_that_asks_what_is_next_is_refused_until_it_is_said(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550542", "where is my parcel")
        wrapped = {"contact": contact, "disposition": "follow_up"}
        assert "stays open: say what is next" in await words_of(agent, "wrapped", **wrapped)
        plan = {"what": "Write to them", "agent": agent.me["id"], "due": now_ms() + 20 * MINUTE}
        await agent.do("plan_next", incident=incident, key="p1", before=None, **plan)
        assert (await agent.do("open", incident=incident))["status"] == "active"
        await agent.do("wrapped", **wrapped)
        await agent.until(lambda: contact not in agent.contacts)


async def test_whoever_closes_the_last_contact_says_what_is_next_or_resolves_the_incident(
    centre: Centre,
) -> None:
    """Also by an answer, by the first words to somebody, and by a promise that is called off."""
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550543", "where is my parcel")
        answer = {"contact": contact, "text": "It comes today.", "key": "last-0001"}
        refused = await words_of(agent, "reply", then="close", **answer)
        assert refused.endswith("stays open: say what is next, by whom, by when.")
        assert agent.contacts[contact]["state"] == "active"
        sent = f"select id from message where direction = 'out' and contact = '{contact}'"
        assert await centre.rows(sent) == []
        assert "stays open" in await words_of(agent, "close", contact=contact, disposition="")
        other = {"contact": contact, "disposition": "handed_off"}
        assert "stays open" in await words_of(agent, "wrapped", **other)
        plan = {"what": "Look whether they answered", "agent": agent.me["id"]}
        due = now_ms() + 20 * MINUTE
        await agent.do("plan_next", incident=incident, key="p1", before=None, due=due, **plan)
        await agent.do("reply", then="close", **answer)
        await agent.until(lambda: contact not in agent.contacts)
        shown = (await agent.do("open", incident=incident))["next"]
        done_ = {"incident": incident, "next": shown["id"]}
        assert "stays open" in await words_of(agent, "next_done", **done_)
        await agent.do("next_done", **done_, **plan | {"what": "Call them"}, due=due)
        then = (await agent.do("open", incident=incident))["next"]
        assert (then["what"], then["due"]) == ("Call them", due)
        await agent.do("next_done", incident=incident, next=then["id"], anyway=True)
        await agent.do("close_incident", incident=incident, reason="resolved")
    assert await lines(centre, incident) == [
        ("priya", "incident.next_planned"),
        ("priya", "incident.next_done"),
        ("priya", "incident.next_planned"),
        ("priya", "incident.next_done"),
        ("priya", "incident.closed"),
    ]


async def test_what_else_of_it_goes_on_is_what_is_next(centre: Centre) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550544", "where is my parcel")
        found = await agent.do("open", incident=incident)
        to = found["parties"][0]
        at = next(a["id"] for a in to["addresses"])
        later = {
            "incident": incident,
            "address": at,
            "key": "later-1",
            "at": now_ms() + 60 * MINUTE,
        }
        promised = (await agent.do("request_callback", **later))["contact"]
        await agent.until(lambda: agent.incident and agent.incident["callback"])
        answer = {"contact": contact, "text": "We call you.", "key": "last-0002"}
        await agent.do("reply", then="close", **answer)
        await agent.until(lambda: contact not in agent.contacts)
        words = await words_of(agent, "cancel_callback", contact=promised, reason="off")
        assert "stays open" in words
        first = {"incident": incident, "address": at, "role": to["role"], "text": "We call you."}
        await agent.do("write_first", then="close", key="first-1", **first)  # a call is promised
        await agent.do("cancel_callback", contact=promised, reason="off", anyway=True)
        await agent.until(lambda: agent.incident and agent.incident["callback"] is None)
        # the record follows: both contacts, and what was promised, each in its own time
        alive = f"select count(*) from contact where incident = '{incident}' and state <> 'ended'"
        await centre.until_rows(alive, [(0,)])
        open_ = f"select count(*) from callback where incident = '{incident}' and state = 'open'"
        await centre.until_rows(open_, [(0,)])
        words = await words_of(agent, "write_first", then="close", key="first-2", **first)
        assert "stays open" in words


async def test_first_words_that_end_the_conversation_in_which_they_go_on_ask_what_is_next(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550545", "where is my parcel")
        to = (await agent.do("open", incident=incident))["parties"][0]
        at = next(a["id"] for a in to["addresses"])
        await agent.do("reply", contact=contact, text="We look.", key="last-0003", then="wait")
        await agent.until(lambda: agent.contacts[contact]["state"] == "parked")
        first = {"incident": incident, "address": at, "role": to["role"], "text": "Bye."}
        words = await words_of(agent, "write_first", then="close", key="first-3", **first)
        assert "stays open" in words
        await agent.do("write_first", then="close", key="first-3", anyway=True, **first)
        await agent.until(lambda: contact not in agent.contacts)


async def test_an_outcome_that_ends_its_incident_resolves_it_at_the_centre_or_is_asked_about(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550546", "where is my parcel")
        order = {"contact": contact, "disposition": "resolved", "comment": "all  is well"}
        words = await words_of(agent, "wrapped", **order)
        assert "stays open" in words
        words = await words_of(agent, "wrapped", resolves="because", **order)
        assert "The reason is one of" in words
        assert agent.contacts[contact]["state"] == "active"
        told = await agent.do("wrapped", resolves="resolved", **order)
        assert told == {"resolved": True, "why": ""}
        found = await agent.do("open", incident=incident)
        assert (found["state"], found["closed"]["comment"]) == ("closed", "all is well")
        assert await lines(centre, incident) == [("priya", "incident.closed")]


async def test_what_keeps_an_incident_open_is_told_to_whoever_resolves_it_with_a_contact(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        contact, incident = await taken(centre, agent, "+12065550547", "where is my parcel")
        to = (await agent.do("open", incident=incident))["parties"][0]
        at = next(a["id"] for a in to["addresses"])
        later = {"incident": incident, "address": at, "key": "later-2"}
        promised = await agent.do("request_callback", at=now_ms() + 60 * MINUTE, **later)
        await agent.until(lambda: agent.incident and agent.incident["callback"])
        order = {"contact": contact, "disposition": "resolved", "resolves": "resolved"}
        told = await agent.do("close", **order)
        assert (told["resolved"], "Not closed." in told["why"]) == (False, True)
        await agent.until(lambda: contact not in agent.contacts)
        assert (await agent.do("open", incident=incident))["state"] == "open"
        await agent.do("cancel_callback", contact=promised["contact"], reason="off", anyway=True)


async def test_a_supervisor_says_at_a_board_whose_it_is_how_severe_and_what_is_next(
    centre: Centre,
) -> None:
    """Each with its line; what has changed meanwhile is refused there as at a desk; and an agent
    has no board."""
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        contact, incident = await taken(centre, agent, "+12065550548", "where is my parcel")
        owner = f"select owner from incident where id = '{incident}'"
        await centre.until_rows(owner, [(agent.me["id"],)])  # told or not: as the board opens it
        here = await board.do("open", incident=incident)
        people = {one["name"]: one["id"] for one in (await board.do("colleagues"))["people"]}
        noah = next(who for name, who in people.items() if name.startswith("Noah"))
        gift = {"incident": incident, "agent": noah, "before": agent.me["id"]}
        await board.do("give_incident", **gift)
        assert (await board.do("open", incident=incident))["owner"] == noah
        other = gift | {"agent": board.me["id"]}
        assert "has another owner" in await words_of(board, "give_incident", **other)
        worse = {"incident": incident, "severity": 2, "before": here["severity"]}
        assert "Say why." in await words_of(board, "incident_severity", reason=" ", **worse)
        await board.do("incident_severity", reason="water is still running", **worse)
        said = {"incident": incident, "status": "waiting_party", "before": "active"}
        await board.do("incident_status", **said)
        due = now_ms() + 20 * MINUTE
        plan = {"incident": incident, "what": "Call them", "agent": noah, "due": due}
        await board.do("plan_next", key="p1", before=None, **plan)
        assert "changed it" in await words_of(board, "plan_next", key="p2", before=None, **plan)
        shown = await agent.do("open", incident=incident)
        assert (shown["severity"], shown["status"]) == (2, "waiting_party")
        assert (shown["owner"], shown["next"]["what"]) == (noah, "Call them")
        await done(agent, contact)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with desk(centre, "noah", view="board"):
                pass
    assert await lines(centre, incident) == [
        ("dana", "incident.given"),
        ("dana", "incident.severity_set_to_2"),
        ("dana", "incident.status_said"),
        ("dana", "incident.next_planned"),
    ]

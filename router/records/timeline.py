"""An incident as one document: its head, its people, its contacts, and one timeline in event order.

A kind of line has a file of its own in router/records/lines/ and its row in `SOURCES`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.caller import unsure_of
from router.core.cards import masked
from router.core.dialling import zone_of
from router.core.display import mask
from router.core.incident_facts import FACTS
from router.core.model import LiveContact
from router.core.party import side_of
from router.core.states import NOT_MADE, State
from router.records import (
    contacts,
    drafts,
    in_calls,
    incident_changes,
    incident_words,
    named,
    next_actions,
    party_facts,
    same_people,
    schema,
    stays,
)
from router.records import filings as acts
from router.records.contact_words import NO_WORDS, Words
from router.records.lines import calls, events, filings, hand_offs, helps, promises, said
from router.records.lines.line import Around, Line, Source

SOURCES: tuple[Source, ...] = (
    calls.lines,
    helps.lines,
    promises.lines,
    said.lines,
    said.notes,
    events.of_contacts,
    events.of_incident,
    events.of_next_actions,
    filings.lines,
    hand_offs.lines,
)
"""Where the lines of a timeline come from."""
SAID = ("text", "subject", "html")
"""Fields with words that people wrote: they show no card number."""
LONG = 20_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Why a number is not called or texted; `wrote`: addresses that have texted us."""

    no_call: Callable[[str], str | None]
    no_text: Callable[[str], str | None]
    wrote: Container[str]

    def why_no_text(self, address: str, value: str) -> str | None:
        return None if address in self.wrote else self.no_text(value)


async def timeline(connection: AsyncConnection, around: Around) -> list[Line]:
    """All lines, in the order in which they happened."""
    lines = [one for source in SOURCES for one in await source(connection, around)]
    for one in lines:
        one |= {name: masked(one[name]) for name in SAID if one[name]}
        if len(one["text"] or "") + len(one["html"] or "") > LONG:
            await asyncio.sleep(0)  # others have their turn between long mails
    return sorted(lines, key=lambda one: (one["at"], one["id"]))


async def incident_document(
    connection: AsyncConnection,
    incident_id: str,
    reader: str,
    names: Mapping[str, str],
    no_call: Callable[[str], str | None],
    words: Words = NO_WORDS,
    no_text: Callable[[str], str | None] = lambda _value: None,
) -> dict[str, Any] | None:
    """`documents` for one reader. None: there is no such incident."""
    found = await documents(connection, incident_id, [reader], names, no_call, words, no_text)
    return found.get(reader)


async def documents(
    connection: AsyncConnection,
    incident_id: str,
    readers: Collection[str],
    names: Mapping[str, str],
    no_call: Callable[[str], str | None],
    words: Words = NO_WORDS,
    no_text: Callable[[str], str | None] = lambda _value: None,
) -> dict[str, dict[str, Any]]:
    """The Incident of docs/desk-protocol.md as each of `readers` sees it: read once, only drafts
    are one's own. `no_call`: why a number cannot be called; `no_text`: why it is not texted, unless
    it has texted us. Empty: there is no such incident."""
    incident = (await connection.execute(_ASKED, {"the_id": incident_id})).first()
    if incident is None:
        return {}
    incident_id = incident.id
    rows = await contacts.by_incident(connection, incident_id)
    wrote = {row.address for row in rows if row.channel == "sms" and row.direction == "in"}
    reach = Reach(no_call, no_text, wrote)
    parties = await _parties(connection, incident_id, reach, names)
    history = await incident_changes.history(connection, incident_id)
    filed = await acts.of_incident(connection, incident_id)
    around = Around(incident_id, names, words, parties, rows, history, filed)
    shared = {
        "id": incident.id,
        "number": f"INC-{incident.number}",
        "title": isolated(incident.title),
        "severity": incident.severity,
        "state": incident.state,
        "status": incident.status,
        "facts": {name: isolated(getattr(incident, name)) for name in FACTS},
        "closed": incident_words.closing(incident.state, history, names),
        "next": next_actions.shown(await next_actions.open_of(connection, incident_id), names),
        "hand_off": await hand_offs.offered_in(connection, incident_id, names, words),
        "opened_at": incident.opened_at,
        "owner": incident.owner,
        "owner_name": names.get(incident.owner) if incident.owner else None,
        "parties": parties,
        "contacts": [
            {
                "id": row.id,
                "channel": row.channel,
                "direction": row.direction,
                "state": row.state,
                "arrived_at": row.arrived_at,
                "answered_at": row.answered_at,
                "ended_at": row.ended_at,
                "outcome": row.outcome,
                "disposition": row.disposition,
                "agent_name": names.get(row.agent) if row.agent else None,
                "party": row.party,
                "address": row.address,
            }
            for row in rows
        ],
        "callback": _promised(rows, names),
        "linked": await _linked(connection, around),
        "timeline": await timeline(connection, around),
    }
    begun = await drafts.of_incident(connection, incident_id, readers)
    first = await drafts.first_of_incident(connection, incident_id, readers)
    at_card = await drafts.kept_by(connection, incident_id, drafts.GUIDANCE, readers)
    return {
        reader: shared
        | {"drafts": own, "first_drafts": first[reader], "guidance_draft": at_card[reader]}
        for reader, own in begun.items()
    }


async def _linked(connection: AsyncConnection, around: Around) -> list[dict[str, Any]]:
    """What was put together with it by people, then what is named in it, then other incidents of
    the same people; each once."""
    found = filings.linked(around.filings, around.id)
    for others in (named.others, same_people.others):
        known = {one["id"] for one in found}
        more = await others(connection, around.id)
        found += [one for one in more if one["id"] not in known]
    return found


_ASKED = select(schema.incident).where(schema.incident.c.id == stays.one(bindparam("the_id")))


def _promised(rows: Sequence[Any], names: Mapping[str, str]) -> dict[str, Any] | None:
    """The promised call of an incident that nobody has made yet."""
    for row in rows:
        if row.direction != "out" or row.state not in NOT_MADE:
            continue
        live = msgspec.json.decode(row.live, type=LiveContact)
        if live.callback is not None and live.answered_at is None:
            return {
                "contact": row.id,
                "state": row.state,
                "due": (live.not_before if row.state == State.SCHEDULED else live.answer_by)
                or live.arrived_at,
                "by_name": live.callback.by_name,
                "tried": live.callback.tried,
                "tries": live.callback.tries,
                "stands": {
                    "why": live.stands.why,
                    "agent_name": names.get(live.stands.agent or ""),
                    "at": live.stands.at,
                    "until": live.until,
                }
                if live.stands
                else None,
            }
    return None


async def _parties(
    connection: AsyncConnection,
    incident_id: str,
    reach: Reach,
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    rows = await connection.execute(_PARTIES, {"the_id": incident_id})
    marks = await party_facts.unsafe_in(connection, incident_id)
    agreed = await party_facts.consents_in(connection, incident_id)
    in_call = await in_calls.of_incident(connection, incident_id, names)
    found: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for row in rows:
        if row.address in seen:
            continue  # of another of the incidents that were merged
        seen.add(row.address)
        known = {"id": row.id, "name": row.name, "role": row.role, "side": side_of(row.role)}
        person = found.setdefault(row.id, known | {"addresses": []})
        phone = row.kind == "phone"
        person["addresses"].append(
            {
                "id": row.address,
                "kind": row.kind,
                "masked": mask(row.kind, row.value),
                "opted_out": bool(row.opted_out),
                "unsure": unsure_of(row.value) if phone else None,
                "no_call": reach.no_call(row.value) if phone else None,
                "no_text": reach.why_no_text(row.address, row.value) if phone else None,
                "zone": zone_of(row.value) if phone else None,
                "unsafe": _unsafe(marks.get(row.address), names),
            }
        )
    for person in found.values():
        person["in_call"] = in_call.get(person["id"])
        person["given_name"] = isolated(person["name"]) if person["name"] else ""
        person["consent"] = {
            one.what: {
                "says": one.says, "by_name": names.get(one.asked_by), "at": one.asked_at,
            }
            for one in agreed
            if one.party == person["id"]
        }  # fmt: skip
        person["name"] = isolated(person["name"] or person["addresses"][0]["masked"])
    return list(found.values())


_link, _party, _address = schema.incident_party, schema.party, schema.address
_PARTIES = (
    select(
        _party.c.id,
        _party.c.name,
        _link.c.role,
        _address.c.id.label("address"),
        _address.c.kind,
        _address.c.value,
        _address.c.opted_out,
    )
    .join(_link, _link.c.party == _party.c.id)
    .join(_address, _address.c.party == _party.c.id)
    .where(stays.of(_link.c.incident, bindparam("the_id")))
    # what they are in the one that stays comes first
    .order_by(
        _party.c.created_at,
        _address.c.id,
        desc(stays.exactly(_link.c.incident, bindparam("the_id"))),
    )
)


def _unsafe(row: Any, names: Mapping[str, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "reason": isolated(row.reason),
        "by_name": names.get(row.marked_by),
        "at": row.marked_at,
    }

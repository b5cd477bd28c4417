"""An incident as one document: parties, contacts, and one timeline in event order."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.callback import CALLED_OFF, NOT_NEEDED, THEY_CALLED
from router.core.caller import unsure_of
from router.core.display import excerpt, in_words, mask
from router.core.model import LiveContact
from router.core.party import side_of
from router.core.states import NOT_MADE, State
from router.core.text import span
from router.records import (
    call_sounds,
    callbacks,
    contacts,
    in_calls,
    incident_changes,
    incident_words,
    messages,
    next_actions,
    schema,
)
from router.records.contact_words import NO_WORDS, Words, first_answers, not_reached, told
from router.records.severity_words import deciding_words

TOLD_WAIT_MS = 2000
"""A promised call that was taken sooner did not wait."""


async def incident_document(
    connection: AsyncConnection,
    incident_id: str,
    reader: str,
    names: dict[str, str],
    no_call: Callable[[str], str | None],
    words: Words = NO_WORDS,
) -> dict[str, Any] | None:
    """The Incident of docs/desk-protocol.md as `reader` sees it (drafts are their own). `no_call`:
    why a number cannot be called."""
    incident = (
        await connection.execute(select(schema.incident).where(schema.incident.c.id == incident_id))
    ).first()
    if incident is None:
        return None
    parties = await _parties(connection, incident_id, no_call, names)
    who = {party["id"]: party["name"] for party in parties}
    rows = await contacts.by_incident(connection, incident_id)
    by_id = {row.id: row for row in rows}
    timeline: list[dict[str, Any]] = []
    calls = [row for row in rows if row.channel == "voice"]
    texts = {row.id for row in rows if row.channel != "voice"}
    first = await first_answers(connection, [row.id for row in calls])
    sounds = await call_sounds.of_contacts(connection, [row.id for row in calls], names)
    for row in calls:
        by = first.get(row.id, row.agent)
        agent = names.get(by, "somebody") if by else None
        if (told_so := _call_entry(row, parties, agent, words)) is not None:
            timeline.append(told_so | {"sound": sounds.get(row.id)})
    timeline += [
        _promise_entry(row, parties, names)
        for row in await callbacks.of_incident(connection, incident_id)
    ]
    timeline += [one for row in calls if (one := _needed_entry(row, names)) is not None]
    said = await messages.by_incident(connection, incident_id)
    ours = {row.id: row for row in said if row.direction == "out"}
    decided = await deciding_words(connection, sorted(texts))
    for row in said:
        if row.key.startswith(messages.RETURNED):
            sent = ours.get(row.key.removeprefix(messages.RETURNED))
            timeline.append(_returned_entry(row, sent, names))
        else:
            entry = _message_entry(row, by_id, who, names)
            if row.direction == "in" and row.contact in decided:
                entry["decided"] = decided[row.contact]
            timeline.append(entry)
    for row in await messages.notes_of(connection, incident_id):
        timeline.append(
            _entry(
                row.id,
                row.at,
                "note",
                who=names.get(row.author, "somebody") if row.author else "Holdfast",
                text=row.text,
                contact=row.contact,
                offset_ms=row.offset_ms,
                author=row.author,
            )
        )
    timeline += [
        _entry(
            f"{one.row.step}.{one.row.part}",
            one.row.at,
            "event",
            who=one.who,
            text=one.words,
            contact=one.row.contact,
            routing=one.routing,
        )
        for one in await told(connection, rows, names, words)
    ]
    history = await incident_changes.history(connection, incident_id)
    timeline += [
        _entry(
            row.id,
            row.at,
            "event",
            who=names.get(row.author),
            text=incident_words.told(row, names, by_id),
            contact=row.contact,
        )
        for row in history
    ]
    planned = await next_actions.history(connection, incident_id)
    timeline += [
        _entry(line.pop("id"), line.pop("at"), "event", **line)
        for line in next_actions.told(planned, names)
    ]
    timeline.sort(key=lambda entry: (entry["at"], entry["id"]))
    return {
        "id": incident.id,
        "number": f"INC-{incident.number}",
        "title": isolated(incident.title),
        "severity": incident.severity,
        "state": incident.state,
        "closed": incident_words.closing(incident.state, history, names),
        "next": next_actions.shown(await next_actions.open_of(connection, incident_id), names),
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
            }
            for row in rows
        ],
        "callback": _promised(rows, names),
        "timeline": timeline,
        "drafts": await messages.drafts_of(connection, incident_id, reader),
    }


def _promised(rows: Sequence[Any], names: dict[str, str]) -> dict[str, Any] | None:
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


def _entry(entry_id: str, at: int, kind: str, **fields: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("channel", "direction", "who", "text", "html", "subject", "status", "contact")
    )
    return {
        "id": entry_id,
        "at": at,
        "kind": kind,
        **empty,
        "offset_ms": None,
        "notice": None,
        "fault": None,
        "decided": None,
        "routing": None,
        "sound": None,
        **fields,
    }


def _promise_entry(
    row: Any, parties: Sequence[dict[str, Any]], names: dict[str, str]
) -> dict[str, Any]:
    """That somebody was promised a call: what became of it is another moment, with its own line."""
    at = {one["id"]: party["name"] for party in parties for one in party["addresses"]}
    who = names.get(row.asked_by)
    told = who is not None and row.why == f"asked for by {who}"  # beside the line
    why = f" · {row.why}" if row.why and not told else ""
    return _entry(
        f"promise:{row.id}",
        row.made_at,
        "call",
        channel="voice",
        direction="out",
        who=who,
        text=f"call promised to {at.get(row.address, 'Caller')}{why}",
        contact=row.contact,
    )


def _needed_entry(row: Any, names: dict[str, str]) -> dict[str, Any] | None:
    """That the one before it had been called off as not needed, and was taken back."""
    live = msgspec.json.decode(row.live, type=LiveContact)
    if live.callback is None or live.callback.back_by is None:
        return None
    who = names.get(live.callback.back_by, "somebody")
    text = f"call needed after all, said {who}"
    at = int(live.rang_at or row.arrived_at)
    return _entry(f"needed:{row.id}", at, "event", who=who, text=text, contact=row.id)


def _call_entry(
    row: Any, parties: Sequence[dict[str, Any]], agent: str | None, words: Words
) -> dict[str, Any] | None:
    """`agent`: who answered it first, or has it. None: it is a promised call that nobody has made
    yet, or one that a person called off, which the line of that tells."""
    party = next((one for one in parties if one["id"] == row.party), None)
    person = (party and party["name"]) or "Caller"
    live = msgspec.json.decode(row.live, type=LiveContact)
    came = int(live.rang_at or row.arrived_at)
    entered = row.queued_at or came
    again = row.direction == "in" and came > row.arrived_at
    promised = ""
    if live.callback is not None and live.accepted_at:  # dialled: the call itself began then
        came = int(live.accepted_at)
        waited = f"waited {span(came - entered)}, " if came - entered >= TOLD_WAIT_MS else ""
        promised = f"{waited}promised: "
        entered = came
    elif live.callback is not None:
        if row.state != State.ENDED or live.cause in (CALLED_OFF, NOT_NEEDED):
            return None
        came = int(row.ended_at or came)
    text = f"called {person}" if row.direction == "out" else "called again" if again else "called"
    if row.answered_at:
        whom = f" by {agent}" if agent and row.direction == "in" else ""
        text += f" · answered after {span(row.answered_at - entered)}{whom}"
        if row.outcome == "dropped":
            text += " · hung up before somebody else answered"
    elif row.outcome == "voicemail":
        text += " · reached the voicemail"
    elif row.outcome == "callback":
        text += " · asked to be called back, kept the place"
    elif row.outcome == "cancelled":
        text = f"call to {person} called off"
        if live.cause == THEY_CALLED:
            text += ": they called themselves"
    elif row.state == State.ENDED:
        lasted = f" after {span(row.ended_at - entered)}" if row.ended_at else ""
        if row.direction == "out":
            text += f" · not reached{_at(row, party)}{not_reached(live.cause, agent)}"
        else:
            text += f" · hung up unanswered{lasted}"
    elif row.direction == "in":
        text += " · waiting"
    else:
        text += " · dialling"
    if again:
        text += f"; first called {span(came - row.arrived_at)} before"
    if live.callback is not None:
        more = live.callback
        why = f"try {more.tried} of {more.tries}" if more.tried > 1 else more.why
        text += f" · {promised}{why}"
    if row.disposition:
        text += f" · {words.disposition(row.disposition)}"
    return _entry(
        f"call:{row.id}",
        came,  # arrived_at is its place: older when called again
        "call",
        channel="voice",
        direction=row.direction,
        who=agent if row.direction == "out" else person,
        text=text,
        contact=row.id,
        notice=row.rule if row.direction == "in" else None,
    )


def _at(row: Any, party: dict[str, Any] | None) -> str:
    """The number that was called, where the person's name does not say it."""
    if party is None:
        return ""
    found = [one["masked"] for one in party["addresses"] if one["id"] == row.address]
    return f" at {found[0]}" if found and found[0] != party["name"] else ""


def _message_entry(
    row: Any, by_id: dict[str, Any], who: dict[str, str | None], names: dict[str, str]
) -> dict[str, Any]:
    contact = by_id.get(row.contact)
    person = (who.get(contact.party) if contact else None) or "Customer"
    if row.notice in messages.REPORTS:
        person = "Mail system"
    outgoing = row.direction == "out"
    return _entry(
        row.id,
        row.at,
        "message",
        channel=row.channel,
        direction=row.direction,
        who=names.get(row.author, "us") if outgoing else person,
        text=in_words(row.text) if row.channel == "sms" else row.text,
        html=row.html,
        folds=row.folds,
        written_by=mask("email", row.written_by) if row.written_by else None,
        answer_to=mask("email", row.answer_to) if row.answer_to else None,
        subject=isolated(row.subject) if row.subject else row.subject,
        status=row.status if outgoing else None,
        contact=row.contact,
        notice=row.error if row.error else row.notice,
        recording=row.carrier_id if row.channel == "voice" else None,
    )


def _returned_entry(row: Any, sent: Any | None, names: dict[str, str]) -> dict[str, Any]:
    """A message of ours that did not arrive, shown where it bounced: as ours, with its fault. The
    mail system's report is folded."""
    fault, _, rest = row.text.partition("\n\n")
    folds = row.folds
    if row.channel == "email":
        own = excerpt(sent.text, 200) if sent else ""
        head = f"{own}\n" if own and rest else own
        folds = json.dumps([len(head), len(rest)]) if rest else None
        rest = head + rest
    return _entry(
        row.id,
        row.at,
        "message",
        channel=row.channel,
        direction="out",
        who=names.get(sent.author, "us") if sent else "us",
        text=rest,
        folds=folds,
        written_by=None,
        answer_to=None,
        subject=isolated(row.subject) if row.subject else row.subject,
        contact=row.contact,
        recording=None,
        fault=fault,
    )


async def _parties(
    connection: AsyncConnection,
    incident_id: str,
    no_call: Callable[[str], str | None],
    names: dict[str, str],
) -> list[dict[str, Any]]:
    link, party, address = schema.incident_party, schema.party, schema.address
    rows = await connection.execute(
        select(
            party.c.id,
            party.c.name,
            link.c.role,
            address.c.id.label("address"),
            address.c.kind,
            address.c.value,
            address.c.opted_out,
        )
        .join(link, link.c.party == party.c.id)
        .join(address, address.c.party == party.c.id)
        .where(link.c.incident == incident_id)
        .order_by(party.c.created_at, address.c.id)
    )
    in_call = await in_calls.of_incident(connection, incident_id, names)
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
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
                "no_call": no_call(row.value) if phone else None,
            }
        )
    for person in found.values():
        person["in_call"] = in_call.get(person["id"])
        person["name"] = isolated(person["name"] or person["addresses"][0]["masked"])
    return list(found.values())

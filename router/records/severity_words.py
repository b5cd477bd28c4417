"""Everything besides its messages that happened to a contact, in words for the timeline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import Happening
from router.records import schema

SHORT_MS = 5_000
"""A loss of sound that was over sooner (a reload of the page) is not worth a line."""

LOST, BACK = "contact.agent_sound_lost", "contact.agent_sound_back"
ANSWERED = "contact.answered"
ACCEPTED = "contact.accepted"
OUTSIDE = "contact.sent_outside"
QUEUED, SEVERITY = "contact.queued", "contact.severity_changed"
ENDED = ("contact.wrapup_started", "contact.ended")

HOW = {
    "never": "never an emergency",
    "over": "over now",
    "glance": "at a glance",
    "undone": "undone",
}
"""How a person came to say how severe it is. The timeline shows a reason that begins like this; the
index writes the last one itself (steps/severities.lua)."""

TOLD = {
    "contact.missed": "offer missed by {who}",
    "contact.declined": "offer declined by {who}",
    LOST: "{who} lost sound; the caller was on hold",
    BACK: "{who} is back",
    "contact.agent_not_back": "{who} did not come back; the call went back in line",
    "contact.held": "caller put on hold",
    "contact.resumed": "caller taken off hold",
    "contact.not_connected": "could not be connected to {who}; went back in line",
    "contact.gave_up_done": "{who} decided that no callback is needed",
    ANSWERED: "taken over by {who}",
    OUTSIDE: "ringing at {there}",
    "contact.not_taken_outside": "{there} did not take it",
    "contact.voicemail": "went to the voicemail",
    "callback.wanted": "to be called back",
    "dial.refused": "{reason}",
    "call.carrier_fault": "{reason}",
    "dial.unclear": "the carrier did not say whether it dialled: check before calling again",
}


async def told(
    connection: AsyncConnection,
    contact_ids: list[str],
    texts: Collection[str],
    names: Mapping[str, str],
) -> list[tuple[Any, str | None, str]]:
    """(event's row, who, words) of everything that these contacts' timeline should say; `texts` are
    those that are texts and mails: agents took those on accepting them, a call when they could
    speak."""
    event = schema.event
    wanted = [*TOLD, *ENDED, ACCEPTED, QUEUED, SEVERITY]
    rows = (
        await connection.execute(
            select(event)
            .where(and_(event.c.contact.in_(contact_ids), event.c.name.in_(wanted)))
            .order_by(event.c.contact, event.c.step, event.c.part)
        )
    ).all()
    found: list[tuple[Any, str | None, str]] = []
    has: dict[str, str | None] = {}
    for n, row in enumerate(rows):
        who = names.get(row.agent, "somebody") if row.agent else None
        there = None
        if row.name.endswith("_outside") or (row.name == ANSWERED and row.agent is None):
            there = msgspec.json.decode(row.data, type=Happening).handed_to
        if row.name == ANSWERED and there is not None:
            found.append((row, None, f"taken by {there}"))
            continue
        text = row.contact in texts
        if row.name in (ANSWERED, ACCEPTED):
            if text != (row.name == ACCEPTED):
                continue
            before = has.get(row.contact)
            has[row.contact] = row.agent
            if text and before is None:
                found.append((row, None, f"taken by {who}"))
            elif before not in (None, row.agent):
                found.append((row, who, TOLD[ANSWERED].format(who=who)))
            continue  # a call's first answer is in its own line
        if row.name == QUEUED:
            if (grounds := _grounds(row)) is not None:
                found.append((row, None, grounds))
        elif row.name == SEVERITY:
            found.append((row, who, _severity(row, names)))
        elif row.name in TOLD and not _passing(rows, n):
            reason = ""
            if row.name in ("dial.refused", "call.carrier_fault"):
                reason = msgspec.json.decode(row.data, type=Happening).reason or "not dialled"
            words = TOLD[row.name].format(who=who or "the agent", there=there, reason=reason)
            found.append((row, who, words))
    return found


async def first_answers(connection: AsyncConnection, contact_ids: list[str]) -> dict[str, str]:
    """The agent who first answered each contact, whoever has it now."""
    event = schema.event
    rows = await connection.execute(
        select(event.c.contact, event.c.agent)
        .where(and_(event.c.contact.in_(contact_ids), event.c.name == ANSWERED))
        .order_by(event.c.step, event.c.part)
    )
    found: dict[str, str] = {}
    for row in rows:
        if row.agent:
            found.setdefault(row.contact, row.agent)
    return found


def _passing(rows: Any, n: int) -> bool:
    """Whether it is a loss of sound that still lasts (the desk and the board show it) or was short,
    or the return after a short one."""
    row, other = rows[n], None
    if row.name == LOST and n + 1 < len(rows):
        other = rows[n + 1]
    elif row.name == BACK and n > 0:
        other = rows[n - 1]
    if other is None or other.contact != row.contact:
        return bool(row.name == LOST)
    pair = {row.name, other.name} == {LOST, BACK}
    return pair and bool(abs(other.at - row.at) <= SHORT_MS)


def _severity(row: Any, names: Mapping[str, str]) -> str:
    happening = msgspec.json.decode(row.data, type=Happening)
    if happening.before is None or happening.after is None:
        return "severity changed"  # recorded before this was kept
    if happening.before == happening.after:
        by = names.get(happening.by or "")
        return f"S{happening.after}, said {by}" if by else _because(happening, happening.after)
    way = "raised" if happening.after < happening.before else "lowered"
    by = names.get(happening.by or "")
    why = _because(happening, happening.after) if happening.grounds else happening.reason
    if not by:
        reason = f": {why}" if why else ""
    else:
        said = (how for how in HOW.values() if (happening.reason or "").startswith(how))
        reason = " ".join([f" by {by}:", *said]).removesuffix(":")
    return f"severity {way} S{happening.before} → S{happening.after}{reason}"


def _grounds(row: Any) -> str | None:
    """The reason for its severity on arrival, if their words decided it."""
    happening = msgspec.json.decode(row.data, type=Happening)
    if happening.grounds is None or happening.severity is None:
        return None
    return _because(happening, happening.severity)


def _because(happening: Happening, severity: int) -> str:
    """S1 because “gums” “blue” · 97 % sure."""
    grounds = happening.grounds
    if grounds is None:
        return f"S{severity}"
    words = f"S{severity}"
    if grounds.why:
        words += " because " + " ".join(f"“{word}”" for word in grounds.why)
    if grounds.unsure:
        return f"{words} · unsure: check"
    return words if grounds.sure is None else f"{words} · {grounds.sure} % sure"


async def deciding_words(
    connection: AsyncConnection, contact_ids: list[str]
) -> dict[str, list[str]]:
    """For each contact, the party's words that ever decided its severity."""
    event = schema.event
    rows = await connection.execute(
        select(event.c.contact, event.c.data)
        .where(and_(event.c.contact.in_(contact_ids), event.c.name.in_((QUEUED, SEVERITY))))
        .order_by(event.c.contact, event.c.step, event.c.part)
    )
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        grounds = msgspec.json.decode(row.data, type=Happening).grounds
        if grounds is not None:
            found.setdefault(row.contact, {}).update(dict.fromkeys(grounds.why))
    return {contact: list(words) for contact, words in found.items()}

"""What happened to a contact besides its messages, in words for the timeline: how it was looked for
somebody, who took it, handed it on, closed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.callback import MOVED, NOT_NEEDED
from router.core.contact import MESSAGE_LEFT, Outcome
from router.core.model import Happening, LiveContact
from router.core.reasons import skills_words
from router.core.text import span
from router.records import schema
from router.records.severity_words import QUEUED, SEVERITY, changed, on_arrival

SHORT_MS = 5_000
"""A loss of sound that was over sooner (a reload of the page) is not worth a line."""

LOST, BACK = "contact.agent_sound_lost", "contact.agent_sound_back"
ANSWERED, ACCEPTED = "contact.answered", "contact.accepted"
OUTSIDE, NOT_OUTSIDE = "contact.sent_outside", "contact.not_taken_outside"
OVER, ENDED = "contact.wrapup_started", "contact.ended"
TELEPHONED, NOT_TOLD = "contact.telephoned", "contact.not_told"
TAKEN_OVER, OVERFLOW = "contact.taken_over", "contact.overflow"
WITHDRAWN = "offer.withdrawn"
TRANSFERRED, PARKED = "contact.transferred", "contact.parked"
MACHINE = "dial.machine"
CALLED_OFF, GIVEN = "contact.callback_cancelled", "contact.callback_given"
CONSULT = ("contact.consulted", "contact.consult_together", "contact.consult_over")

ROUTING = {
    "contact.missed": "missed",
    "contact.declined": "declined",
    "contact.widened": "widened",
    "contact.promoted": "promoted",
    WITHDRAWN: "withdrawn",
    TELEPHONED: "telephoned",
    NOT_TOLD: "not_told",
}
"""The search for somebody who takes it: pages fold what follows one another of these. (That it was
offered is not told: each offer ends as one of these or is taken.)"""

TOLD = {
    "contact.missed": "offer missed by {who}",
    "contact.declined": "offer declined by {who}",
    "contact.promoted": "moved up: it had waited long",
    LOST: "{who} lost sound",
    BACK: "{who} is back",
    "contact.agent_not_back": "{who} did not come back; the call went back in line",
    "contact.held": "caller put on hold",
    "contact.resumed": "caller taken off hold",
    "contact.not_connected": "could not be connected to {who}; went back in line",
    "contact.returned": "put back in line by {who}",
    "contact.gave_up_done": "{who} decided that no callback is needed",
    "contact.voicemail": "went to the voicemail",
    "contact.left_voicemail": "pressed the key for an emergency: in line again",
    "callback.wanted": "to be called back",
    MACHINE: "a machine answered",
    "dial.unclear": "the carrier did not say whether it dialled: check before calling again",
}

GONE = {
    "displaced": "offer at {who} gave way to a worse one",
    "sound_lost": "offer at {who} ended: their sound was lost",
    "agent_lost": "offer at {who} ended: their connection was lost",
    "agent_left": "offer at {who} ended: they left",
}
"""Offers that are over although nobody missed, declined or took them, by code. The end of the
others is told by what ended them."""

AGAIN = {
    "not_seen_to": "nobody had it in hand: the numbers on call are rung again",
    "wrote_again": "they wrote again: the numbers on call are rung again",
}
"""Why somebody who took it over by telephone has it no more, by cause."""

IN_NO_MORE = {
    "declined": "{whom} could not come",
    "not_answered": "{whom} did not come",
    "own_work": "{whom} did not come: a call of their own began",
    "called_off": "{who} asked {whom} in, and called it off",
    "left": "{whom} left the call",
    "left_desk": "{whom} left their desk",
    "not_back": "{whom} did not come back",
    "ended": "{who} let {whom} go",
    "engaged": "{whom} was engaged",
    "no_answer": "{whom} did not answer",
    "out_of_reach": "{whom} could not be reached",
    "hung_up": "{whom} hung up",
    "line_lost": "{whom} was cut off",
}
"""Whoever was asked in, a colleague or a number outside, by why it was over. Other lines tell that
the call was over, or theirs, or why a number was not dialled."""

HUNG_UP = {"caller_hung_up": "they hung up", "agent_hung_up": "{who} hung up"}
HUNG_UP[MESSAGE_LEFT] = "{who} left the message on a machine"

NOT_REACHED = {
    "busy": "the line was busy",
    "no_answer": "nobody answered",
    "failed": "the carrier could not connect it",
    "cancelled": "they called us in that moment",
    "line_lost": "the line was lost",
    "agent_hung_up": "{who} hung up first",
}
"""Why a call of ours reached nobody, by cause: also by the carrier's own words."""

BY_ITSELF = {
    "no_answer_came": "finished: they did not write again",
    "outside_hung_up": "the call outside is over",
    "time_limit": "the call outside was ended at its time limit",
}
"""Ends that no agent made."""


WORK = {"voice": "call", "sms": "conversation", "email": "email"}
"""What an agent finishes: the contact, not the incident."""


@dataclass(frozen=True, slots=True)
class Words:
    """The centre's own words, by the names under which the record keeps them."""

    queues: Mapping[str, str] = field(default_factory=dict)
    dispositions: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)

    def disposition(self, code: str) -> str:
        return self.dispositions.get(code, code.replace("_", " "))


NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """A line of the timeline, and the event that it tells."""

    row: Any
    who: str | None
    words: str
    routing: str | None = None
    """As in ROUTING."""


async def told(
    connection: AsyncConnection, contacts: Sequence[Any], names: Mapping[str, str], words: Words
) -> list[TimelineLine]:
    """Everything that these contacts' timeline should say. `contacts`: rows of the record."""
    of = {row.id: row for row in contacts}
    if not of:
        return []
    rows = (await connection.execute(_TOLD, {"ids": list(of)})).all()
    has: dict[str, str | None] = {}
    handed_on: set[str] = set()
    found: list[TimelineLine] = []
    for n, row in enumerate(rows):
        contact = of[row.contact]
        who = names.get(row.agent, "somebody") if row.agent else None
        if row.name in (ANSWERED, ACCEPTED):
            text = _taken(row, contact, has, handed_on, who)
            by = who if text is not None and text.startswith("taken over") else None
            one = TimelineLine(row, by, text) if text is not None else None
        elif row.name in (LOST, BACK) and _passing(rows, n):
            one = None
        else:
            if row.name == TRANSFERRED:
                handed_on.add(row.contact)
            text = _said(row, contact, who, names, words)
            one = TimelineLine(row, who, text, _routing(row)) if text is not None else None
        if one is not None:
            found.append(one)
    return found


_event = schema.event
_WANTED = [
    *TOLD, *ROUTING, ACCEPTED, ANSWERED, OUTSIDE, NOT_OUTSIDE, OVER, ENDED, TRANSFERRED, PARKED,
    CALLED_OFF, GIVEN, QUEUED, SEVERITY, TAKEN_OVER, OVERFLOW, "contact.assigned",
    "contact.force_released", *CONSULT,
    "dial.refused", "call.carrier_fault",
]  # fmt: skip
_OF = _event.c.contact.in_(bindparam("ids", expanding=True))
_TOLD = (
    select(_event)
    .where(and_(_OF, _event.c.name.in_(_WANTED)))
    .order_by(_event.c.contact, _event.c.step, _event.c.part)
)


def _taken(
    row: Any, contact: Any, has: dict[str, str | None], handed_on: set[str], who: str | None
) -> str | None:
    """Agents take texts and mails on accepting them, a call when they can speak. A call's first
    answer is in its own line. Whoever takes what was handed on takes nothing over."""
    if row.name == ANSWERED and row.agent is None and (there := _read(row).handed_to):
        return f"taken by {there}"
    text = contact.channel != "voice"
    if text != (row.name == ACCEPTED):
        return None
    before, handed = has.get(row.contact), row.contact in handed_on
    has[row.contact] = row.agent
    handed_on.discard(row.contact)
    if before in (None, row.agent):
        return f"taken by {who}" if text and before is None else None
    return f"taken by {who}" if handed else f"taken over by {who}"


def _routing(row: Any) -> str | None:
    """As in ROUTING; but whoever had taken it over and has it no more is told where it happened."""
    kind = ROUTING.get(row.name)
    return None if kind == "not_told" and _read(row).cause == "not_heard" else kind


def _said(
    row: Any, contact: Any, who: str | None, names: Mapping[str, str], words: Words
) -> str | None:
    if row.name == MACHINE and row.data != "{}":  # of a number that was asked in
        return f"a machine answered at {_read(row).handed_to}"
    if row.name in TOLD:
        return TOLD[row.name].format(who=who or "the agent")
    happening = _read(row)
    by = names.get(happening.by or "", "somebody")
    match row.name:
        case "contact.assigned":
            return f"given to {who} by {by}"
        case "contact.queued":
            return on_arrival(happening)
        case "contact.severity_changed":
            return changed(happening, names)
        case "offer.withdrawn":
            text = GONE.get(happening.code or "")
            return text.format(who=who) if text else None
        case "contact.widened":
            whom = f": {skills_words(happening.needs)}" if happening.needs else ""
            return f"looked for more widely{whom}"
        case "contact.sent_outside":  # who hands a caller over is in the line of that
            return None if happening.by else f"ringing at {happening.handed_to}"
        case "contact.not_taken_outside":
            return f"{happening.handed_to} did not take it{_why(happening)}"
        case "contact.telephoned":
            return f"ringing {happening.handed_to}'s telephone"
        case "contact.not_told" if happening.cause == "not_heard":
            return f"{happening.handed_to} was cut off before they heard how to reach them"
        case "contact.not_told":
            pressed = ": no key was pressed" if happening.cause == "completed" else None
            return f"{happening.handed_to} did not take it over{pressed or _why(happening)}"
        case "contact.taken_over":
            return f"{happening.handed_to} took it over by telephone"
        case "contact.overflow":  # at first, what follows tells it
            return AGAIN.get(happening.cause or "")
        case "contact.transferred":
            return f"transferred by {who} to {_whom(happening, names, words)}"
        case "contact.consulted":
            return f"{who} asked {_whom(happening, names, words)} in"
        case "contact.consult_together":
            return f"{_whom(happening, names, words)} joined the call"
        case "contact.consult_over" if happening.why in IN_NO_MORE:
            whom = _whom(happening, names, words)
            return IN_NO_MORE[happening.why].format(whom=whom, who=who or "the agent")
        case "contact.parked":
            return f"set aside by {by}" if happening.why == "set_aside" else None
        case "contact.force_released":
            return f"taken from {who} by {by}" if who else f"taken back by {by}"
        case "contact.callback_cancelled":
            if happening.cause == NOT_NEEDED:
                return f"callback not needed any more, said {by}: they were reached"
            if happening.cause == MOVED:
                return f"callback moved to another time by {by}"
            return f"callback cancelled by {by}" if happening.by else None
        case "contact.callback_given":
            return f"callback given to {_whom(happening, names, words)} by {by}"
        case "contact.wrapup_started":
            return _over(happening, contact, who or names.get(contact.agent, "somebody"))
        case "contact.ended":
            return _ended(happening, contact, names, words)
        case "dial.refused" | "call.carrier_fault":
            return happening.reason or "not dialled"
    return None


def _why(happening: Happening) -> str:
    cause = NOT_REACHED.get((happening.cause or "").replace("-", "_"))
    return f": {cause}" if cause else ""


def _whom(happening: Happening, names: Mapping[str, str], words: Words) -> str:
    """To whom, or where: a colleague, a queue, skills, a number outside."""
    to = happening.handed_to
    if to is None:
        skills = skills_words(happening.needs)
        return f"somebody with {skills}" if skills else "somebody with other skills"
    if to in names:
        return names[to]
    return f"the queue {words.queues[to]}" if to in words.queues else to


def _over(happening: Happening, contact: Any, who: str) -> str:
    cause = HUNG_UP.get(_live(contact).cause or "")
    lasted = f" after {span(int(happening.talk_ms))}" if happening.talk_ms else ""
    return f"call over{lasted}" + (f": {cause.format(who=who)}" if cause else "")


def _ended(
    happening: Happening, contact: Any, names: Mapping[str, str], words: Words
) -> str | None:
    """Who closed it, and how. That somebody hung up or was not reached is in the call's own
    line."""
    cause = happening.cause or ""
    if happening.outcome == Outcome.UNFINISHED:
        return None if cause == "force_released" else "wrap-up ran out: nobody said how it ended"
    if happening.outcome != Outcome.HANDLED:
        return None
    if cause in BY_ITSELF:
        return BY_ITSELF[cause]
    if contact.channel == "voice" and not (contact.disposition or happening.by):
        return None
    how = f": {words.disposition(contact.disposition)}" if contact.disposition else ""
    more = f" · {isolated(contact.comment)}" if contact.comment else ""
    closer = names.get(happening.by or contact.agent or "", "somebody")
    return f"{WORK[contact.channel]} finished by {closer}{how}{more}"


def not_reached(cause: str | None, agent: str | None) -> str:
    """Why a call of ours reached nobody; empty: there is nothing to say."""
    words = NOT_REACHED.get(cause or "")
    return f": {words.format(who=agent or 'the agent')}" if words else ""


def _read(row: Any) -> Happening:
    return msgspec.json.decode(row.data, type=Happening)


def _live(contact: Any) -> LiveContact:
    return msgspec.json.decode(contact.live, type=LiveContact)


async def first_answers(connection: AsyncConnection, contact_ids: list[str]) -> dict[str, str]:
    """The agent who first answered each contact, whoever has it now."""
    if not contact_ids:
        return {}
    found: dict[str, str] = {}
    for row in await connection.execute(_ANSWERS, {"ids": contact_ids}):
        if row.agent:
            found.setdefault(row.contact, row.agent)
    return found


_ANSWERS = (
    select(_event.c.contact, _event.c.agent)
    .where(and_(_OF, _event.c.name == ANSWERED))
    .order_by(_event.c.step, _event.c.part)
)


def _passing(rows: Sequence[Any], n: int) -> bool:
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

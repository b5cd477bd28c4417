"""What was handed off: offered with its five parts, asked and answered, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.cards import masked
from router.core.hand_off import PARTS, GoneWhy, HandOffState
from router.core.severity import BY_RULE
from router.records import hand_offs
from router.records.contact_words import Words
from router.records.lines.line import Around, Line, line


def _said(text: str) -> str:
    return isolated(masked(text))


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    rows = await hand_offs.history(connection, around.id)
    asked = await hand_offs.questions_of(connection, [row.id for row in rows])
    passed = await hand_offs.passed_by(connection, [row.id for row in rows])
    found = []
    for row in rows:
        sender = around.names.get(row.sender, "somebody")
        to = receiver(row, around.names, around.words)
        found.append(
            line(
                f"hand_off:{row.id}", row.made_at, "event", who=sender,
                text=f"{sender} hands this off to {to}", due=row.due_at,
                hand_off=parts(row),
            )
        )  # fmt: skip
        found += [one for each in asked[row.id] for one in _question(each, around.names)]
        found += [_passed(each, around.names) for each in passed[row.id]]
        if row.hastened_at is not None:
            found.append(
                line(
                    f"hastened:{row.id}", row.hastened_at, "event", due=row.due_at,
                    text="the hand-off is to be accepted sooner: the incident is S1 now",
                )
            )  # fmt: skip
        if row.ended_at is not None:
            by = None if row.ended_by == BY_RULE else around.names.get(row.ended_by, "somebody")
            text = how_it_ended(row, around.names, to)
            found.append(line(f"handed:{row.id}", row.ended_at, "event", who=by, text=text))
    return found


def _passed(row: Any, names: Mapping[str, str]) -> Line:
    who = names.get(row.agent, "somebody")
    text = f"{who} cannot take the hand-off: {_said(row.words)}"
    return line(f"passed:{row.hand_off}:{row.agent}", row.at, "event", who=who, text=text)


def _question(row: Any, names: Mapping[str, str]) -> list[Line]:
    who = names.get(row.asked_by, "somebody")
    text = f"{who} asks before accepting: {_said(row.question)}"
    found = [line(f"asked:{row.id}", row.asked_at, "event", who=who, text=text)]
    if row.answered_at is not None:
        who = names.get(row.answered_by, "somebody")
        text = f"{who} answers: {_said(row.answer)}"
        found.append(line(f"answered:{row.id}", row.answered_at, "event", who=who, text=text))
    return found


def receiver(row: Any, names: Mapping[str, str], words: Words) -> str:
    """For whom it is."""
    if row.agent is not None:
        return names.get(row.agent, "somebody")
    return words.departments.get(row.department, row.department)


def parts(row: Any) -> dict[str, str]:
    """The five, as a page shows them."""
    return {name: _said(getattr(row, name)) for name in PARTS}


def how_it_ended(row: Any, names: Mapping[str, str], to: str) -> str:
    """In words, for the timeline and for its sender."""
    by = names.get(row.ended_by, "somebody")
    said = f": {_said(row.words)}" if row.words else ""
    match row.state, row.cause:
        case HandOffState.ACCEPTED, _:
            return f"accepted by {by}, who says{said}"
        case HandOffState.RETURNED, GoneWhy.LEFT:
            return f"the hand-off came back: {to} is no longer here"
        case HandOffState.RETURNED, GoneWhy.PASSED:
            return f"the hand-off came back: nobody of {to} who is here can take it"
        case HandOffState.RETURNED, GoneWhy.MERGED:
            return (
                "the hand-off came back: the incident it was merged with is being handed off"
                " already"
            )
        case HandOffState.RETURNED, _:
            return f"the hand-off was returned by {by}{said}"
        case HandOffState.EXPIRED, _:
            return f"the hand-off came back: {to} did not accept it in time"
        case HandOffState.WITHDRAWN, GoneWhy.CLOSED:
            return "the hand-off is over: the incident was resolved"
        case HandOffState.WITHDRAWN, GoneWhy.ANOTHER:
            return f"the hand-off to {to} was taken back: {by} hands it off to somebody else"
        case HandOffState.WITHDRAWN, _:
            return f"the hand-off was taken back by {by}"
        case _:
            return f"the hand-off is over: {by} has changed whose the incident is"


async def offered_in(
    connection: AsyncConnection, incident: str, names: Mapping[str, str], words: Words
) -> dict[str, Any] | None:
    """The one that waits to be accepted, in short, for the incident's head."""
    row = await hand_offs.open_of(connection, incident)
    return None if row is None else shown(row, [], names, words)


def shown(row: Any, asked: Sequence[Any], names: Mapping[str, str], words: Words) -> dict[str, Any]:
    """The HandOff of docs/desk-protocol.md."""
    to = receiver(row, names, words)
    return {
        "id": row.id,
        "state": row.state,
        "sender": row.sender,
        "sender_name": names.get(row.sender, "somebody"),
        "agent": row.agent,
        "to": to,
        "parts": parts(row),
        "made_at": row.made_at,
        "due": row.due_at,
        "opens_at": row.opens_at,
        "hastened": row.hastened_at is not None,
        "opened_by": names.get(row.opened_by) if row.opened_by else None,
        "ended": None if row.ended_at is None else how_it_ended(row, names, to),
        "questions": [
            {
                "id": one.id,
                "by": names.get(one.asked_by, "somebody"),
                "question": _said(one.question),
                "answer": _said(one.answer),
            }
            for one in asked
        ],
    }

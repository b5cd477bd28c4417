"""What was put elsewhere: merged, moved, split, joined, and what of it was undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.filing import JOINED, MERGED, SPLIT
from router.core.restricted import may_go
from router.records import filings, schema
from router.records.filing_schema import filed
from router.records.lines.line import Around, Line, line

RESTRICTED = "a restricted incident"
WORDS = {"voice": ("a call", "calls"), "sms": ("a text", "texts"), "email": ("a mail", "mails")}


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    found = []
    for row in around.filings:
        data = filings.data_of(row)
        if data.get("fixed"):
            continue  # nothing happened to anybody
        what = await _what(connection, row.id) if row.what not in (MERGED, JOINED) else ""
        here, apart = row.root == around.id, _is_apart(row, around.id)
        by = around.names.get(row.author, "somebody")
        text = f"{_told(row, data, what, around.id)} by {by}"
        link = {"id": row.other, "number": _number(row.other_number)} if here else None
        if not here:
            link = {"id": row.incident, "number": _number(row.number)}
        alone = row.other is None or apart or (row.what == MERGED and row.undone_at is None)
        about = {
            "id": row.id, "what": row.what, "undo": row.undone_at is None,
            "link": None if alone else link,
        }  # fmt: skip
        found.append(line(f"filing:{row.id}", row.at, "event", who=by, text=text, filing=about))
        if row.undone_at is not None:
            did = around.names.get(row.undone_by, "somebody")
            said = f"{_undone(row, data, what, around.id)} by {did}"
            found.append(line(f"undone:{row.id}", row.undone_at, "event", who=did, text=said))
    return found


def _is_apart(row: Any, seen_from: str) -> bool:
    """Its other incident is restricted, and not to the same people: it is told without a name."""
    if row.other is None or row.root == row.other_root:
        return False
    mine, theirs = row.only, row.other_only
    if row.root != seen_from:
        mine, theirs = theirs, mine
    return not may_go(theirs, mine)


def _numbers(row: Any, seen_from: str) -> tuple[str, str]:
    """What its incident is called, and its other one."""
    one, other = _number(row.number), _number(row.other_number) if row.other else ""
    if not _is_apart(row, seen_from):
        return one, other
    return (one, RESTRICTED) if row.root == seen_from else (RESTRICTED, other)


def _number(number: int) -> str:
    return f"INC-{number}"


def _told(row: Any, data: Mapping[str, Any], what: str, seen_from: str) -> str:
    here, there = row.root == seen_from, row.other_root == seen_from
    one, other = _numbers(row, seen_from)
    apart = _is_apart(row, seen_from)
    if row.what == JOINED:
        return f"{_both(data)} joined as one person"
    if row.what == MERGED and not here:
        return f"merged into {one}" if apart else f"merged into {one}, {isolated(row.title)}"
    if row.what == MERGED:
        into = "this incident" if row.incident == seen_from else one
        goes = other if apart else f"{other}, {isolated(row.other_title)},"
        return f"{goes} merged into {into}"
    if here and there:
        return f"{what} moved from {one} to {other}"
    if row.what == SPLIT:
        return f"{what} split off into {other}" if here else f"split off from {one}: {what}"
    return f"{what} moved to {other}" if here else f"{what} moved here from {one}"


def _undone(row: Any, data: Mapping[str, Any], what: str, seen_from: str) -> str:
    one, other = _numbers(row, seen_from)
    if row.what == JOINED:
        return f"{_both(data)} parted again"
    if row.what == MERGED:
        return f"{one} and {other} parted again"
    return f"{what} moved back from {other} to {one}"


def _both(data: Mapping[str, Any]) -> str:
    one, other = data["shown"]
    return f"{isolated(other)} and {isolated(one)}"


async def _what(connection: AsyncConnection, filing: str) -> str:
    """What was moved, in words: 'a call and 2 notes'. Notes of a call are part of it."""
    contact, note = schema.contact, schema.note
    moved = select(filed.c.row).where(and_(filed.c.filing == filing, filed.c.kind == "contact"))
    channels = select(contact.c.channel).where(contact.c.id.in_(moved))
    counts: dict[str, int] = {}
    for channel in (await connection.execute(channels)).scalars():
        counts[channel] = counts.get(channel, 0) + 1
    parts = [_many(*WORDS[name], counts[name]) for name in WORDS if name in counts]
    alone = (
        select(note.c.contact)
        .join(filed, and_(filed.c.row == note.c.id, filed.c.kind == "note"))
        .where(filed.c.filing == filing)
    )
    own = set((await connection.execute(moved)).scalars())
    notes = [one for one in (await connection.execute(alone)).scalars() if one not in own]
    if notes:
        parts.append(_many("a note", "notes", len(notes)))
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts) or "nothing"


def _many(one: str, more: str, count: int) -> str:
    return one if count == 1 else f"{count} {more}"


def linked(rows: Sequence[Any], incident: str) -> list[dict[str, Any]]:
    """The other incidents of what was moved or split, each once: `merged` are found as this one."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.what == JOINED or filings.data_of(row).get("fixed"):
            continue
        here = row.root == incident
        other, root = (row.other, row.other_root) if here else (row.incident, row.root)
        number, title, state = (
            (row.other_number, row.other_title, row.other_state)
            if here
            else (row.number, row.title, row.state)
        )
        known = {"id": other, "number": _number(number), "title": isolated(title), "state": state}
        if row.what == MERGED and row.undone_at is None and root == incident:
            found[other] = known | {"why": MERGED, "filing": row.id}
        elif row.undone_at is None and root != incident:
            found.setdefault(other, known | {"why": row.what, "filing": None})
    return list(found.values())

"""Contacts and notes go to another incident, or into a new one, and back again exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from router.core import filing as core
from router.core.incident import CLOSED, MERGED
from router.core.incident_status import Status
from router.core.model import LiveContact, Reply
from router.core.restricted import may_go
from router.core.severity import Severity
from router.core.states import State
from router.incidents import merging
from router.incidents.replies import UNKNOWN
from router.records import audit, filings, first_said, hand_offs, people, stays
from router.records.database import Transaction
from router.records.ids import derived_id

MOVED, SPLIT = "incident.moved", "incident.split"
"""Actions of the audit, of the incident from which it went; the detail is where it is now."""

NOTHING = Reply(ok=False, code="bad_request", text="choose what is to be moved")
GONE = Reply(
    ok=False,
    code="too_late",
    text="something of it is no longer in this incident. Look again; nothing was moved",
)
THERE = Reply(ok=False, code="too_late", text="it is in that incident already")
LEAVES = Reply(
    ok=False,
    code="not_ready",
    text="one of them is restricted to other people: what is in it stays there. Give both the same"
    " list first",
)
NOT_YOURS = Reply(
    ok=False,
    code="not_yours",
    text="a note by itself is moved by whoever wrote it; a call takes its notes along",
)


@dataclass(frozen=True, slots=True)
class Move:
    """Contacts, and notes of whoever moves, from `incident` to `to`; None: into a new one. Messages
    and notes of a contact, and a call promised by it, go with it. `key` makes a repeated order one
    order."""

    incident: str
    contacts: tuple[str, ...]
    notes: tuple[str, ...]
    to: str | None
    by: str
    key: str

    @property
    def id(self) -> str:
        what = (self.incident, self.to or "", *sorted(self.contacts), *sorted(self.notes))
        return derived_id("f", core.MOVED, self.by, self.key, *what)


async def move(connection: Transaction, order: Move, now: int) -> tuple[Reply, str | None]:
    """The reply, and the id of the incident in which it is now."""
    if (known := await filings.by_id(connection, order.id)) is not None:
        return Reply(duplicate=True), known.other
    if not order.contacts and not order.notes:
        return NOTHING, None
    asked = [order.incident] if order.to is None else [order.incident, order.to]
    rows = await filings.held(connection, asked)
    if None in rows:
        return UNKNOWN, None
    here, there = rows[0], rows[1] if len(rows) == 2 else None
    if there is not None and here.id == there.id:
        return THERE, None
    if there is not None and there.state == CLOSED:
        words = f"INC-{there.number} is closed. Reopen it first; nothing was moved"
        return Reply(ok=False, code="not_ready", text=words), None
    if there is not None and not may_go(here.only, there.only):
        return LEAVES, None
    contacts = await filings.contacts_in(connection, here.id, order.contacts)
    notes = await filings.notes_in(connection, here.id, order.notes)
    if len(contacts) != len(set(order.contacts)) or len(notes) != len(set(order.notes)):
        return GONE, None
    if any(row.author != order.by and row.contact not in order.contacts for row in notes):
        return NOT_YOURS, None
    data: dict[str, Any] = {}
    if there is None:
        alone = [row.id for row in notes]
        title = await first_said.title_of(connection, here.id, contacts, alone)
        to, what = await _begun(connection, here, title, contacts, order.by, now), core.SPLIT
    else:
        to, what = there.id, core.MOVED
        alive = [_by_itself(row) for row in contacts if row.state != State.ENDED]
        if alive and min(alive) < there.severity:
            data["severity"] = [there.severity, min(alive)]
            await filings.change(connection, to, severity=min(alive))
            if min(alive) == Severity.S1:
                await hand_offs.hasten(connection, to, now)
    await filings.add(
        connection, id=order.id, what=what, incident=here.id, other=to, author=order.by, at=now,
        data=data,
    )  # fmt: skip
    await _carry(connection, order, here.id, contacts, notes, to)
    action = SPLIT if what == core.SPLIT else MOVED
    await audit.append(
        connection, actor=order.by, action=action, subject=here.id, now=now, detail=to
    )
    return Reply(), to


def _by_itself(row: Any) -> int:
    return int(msgspec.json.decode(row.live, type=LiveContact).by_itself)


async def _begun(
    connection: Transaction, here: Any, title: str, contacts: Sequence[Any], by: str, now: int
) -> str:
    """A new incident, of the same owner: as severe as what goes into it."""
    severity = min((_by_itself(row) for row in contacts), default=here.severity)
    made = await people.begin_incident(connection, title, severity, now)
    owner = here.owner or by
    await filings.change(connection, made.id, owner=owner, status=Status.ACTIVE, only=here.only)
    return made.id


async def _carry(
    connection: Transaction,
    order: Move,
    here: str,
    contacts: Sequence[Any],
    notes: Sequence[Any],
    to: str,
) -> None:
    """What they are and what belongs to them goes, and where each was is noted."""
    going = {"contact": [(row.id, row.incident) for row in contacts]}
    going |= await filings.with_contacts(connection, here, [row.id for row in contacts])
    with_it = {name for name, _ in going["note"]}
    going["note"] += [(row.id, row.incident) for row in notes if row.id not in with_it]
    for kind, rows in going.items():
        await filings.note_rows(connection, order.id, kind, rows)
        await filings.carry(connection, kind, [name for name, _ in rows], to)
    roles = await filings.parties(connection, here)
    for party in sorted({row.party for row in contacts}):
        await filings.put_party(connection, to, party, roles.get(party, "caller"))


# Undone -----------------------------------------------------------------------------------------


async def put_back(
    connection: Transaction, row: filings.Filing, by: str, now: int
) -> Reply | list[str]:
    """All of it is where it was, with what came to it since. Refused if something of it was put
    elsewhere again. Returns the incidents that change."""
    here, there = await filings.held(connection, [row.incident, row.other])
    if not may_go(there.only, here.only):
        return LEAVES
    moved: dict[str, dict[str, str]] = {}
    for kind, name, was in await filings.rows_of(connection, row.id):
        moved.setdefault(kind, {})[name] = was
    for kind in ("contact", "note"):
        now_in = await filings.where(connection, kind, moved.get(kind, {}))
        again = await filings.filed_since(connection, row, kind)
        if again or any(of != row.other for of in now_in.values()):
            words = "some of it was moved again since. Undo that first"
            return Reply(ok=False, code="not_ready", text=words)
    contacts = moved.get("contact", {})
    came = await filings.with_contacts(connection, row.other, list(contacts), row.at)
    homes = await _homes(connection, came, contacts, moved)
    for kind, rows in [*moved.items(), *homes.items()]:
        for was in sorted(set(rows.values())):
            names = [name for name, of in rows.items() if of == was]
            await filings.carry(connection, kind, names, was)
    await filings.undone(connection, row.id, by, now)
    was, became = filings.data_of(row).get("severity", (None, None))
    other = await filings.get(connection, row.other)
    if was is not None and other.severity != became:
        await _raised_from(connection, row, was, became)
    elif was is not None:
        came_now = [
            live.by_itself for live in await filings.at_work(connection, [row.other], row.at)
        ]
        await merging.lend(connection, row.other, min([was, *came_now]))
    return [here.id, there.id]


async def _raised_from(connection: Transaction, row: filings.Filing, was: int, became: int) -> None:
    """Another move has raised it since: undone, that one leads to what was before both."""
    for later in await filings.moved_into(connection, row.other, row.at):
        data = filings.data_of(later)
        if data.get("severity", [None])[0] == became:
            data["severity"][0] = was
            await filings.put_data(connection, later.id, data)
            return


async def _homes(
    connection: Transaction,
    came: dict[str, list[tuple[str, str]]],
    contacts: dict[str, str],
    moved: dict[str, dict[str, str]],
) -> dict[str, dict[str, str]]:
    """Where what came to these contacts since goes: with them."""
    found: dict[str, dict[str, str]] = {}
    for kind, rows in came.items():
        new = [name for name, _ in rows if name not in moved.get(kind, {})]
        of = await filings.contact_of(connection, kind, new)
        found[kind] = {name: contacts[of[name]] for name in new}
    return found


async def one_again(connection: Transaction, incident: str, by: str, now: int) -> None:
    """If this one began by a split that was undone, and nothing is left in it, its number is found
    as the one it came from."""
    row = await filings.split_undone(connection, incident)
    if row is None or not await filings.is_empty(connection, incident):
        return
    here = await stays.root(connection, row.incident)
    await filings.add(
        connection, id=derived_id("f", core.MERGED, row.id), what=core.MERGED,
        incident=row.incident, other=row.other, author=by, at=now,
        data={
            "state": CLOSED, "severity": None, "touched": now, "owner": None,
            "parties": [[], []], "fixed": True,
        },
    )  # fmt: skip
    await filings.point(connection, [row.other, *await filings.below(connection, row.other)], here)
    await filings.change(connection, row.other, state=MERGED)
    await hand_offs.one_goes_on(connection, here, now)

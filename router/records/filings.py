"""What was put elsewhere: the acts, what each of them moved, and the incidents they change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.display import mask
from router.core.filing import MERGED as ARE_ONE
from router.core.filing import MOVED, SPLIT
from router.core.incident import MERGED
from router.core.model import LiveContact
from router.core.restricted import only
from router.records import schema, stays
from router.records.filing_schema import filed, filing
from router.records.sql import insert_new

Filing = Row[Any]
"""A row of the acts."""

incident, contact, note = schema.incident, schema.contact, schema.note
OF_CONTACT = {"message": schema.message, "note": note, "callback": schema.callback}
"""What belongs to a contact and goes where it goes, by the kind that `filed` names."""
_BEGAN = {"message": schema.message.c.at, "note": note.c.at, "callback": schema.callback.c.made_at}


# The acts ---------------------------------------------------------------------------------------


async def by_id(connection: AsyncConnection, filing_id: str) -> Filing | None:
    return (await connection.execute(select(filing).where(filing.c.id == filing_id))).first()


async def add(connection: AsyncConnection, *, data: Mapping[str, Any], **values: Any) -> None:
    await connection.execute(
        insert(filing), {"other": None, **values, "data": msgspec.json.encode(data).decode()}
    )


async def held_by_id(connection: AsyncConnection, filing_id: str) -> Filing | None:
    """The same; nobody else undoes it at the same time."""
    asked = select(filing).where(filing.c.id == filing_id).with_for_update()
    return (await connection.execute(asked)).first()


def data_of(row: Filing) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(row.data)
    return found


async def put_data(connection: AsyncConnection, filing_id: str, data: Mapping[str, Any]) -> None:
    words = msgspec.json.encode(data).decode()
    await connection.execute(update(filing).where(filing.c.id == filing_id).values(data=words))


async def undone(connection: AsyncConnection, filing_id: str, by: str, now: int) -> None:
    mine = filing.c.id == filing_id
    await connection.execute(update(filing).where(mine).values(undone_at=now, undone_by=by))


async def note_rows(
    connection: AsyncConnection, filing_id: str, kind: str, rows: Iterable[tuple[str, str]]
) -> None:
    """Notes where each of these was."""
    new = [{"filing": filing_id, "kind": kind, "row": row, "was": was} for row, was in rows]
    if new:
        await connection.execute(insert(filed), new)


async def rows_of(connection: AsyncConnection, filing_id: str) -> list[tuple[str, str, str]]:
    """Kind, id, and where it was."""
    found = await connection.execute(select(filed).where(filed.c.filing == filing_id))
    return [(row.kind, row.row, row.was) for row in found]


async def forget_since(connection: AsyncConnection, row: Filing, kind: str, name: str) -> None:
    """Later acts that stand have not moved this any more: it is where it was before them."""
    standing = and_(filing.c.undone_at.is_(None), filing.c.at >= row.at, filing.c.id != row.id)
    later = select(filed.c.filing).join(filing, filing.c.id == filed.c.filing)
    later = later.where(and_(filed.c.kind == kind, filed.c.row == name, standing))
    gone = and_(filed.c.kind == kind, filed.c.row == name, filed.c.filing.in_(later))
    await connection.execute(filed.delete().where(gone))


async def filed_since(connection: AsyncConnection, row: Filing, kind: str) -> bool:
    """Whether something of this act was put elsewhere again by a later one that stands."""
    mine, later = filed.alias(), filed.alias()
    asked = (
        select(later.c.filing)
        .join(mine, and_(mine.c.kind == later.c.kind, mine.c.row == later.c.row))
        .join(filing, filing.c.id == later.c.filing)
        .where(mine.c.filing == row.id, mine.c.kind == kind, later.c.filing != row.id)
        .where(filing.c.undone_at.is_(None), filing.c.at >= row.at)
        .limit(1)
    )
    return (await connection.execute(asked)).first() is not None


async def into(connection: AsyncConnection, incident_id: str) -> Sequence[Filing]:
    """The merges into exactly this incident that stand, oldest first."""
    mine = and_(
        filing.c.incident == incident_id, filing.c.what == ARE_ONE, filing.c.undone_at.is_(None)
    )
    asked = select(filing).where(mine).order_by(filing.c.at, filing.c.id)
    return (await connection.execute(asked)).all()


async def split_undone(connection: AsyncConnection, incident_id: str) -> Filing | None:
    """The split by which exactly this incident began, if it was undone and the incident is found by
    itself."""
    mine = and_(
        filing.c.other == incident_id, filing.c.what == SPLIT, filing.c.undone_at.is_not(None),
        incident.c.stays.is_(None),
    )  # fmt: skip
    asked = select(filing).join(incident, incident.c.id == filing.c.other).where(mine)
    return (await connection.execute(asked)).first()


async def of_incident(connection: AsyncConnection, incident_id: str) -> Sequence[Any]:
    """All acts that concern this incident, oldest first, with number, title and state of both."""
    return (await connection.execute(_OF_INCIDENT, {"the_id": incident_id})).all()


_here, _there, _stays = (incident.alias(name) for name in ("here", "there", "that_stays"))


def _list_of(one: Any) -> Any:
    """For whom alone it is: of one that was merged, as the one that stays."""
    its = _stays.c.id == stays.root_of(one)
    return select(_stays.c.only).where(its).scalar_subquery()


_the_id: Any = bindparam("the_id")
_OF_INCIDENT = (
    select(
        filing, _here.c.number, _here.c.title, _there.c.number.label("other_number"),
        _there.c.title.label("other_title"), _there.c.state.label("other_state"),
        _list_of(_here).label("only"), _list_of(_there).label("other_only"),
        _here.c.state, stays.root_of(_here).label("root"),
        stays.root_of(_there).label("other_root"),
    )
    .join(_here, _here.c.id == filing.c.incident)
    .outerjoin(_there, _there.c.id == filing.c.other)
    .where(or_(stays.of(filing.c.incident, _the_id), stays.of(filing.c.other, _the_id)))
    .order_by(filing.c.at, filing.c.id)
)  # fmt: skip


# Incidents --------------------------------------------------------------------------------------


async def held(connection: AsyncConnection, ids: Sequence[str]) -> list[Any]:
    """The rows of these incidents, of merged ones those that stay, None for unknown ones. Nobody
    else changes them until this transaction ends; locked in the order of their ids, so that two
    who want the same do not wait for each other."""
    while True:
        found = {one: await stays.root(connection, one) for one in ids}
        rows = {one: await lock(connection, one) for one in sorted(set(found.values()))}
        if all(row is None or row.state != MERGED for row in rows.values()):
            return [rows[found[one]] for one in ids]


async def lock(connection: AsyncConnection, incident_id: str) -> Any:
    """Exactly this one, merged or not."""
    return (await connection.execute(_LOCK, {"the_id": incident_id})).first()


_LOCK = select(incident).where(incident.c.id == bindparam("the_id")).with_for_update(key_share=True)


async def get(connection: AsyncConnection, incident_id: str) -> Any:
    """Exactly this one, as it is."""
    asked = select(incident).where(incident.c.id == incident_id)
    return (await connection.execute(asked)).first()


async def change(connection: AsyncConnection, incident_id: str, **values: Any) -> None:
    """Of exactly this one."""
    await connection.execute(update(incident).where(incident.c.id == incident_id).values(**values))


async def point(connection: AsyncConnection, incidents: Collection[str], to: str) -> None:
    """From now on these are found as that one."""
    mine = incident.c.id.in_(list(incidents))
    await connection.execute(update(incident).where(mine).values(stays=to))


async def moved_into(connection: AsyncConnection, incident_id: str, since: int) -> Sequence[Filing]:
    """The moves into exactly this incident that stand and began later, oldest first."""
    mine = and_(
        filing.c.other == incident_id, filing.c.what == MOVED, filing.c.undone_at.is_(None),
        filing.c.at >= since,
    )  # fmt: skip
    asked = select(filing).where(mine).order_by(filing.c.at, filing.c.id)
    return (await connection.execute(asked)).all()


async def out_of(connection: AsyncConnection, incident_id: str) -> Filing | None:
    """The merge by which exactly this one is found as another."""
    mine = and_(
        filing.c.other == incident_id, filing.c.what == ARE_ONE, filing.c.undone_at.is_(None)
    )
    return (await connection.execute(select(filing).where(mine))).first()


async def below(connection: AsyncConnection, incident_id: str) -> list[str]:
    """What was merged into this one, and into those, by merges that stand."""
    found: list[str] = []
    ask = [incident_id]
    while ask:
        ask = [row.other for one in ask for row in await into(connection, one)]
        found += ask
    return found


async def parties(connection: AsyncConnection, incident_id: str) -> dict[str, str]:
    """The role of each party of it."""
    link = schema.incident_party
    asked = select(link.c.party, link.c.role, link.c.incident)
    rows = (await connection.execute(asked.where(stays.of(link.c.incident, incident_id)))).all()
    own = {row.party: row.role for row in rows if row.incident == incident_id}
    return {row.party: row.role for row in rows} | own


async def part_party(connection: AsyncConnection, incident_id: str, party: str) -> None:
    """Takes a party out of exactly this incident, unless something of theirs is in it."""
    link = schema.incident_party
    theirs = and_(contact.c.incident == incident_id, contact.c.party == party)
    if (await connection.execute(select(contact.c.id).where(theirs).limit(1))).first() is None:
        mine = and_(link.c.incident == incident_id, link.c.party == party)
        await connection.execute(link.delete().where(mine))


async def put_party(connection: AsyncConnection, incident_id: str, party: str, role: str) -> None:
    """Makes them a party of exactly this incident, for as long as something of theirs is in it."""
    new = {"incident": incident_id, "party": party, "role": role, "put": True}
    await insert_new(connection, schema.incident_party, new, unique=["incident", "party"])


async def is_empty(connection: AsyncConnection, incident_id: str) -> bool:
    """Nothing is in it, and nothing has to happen in it."""
    action = schema.next_action
    for table, more in (
        (contact, contact.c.id != ""), (note, note.c.text != ""),
        (schema.callback, schema.callback.c.id != ""), (action, schema.IS_NEXT),
    ):  # fmt: skip
        its = select(table.c.id).where(stays.of(table.c.incident, incident_id), more).limit(1)
        if (await connection.execute(its)).first() is not None:
            return False
    merges = await into(connection, incident_id)
    return all(data_of(row).get("fixed") for row in merges)


# What belongs to them ---------------------------------------------------------------------------


async def contacts_in(
    connection: AsyncConnection, incident_id: str, ids: Collection[str]
) -> Sequence[Any]:
    """Those of these contacts that are in this incident."""
    mine = and_(contact.c.id.in_(list(ids)), stays.of(contact.c.incident, incident_id))
    return (await connection.execute(select(contact).where(mine).order_by(contact.c.id))).all()


async def notes_in(
    connection: AsyncConnection, incident_id: str, ids: Collection[str]
) -> Sequence[Any]:
    mine = and_(note.c.id.in_(list(ids)), stays.of(note.c.incident, incident_id))
    return (await connection.execute(select(note).where(mine).order_by(note.c.id))).all()


async def with_contacts(
    connection: AsyncConnection, incident_id: str, contacts: Collection[str], since: int = 0
) -> dict[str, list[tuple[str, str]]]:
    """By kind, what belongs to these contacts and is in this incident: its id, and of which of the
    merged ones it is. `since`: only what began later."""
    found = {}
    for kind, table in OF_CONTACT.items():
        its = and_(
            table.c.contact.in_(list(contacts)),
            stays.of(table.c.incident, incident_id),
            _BEGAN[kind] > since,
        )
        rows = await connection.execute(select(table.c.id, table.c.incident).where(its))
        found[kind] = [(row.id, row.incident) for row in rows]
    return found


async def carry(connection: AsyncConnection, kind: str, ids: Collection[str], to: str) -> None:
    """Puts these into exactly that incident; the words that somebody has begun to answer a contact
    go with it."""
    table = contact if kind == "contact" else OF_CONTACT[kind]
    await connection.execute(update(table).where(table.c.id.in_(list(ids))).values(incident=to))
    if kind == "contact":
        begun = schema.draft.c.contact.in_(list(ids))
        await connection.execute(update(schema.draft).where(begun).values(incident=to))


async def contact_of(
    connection: AsyncConnection, kind: str, ids: Collection[str]
) -> dict[str, str]:
    table = OF_CONTACT[kind]
    asked = select(table.c.id, table.c.contact).where(table.c.id.in_(list(ids)))
    return {row.id: row.contact for row in await connection.execute(asked)}


async def where(connection: AsyncConnection, kind: str, ids: Collection[str]) -> dict[str, str]:
    """In exactly which incident each of these is."""
    table = contact if kind == "contact" else OF_CONTACT[kind]
    asked = select(table.c.id, table.c.incident).where(table.c.id.in_(list(ids)))
    return {row.id: row.incident for row in await connection.execute(asked)}


async def came_since(
    connection: AsyncConnection, incidents: Collection[str], since: int
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Contacts that came later into exactly these incidents, and notes about no contact."""
    promise = schema.callback.c  # a call promised before for a later time: its place is that time
    before = select(promise.contact).where(
        promise.incident.in_(list(incidents)), promise.made_at <= since
    )
    came = and_(
        contact.c.incident.in_(list(incidents)),
        contact.c.arrived_at > since,
        contact.c.id.not_in(before),
    )
    said = and_(
        note.c.incident.in_(list(incidents)), note.c.at > since,
        note.c.contact.is_(None), note.c.text != "",
    )  # fmt: skip
    contacts = select(contact).where(came).order_by(contact.c.arrived_at, contact.c.id)
    notes = select(note).where(said).order_by(note.c.at, note.c.id)
    return (await connection.execute(contacts)).all(), (await connection.execute(notes)).all()


async def came_into(
    connection: AsyncConnection,
    kind: str,
    contacts: Collection[str],
    incidents: Collection[str],
    since: int,
) -> list[tuple[str, str]]:
    """What came later for these contacts, in exactly these incidents, and was not put there: its
    id, and of which contact it is."""
    table = OF_CONTACT[kind]
    put = select(filed.c.row).join(filing, filing.c.id == filed.c.filing)
    put = put.where(and_(filed.c.kind == kind, filed.c.row == table.c.id)).correlate(table)
    its = and_(
        table.c.contact.in_(list(contacts)),
        table.c.incident.in_(list(incidents)),
        _BEGAN[kind] > since,
        ~put.exists(),
    )
    rows = await connection.execute(select(table.c.id, table.c.contact).where(its))
    return [(row.id, row.contact) for row in rows]


async def own_contacts(connection: AsyncConnection, incidents: Collection[str]) -> list[str]:
    """Of exactly these incidents."""
    mine = contact.c.incident.in_(list(incidents))
    return list((await connection.execute(select(contact.c.id).where(mine))).scalars())


async def at_work(
    connection: AsyncConnection, incidents: Collection[str], since: int = 0
) -> list[LiveContact]:
    """The contacts of exactly these incidents that have not ended."""
    mine = and_(
        contact.c.incident.in_(list(incidents)), contact.c.arrived_at > since, schema.IS_OPEN
    )
    rows = await connection.execute(select(contact.c.live).where(mine))
    return [msgspec.json.decode(row.live, type=LiveContact) for row in rows]


@dataclass(frozen=True, slots=True)
class AtWork:
    """A contact that is not over: id and number of its incident, and who it is with."""

    contact: str
    incident: str
    number: str
    who: dict[str, str | None]
    only: dict[str, bool]
    """The people to whom it is restricted; none: it is everybody's."""


async def alive_in(connection: AsyncConnection, incidents: Collection[str]) -> list[AtWork]:
    """Contacts of these that are not over."""
    named, address, party = incident.alias("named"), schema.address, schema.party
    found = [await stays.root(connection, one) for one in sorted(set(incidents))]
    roles = {one: await parties(connection, one) for one in set(found)}
    rows = await connection.execute(
        select(
            contact.c.id, contact.c.live, contact.c.party, incident.c.id.label("of"),
            incident.c.number, incident.c.only, party.c.name, address.c.kind, address.c.value,
        )
        .join(named, named.c.id == contact.c.incident)
        .join(incident, incident.c.id == stays.root_of(named))
        .join(party, party.c.id == contact.c.party)
        .join(address, address.c.id == contact.c.address)
        .where(and_(stays.of_any(contact.c.incident, found), schema.IS_OPEN))
        .order_by(contact.c.id)
    )  # fmt: skip
    return [
        AtWork(
            row.id,
            row.of,
            f"INC-{row.number}",
            _who(row, roles[row.of].get(row.party)),
            only(row.only) or {},
        )
        for row in rows
    ]


def _who(row: Any, role: str | None) -> dict[str, str | None]:
    """As the contact has it, with the name and the role that they have now."""
    was = msgspec.json.decode(row.live, type=LiveContact).who
    name = row.name or mask(row.kind, row.value)
    return {**was, "name": name, "role": role or was.get("role")}

"""Parties that are one person: addresses and contacts of the one are the other's, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.display import mask
from router.records import filings, schema
from router.records.filing_schema import filed, filing

party, address, contact = schema.party, schema.address, schema.contact
link = schema.incident_party


async def hold(connection: AsyncConnection, parties: Collection[str]) -> None:
    """What comes from their addresses waits until this transaction ends; in the order of ids."""
    if connection.dialect.name != "sqlite":
        mine = select(address.c.id).where(address.c.party.in_(sorted(parties)))
        await connection.execute(mine.order_by(address.c.id).with_for_update())


async def addresses(connection: AsyncConnection, of: str) -> list[str]:
    found = select(address.c.id).where(address.c.party == of).order_by(address.c.id)
    return list((await connection.execute(found)).scalars())


async def told(connection: AsyncConnection, one: str, other: str) -> dict[str, Any]:
    """What it takes to part them, and to tell of it: names, of nobody's a masked address."""
    rows = (await connection.execute(select(party).where(party.c.id.in_((one, other))))).all()
    names = {row.id: row.name for row in rows}
    shown = {}
    for of in (one, other):
        first = select(address).where(address.c.party == of).order_by(address.c.id).limit(1)
        at = (await connection.execute(first)).first()
        shown[of] = names[of] or (mask(at.kind, at.value) if at else "somebody")
    return {
        "one": one, "party": other, "name": names[one],
        "named": names[one] or names[other], "shown": [shown[one], shown[other]],
    }  # fmt: skip


async def join(connection: AsyncConnection, one: str, other: str) -> list[tuple[str, str]]:
    """Everything of `other` is of `one`. Returns what changed hands: kind and id."""
    moved = [("address", name) for name in await addresses(connection, other)]
    at = [name for _, name in moved]
    theirs = and_(contact.c.address.in_(at), contact.c.party == other)
    contacts = list((await connection.execute(select(contact.c.id).where(theirs))).scalars())
    roles = (await connection.execute(select(link).where(link.c.party == other))).all()
    for row in roles:
        await filings.put_party(connection, row.incident, one, row.role)
    await _give(connection, at, contacts, one)
    names = select(party.c.id, party.c.name).where(party.c.id.in_((one, other)))
    known = {row.id: row.name for row in await connection.execute(names)}
    if known[other] and not known[one]:
        mine = update(party).where(party.c.id == one)
        await connection.execute(mine.values(name=known[other]))
    return moved + [("person", name) for name in contacts]


async def _give(
    connection: AsyncConnection, addresses: Collection[str], contacts: Collection[str], to: str
) -> None:
    at, of = list(addresses), list(contacts)
    await connection.execute(update(address).where(address.c.id.in_(at)).values(party=to))
    await connection.execute(update(contact).where(contact.c.id.in_(of)).values(party=to))


async def are_with(
    connection: AsyncConnection, one: str, moved: Sequence[tuple[str, str, str]]
) -> bool:
    """Whether all that changed hands is still of `one`."""
    at = [name for kind, name, _ in moved if kind == "address"]
    rows = await connection.execute(select(address.c.party).where(address.c.id.in_(at)))
    return set(rows.scalars()) == {one}


async def part(
    connection: AsyncConnection,
    data: Mapping[str, Any],
    moved: Sequence[tuple[str, str, str]],
) -> None:
    """Back to what they were; what came from these addresses since goes with them."""
    one, other = data["one"], data["party"]
    at = [name for kind, name, _ in moved if kind == "address"]
    theirs = and_(contact.c.address.in_(at), contact.c.party == one)
    rows = (await connection.execute(select(contact).where(theirs))).all()
    await _give(connection, at, [row.id for row in rows], other)
    for of in sorted({row.incident for row in rows}):
        role = select(link.c.role).where(and_(link.c.incident == of, link.c.party == one))
        shown = (await connection.execute(role)).scalar_one_or_none() or "caller"
        await filings.put_party(connection, of, other, shown)
    mine = and_(party.c.id == one, party.c.name == data["named"])
    await connection.execute(update(party).where(mine).values(name=data["name"]))


async def tidy(
    connection: AsyncConnection, incidents: Collection[str], parties: Collection[str]
) -> None:
    """Takes out whoever was put into an incident and has no reason to be there any more: nothing of
    theirs is in it, and nobody who is them."""
    concerned = or_(link.c.incident.in_(list(incidents)), link.c.party.in_(list(parties)))
    asked = select(link).where(and_(concerned, link.c.put))
    while True:
        gone = [
            row
            for row in (await connection.execute(asked)).all()
            if not await _has_reason(connection, row.incident, row.party)
        ]
        for row in gone:
            mine = and_(link.c.incident == row.incident, link.c.party == row.party)
            await connection.execute(link.delete().where(mine))
        if not gone:
            return


async def _has_reason(connection: AsyncConnection, of: str, who: str) -> bool:
    theirs = and_(contact.c.incident == of, contact.c.party == who)
    if (await connection.execute(select(contact.c.id).where(theirs).limit(1))).first():
        return True
    joined = (
        select(filed.c.filing)
        .join(address, address.c.id == filed.c.row)
        .join(filing, filing.c.id == filed.c.filing)
        .join(link, and_(link.c.party == filed.c.was, link.c.incident == of))
        .where(address.c.party == who, filed.c.kind == "address", filing.c.undone_at.is_(None))
        .where(filed.c.was != who)
        .limit(1)
    )
    return (await connection.execute(joined)).first() is not None

"""Parties that are one person: addresses and contacts of the one are the other's, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.display import mask
from router.records import filings, party_facts, schema, stays
from router.records.filing_schema import filed, filing
from router.records.party_tables import consent

party, address, contact = schema.party, schema.address, schema.contact
link, incident = schema.incident_party, schema.incident


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
        "agreed": await _newer(connection, one, other),
    }  # fmt: skip


async def _newer(connection: AsyncConnection, one: str, other: str) -> list[dict[str, Any]]:
    """Where `other` said something after what `one` has said there: incident, what, `now`: the
    word, by whom and when; `was`: that of `one`, None: nothing."""
    there = await _incidents(connection, other)
    asked = select(consent).where(and_(there, consent.c.party.in_((one, other))))
    rows = (await connection.execute(asked)).all()
    words = {
        (row.party, row.incident, row.what): [row.says, row.asked_by, row.asked_at] for row in rows
    }
    found = []
    for (who, of, what), now in sorted(words.items()):
        was = words.get((one, of, what))
        if who == other and (was is None or was[2] < now[2]):
            found.append({"incident": of, "what": what, "now": now, "was": was})
    return found


async def _incidents(connection: AsyncConnection, who: str) -> ColumnElement[bool]:
    """Whether something was said in an incident of theirs, or in one that it is one with."""
    mine = select(stays.root_of(incident)).join(link, link.c.incident == incident.c.id)
    rows = await connection.execute(mine.where(link.c.party == who).distinct())
    return stays.of_any(consent.c.incident, rows.scalars().all())


async def agree(connection: AsyncConnection, data: Mapping[str, Any]) -> None:
    """What `other` said last is what `one` said."""
    for it in data["agreed"]:
        await party_facts.agree(connection, it["incident"], data["one"], it["what"], *it["now"])


async def _part_words(connection: AsyncConnection, data: Mapping[str, Any], since: int) -> None:
    """Each has said what they said before, unless something was said since: that stays, and a no
    is a no of both, as nobody knows whose it was."""
    one, other = data["one"], data["party"]
    for it in data.get("agreed", ()):
        mine = and_(
            stays.exactly(consent.c.incident, it["incident"]),
            consent.c.party == one,
            consent.c.what == it["what"],
        )
        row = (await connection.execute(select(consent).where(mine))).first()
        if row is None or [row.says, row.asked_by, row.asked_at] != it["now"]:
            continue
        if it["was"] is None:
            await connection.execute(delete(consent).where(mine))
        else:
            await party_facts.agree(connection, row.incident, one, row.what, *it["was"])
    no = and_(consent.c.party == one, consent.c.says == "no", consent.c.asked_at > since)
    its = select(consent).where(and_(await _incidents(connection, other), no))
    for row in (await connection.execute(its)).all():
        word = (row.says, row.asked_by, row.asked_at)
        await party_facts.agree(connection, row.incident, other, row.what, *word)


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
    since: int,
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
    await _part_words(connection, data, since)
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

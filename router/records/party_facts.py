"""What is known of the people of an incident: where it is not safe to reach them, what they agreed
to; people and addresses that were added by mistake."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, desc, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.caller import APPS, app_of
from router.core.display import mask
from router.records import schema, stays
from router.records.party_tables import consent, dropped, unsafe
from router.records.sql import put

address, link, contact = schema.address, schema.incident_party, schema.contact


async def masked_of(connection: AsyncConnection, party: str) -> list[str]:
    """Their numbers and mail addresses, masked."""
    asked = select(address.c.kind, address.c.value).where(address.c.party == party)
    return [mask(row.kind, row.value) for row in await connection.execute(asked)]


async def unsafe_at(connection: AsyncConnection, address_id: str) -> str | None:
    """Why it is not safe to use; None: nobody has said so."""
    rows = await connection.execute(select(unsafe.c.reason).where(unsafe.c.address == address_id))
    return rows.scalar_one_or_none()


async def unsafe_by_any(connection: AsyncConnection, address_id: str) -> str | None:
    """The same, of this address or of another on the same telephone: the number by itself, or by an
    app."""
    known = select(address.c.kind, address.c.value).where(address.c.id == address_id)
    at = (await connection.execute(known)).first()
    if at is None:
        return None
    bare = app_of(at.value)[1]
    there = {at.value, bare, *(f"{app}:{bare}" for app in APPS)}
    rows = await connection.execute(
        select(unsafe.c.reason)
        .join(address, address.c.id == unsafe.c.address)
        .where(and_(address.c.kind == at.kind, address.c.value.in_(sorted(there))))
        .order_by(unsafe.c.marked_at)
    )
    return rows.scalars().first()


async def unsafe_in(connection: AsyncConnection, incident: str) -> dict[str, Any]:
    """The marks of all addresses of an incident's people, by address."""
    rows = await connection.execute(_UNSAFE_IN, {"the_id": incident})
    return {row.address: row for row in rows}


_UNSAFE_IN = (
    select(unsafe)
    .join(address, address.c.id == unsafe.c.address)
    .join(link, link.c.party == address.c.party)
    .where(stays.of(link.c.incident, bindparam("the_id")))
)


async def mark(
    connection: AsyncConnection, address_id: str, reason: str, by: str, now: int
) -> None:
    """No reason: it is safe again."""
    if reason:
        said = {"reason": reason, "marked_by": by, "marked_at": now}
        await put(connection, unsafe, {"address": address_id}, said)
    else:
        await connection.execute(delete(unsafe).where(unsafe.c.address == address_id))


async def consents_in(connection: AsyncConnection, incident: str) -> Sequence[Any]:
    """What each party of it agreed to, or not: the newest word, also of what was merged into it."""
    newest = {
        (row.party, row.what): row
        for row in await connection.execute(_CONSENTS_IN, {"the_id": incident})
    }
    return [row for row in newest.values() if row.says]


_CONSENTS_IN = (
    select(consent)
    .where(stays.of(consent.c.incident, bindparam("the_id")))
    .order_by(consent.c.asked_at)
)


async def agree(
    connection: AsyncConnection,
    incident: str,
    party: str,
    what: str,
    says: str,
    by: str,
    now: int,
) -> None:
    """Nothing said: it is not known. That, too, is a row: an undone merge finds what there was."""
    await put(
        connection,
        consent,
        {"incident": incident, "party": party, "what": what},
        {"says": says, "asked_by": by, "asked_at": now},
    )


async def take_along(
    connection: AsyncConnection, here: Collection[str], to: str, since: int, both: Collection[str]
) -> None:
    """What was said in exactly these incidents since then, of people of the one that leaves, goes
    to it: the newest word of a person is never undone. `both`: whoever belongs to those as well,
    where it stays, too."""
    theirs = select(link.c.party).where(stays.exactly(link.c.incident, to))
    there = or_(*(stays.exactly(consent.c.incident, one) for one in sorted(here)))
    said = and_(there, consent.c.party.in_(theirs), consent.c.asked_at > since)
    for row in (
        await connection.execute(select(consent).where(said).order_by(consent.c.asked_at))
    ).all():
        await agree(connection, to, row.party, row.what, row.says, row.asked_by, row.asked_at)
    await connection.execute(delete(consent).where(and_(said, consent.c.party.not_in(list(both)))))


async def person_in(connection: AsyncConnection, incident: str, party: str) -> Any:
    """Name and role of a party of it; None: they do not belong to it."""
    p = schema.party
    rows = await connection.execute(
        select(p.c.name, link.c.role)
        .join(link, link.c.party == p.c.id)
        .where(and_(stays.of(link.c.incident, incident), p.c.id == party))
        .order_by(desc(stays.exactly(link.c.incident, stays.one(incident))))
    )
    return rows.first()


async def live_in(connection: AsyncConnection, party: str) -> list[str]:
    """The incidents of their contacts that are not over."""
    at = select(address.c.id).where(address.c.party == party)
    mine = and_(contact.c.address.in_(at), contact.c.party == party, schema.IS_OPEN)
    rows = await connection.execute(select(contact.c.incident).where(mine).distinct())
    return [of for of in rows.scalars() if of]


async def rename(connection: AsyncConnection, party: str, name: str | None) -> None:
    p = schema.party
    await connection.execute(update(p).where(p.c.id == party).values(name=name))


async def has_contacts(
    connection: AsyncConnection, *, incident: str = "", party: str = "", at: str = ""
) -> bool:
    """Whether anything came from, or went to, this address; or to this party in that incident."""
    mine = (
        contact.c.address == at
        if at
        else and_(stays.of(contact.c.incident, incident), contact.c.party == party)
    )
    return (await connection.execute(select(contact.c.id).where(mine).limit(1))).first() is not None


async def addresses_of(connection: AsyncConnection, party: str) -> int:
    of = select(func.count()).select_from(address).where(address.c.party == party)
    return int((await connection.execute(of)).scalar_one())


async def drop_address(connection: AsyncConnection, incident: str, row: Any, now: int) -> None:
    """Nobody is reached there any more. `row`: of the address (reached.Reached)."""
    await mark(connection, row.address, "", "", now)
    await connection.execute(delete(address).where(address.c.id == row.address))
    gone = {"kind": row.kind, "value": row.value, "opted_out": bool(row.opted_out), "role": None}
    key = {"incident": incident, "party": row.party, "address": row.address}
    await put(connection, dropped, key, {**gone, "dropped_at": now})


async def drop_party(
    connection: AsyncConnection, incident: str, party: str, role: str, now: int
) -> None:
    """They do not belong to it any more."""
    mine = and_(stays.of(link.c.incident, incident), link.c.party == party)
    await connection.execute(delete(link).where(mine))
    key = {"incident": incident, "party": party, "address": ""}
    await put(connection, dropped, key, {"role": role, "dropped_at": now})


async def take_dropped(
    connection: AsyncConnection, incident: str, party: str, address_id: str
) -> Any:
    """What was dropped, which is forgotten as such; None: nothing was."""
    mine = and_(
        stays.exactly(dropped.c.incident, incident),
        dropped.c.party == party,
        dropped.c.address == address_id,
    )
    row = (await connection.execute(select(dropped).where(mine))).first()
    if row is not None:
        await connection.execute(delete(dropped).where(mine))
    return row


async def add_address(connection: AsyncConnection, values: dict[str, Any]) -> None:
    await connection.execute(insert(address).values(**values))


async def others(
    connection: AsyncConnection, incident: str, party: str, most: int = 200
) -> Sequence[Any]:
    """What everybody else of an incident wrote, the newest first: party, name, text."""
    m, p = schema.message, schema.party
    rows = await connection.execute(
        select(contact.c.party, p.c.name, func.substr(m.c.text, 1, 4000).label("text"))
        .join(contact, contact.c.id == m.c.contact)
        .join(p, p.c.id == contact.c.party)
        .where(
            and_(stays.of(m.c.incident, incident), m.c.direction == "in", contact.c.party != party)
        )
        .order_by(desc(m.c.at))
        .limit(most)
    )
    return rows.all()


async def everybody(connection: AsyncConnection, incident: str) -> Sequence[Any]:
    """Party, name and value of each address."""
    p = schema.party
    rows = await connection.execute(
        select(link.c.party, p.c.name, address.c.kind, address.c.value)
        .join(p, p.c.id == link.c.party)
        .join(address, address.c.party == p.c.id)
        .where(stays.of(link.c.incident, incident))
    )
    return rows.all()

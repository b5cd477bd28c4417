"""Parties, their addresses, and the incidents that all contacts belong to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import String, and_, bindparam, desc, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.incident_status import Status
from router.records import schema, sight, stays
from router.records.ids import derived_id, new_id
from router.records.sql import insert_new, next_incident_number


@dataclass(frozen=True, slots=True)
class Person:
    """A party reached at one address."""

    party: str
    address: str
    kind: str
    value: str
    name: str | None
    opted_out: bool
    new: bool = False
    """Made in this transaction: nothing else can be known of them."""


@dataclass(frozen=True, slots=True)
class IncidentRef:
    """The part of an incident that routing needs."""

    id: str
    number: int
    severity: int
    title: str
    owner: str | None = None
    """Who answered it first: asked first when its people come again."""
    open: bool = True
    """A closed one lends its severity to nobody."""
    only: str | None = None
    """The people to whom it is restricted (router/core/restricted.py)."""
    guessed: bool = False

    @property
    def word(self) -> str:
        return f"INC-{self.number}"


async def find_or_make(
    connection: AsyncConnection, kind: str, value: str, now: int, name: str | None = None
) -> Person:
    """The party behind an address; a new one if nobody is known there."""
    known = await find_address(connection, kind, value)
    if known is not None and (known.name or not name):
        return known
    address_id = derived_id("d", kind, value)
    party_id = derived_id("p", kind, value)
    made = await insert_new(
        connection,
        schema.party,
        {"id": party_id, "name": name, "created_at": now},
        unique=["id"],
    )
    first = await insert_new(
        connection,
        schema.address,
        {"id": address_id, "party": party_id, "kind": kind, "value": value, "opted_out": False},
        unique=["kind", "value"],
    )
    if made and first:
        return Person(party_id, address_id, kind, value, name, opted_out=False, new=True)
    found = await find_address(connection, kind, value)
    assert found is not None
    if name and not found.name:
        await connection.execute(
            update(schema.party).where(schema.party.c.id == found.party).values(name=name)
        )
        found = Person(found.party, found.address, kind, value, name, found.opted_out)
    return found


async def find_or_join(
    connection: AsyncConnection, kind: str, value: str, bare: str, now: int, name: str | None
) -> Person:
    """The party behind the number `bare`; `value` (from an app) is another of their addresses."""
    known = await find_address(connection, kind, value)
    if known is not None:
        return known
    person = await find_or_make(connection, kind, bare, now, name)
    address = {"id": derived_id("d", kind, value), "party": person.party, "opted_out": False}
    await insert_new(
        connection,
        schema.address,
        {**address, "kind": kind, "value": value},
        unique=["kind", "value"],
    )
    found = await find_address(connection, kind, value)
    assert found is not None
    return replace(found, new=person.new)


_PERSON = select(
    schema.address.c.party,
    schema.address.c.id,
    schema.address.c.kind,
    schema.address.c.value,
    schema.party.c.name,
    schema.address.c.opted_out,
).join(schema.party, schema.party.c.id == schema.address.c.party)


_AT_ADDRESS = _PERSON.where(
    and_(schema.address.c.kind == bindparam("kind"), schema.address.c.value == bindparam("value"))
)


async def find_address(connection: AsyncConnection, kind: str, value: str) -> Person | None:
    row = (await connection.execute(_AT_ADDRESS, {"kind": kind, "value": value})).first()
    return Person(*row) if row else None


_LOCK = (
    select(schema.address.c.id).where(schema.address.c.id == bindparam("the_id")).with_for_update()
)


async def name_for(connection: AsyncConnection, person: Person, reader: str) -> str | None:
    """Their name, unless they are known from incidents alone that are restricted to others."""
    theirs = _INCIDENT.where(OF_PARTY)
    party = {"party": person.party}
    if (await connection.execute(theirs.limit(1), party)).first() is None:
        return person.name
    seen = await connection.execute(theirs.where(sight.seen_by(reader)).limit(1), party)
    return person.name if seen.first() is not None else None


async def hold(connection: AsyncConnection, person: Person) -> None:
    """Makes other arrivals from this address wait until this transaction ends (PostgreSQL; SQLite
    has one writer anyway), so that two requests about one person never open two incidents."""
    if connection.dialect.name == "sqlite":
        return
    await connection.execute(_LOCK, {"the_id": person.address})


async def person_at(connection: AsyncConnection, address_id: str) -> Person | None:
    row = (await connection.execute(_PERSON.where(schema.address.c.id == address_id))).first()
    return Person(*row) if row else None


async def mails_of(connection: AsyncConnection, party: str) -> list[str]:
    """Their mail addresses (ids), the one last used first."""
    at, used = schema.address.c, schema.contact.c
    last = select(func.max(used.arrived_at)).where(used.address == at.id).scalar_subquery()
    mine = select(at.id).where(at.party == party, at.kind == "email")
    rows = await connection.execute(mine.order_by(desc(func.coalesce(last, 0)), at.id))
    return list(rows.scalars())


async def set_opted_out(connection: AsyncConnection, address_id: str, value: bool) -> None:
    await connection.execute(
        update(schema.address).where(schema.address.c.id == address_id).values(opted_out=value)
    )


_INCIDENT = select(
    schema.incident.c.id,
    schema.incident.c.number,
    schema.incident.c.severity,
    schema.incident.c.title,
    schema.incident.c.owner,
    (schema.incident.c.state == "open").label("open"),
    schema.incident.c.only,
)
_named = schema.incident.alias("named")
OF_PARTY = schema.incident.c.id.in_(
    select(stays.root_of(_named))
    .join(schema.incident_party, schema.incident_party.c.incident == _named.c.id)
    .where(schema.incident_party.c.party == bindparam("party"))
)
"""Incidents of a party; of those that were merged, the one that stays."""
_OPEN_OF_PARTY = _INCIDENT.where(and_(OF_PARTY, schema.incident.c.state == "open")).order_by(
    desc(schema.incident.c.touched_at)
)


async def open_incident_of(
    connection: AsyncConnection, party: str, reader: str | None = None
) -> IncidentRef | None:
    """The open incident of a party: a restricted one before any other, for nobody knows by then
    what they come with; of these the only one, or, of several, the last that we wrote to (marked
    as a guess), else the last touched. `reader`: none that is restricted to others."""
    asked = _OPEN_OF_PARTY if reader is None else _OPEN_OF_PARTY.where(sight.seen_by(reader))
    rows = (await connection.execute(asked, {"party": party})).all()
    if not rows:
        return None
    rows = [row for row in rows if row.only] or rows
    if len(rows) == 1:
        return IncidentRef(*rows[0])
    message = schema.message
    last = (
        await connection.execute(
            select(stays.root_of(_named))
            .join(message, message.c.incident == _named.c.id)
            .where(
                and_(
                    message.c.direction == "out",
                    stays.of_any(message.c.incident, [row.id for row in rows]),
                )
            )
            .order_by(desc(message.c.at))
            .limit(1)
        )
    ).scalar_one_or_none()
    chosen = next((row for row in rows if row.id == last), rows[0])
    return replace(IncidentRef(*chosen), guessed=True)


async def incident_by_number(connection: AsyncConnection, number: int) -> IncidentRef | None:
    """The incident with this number; if it was merged, the one that stays."""
    row = (await connection.execute(_BY_NUMBER, {"the_number": number})).first()
    return IncidentRef(*row) if row else None


_BY_NUMBER = _INCIDENT.join(_named, stays.root_of(_named) == schema.incident.c.id).where(
    _named.c.number == bindparam("the_number")
)
_BY_ID = _INCIDENT.where(schema.incident.c.id == stays.one(bindparam("the_id")))


async def incident_by_id(connection: AsyncConnection, incident_id: str) -> IncidentRef | None:
    """The incident with this id; if it was merged, the one that stays."""
    row = (await connection.execute(_BY_ID, {"the_id": incident_id})).first()
    return IncidentRef(*row) if row else None


async def is_open(connection: AsyncConnection, incident_id: str) -> bool:
    found = await incident_by_id(connection, incident_id)
    return found is not None and found.open


async def is_party_of(connection: AsyncConnection, incident_id: str, party: str) -> bool:
    link = schema.incident_party
    mine = and_(stays.of(link.c.incident, incident_id), link.c.party == party)
    return (await connection.execute(select(link.c.party).where(mine))).first() is not None


async def role_in(connection: AsyncConnection, incident_id: str, party: str) -> str | None:
    """What they are in it; None: nobody yet. What was said of the one that stays goes first."""
    rows = await connection.execute(_ROLE_IN, {"the_id": incident_id, "party": party})
    return rows.scalars().first()


_link = schema.incident_party
_ROLE_IN = (
    select(_link.c.role)
    .where(
        and_(stays.of(_link.c.incident, bindparam("the_id")), _link.c.party == bindparam("party"))
    )
    .order_by(desc(_link.c.incident == stays.one(bindparam("the_id"))), _link.c.incident)
)
_NEW_INCIDENT = insert(schema.incident)


async def open_incident(
    connection: AsyncConnection, title: str, severity: int, party: str, role: str, now: int
) -> IncidentRef:
    """A new incident with its first party."""
    made = await begin_incident(connection, title, severity, now)
    await add_party(connection, made.id, party, role)
    return made


async def begin_incident(
    connection: AsyncConnection, title: str, severity: int, now: int
) -> IncidentRef:
    """A new incident without people."""
    number = await next_incident_number(connection)
    incident_id = new_id("i")
    await connection.execute(
        _NEW_INCIDENT,
        {
            "id": incident_id,
            "number": number,
            "title": title,
            "severity": severity,
            "state": "open",
            "status": Status.NEW,
            "opened_at": now,
            "touched_at": now,
        },
    )
    return IncidentRef(incident_id, number, severity, title)


async def add_party(
    connection: AsyncConnection, incident_id: str, party: str, role: str = "caller"
) -> None:
    await insert_new(
        connection,
        schema.incident_party,
        {"incident": incident_id, "party": party, "role": role},
        unique=["incident", "party"],
    )


async def put_party(connection: AsyncConnection, incident_id: str, party: str, role: str) -> bool:
    """Makes them a party of it, or says what they are in it. False: that is so already."""
    link = schema.incident_party
    mine = and_(stays.of(link.c.incident, incident_id), link.c.party == party)
    rows = (await connection.execute(select(link.c.incident, link.c.role).where(mine))).all()
    own = next((row for row in rows if row.incident == incident_id), None)
    shown = own or next(iter(rows), None)
    if shown is not None and shown.role == role:
        return False
    if own is None:
        await add_party(connection, incident_id, party, role)
    else:
        mine = and_(link.c.incident == incident_id, link.c.party == party)
        await connection.execute(update(link).where(mine).values(role=role, put=False))
    return True


async def own_if_nobody_does(connection: AsyncConnection, incident_id: str, agent: str) -> None:
    """The agent who takes the first contact of an incident owns it until it is handed off."""
    await connection.execute(_OWN_FIRST, {"the_id": incident_id, "the_agent": agent})


async def hand_on(connection: AsyncConnection, incident_id: str, agent: str) -> None:
    """From now on it is theirs."""
    await connection.execute(_OWN, {"the_id": incident_id, "the_agent": agent})


_OWN = (
    update(schema.incident)
    .where(schema.incident.c.id == stays.one(bindparam("the_id")))
    .values(owner=bindparam("the_agent"))
)
_OWN_FIRST = _OWN.where(
    schema.incident.c.owner.is_(None), sight.seen_by(bindparam("the_agent", type_=String))
)
"""Whoever takes an S1 of a restricted incident in the place of its people does not own it."""

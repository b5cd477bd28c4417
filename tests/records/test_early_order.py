"""Two recorders side by side wait for each other in one order, whatever order their steps have."""

from __future__ import annotations

import asyncio

import msgspec
from sqlalchemy import text

from router.core.model import LiveContact, Step
from router.records import contacts, early
from router.records.database import Database

HELD = text(
    "select count(*) from pg_locks l join pg_database d on d.oid = l.database"
    " where d.datname = current_database() and l.locktype = 'advisory' and not l.granted"
)
FREE = text("select pg_try_advisory_xact_lock(hashtext('cb'))")


def step(name: str, at: int) -> tuple[str, Step]:
    live = {"id": name, "channel": "voice", "severity": 1, "arrived_at": 1, "score": 1,
            "line": "support", "queue": "general", "provisional": True}  # fmt: skip
    made = msgspec.convert({"epoch": 1, "at": at, "events": [], "contacts": []}, Step)
    made.contacts.append(msgspec.convert(live, LiveContact))
    return f"{at:013d}-000001", made


async def test_who_waits_for_the_first_contact_does_not_hold_the_second(
    database: Database,
) -> None:
    if database.sqlite:
        return  # one writer
    async with database.write() as holder:
        await early.one_at_a_time(holder, "ca")

        async def recorder() -> None:
            async with database.write() as connection:
                await contacts.fold(connection, [step("cb", 1), step("ca", 2)])

        folding = asyncio.create_task(recorder())
        async with database.write() as other:
            while not (await other.execute(HELD)).scalar_one():
                await asyncio.sleep(0.001)
            free = (await other.execute(FREE)).scalar_one()
    await folding
    assert free

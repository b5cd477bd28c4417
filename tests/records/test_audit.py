"""The chain of the audit: what was changed in it is found, with its line."""

from __future__ import annotations

import hashlib
import json
import random
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.beside import Beside, Mode
from router.core.model import Happening, LiveContact, Said, Step
from router.records import audit, schema
from router.records.database import Database
from router.records.sql import put_meta

NOW = 1_800_000_000_000
LINES = 10_000
chain = schema.audit


class _Undone(Exception):
    pass


def _lines(count: int) -> list[dict[str, Any]]:
    """A chain as docs/adr/0012 describes it; every third line tells of a step, the first ten are
    older than their numbers in the hash."""
    previous, found = "", []
    for n in range(1, count + 1):
        row: dict[str, Any] = {
            "id": n, "at": NOW + n, "actor": f"u{n % 7}", "action": "contact.pulled",
            "subject": f"c{n}", "detail": "né" if n % 2 else "", "previous": previous,
            "step": f"{NOW + n}-000000" if n % 3 == 0 and n > 10 else None,
        }  # fmt: skip
        said = [row["at"], row["actor"], row["action"], row["subject"], row["detail"]]
        line = [previous, *said] if n <= 10 else [previous, n, *said, row["step"]]
        previous = row["hash"] = hashlib.sha256(json.dumps(line).encode()).hexdigest()
        found.append(row)
    return found


async def _written(connection: AsyncConnection, count: int) -> None:
    rows = _lines(count)
    await connection.execute(insert(chain), rows)
    await put_meta(connection, audit.HEAD, f"{rows[-1]['id']} {rows[-1]['hash']}")


def _flipped(value: Any, rng: random.Random) -> Any:
    if value is None:
        return "x"
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(20))
    if not value:
        return "x"
    at = rng.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]


async def test_a_flipped_byte_in_any_of_10_000_lines_is_found_with_its_line(
    database: Database,
) -> None:
    rng = random.Random(6)
    async with database.write() as connection:
        await _written(connection, LINES)
        assert await audit.verify(connection) == (LINES, None)
    for column in ("at", "actor", "action", "subject", "detail", "step", "previous", "hash"):
        for number in (rng.choice((1, LINES)), rng.randrange(2, LINES)):
            with suppress(_Undone):
                async with database.write() as connection:
                    asked = select(chain.c[column]).where(chain.c.id == number)
                    value = (await connection.execute(asked)).scalar_one()
                    change = update(chain).where(chain.c.id == number)
                    await connection.execute(change.values({column: _flipped(value, rng)}))
                    count, why = await audit.verify(connection)
                    assert why is not None, (column, number)
                    assert why.startswith(f"line {number} "), (column, number, why)
                    assert count == number - 1
                    raise _Undone


async def test_lines_taken_out_put_in_or_moved_are_found(database: Database) -> None:
    async with database.write() as connection:
        await _written(connection, 40)

    async def altered(*statements: Any) -> str | None:
        why = None
        with suppress(_Undone):
            async with database.write() as connection:
                for statement in statements:
                    await connection.execute(statement)
                why = (await audit.verify(connection))[1]
                raise _Undone
        return why

    def cut(*numbers: int) -> Any:
        return delete(chain).where(chain.c.id.in_(numbers))

    assert await altered(cut(20)) == "line 21 does not follow the one before"
    assert await altered(cut(1)) == "line 2 does not follow the one before"
    assert await altered(cut(39, 40)) == ("lines are missing after line 38: the last was line 40")
    moved = update(chain).where(chain.c.id == 40).values(id=45)
    assert await altered(moved) == "line 45 was changed"
    gone = delete(schema.meta).where(schema.meta.c.key == audit.HEAD)
    assert (await altered(gone) or "").startswith("audit.head, which names the last line, is gone")
    row = {**_lines(40)[11], "id": 41, "hash": "f" * 64, "step": None}
    assert await altered(insert(chain).values(row)) == "line 41 does not follow the one before"


async def test_a_chain_of_before_goes_on_and_is_whole(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(chain), _lines(10))
        await put_meta(connection, audit.HEAD, str(NOW))  # as version 0014 left it
        assert await audit.verify(connection) == (10, None)
    if not database.sqlite:
        async with database.write() as connection:
            for _ in range(10):
                await connection.execute(audit._NEXT)
    async with database.write() as connection:
        await audit.append(connection, actor="u", action="a", subject="s", now=NOW)
        assert await audit.verify(connection) == (11, None)


async def test_a_step_that_is_folded_twice_is_one_line(database: Database) -> None:
    step = Step(at=NOW, epoch=1, audit=Said("u1", "contact.pulled", "c1"))
    other = Step(at=NOW + 1, epoch=1)
    for _ in range(2):  # two recorders side by side
        async with database.write() as connection:
            await audit.fold(connection, [("1-000001", step), ("1-000002", other)])
    async with database.read() as connection:
        rows = (await connection.execute(select(chain.c.actor, chain.c.action, chain.c.at))).all()
        assert [tuple(row) for row in rows] == [("u1", "contact.pulled", NOW)]
        assert await audit.verify(connection) == (1, None)


async def test_what_is_too_long_for_its_column_is_cut_and_not_lost(database: Database) -> None:
    step = Step(at=NOW, epoch=1, audit=Said("u" * 99, "a" * 99, "s" * 99, "d\x00" * 99))
    async with database.write() as connection:
        await audit.fold(connection, [("1-000001", step)])
        assert await audit.verify(connection) == (1, None)


def _end(by: str, mode: str, why: str) -> Happening:
    since = NOW - 62_000
    return Happening(
        "contact.left_beside", contact="c1", agent="u1", by=by, mode=mode, since=since, why=why
    )


async def test_each_who_stopped_listening_has_a_line_beside_the_act_once(
    database: Database,
) -> None:
    over = [_end("u8", "listen", "call_over"), _end("u9", "barge", "took_it")]
    said = Said("u9", "contact.taken_from_agent", "c1")
    steps = [(f"{NOW}-000001", Step(at=NOW, epoch=1, events=over, audit=said))]
    for _ in range(2):  # a batch may be folded again
        async with database.write() as connection:
            await audit.fold(connection, steps)
    async with database.read() as connection:
        asked = select(chain.c.actor, chain.c.action, chain.c.detail).order_by(chain.c.id)
        lines = [tuple(row) for row in await connection.execute(asked)]
        assert await audit.verify(connection) == (3, None)
    during = "from 2027-01-15 07:58:58 to 2027-01-15 08:00:00"
    assert lines == [
        ("u9", "contact.taken_from_agent", ""),
        ("u8", "contact.left_beside", f"listen {during}, call_over"),
        ("u9", "contact.left_beside", f"barge {during}, took_it"),
    ]


async def test_a_call_that_ended_without_an_index_leaves_the_lines_of_who_listened(
    database: Database,
) -> None:
    there = [Beside("u8", Mode.WHISPER, NOW - 62_000, "Dana")]
    live = LiveContact("c1", "voice", 1, NOW, 0, beside=there)
    async with database.write() as connection:
        await audit.all_left(connection, live, NOW)
    async with database.read() as connection:
        asked = select(chain.c.actor, chain.c.subject, chain.c.detail)
        lines = [tuple(row) for row in await connection.execute(asked)]
    during = "from 2027-01-15 07:58:58 to 2027-01-15 08:00:00"
    assert lines == [("u8", "c1", f"whisper {during}, index_lost")]

"""Open pages keep their sessions, all of a worker at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from router.records import accounts, schema
from router.records.database import Database
from tests.records.test_next_actions import agents
from tests.records.test_records import NOW


async def seen(database: Database, column: Any, table: Any) -> dict[str, int]:
    async with database.read() as connection:
        rows = await connection.execute(select(column, table.c.seen_at))
        return {row[0]: row[1] for row in rows}


async def test_a_hundred_pages_are_seen_by_as_few_statements_as_one(database: Database) -> None:
    who = await agents(database)
    async with database.write() as connection:
        for n in range(100):
            await accounts.open_session(connection, f"h{n}", who["Elena"], NOW)
        await accounts.open_session(connection, "other", who["Priya"], NOW)
    asked: list[str] = []

    def before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        async with database.write() as connection:
            await accounts.see_sessions(connection, [f"h{n}" for n in range(100)], NOW + 5)
            await accounts.see_sessions(connection, [], NOW + 9)
            await accounts.see_sessions(connection, ["nobody's"], NOW + 9)
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert len([one for one in asked if "seen_at" in one or "FROM session" in one]) == 5
    sessions = await seen(database, schema.session.c.id_hash, schema.session)
    assert sessions == {f"h{n}": NOW + 5 for n in range(100)} | {"other": NOW}
    here = await seen(database, schema.user.c.id, schema.user)
    assert (here[who["Elena"]], here[who["Priya"]]) == (NOW + 5, NOW)

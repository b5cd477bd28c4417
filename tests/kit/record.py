"""An empty record with all tables for each test: migrated once, then copied or emptied.

tests/records shows what the migrations themselves do.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import text

from router.records import schema
from router.records.database import Database
from router.records.upgrades import head_revision

D = TypeVar("D", bound=Database)

_sqlite: list[bytes] = []
_EMPTY = ";".join(
    [
        "BEGIN",
        "SET LOCAL session_replication_role = replica",
        *(f'DELETE FROM "{table.name}"' for table in schema.metadata.sorted_tables),
        "ALTER SEQUENCE incident_number RESTART WITH 20401",
        "COMMIT",
    ]
)


_compiled: dict[tuple[str, str], Any] = {}


def with_statements_of_others(database: D) -> D:
    """Statements are compiled once for all records of a worker, as they are for one in a centre:
    a test has a record of its own, and compiling took a third of its time."""
    for name in ("_writer", "_reader"):
        engine = getattr(database, name).sync_engine
        known = _compiled.get((engine.dialect.name, name))
        if known is None or getattr(known.dialect, "server_version_info", None) is None:
            _compiled[engine.dialect.name, name] = engine  # nobody was connected by the one before
            continue
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
    return database


async def new_sqlite(path: Path) -> Database:
    """An empty record at `path`."""
    if not _sqlite:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "empty.db"
            database = Database(f"sqlite:///{made}")
            await database.migrate()
            await database.close()  # the last one to close writes all of it into the one file
            _sqlite.append(made.read_bytes())
    path.write_bytes(_sqlite[0])
    return with_statements_of_others(Database(f"sqlite:///{path}"))


async def new_postgres(server: str) -> Database:
    """An empty record in this server's database: what was in it before is deleted.

    Rows are deleted rather than tables: a table is three files, and file operations are slow.
    """
    if not await _emptied(server):
        database = Database(server)
        async with database.write() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
        await database.migrate()
        await database.close()
        assert await _emptied(server)
    return with_statements_of_others(Database(server))


async def _emptied(server: str) -> bool:
    """False: its tables are not those of today.

    One connection of all tests does it, in a thread of its own since each test has a loop: a new
    one has to learn of sixty tables first, and the server needs ten times as long for it.
    """
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_empty(server), _loop()))


_known: dict[str, asyncpg.Connection] = {}
"""By server; a server that was away gets a new one."""


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="emptying").start()
    return loop


async def _empty(server: str) -> bool:
    try:
        return await _empty_by(await _connected(server))
    except (asyncpg.PostgresError, asyncpg.InterfaceError):
        _known.pop(server).terminate()  # it hangs in a transaction that failed, or is broken
    return await _empty_by(await _connected(server))


async def _connected(server: str) -> asyncpg.Connection:
    connection = _known.get(server)
    if connection is None or connection.is_closed():
        connection = _known[server] = await asyncpg.connect(server)
    return connection


async def _empty_by(connection: asyncpg.Connection) -> bool:
    try:
        of = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    if of == head_revision():
        await connection.execute(_EMPTY)
    return bool(of == head_revision())

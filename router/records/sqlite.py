"""SQLite for an event loop: statements run in place, only what waits for the disk runs in a thread.

The usual adapter hands every statement to a thread and back, several times each; a call's record
(a dozen statements) took 25 ms that way on two cores, nearly all of it hand-overs. A statement
on a page in memory takes 20-50 µs, less than one hand-over. What may take long is waiting for the
write lock (BEGIN IMMEDIATE) and for the disk (COMMIT): these two go to a thread. See
docs/adr/0003-sqlite-in-place.md for the figures.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any


class InPlaceCursor:
    """A cursor with the asynchronous interface that SQLAlchemy's dialect expects."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()

    async def __aenter__(self) -> InPlaceCursor:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> InPlaceCursor:
        if statement.startswith("BEGIN"):
            await asyncio.to_thread(self._cursor.execute, statement)
        else:
            self._cursor.execute(statement, parameters or ())
        return self

    async def executemany(self, statement: str, rows: Sequence[Any]) -> InPlaceCursor:
        self._cursor.executemany(statement, rows)
        return self

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._cursor.fetchmany(size or self._cursor.arraysize)

    async def close(self) -> None:
        self._cursor.close()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid


class InPlaceConnection:
    """A connection with that interface."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self._connection: sqlite3.Connection | None = connection

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    def cursor(self) -> InPlaceCursor:
        return InPlaceCursor(self._conn)

    async def commit(self) -> None:
        if self._conn.in_transaction:
            await asyncio.to_thread(self._conn.commit)

    async def rollback(self) -> None:
        self._conn.rollback()

    async def close(self) -> None:
        self._connection = None
        self._conn.close()

    def stop(self) -> None:
        """Ends the connection without waiting."""
        self._connection = None
        self._conn.close()

    async def create_function(self, *args: Any, **options: Any) -> None:
        self._conn.create_function(*args, **options)


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-32000",
)


async def connect(path: str) -> InPlaceConnection:
    """Opens the file; transactions are begun by us, never implicitly."""

    def work() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    return InPlaceConnection(await asyncio.to_thread(work))

"""SQLite for an event loop: statements run in place; only work that waits for the disk runs in a
thread.

The usual adapter hands every statement to a thread and back, several times each; a call's record
(a dozen statements) took 25 ms that way on two cores, nearly all of it hand-overs. A statement
on a page in memory takes 20-50 µs, less than one hand-over. Anything that may take long goes to a
thread: waiting for the disk (COMMIT), and the bytes of whole mails (a parameter of more than
BIG_BYTES, a question marked BIG). Another process's lock is waited for in the loop, never inside
SQLite: the waiter can give up at once, and no thread is kept. See docs/adr/0003-sqlite-in-place.md.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

BIG = "/* big */"
"""In a SELECT: its rows may be tens of megabytes, so they are read in a thread."""
BIG_BYTES = 256 * 1024
LOCKED_S = 5.0
"""Seconds to wait for somebody else's lock."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.001, 0.025


async def _unlocked(work: Callable[[], Awaitable[Any]]) -> Any:
    """Repeats `work` until no other process has the lock that it needs.

    Raises:
        sqlite3.OperationalError: SQLITE_BUSY, locked for LOCKED_S; or any other at once.
    """
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + LOCKED_S, FIRST_PAUSE_S
    while True:
        try:
            return await work()
        except sqlite3.OperationalError as error:
            # The low byte is the kind; the others tell which of its cases.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or loop.time() >= until:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


async def _in_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Runs to its end even when cancelled: nothing else may touch the connection meanwhile."""
    running = asyncio.get_running_loop().run_in_executor(None, work, *args)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _is_big(parameters: Any) -> bool:
    return any(
        isinstance(value, (bytes, bytearray, memoryview)) and len(value) > BIG_BYTES
        for value in parameters
    )


class InPlaceCursor:
    """A cursor with the asynchronous interface that SQLAlchemy's dialect expects."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._read: list[Any] | None = None

    async def __aenter__(self) -> InPlaceCursor:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> InPlaceCursor:
        self._read = None
        await _unlocked(partial(self._execute, statement, parameters))
        return self

    async def _execute(self, statement: str, parameters: Any) -> None:
        if BIG in statement:
            self._read = await _in_thread(self._execute_and_read, statement, parameters or ())
        elif parameters and _is_big(parameters):
            await _in_thread(self._cursor.execute, statement, parameters)
        else:
            self._cursor.execute(statement, parameters or ())

    def _execute_and_read(self, statement: str, parameters: Any) -> list[Any]:
        return self._cursor.execute(statement, parameters).fetchall()

    async def executemany(self, statement: str, rows: Sequence[Any]) -> InPlaceCursor:
        self._cursor.executemany(statement, rows)
        return self

    async def fetchall(self) -> list[Any]:
        if self._read is not None:
            rows, self._read = self._read, []
            return rows
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        if self._read is not None:
            return self._read.pop(0) if self._read else None
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        if self._read is not None:
            size = size or self._cursor.arraysize
            rows, self._read = self._read[:size], self._read[size:]
            return rows
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
            await _unlocked(partial(_in_thread, self._conn.commit))

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
    "cache_size=-2000",  # of each connection, KiB; the system keeps the file's pages as well
    "busy_timeout=0",
)


async def connect(path: str) -> InPlaceConnection:
    """Opens the file; transactions are begun by us, never implicitly."""

    def work() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=LOCKED_S
        )
        for pragma in PRAGMAS:  # the last of them ends the patience that opening has
            connection.execute(f"PRAGMA {pragma}")
        return connection

    return InPlaceConnection(await asyncio.to_thread(work))

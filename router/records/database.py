"""Connections, transactions and migrations; SQLite by default, PostgreSQL with the same code.

SQLite: one writing connection (writers wait in our queue, not in its lock) and readers beside it,
WAL with synchronous=FULL, so that an acknowledged write survives a loss of power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Row as SqlRow
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from router.records import sqlite
from router.records.sql import put_meta
from router.records.trouble import Trouble, cause, trouble_of
from router.records.upgrades import OtherVersion, current_revision, head_revision, upgrade

Transaction = AsyncConnection
"""What `read()` and `write()` give; for signatures of code outside this room."""
Row = SqlRow[Any]
"""One row of an answer, likewise."""


WAIT_S = 5.0
"""Seconds to wait for a connection: a carrier waits 15 s for an answer in all."""
STATEMENT_S = 6.0
"""Seconds that one statement may take on PostgreSQL; those of ours take milliseconds."""
_CONTENDED = ("40001", "40P01")
"""SQLSTATE: serialization failure, deadlock detected."""
_REFUSED = ("22", "23", "54")
"""SQLSTATE classes: data exception, integrity violation, program limit exceeded."""


class RecordUnavailable(Exception):
    """The database did not take or give the data. Nothing was acknowledged.

    Its words never hold values: a driver's message may repeat a number or a text.
    """

    unclear = False
    """True: it went away while it committed; what was written stands, or does not."""


class RecordContended(RecordUnavailable):
    """Two transactions waited for each other, and this one was broken off: it may be tried again
    (`once_more`)."""


class RecordRefused(RecordUnavailable):
    """The database answers but does not take these data, now or ever."""


def async_url(url: str) -> str:
    """'sqlite:///x' and 'postgresql://…' with the asynchronous drivers named."""
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        parsed = parsed.set(drivername="sqlite+aiosqlite")
    elif parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+asyncpg")
    return parsed.render_as_string(hide_password=False)


class Database:
    """One database: `read()` and `write()` give connections inside a transaction."""

    def __init__(self, url: str) -> None:
        self.url = async_url(url)
        self.trouble: Trouble | None = None
        """What the last write met; None: it was taken."""
        self.sqlite = self.url.startswith("sqlite")
        if self.sqlite:
            path = str(make_url(url).database)

            async def creator(*_args: object, **_options: object) -> sqlite.InPlaceConnection:
                return await sqlite.connect(path)

            self._writer = create_async_engine(
                self.url, async_creator=creator, pool_size=1, max_overflow=0, **_CAREFUL
            )
            self._reader = create_async_engine(
                self.url, async_creator=creator, pool_size=4, max_overflow=4, **_CAREFUL
            )
            _begin(self._writer, "BEGIN IMMEDIATE")
        else:
            self._writer = create_async_engine(
                self.url,
                pool_size=12,
                max_overflow=0,  # another one for a moment costs more than waiting for one of these
                pool_pre_ping=True,
                connect_args={
                    "timeout": WAIT_S,
                    "command_timeout": STATEMENT_S + 1,  # the server may be hung itself
                    "server_settings": {"statement_timeout": str(int(STATEMENT_S * 1000))},
                },
                **_CAREFUL,
            )
            self._reader = self._writer

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end.

        Raises:
            RecordRefused: it does not take these data.
            RecordUnavailable: the database is away, locked, full or too busy.
        """
        commits = False
        try:
            async with self._writer.begin() as connection:
                yield connection
                commits = True
            self.trouble = None
        except (DBAPIError, PoolTimeout, OSError) as error:
            translated = _translated(error)
            if not isinstance(translated, (RecordRefused, RecordContended)):
                self.trouble = cause(self.trouble, trouble_of(error))
                translated.unclear = commits
            raise translated from None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise _translated(error) from None

    async def alive(self) -> bool:
        try:
            async with self._reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def takes_writes(self) -> bool:
        """Whether it takes writes now. A locked or full database still answers queries."""
        try:
            async with self.write() as connection:
                await put_meta(connection, "probe", "")
        except RecordUnavailable:
            return False
        return True

    async def probe(self) -> Trouble | None:
        """Checks whether it takes writes, without writing while no trouble is known: this shows a
        lock, a read-only server and one that is away, but a full disk only once a write has met
        it."""
        if self.trouble is not None:
            await self.takes_writes()
            return self.trouble
        try:
            async with self._writer.connect() as connection:
                transaction = await connection.begin()
                if not self.sqlite:
                    state = await connection.execute(text("SHOW transaction_read_only"))
                    if state.scalar_one() == "on":
                        recovers = await connection.execute(text("SELECT pg_is_in_recovery()"))
                        follows = bool(recovers.scalar_one())
                        self.trouble = Trouble.RECOVERY if follows else Trouble.READ_ONLY
                await transaction.rollback()
        except (DBAPIError, PoolTimeout, OSError) as error:
            self.trouble = cause(self.trouble, trouble_of(error))
        return self.trouble

    async def migrate(self) -> str:
        """Brings the tables to this version of the code; returns the revision.

        Raises:
            RecordUnavailable: it is away, is not a database, or was made by a newer version.
        """
        patient = self._writer
        if not self.sqlite:  # a migration of a large record takes as long as it takes
            patient = create_async_engine(
                self.url,
                poolclass=NullPool,
                hide_parameters=True,
                connect_args={"timeout": WAIT_S},
            )
        try:
            async with patient.begin() as connection:
                await connection.run_sync(upgrade)
        except OtherVersion as error:
            raise RecordUnavailable(
                f"The database was made by another version ({error}). Run that version, or point "
                "HOLDFAST_DATABASE_URL at another database."
            ) from error
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise RecordUnavailable(
                f"The database cannot be used: {_first_line(error)}. Check HOLDFAST_DATABASE_URL."
            ) from None
        return head_revision()

    async def revision(self) -> str | None:
        """The database's revision; None if it is empty."""
        try:
            async with self.read() as connection:
                return await connection.run_sync(current_revision)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise _translated(error) from None


_CAREFUL: dict[str, Any] = {"pool_timeout": WAIT_S, "hide_parameters": True}
"""For every engine: callers' words and numbers never appear in an error."""


_T = TypeVar("_T")


async def once_more(act: Callable[[], Awaitable[_T]]) -> _T:
    """Does it, and if the record broke it off because two waited for each other, once more."""
    try:
        return await act()
    except RecordContended:
        return await act()


@asynccontextmanager
async def savepoint(connection: AsyncConnection) -> AsyncIterator[None]:
    """A part of a transaction that is undone by itself if it fails.

    Raises:
        RecordRefused: the database does not take these data; the transaction goes on.
    """
    try:
        async with connection.begin_nested():
            yield
    except DBAPIError as error:
        if not _is_refusal(error):
            raise
        raise _translated(error) from None


def _is_refusal(error: BaseException) -> bool:
    """Whether the same data would be refused again. (asyncpg's own errors are no DataError of
    DBAPI.)"""
    if isinstance(error, (DataError, IntegrityError)):
        return True
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return False
    state = str(getattr(error.orig, "sqlstate", None) or "")
    # A value that asyncpg could not even send is a ValueError of its own.
    return state.startswith(_REFUSED) or isinstance(
        getattr(error.orig, "__cause__", None), ValueError
    )


def _translated(error: BaseException) -> RecordUnavailable:
    orig = getattr(error, "orig", None) or error
    said = getattr(orig, "__cause__", None) or orig  # the driver's own, below SQLAlchemy's
    state = str(getattr(orig, "sqlstate", None) or getattr(said, "sqlstate", None) or "")
    if state in _CONTENDED:
        return RecordContended(f"{type(said).__name__} {state}")
    if _is_refusal(error):
        return RecordRefused(f"{type(said).__name__} {getattr(orig, 'sqlstate', None) or ''}")
    return RecordUnavailable(f"{type(said).__name__}: {_first_line(said)}")


def _first_line(error: BaseException) -> str:
    """The part an operator has to read; the rest may quote rows."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def _begin(engine: AsyncEngine, statement: str) -> None:
    """Makes writers take the lock at once, instead of failing half-way."""

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

"""Connections, transactions and migrations; SQLite by default, PostgreSQL with the same code.

SQLite: one writing connection (writers wait in our queue, not in its lock) and readers beside it,
WAL with synchronous=FULL, so that an acknowledged write survives a loss of power.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from router.records import sqlite

Transaction = AsyncConnection
"""What `read()` and `write()` give; for signatures of code outside this room."""


class RecordUnavailable(Exception):
    """The database did not take or give the data. Nothing was acknowledged."""


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
        self.sqlite = self.url.startswith("sqlite")
        if self.sqlite:
            path = str(make_url(url).database)

            async def creator(*_args: object, **_options: object) -> sqlite.InPlaceConnection:
                return await sqlite.connect(path)

            self._writer = create_async_engine(
                self.url, async_creator=creator, pool_size=1, max_overflow=0
            )
            self._reader = create_async_engine(
                self.url, async_creator=creator, pool_size=4, max_overflow=4
            )
            _begin(self._writer, "BEGIN IMMEDIATE")
        else:
            self._writer = create_async_engine(self.url, pool_size=8, pool_pre_ping=True)
            self._reader = self._writer

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end.

        Raises:
            RecordUnavailable: the database is away, locked or full.
        """
        try:
            async with self._writer.begin() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise RecordUnavailable(str(error)) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise RecordUnavailable(str(error)) from error

    async def alive(self) -> bool:
        try:
            async with self._reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def migrate(self) -> str:
        """Brings the tables to this version of the code; returns the revision.

        Raises:
            RecordUnavailable: it is away, is no database, or was made by a newer version.
        """
        try:
            async with self._writer.begin() as connection:
                await connection.run_sync(_upgrade)
        except CommandError as error:
            raise RecordUnavailable(
                f"The database was made by another version ({error}). Run that version, or point "
                "HOLDFAST_DATABASE_URL at another database."
            ) from error
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise RecordUnavailable(
                f"The database cannot be used: {error}. Check HOLDFAST_DATABASE_URL."
            ) from error
        return head_revision()

    async def revision(self) -> str | None:
        """The revision that the database is at; None when it is empty."""

        def current(connection: Connection) -> str | None:
            return MigrationContext.configure(connection).get_current_revision()

        try:
            async with self.read() as connection:
                return await connection.run_sync(current)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise RecordUnavailable(str(error)) from error


def _begin(engine: AsyncEngine, statement: str) -> None:
    """Writers take the lock at once, instead of failing half-way."""

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


def _script_config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head_revision() -> str:
    """The newest revision that this code knows."""
    head = ScriptDirectory.from_config(_script_config()).get_current_head()
    return head or ""


def _upgrade(connection: Connection) -> None:
    config = _script_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

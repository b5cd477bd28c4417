"""The same record on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from router.records.database import Database
from tests.kit.plans import every_statement
from tests.kit.record import new_postgres, new_sqlite


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    if request.param == "sqlite":
        found = await new_sqlite(tmp_path / "record.db")
    else:
        found = await new_postgres(request.getfixturevalue("postgres_url"))
    yield found
    async with asyncio.timeout(60):
        while pools_in_use(found):  # by a task that nobody waits for: the loop's end would leak it
            await asyncio.sleep(0.001)
    await found.close()


def pools_in_use(database: Database) -> int:
    return sum(one.pool.checkedout() for one in (database._writer, database._reader))  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def plans() -> Iterator[None]:
    """No statement of these tests goes through everything that was ever recorded."""
    with every_statement():
        yield

"""Worlds on one real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.kit.store import World, running_store


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    with running_store() as url:
        yield url


@pytest_asyncio.fixture
async def world(store_url: str) -> AsyncIterator[World]:
    found = await World(store_url).open()
    yield found
    await found.engine.close()

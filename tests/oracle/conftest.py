"""One store for all of this folder's tests, and one loop that its clients live in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import uvloop

from tests.oracle.drive import House


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as found:
        yield found


@pytest.fixture(scope="module")
def house(runner: asyncio.Runner) -> Iterator[House]:
    found = runner.run(House().open())
    yield found
    found.close()

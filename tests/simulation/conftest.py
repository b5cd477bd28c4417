"""One store for all trials of a worker; every trial has a workspace of its own and leaves none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from holdfast.lab.simulate import store_wire
from router.simulation.wire import Wire


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    with store_wire() as found:
        yield found

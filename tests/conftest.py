"""What takes long begins first, so that no worker ends alone; one PostgreSQL for all that ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.postgres import running_postgres

LONG = (
    "tests/worlds", "tests/resilience/test_kills", "tests/browser/test_real", "tests/flow",
    "tests/browser", "tests/oracle", "tests/resilience", "tests/trial", "tests/setup",
)  # fmt: skip
"""From the longest on; with --no-loadscope-reorder the workers take files in this order."""


def rank(item: pytest.Item) -> int:
    path = item.nodeid
    return next((n for n, name in enumerate(LONG) if path.startswith(name)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=rank)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this session's own server; tests.kit.record.new_postgres empties it."""
    with running_postgres() as url:
        yield url

"""What takes long begins first, so that no worker ends alone; one PostgreSQL for all that ask."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.kit.postgres import running_postgres

LONG = (
    "tests/worlds", "tests/flow/test_outside", "tests/setup/test_life",
    "tests/resilience/test_kills", "tests/browser/test_real", "tests/trial/test_simulation",
    "tests/oracle", "tests/flow", "tests/browser", "tests/records", "tests/resilience",
    "tests/intake", "tests/contract", "tests/setup", "tests/trial",
)  # fmt: skip
"""From the longest on; with --no-loadscope-reorder the workers take files in this order."""
AT_ONCE = 12
"""So many files of these begin before the first short one."""
Tests = list[pytest.Item]
"""The tests of one file."""


def rank(item: pytest.Item) -> int:
    path = item.nodeid
    return next((n for n, name in enumerate(LONG) if path.startswith(name)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=rank)
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    long = [some for some in files.values() if rank(some[0]) < len(LONG)]
    items[:] = [item for some in mixed(long, list(files.values())[len(long) :]) for item in some]


def mixed(long: list[Tests], short: list[Tests]) -> list[Tests]:
    """Long ones mostly wait, short ones compute: two thirds of the short ones go in between, so
    that no core waits with them; the others come last and fill up what is left."""
    found: list[Tests] = []
    begun = min(len(long), AT_ONCE)  # the first are the longest, and compute themselves
    between = len(short) * 2 // 3
    for n, some in enumerate(long):
        found.append(some)
        if n >= begun:
            done, of = n - begun, len(long) - begun
            found += short[done * between // of : (done + 1) * between // of]
    return found + (short[between:] if len(long) > begun else short)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this session's own server; tests.kit.record.new_postgres empties it."""
    with running_postgres() as url:
        yield url


def pytest_collection_finish() -> None:
    """Modules stay: no look for rubbish goes through them."""
    gc.freeze()

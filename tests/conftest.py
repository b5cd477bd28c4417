"""The order of files, so that cores are never idle; one PostgreSQL for all that ask."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from itertools import zip_longest

import pytest
import structlog

from tests.kit.postgres import running_postgres

gc.disable()  # until all is imported: nothing of that is rubbish

# A failure as lines of Python: drawn with the values of its frames it takes 0.1 s of a core each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ],
    logger_factory=lambda *_args: structlog.PrintLogger(sys.stdout),
)

WAIT = (
    "tests/flow/test_outside", "tests/email/test_page", "tests/flow", "tests/contract",
    "tests/setup/test_half_requests", "tests/records/test_hung_database",
    "tests/intake/test_reception_closed", "tests/media",
)  # fmt: skip
"""They mostly wait for a clock or a carrier: side by side they would leave the cores idle."""

WORK = (
    "tests/worlds", "tests/setup/test_life", "tests/resilience/test_kills",
    "tests/browser/test_real", "tests/simulation/test_simulation", "tests/oracle",
    "tests/browser", "tests/records", "tests/resilience", "tests/intake", "tests/triage",
    "tests/setup", "tests/simulation",
)  # fmt: skip
"""From the longest on."""

BESIDE = 3
"""Files that work, for each one that waits."""


def rank(names: tuple[str, ...], file: str) -> int:
    return next((n for n, name in enumerate(names) if file.startswith(name)), len(names))


def turns(files: list[str]) -> dict[str, int]:
    """The turn of each file; with --no-loadscope-reorder the workers take them in this order."""
    waits = sorted((f for f in files if rank(WAIT, f) < len(WAIT)), key=lambda f: rank(WAIT, f))
    works = sorted((f for f in files if f not in waits), key=lambda f: rank(WORK, f))
    slots = zip_longest(waits, *(works[n::BESIDE] for n in range(BESIDE)))
    return {file: n for n, file in enumerate(f for slot in slots for f in slot if f)}


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("HOLDFAST_TEST_LONG") != "1":  # `make test-long` has them
        items[:] = [item for item in items if "long" not in item.keywords]
    turn = turns(list(dict.fromkeys(map(file_of, items))))
    items.sort(key=lambda item: turn[file_of(item)])


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this session's own server; tests.kit.record.new_postgres empties it."""
    with running_postgres() as url:
        yield url


def pytest_collection_finish() -> None:
    """Modules stay: no look for rubbish goes through them."""
    gc.freeze()
    gc.enable()

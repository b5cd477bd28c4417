"""What takes long begins first, so that no worker ends alone; one PostgreSQL for all that ask."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

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

LONG = (
    "tests/worlds", "tests/flow/test_outside", "tests/setup/test_life",
    "tests/resilience/test_kills", "tests/browser/test_real", "tests/simulation/test_simulation",
    "tests/oracle", "tests/flow", "tests/browser", "tests/records", "tests/resilience",
    "tests/intake", "tests/triage", "tests/contract", "tests/setup", "tests/simulation",
)  # fmt: skip
"""From the longest on; with --no-loadscope-reorder the workers take files in this order."""


def rank(item: pytest.Item) -> int:
    path = item.nodeid
    return next((n for n, name in enumerate(LONG) if path.startswith(name)), len(LONG))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("HOLDFAST_TEST_LONG") != "1":  # `make test-long` has them
        items[:] = [item for item in items if "long" not in item.keywords]
    items.sort(key=rank)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this session's own server; tests.kit.record.new_postgres empties it."""
    with running_postgres() as url:
        yield url


def pytest_collection_finish() -> None:
    """Modules stay: no look for rubbish goes through them."""
    gc.freeze()
    gc.enable()

"""The order of files; one PostgreSQL for all that ask."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from tests.kit.postgres import running_postgres
from tests.kit.turns import ByHomes, rank, read_from

gc.disable()  # until all is imported: nothing of that is rubbish

settings.register_profile("any machine", deadline=None)  # a slow one finds the same
settings.load_profile("any machine")

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


def file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Each of several workers imports the tests from a place of its own on (kit/turns.py). What
    fails here fails again, and is told, where pytest collects it."""
    found: dict[str, Any] | None = getattr(session.config, "workerinput", None)
    root = Path(__file__).parent
    if found is None or session.config.args not in (["tests"], [str(root)]):
        return
    files = sorted(str(path.relative_to(root.parent)) for path in root.rglob("test_*.py"))
    number = int(found["workerid"].removeprefix("gw"))
    for file in read_from(files, number, found["workercount"]):
        with contextlib.suppress(Exception):
            import_module(file.removesuffix(".py").replace("/", "."))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("HOLDFAST_TEST_LONG") != "1":  # `make test-long` has them
        items[:] = [item for item in items if "long" not in item.keywords]
    items.sort(key=lambda item: rank(file_of(item)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHomes | None:
    return ByHomes(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The database of this session's own server; tests.kit.record.new_postgres empties it."""
    with running_postgres() as url:
        yield url


def pytest_collection_finish() -> None:
    """Modules stay: no look for rubbish goes through them."""
    gc.freeze()
    gc.enable()

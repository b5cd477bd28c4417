"""How SQLite would run a test's statements on a record of any size.

Without statistics it plans by the indexes alone, so an empty record shows the plan for a full one:
a statement that reads every contact ever recorded is found before there are a million.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateIndex, CreateTable

from router.records import schema

SMALL = {"account", "session", "meta"}
"""Tables that do not grow with the contacts."""

WHOLE = {
    "ix_contact_open", "ix_message_underway", "ix_incident_touched_at", "ix_incident_open",
    "ix_incident_change_by_upgrade", "ix_next_action_due",
    "ix_hand_off_due", "ix_hand_off_untold", "ix_incident_restricted",
}  # fmt: skip
"""Indexes that may be read from end to end: they are short, or read in order and with a limit."""

LOOKING = ("SELECT", "UPDATE", "DELETE")
VERSION = "alembic_version"

_looked_at: set[str] = set()


@cache
def _record() -> sqlite3.Connection:
    """Asked for plans alone, it stays empty: one does for all statements of a worker."""
    made = sqlite3.connect(":memory:")
    for table in schema.metadata.sorted_tables:
        made.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            made.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    made.execute("CREATE VIRTUAL TABLE search_fts USING fts5(tokens)")
    return made


def whole_tables(statement: str) -> list[str]:
    """Growing tables of which this statement reads every row."""
    values = [None] * statement.count("?")
    try:
        plan = [row[3] for row in _record().execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    except sqlite3.OperationalError as error:
        if str(error).startswith(("no such column", "no such table")):
            return []  # a migration's, of tables as they were before
        raise
    growing = {table.name for table in schema.metadata.sorted_tables} - SMALL
    read = [line.removeprefix("SCAN ").split() for line in plan if line.startswith("SCAN ")]
    return [words[0] for words in read if words[0] in growing and words[-1] not in WHOLE]


@contextmanager
def every_statement() -> Iterator[None]:
    """Fails at the end if a statement inside the block searches a growing table row by row.

    A statement without a condition wants all rows; one in lower case is the test's own.
    """
    heard: set[str] = set()

    def hear(_c: Any, _cursor: Any, statement: str, _p: Any, context: Any, _many: bool) -> None:
        if context is not None and context.dialect.name == "sqlite":
            heard.add(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    for statement in heard - _looked_at:
        if "WHERE" in statement and statement.startswith(LOOKING) and VERSION not in statement:
            found = whole_tables(statement)
            assert not found, f"reads all of {', '.join(found)}: {statement}"
        _looked_at.add(statement)

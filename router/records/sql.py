"""The statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    Table,
    Text,
    cast,
    delete,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema


def _insert(dialect: str, table: Table) -> Any:
    return sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)


@lru_cache(maxsize=64)
def _insert_or_leave(dialect: str, table: Table, unique: tuple[str, ...]) -> Any:
    """Built once: building a statement costs several times what executing it does."""
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=list(unique))


async def insert_new(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, unique: list[str]
) -> bool:
    """Inserts unless a row with the same unique columns exists. True = inserted."""
    statement = _insert_or_leave(connection.dialect.name, table, tuple(unique))
    result = await connection.execute(statement, dict(values))
    return bool(result.rowcount)


async def insert_all_new(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    unique: list[str],
) -> None:
    """Inserts many in one go; rows whose unique columns exist already are left as they are."""
    if rows:
        statement = _insert_or_leave(connection.dialect.name, table, tuple(unique))
        await connection.execute(statement, [dict(row) for row in rows])


async def put(
    connection: AsyncConnection,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    once: Mapping[str, Any] | None = None,
) -> None:
    """Inserts the row or updates `values`; `once` is written only at the insert."""
    statement = _insert_or_update(connection.dialect.name, table, tuple(key), tuple(values))
    await connection.execute(statement, {**key, **values, **(once or {})})


@lru_cache(maxsize=64)
def _insert_or_update(
    dialect: str, table: Table, key: tuple[str, ...], changing: tuple[str, ...]
) -> Any:
    statement = _insert(dialect, table)
    new = {name: statement.excluded[name] for name in changing}
    return statement.on_conflict_do_update(index_elements=list(key), set_=new)


async def next_incident_number(connection: AsyncConnection) -> int:
    """The number of a new incident, never given twice.

    PostgreSQL: a sequence, for which nobody waits; a rollback leaves a gap. A counter row, as on
    SQLite with its one writer, would be locked until the commit: calls that come in at once would
    be recorded one by one, and a transaction that hangs would hold up all of them.
    """
    if connection.dialect.name != "sqlite":
        return int((await connection.execute(_NEXT)).scalar_one())
    number = (await connection.execute(_RAISE)).scalar_one_or_none()
    if number is None:
        row = {"key": _NUMBER, "value": str(NUMBERS_FROM)}
        await insert_new(connection, schema.meta, row, unique=["key"])
        number = (await connection.execute(_RAISE)).scalar_one()
    return int(number)


NUMBERS_FROM = 20400
"""The first incident has the number after this."""
_NUMBER = "number:incident"
_NEXT = text("SELECT nextval('incident_number')")
_RAISE = (
    update(schema.meta)
    .where(schema.meta.c.key == _NUMBER)
    .values(value=cast(cast(schema.meta.c.value, Integer) + 1, Text))
    .returning(schema.meta.c.value)
)


async def get_meta(connection: AsyncConnection, key: str) -> str | None:
    row = await connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key))
    return row.scalar_one_or_none()


async def forget_before(
    connection: AsyncConnection, moment: Column[Any], before: int, limit: int
) -> int:
    """Deletes so many rows of the moment's table at most, whose moment (ms) is before this one."""
    table: Any = moment.table
    keys = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(moment < before).limit(limit)
    result = await connection.execute(delete(table).where(keys.in_(some)))
    return int(result.rowcount)


async def put_meta(connection: AsyncConnection, key: str, value: str) -> None:
    await put(connection, schema.meta, {"key": key}, {"value": value})

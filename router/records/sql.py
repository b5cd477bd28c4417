"""The two statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Table, Text, cast, select, update
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
    """Inserts unless a row with the same unique columns is there. True = inserted."""
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
    """Inserts many in one go; those whose unique columns are there already are left as they are."""
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
    statement = _insert(connection.dialect.name, table).values(**key, **values, **(once or {}))
    await connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=dict(values))
    )


async def next_number(connection: AsyncConnection, name: str, start: int) -> int:
    """The next of a row of numbers without gaps or doubles (the row is locked until commit)."""
    key = f"number:{name}"
    value = schema.meta.c.value
    raise_it = (
        update(schema.meta)
        .where(schema.meta.c.key == key)
        .values(value=cast(cast(value, Integer) + 1, Text))
        .returning(value)
    )
    number = (await connection.execute(raise_it)).scalar_one_or_none()
    if number is None:
        await insert_new(connection, schema.meta, {"key": key, "value": str(start)}, unique=["key"])
        number = (await connection.execute(raise_it)).scalar_one()
    return int(number)


async def get_meta(connection: AsyncConnection, key: str) -> str | None:
    row = await connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key))
    return row.scalar_one_or_none()


async def put_meta(connection: AsyncConnection, key: str, value: str) -> None:
    await put(connection, schema.meta, {"key": key}, {"value": value})

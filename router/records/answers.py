"""What programs were answered, by the key under which they asked: a repetition gets the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema
from router.records.sql import forget_before, insert_new

answer = schema.answer


async def given(connection: AsyncConnection, account: str, key: str) -> Any | None:
    mine = and_(answer.c.account == account, answer.c.key == key)
    return (await connection.execute(select(answer).where(mine))).first()


async def keep(connection: AsyncConnection, **values: Any) -> None:
    await insert_new(connection, answer, values, unique=["account", "key"])


async def forget(connection: AsyncConnection, before: int, limit: int) -> int:
    return await forget_before(connection, answer.c.at, before, limit)

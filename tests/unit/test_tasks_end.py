"""Tasks end, also one that loses its first cancellation (redis-py does while it connects)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from holdfast.tasks import ended_after


async def deaf_once() -> None:
    for _ in range(2):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
    raise asyncio.CancelledError


async def fails() -> None:
    raise ValueError("a defect")


async def together(*work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        async with ended_after(lambda: tasks):
            await asyncio.Event().wait()


async def test_one_that_fails_ends_them_all() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await together(deaf_once(), fails())
    assert [str(error) for error in raised.value.exceptions] == ["a defect"]
    assert len(asyncio.all_tasks()) == 1


async def test_the_end_of_the_block_ends_them_all() -> None:
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        tasks = [group.create_task(deaf_once())]
        async with ended_after(lambda: tasks):
            await asyncio.sleep(0)
    assert tasks[0].cancelled()

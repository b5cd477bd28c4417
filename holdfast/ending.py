"""Ending tasks for good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

AGAIN_S = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels until every task has ended.

    Once is not always enough: a cancellation that comes while redis-py connects can be lost
    there, and the task lives on (tests/setup/test_life.py, a stop right after the start).
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)


@asynccontextmanager
async def ended_after(tasks: Callable[[], Iterable[asyncio.Task[Any]]]) -> AsyncIterator[None]:
    """Inside a TaskGroup: whatever the block comes to, also by the failure of one of them, its
    tasks end. The group alone cancels once, and waits for ever for who lost it: a worker that
    neither serves nor ends, so that its parent starts no other."""
    try:
        yield
    finally:
        await end(tasks())

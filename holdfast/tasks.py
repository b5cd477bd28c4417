"""Work that nobody waits for: its failure is logged, the centre goes on; and it ends for good."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

AGAIN_S = 0.5


async def guarded(work: Coroutine[Any, Any, Any], name: str) -> None:
    """Runs `work`; what it raises becomes one line that says where, without any value."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - task root: one failure never ends every call
        frames = traceback.extract_tb(error.__traceback__)
        log.error(
            "task.failed",
            task=name,
            error=type(error).__name__,
            at=f"{Path(frames[-1].filename).name}:{frames[-1].lineno}",
        )


class LooseTasks:
    """Work that nobody waits for: it ends with this process, its failure ends nothing else."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, group: asyncio.TaskGroup) -> None:
        """From now on work is taken; it ends with this group."""
        self._group = group

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        assert self._group is not None
        task = self._group.create_task(guarded(work, name), name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


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
    """Inside a TaskGroup: however the block ends, even by the failure of one of them, its tasks
    end. The group alone cancels once, and waits for ever for a task that lost the cancellation: a
    worker that neither serves nor ends, so that its parent starts no other."""
    try:
        yield
    finally:
        await end(tasks())

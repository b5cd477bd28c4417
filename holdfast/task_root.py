"""The last handler of work that nobody waits for: its failure is logged, the centre goes on."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()


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

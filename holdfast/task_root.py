"""The last handler of work that nobody waits for: its failure is logged, the centre goes on."""

from __future__ import annotations

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

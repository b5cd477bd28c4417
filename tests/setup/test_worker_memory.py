"""What a worker needed for a moment goes back to the machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import psutil

from tests.kit.centre import running_centre
from tests.kit.desk import DeskClient

SIGN_INS = 8
HASH_MB = 19.9
"""What one password takes while it is looked at (holdfast/security/credentials.py)."""


async def test_of_passwords_nothing_stays(tmp_path: Path) -> None:
    async with running_centre(tmp_path) as centre, aiohttp.ClientSession() as session:
        worker = psutil.Process(centre.worker_pid())

        def own_mb() -> float:
            return float(worker.memory_full_info().uss / 1e6)

        await DeskClient(centre, session).sign_in("dana")  # what a first one loads
        before = own_mb()
        await asyncio.gather(
            *(DeskClient(centre, session).sign_in("dana") for _ in range(SIGN_INS))
        )
        assert own_mb() - before < HASH_MB / 2

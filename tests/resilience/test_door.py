"""Twenty calls a second while the database is held and the worker dies: every call that had an
answer from us stands in the record.

HOLDFAST_TEST_LONG=1: 10,000 calls with 200 desks, both cores busy with something else.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp
import pytest

from tests.kit.centre import running_centre
from tests.kit.postgres import postgres_server
from tests.load.rig import Rig, busy

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
CALLS, DESKS, BUSY = (10_000, 200, 2) if LONG else (160, 5, 0)
PATIENCE_S = (0.5, 12.0 if LONG else 4.0)
LOCKED_EVERY_S, LOCKED_S, KILLED_EVERY_S = (20.0, 6.0, 15.0) if LONG else (1.0, 2.5, 5.5)


@pytest.mark.slow
async def test_no_call_is_lost_while_postgres_stops_and_starts(tmp_path: Path) -> None:
    with postgres_server() as server:
        folder = tmp_path / "data"
        async with (
            running_centre(folder, HOLDFAST_DATABASE_URL=server.url) as centre,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            rig = Rig(centre, session)
            rig.patience_s = PATIENCE_S
            async with rig.people(DESKS):
                fault = asyncio.create_task(
                    rig.stops(server, *((20.0, 6.0) if LONG else (0.3, 1.5)))
                )
                await rig.contacts(20, CALLS // (2 if LONG else 4), calls=0.8, mails=0.1)
                fault.cancel()
                await asyncio.gather(fault, return_exceptions=True)
                server.stop()
                server.start()
                await centre.until_ready(60)
                await rig.emptied(300 if LONG else 60)
            assert await rig.spool() == 0
            assert await rig.lost() == ([], [], []), centre.words()
            assert (rig.seen.unanswered, rig.seen.refused_texts) == (0, 0)
            log = (centre.data_dir / "centre.log").read_text(errors="replace")
            assert "spool.kept" in log, "nothing was stopped"


@pytest.mark.slow
async def test_no_call_is_answered_and_never_recorded(tmp_path: Path) -> None:
    async with (
        running_centre(tmp_path / "data") as centre,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        rig = Rig(centre, session)
        rig.patience_s = PATIENCE_S
        async with rig.people(DESKS):
            faults = [
                asyncio.create_task(rig.locks(LOCKED_EVERY_S, LOCKED_S)),
                asyncio.create_task(rig.kills(KILLED_EVERY_S)),
            ]
            with busy(BUSY):
                for part in (CALLS, *[CALLS // 4] * 12):  # more, where the carrier got no answer
                    if len(rig.seen.answered) <= CALLS / 2:
                        await rig.contacts(20, part, calls=0.8, mails=0.1)
            for fault in faults:
                fault.cancel()
            await asyncio.gather(*faults, return_exceptions=True)
            await centre.until_ready(60)
            await rig.emptied(300 if LONG else 60)
        assert await rig.spool() == 0
        assert await rig.lost() == ([], [], []), centre.words()
        assert rig.seen.refused_texts == 0
        assert len(rig.seen.answered) > CALLS / 2
        log = (centre.data_dir / "centre.log").read_text(errors="replace")
        assert "spool.kept" in log, "nothing was held"
        assert "sweep.violation" not in log

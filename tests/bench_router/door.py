"""With intake and record: a call comes in by the one door, is recorded, enqueued and offered.

As in a worker: one process, one event loop with intake, recorder and feed. From the moment before
`Intake.call` (what a webhook does) until this process sees the offer's event on the stream; beside
it, until `Intake.call` returned, which is when the webhook can answer. Nobody accepts: there are
agents for all, and the run ends before the first offer is missed. The first second, in which
connections to the database are opened and statements are compiled, stands apart.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from router.core.model import Chosen
from router.intake.door import Call, Intake
from router.recorder import Recorder
from router.records.database import Database
from tests.bench_router.latency import Floor
from tests.bench_router.rig import Rig
from tests.kit.postgres import running_postgres
from tests.kit.spread import spread
from tests.kit.store import centre_of

LINE = "+12065550100"


class Door(Floor):
    """The floor behind the door."""

    def __init__(self, rig: Rig, intake: Intake, talk_s: float) -> None:
        super().__init__(rig, talk_s)
        self.intake = intake
        self.answered: list[float] = []

    async def serve(self, agent: str, contact: str, fence: str) -> None:
        """He lets it ring."""

    async def call(self, number: int) -> None:
        sid = f"CAbench{number:06d}"
        began = time.perf_counter()
        self.came[self.intake.call_id(sid)] = began
        await self.intake.call(Call(sid, f"+1206{number:07d}", LINE), int(time.time() * 1000))
        self.answered.append((time.perf_counter() - began) * 1000)


@asynccontextmanager
async def _database(kind: str) -> AsyncIterator[Database]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            found = Database(f"sqlite:///{Path(folder) / 'record.db'}")
            await found.migrate()
            yield found
            await found.close()
    else:
        with running_postgres() as url:
            found = Database(url)
            await found.migrate()
            yield found
            await found.close()


async def through_the_door(url: str, kind: str, per_s: int, seconds: int) -> dict[str, Any]:
    """Calls on the emergency line, so many a second, enough agents free."""
    async with _database(kind) as database:
        rig = await Rig(url, lanes=1, profiles=1).open()
        try:
            await _staff(rig, per_s * seconds + 10)
            door = Door(rig, Intake(centre_of(database, rig.engine)), talk_s=0.0)
            loop = asyncio.get_running_loop()
            recorder = Recorder(database, rig.engine)
            running = [loop.create_task(door.read()), loop.create_task(recorder.run())]
            began = time.perf_counter()
            for n in range(per_s * seconds):
                if (wait := began + n / per_s - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                door.later(door.call(n))
            await asyncio.sleep(1.0)
            for task in [*running, *door.tasks]:
                task.cancel()
            await asyncio.gather(*running, *door.tasks, return_exceptions=True)
            return {
                "record": kind,
                "contacts_per_s": per_s,
                "first_second": spread(door.offered[:per_s]),
                "arrival_to_offer": spread(door.offered[per_s:]),
                "recorded_and_enqueued": spread(door.answered[per_s:]),
            }
        finally:
            await rig.close()


async def _staff(rig: Rig, many: int) -> None:
    names = [f"a{n:05d}" for n in range(many)]
    skills = {"safety": 5, "en": 5}
    who = [{"id": n, "name": n, "skills": skills} for n in names]
    await rig.call("agent_online", [{"agent": one, "conn": "x"} for one in who])
    await rig.call("agent_media", [{"agent": n, "media": "up", "proc": "p"} for n in names])
    await rig.call("agent_choice", [{"agent": n, "choice": Chosen(ready=True)} for n in names])

"""Many promised calls due in one minute, while the workers that dial them are killed at random:

    python -m tests.bench_callbacks [--promises 200] [--seconds 60] [--workers 3] [--kills 20]

Real workers on one store and one record, the sandbox carrier, and desks that take what rings. Half
of the people answer; of the others the line is busy, at each try. The carrier answers slowly, so
that who dies dies in the middle of a dial. Counted is what the carrier has:
each try is one call, nobody is called twice at a time, and each promise is kept, or handed back to
the owner of its incident. Prints JSON; `late` is from the moment of each try to its call at the
carrier. Ends with an error if anybody was called twice, or lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from holdfast.clock import now_ms
from holdfast.settings.config_file import load_config
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.core.config import Config
from router.core.current import Current
from router.core.model import Reply
from router.live.engine import Engine
from router.recorder import Recorder
from router.records import people
from router.records.database import Database
from tests.flow.conftest import short_config
from tests.kit.callers_back import callers_back
from tests.kit.centre import Centre, running_centre
from tests.kit.more_workers import MoreWorkers, more_workers
from tests.kit.spread import spread
from tests.kit.store import centre_of

LEAD_MS = 1_000
"""From the last promise to the first call."""
DESKS = 24
LOST_AFTER_S = 180
SLOW_MS = 250
"""The carrier's answer to each request: long enough for a worker to die in between."""


@dataclass
class Found:
    """What the carrier and the record have at the end."""

    promises: int = 0
    states: dict[str, int] = field(default_factory=dict)
    """Of the promises."""
    tries: int = 0
    calls: int = 0
    """At the carrier."""
    twice: list[str] = field(default_factory=list)
    """More calls than tries, or two at a time."""
    lost: list[str] = field(default_factory=list)
    """A promise that is open, or given up with nothing for its owner to do; a try without call."""
    unclear: int = 0
    """Tries of which nobody can say whether they were dialled; a person decides."""
    late_ms: list[float] = field(default_factory=list)


async def promise(centre: Centre, config: Config, many: int, within_s: float, owner: str) -> None:
    """To so many people, each at a moment of its own; the incidents are `owner`'s, who is away."""
    database = Database(f"sqlite:///{centre.data_dir / 'holdfast.db'}")
    engine = Engine(centre.redis_url)
    ours = centre_of(database, engine, config=Current(config), clock=now_ms)
    promises = ScheduledCallbacks(ours, Recorder(database, engine).reached)
    begin = now_ms() + LEAD_MS + many * 25
    for n in range(many):
        number = f"+1425555{n:04}"
        await centre.sandbox.person(number, answer="busy" if n % 2 else "answers", ring_ms=150)
        async with database.write() as connection:
            person = await people.find_or_make(connection, "phone", number, now_ms())
            incident = await people.open_incident(
                connection, f"Of {n}", 4, person.party, "owner", now_ms()
            )
            await people.hand_on(connection, incident.id, owner)
        reply: Reply = await promises.request_callback(
            CallbackRequest(
                incident.id, f"k{n}", owner, "Noah Kim", address=person.address,
                not_before=begin + int(n * within_s * 1000 / many),
            ),
            now_ms(),
        )  # fmt: skip
        assert reply.ok, reply.text
    await engine.close()
    await database.close()


async def killed(
    centre: Centre, others: MoreWorkers, kills: int, within_s: float, seed: int
) -> int:
    """So many workers die, at moments and in an order of their own; each has a successor."""
    rng = random.Random(seed)
    for _ in range(kills):
        await asyncio.sleep(rng.uniform(0.2, 1.8) * within_s / kills)
        if others.processes and rng.random() < 0.7:
            await others.kill_one()
        else:
            centre.kill_worker()
    return kills


async def until_decided(centre: Centre) -> None:
    """No promise is open, and none of its tries is on its way."""
    open_ = (
        "select (select count(*) from callback where state = 'open')"
        " + (select count(*) from contact where state != 'ended')"
        " + (select count(*) from dial where state in ('intended', 'attempted'))"
    )
    async with asyncio.timeout(LOST_AFTER_S):
        while await centre.rows(open_) != [(0,)]:
            await asyncio.sleep(0.25)


async def judge(centre: Centre) -> Found:
    found, calls = Found(), dict[str, list[dict[str, Any]]]()
    for call in await centre.sandbox.calls():
        calls.setdefault(call["to"], []).append(call)
    rows = await centre.rows(
        "select d.to_address, d.state, d.carrier_id, c.live from dial d"
        " join contact c on c.id = d.contact"
    )
    tries: Counter[str] = Counter()
    at = {call["sid"]: call["began_at"] for of in calls.values() for call in of}
    for number, state, sid, live in rows:
        tries[number] += 1
        found.unclear += state == "unclear"
        if state == "dialed":
            found.late_ms.append(at[sid] - json.loads(live)["not_before"])
        elif state not in ("unclear", "cancelled"):
            found.lost.append(f"{number}: a try is {state}")
    found.tries, found.calls = sum(tries.values()), sum(map(len, calls.values()))
    found.twice = [
        number for number, of in calls.items() if len(of) > tries[number] or together(of)
    ]
    dialled = Counter(number for number, state, *_ in rows if state == "dialed")
    found.lost += [
        f"{number}: {n} tries, {len(calls.get(number, []))} calls"
        for number, n in dialled.items()
        if len(calls.get(number, [])) < n
    ]
    promised = await centre.rows(
        "select b.state, b.id, (select count(*) from next_action n where n.incident = b.incident"
        " and n.ended_at is null) from callback b"
    )
    found.promises, found.states = len(promised), dict(Counter(state for state, *_ in promised))
    found.lost += [
        f"{name}: {state}"
        for state, name, todo in promised
        if state not in ("reached", "gave_up") or (state == "gave_up" and not todo)
    ]
    return found


def together(calls: Iterable[dict[str, Any]]) -> bool:
    """Whether one of them began while another one was not over."""
    times = sorted((call["began_at"], call["ended_at"] or float("inf")) for call in calls)
    return any(begin < end for (_, end), (begin, _) in pairwise(times))


async def promised_calls(
    folder: Path, *, promises: int, seconds: float, workers: int, kills: int, seed: int = 1
) -> Found:
    """One run; what was found is not judged here."""
    config = short_config(folder)
    async with (
        running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre,
        more_workers(centre, workers - 1) as others,
        callers_back(centre.redis_url, min(DESKS, promises)),
    ):
        ((owner,),) = await centre.rows("select id from account where login = 'noah'")
        await centre.sandbox.fault(rest_delay_ms=SLOW_MS)
        await promise(centre, load_config(config), promises, seconds, owner)
        await killed(centre, others, kills, seconds + LEAD_MS / 1000, seed)
        await until_decided(centre)
        return await judge(centre)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--promises", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--workers", type=int, default=3)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    given = vars(asked.parse_args())
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(promised_calls(Path(folder), **given))
    told = asdict(found) | {"late": spread(found.late_ms)}
    del told["late_ms"]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    took = round(time.perf_counter() - began, 1)
    print(json.dumps({"asked": given, **told, "took_s": took, "machine": machine}, indent=1))
    return 1 if found.twice or found.lost else 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether a process stays as it is while calls go on: its memory, tasks and descriptors, looked at
from time to time, and how the calls sound in between."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from statistics import linear_regression, mean, median
from typing import Any, Final

import psutil

FIRST: Final = 0.2
"""This share of the looks comes from before all is as it stays: buffers fill, code is compiled."""
MEMORY_MB: Final = 1.0
SOME: Final = 2
"""So many tasks or descriptors may come and go."""


@dataclass(frozen=True, slots=True)
class Look:
    at_s: float
    memory_mb: float
    tasks: int
    descriptors: int
    p99_ms: dict[str, float]
    """Of each way, since the look before."""


async def watch(
    pid: int,
    tasks: Callable[[], Awaitable[int]],
    p99_ms: Callable[[], dict[str, float]],
    seconds: float,
    every_s: float,
) -> list[Look]:
    """`p99_ms`: asked once for each look; it begins anew each time."""
    process, looks = psutil.Process(pid), list[Look]()
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < seconds:
        await asyncio.sleep(min(every_s, began + seconds - loop.time()))
        memory = round(process.memory_info().rss / 2**20, 2)
        look = Look(
            round(loop.time() - began, 1), memory, await tasks(), process.num_fds(), p99_ms()
        )
        looks.append(look)
        print(json.dumps(asdict(look)), file=sys.stderr, flush=True)
    return looks


def judged(looks: list[Look]) -> dict[str, Any]:
    """What grew over the time that counts, and whether anything did. Memory grows if a line through
    all looks rises by more than a megabyte, and by more than twice what the looks stray from it."""
    counted = looks[int(len(looks) * FIRST) :]
    if len(counted) < 4:
        return {"looks": len(counted), "flat": None}
    at, memory = [it.at_s for it in counted], [it.memory_mb for it in counted]
    line = linear_regression(at, memory)
    strays = [m - line.slope * t - line.intercept for t, m in zip(at, memory, strict=True)]
    spread = sum((t - mean(at)) ** 2 for t in at)
    error = (sum(it * it for it in strays) / (len(at) - 2) / spread) ** 0.5
    grown, sure = line.slope * (at[-1] - at[0]), 2 * error * (at[-1] - at[0])
    third = max(1, len(counted) // 3)

    def more(of: Callable[[Look], int]) -> float:
        return median(map(of, counted[-third:])) - median(map(of, counted[:third]))

    tasks, descriptors = more(lambda it: it.tasks), more(lambda it: it.descriptors)
    flat = not (grown > max(MEMORY_MB, sure)) and tasks <= SOME and descriptors <= SOME
    return {
        "looks": len(counted),
        "memory_mb": memory[-1],
        "memory_grown_mb": round(grown, 2),
        "memory_mb_per_hour": round(line.slope * 3600, 1),
        "memory_mb_per_hour_sure_to": round(2 * error * 3600, 1),
        "tasks": counted[-1].tasks,
        "tasks_more": tasks,
        "descriptors": counted[-1].descriptors,
        "descriptors_more": descriptors,
        "flat": flat,
    }

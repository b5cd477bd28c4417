"""How the memory of worker and store goes over a run: the slope with its error."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import numpy as np
import psutil
from redis.asyncio import Redis

from tests.kit.centre import Centre

EVERY_S = 5.0


@dataclass
class Memory:
    """Samples in MB, by seconds since the start."""

    at: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    store: list[float] = field(default_factory=list)

    async def watch(self, centre: Centre) -> None:
        """Looks until cancelled. The worker's own pages, not those it shares."""
        store = Redis.from_url(centre.redis_url)
        began = time.monotonic()
        try:
            while True:
                worker = psutil.Process(centre.worker_pid())
                self.at.append(time.monotonic() - began)
                self.worker.append(worker.memory_full_info().uss / 1e6)
                self.store.append(int((await store.info("memory"))["used_memory"]) / 1e6)
                await asyncio.sleep(EVERY_S)
        finally:
            await store.aclose()

    def told(self, warm_s: float) -> dict[str, object]:
        """MB per hour after `warm_s`, with the standard error of the slope."""
        at = np.array(self.at)
        late = at >= warm_s
        if late.sum() < 10:
            return {"samples": int(late.sum()), "why_none": "the run is too short"}
        found: dict[str, object] = {"samples": int(late.sum()), "warm_s": warm_s}
        for name, values in (("worker", self.worker), ("store", self.store)):
            y, x = np.array(values)[late], at[late] / 3600
            slope, base = np.polyfit(x, y, 1)
            rest = y - (slope * x + base)
            error = np.sqrt((rest**2).sum() / (len(x) - 2) / ((x - x.mean()) ** 2).sum())
            found[name] = {
                "first_mb": round(float(y[0]), 1),
                "last_mb": round(float(y[-1]), 1),
                "mb_per_h": round(float(slope), 2),
                "error_mb_per_h": round(float(error), 2),
            }
        return found

"""`make bench-router`: every figure of the router, as one JSON document.

    python -m tests.bench_router [quick] [growth] [cycles300] [latency] [open_loop] [door]
                                 [refused] [fairness] [--first] [--picture FILE.svg]

Without a name all but `quick`, about six minutes on two quiet cores. `--first` (root, Linux)
schedules driver and store before all else, for waiting times on a machine that others use too.
Each part uses the real function library on a store of its own with the append-only file synced
each second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvloop

from holdfast.host.store import EmbeddedStore, find_server, quick_memory
from tests.bench_router import cost, picture
from tests.bench_router.door import through_the_door
from tests.bench_router.fairness import fairness
from tests.bench_router.latency import busy_floor, open_loop
from tests.bench_router.rig import baseline
from tests.kit.store import running_store

Part = Callable[[str], Awaitable[Any]]


async def _quick(url: str) -> Any:
    return [await cost.cycles(url, 5_000, 500, lanes, 2_000) for lanes in (64, 300)]


async def _growth(_url: str) -> Any:
    """The last is the full one: 100,000 queued, 10,000 agents, 64 lanes. A store for each queue."""
    points = []
    for queued in (1_000, 10_000, 100_000):
        with running_store() as url:
            points += await cost.grown(url, queued, (100, 1_000, 10_000), 64, 2_000)
    return points


async def _cycles300(url: str) -> Any:
    return await cost.cycles(url, 100_000, 10_000, 300, 4_000)


async def _latency(url: str) -> Any:
    return {
        "free_agents": await busy_floor(url, 60, 15, 200, talk_s=2.0),
        "overload": await busy_floor(url, 30, 20, 40, talk_s=2.0),
    }


async def _open_loop(url: str) -> Any:
    return {
        "bare_steps": await open_loop(url, 1000, 7, 0, bare=True),
        "arrivals_only": await open_loop(url, 1000, 7, 7_500),
        "whole_lives": await open_loop(url, 300, 8, 1_000, lives=True),
    }


async def _door(url: str) -> Any:
    return [await through_the_door(url, kind, 100, 7) for kind in ("sqlite", "postgresql")]


async def _refused(url: str) -> Any:
    return await cost.refused(url, 1_000)


PARTS: dict[str, Part] = {
    "quick": _quick,
    "growth": _growth,
    "cycles300": _cycles300,
    "latency": _latency,
    "open_loop": _open_loop,
    "door": _door,
    "refused": _refused,
    "fairness": fairness,
}


def _go_first(process: int) -> None:
    os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(1))


async def _on_a_store(part: Part, *, first: bool) -> tuple[dict[str, float], Any]:
    """A new store for each part: nothing of the one before is in its figures."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder))
        store.start()
        if first and store.process is not None:
            _go_first(store.process.pid)
        try:
            return await baseline(store.url), await part(store.url)
        finally:
            store.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="part")
    parser.add_argument("--first", action="store_true", help="scheduled before all else")
    parser.add_argument("--picture", default="", help="draw the growth into this SVG file")
    args = parser.parse_args()
    out: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "store": {"server": find_server()} | quick_memory(),
        "load_before": [round(x, 1) for x in os.getloadavg()],
        "baseline": {},
    }
    if args.first:
        _go_first(os.getpid())
    for name in args.parts or [part for part in PARTS if part != "quick"]:
        print(f"{name} ...", file=sys.stderr, flush=True)
        out["baseline"][name], out[name] = uvloop.run(_on_a_store(PARTS[name], first=args.first))
    out["load_after"] = [round(x, 1) for x in os.getloadavg()]
    if args.picture and "growth" in out:
        svg = picture.draw("What a full cycle costs as queue and crew grow", out["growth"])
        Path(args.picture).write_text(svg, encoding="utf-8")
    print(json.dumps(out, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

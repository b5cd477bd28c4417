"""`holdfast status`: what there is at this moment, from the store, whoever runs what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from holdfast.sound.standing import About, known
from router.core.model import Snapshot
from router.core.states import TAKEN, WAITS
from router.live.engine import Engine, IndexLost, IndexUnavailable

HEAD = ("sound", "calls", "pages", "lent", "core", "late", "state")


async def status(redis_url: str) -> dict[str, Any]:
    """The index and the processes that carry sound.

    Raises:
        IndexUnavailable, IndexLost: there is no store, or no index in it.
    """
    engine = Engine(redis_url)
    try:
        snapshot, found = await engine.snapshot(), known(await engine.processes())
    finally:
        await engine.close()
    return {**_index(snapshot), "sound": {n: msgspec.to_builtins(it) for n, it in found.items()}}


def _index(snapshot: Snapshot) -> dict[str, Any]:
    states = [live.state for live in snapshot.contacts]
    return {
        "epoch": snapshot.epoch,
        "waiting": sum(state in WAITS for state in states),
        "in_hand": sum(state in TAKEN for state in states),
        "agents": dict(Counter(str(agent.state) for agent in snapshot.agents)),
    }


def words(found: Mapping[str, Any]) -> str:
    """The same for a terminal."""
    agents = ", ".join(f"{n} {state}" for state, n in sorted(found["agents"].items()))
    lines = [
        f"index {found['epoch']}: {found['waiting']} waiting, {found['in_hand']} in hand; "
        f"agents: {agents or 'none'}"
    ]
    if not found["sound"]:
        return "\n".join([*lines, "sound: in the process with the pages"])
    every = msgspec.convert(found["sound"], dict[str, About])
    rows = [HEAD, *(row(proc, about) for proc, about in sorted(every.items()))]
    wide = [max(len(one[n]) for one in rows) for n in range(len(HEAD))]
    for one in rows:
        cells = [cell.ljust(w) if n in (0, 6) else cell.rjust(w)
                 for n, (cell, w) in enumerate(zip(one, wide, strict=True))]  # fmt: skip
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def row(proc: str, about: About) -> tuple[str, ...]:
    """One process, as HEAD says."""
    numbers = (about.calls, about.pages, about.lent)
    state = "leaves" if about.draining else "full" if about.full else "takes more"
    return (
        proc,
        *map(str, numbers),
        f"{about.core * 100:.0f} %",
        f"{about.late_ms:.1f} ms",
        state,
    )


async def run(redis_url: str, *, as_json: bool) -> tuple[int, str]:
    """Exit status and what is printed."""
    try:
        found = await status(redis_url)
    except (IndexLost, IndexUnavailable) as error:
        what = "no index yet" if isinstance(error, IndexLost) else "the store does not answer"
        return 1, f"holdfast: {what}. Is the centre running? See HOLDFAST_REDIS_URL."
    return 0, json.dumps(found, indent=2) if as_json else words(found)

"""The engine and the oracle side by side on the same random events.

    python -m tests.oracle.drive --seed 7 --events 400
    python -m tests.oracle.drive --seed 0 --seeds 100 --events 400      (goes on past divergences)

After every event, and after every moment at which deadlines fire, all that can be seen is compared.
A divergence is shrunk (--shrink) to the events that it needs and printed with the engine's own.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from holdfast.host.store import EmbeddedStore
from router.live.engine import Engine
from tests.oracle.pair import START, Divergence, Hang, Pair
from tests.oracle.worlds import Maker

KNOWN: frozenset[str] = frozenset()
"""Kinds of divergence that wait to be mended: left out of the random worlds meanwhile."""

Timed = tuple[int, str, dict[str, Any]]
"""(ms since the start, name, what)"""


class House:
    """A store that may be thrown away when a step of the engine does not end."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._made = 0
        self.store: EmbeddedStore | None = None

    async def open(self) -> House:
        self._made += 1
        self.store = EmbeddedStore(Path(self._folder.name) / str(self._made))
        self.store.start()
        engine = Engine(self.url, "load")
        await engine.load()
        await engine.close()
        return self

    @property
    def url(self) -> str:
        assert self.store is not None
        return self.store.url

    async def reopen(self) -> None:
        assert self.store is not None
        assert self.store.process is not None
        self.store.process.kill()
        self.store.process.wait()
        await self.open()

    def close(self) -> None:
        if self.store is not None:
            self.store.stop()
        self._folder.cleanup()


async def run(url: str, seed: int, events: int, without: frozenset[str] = frozenset()) -> Pair:
    """One world; raises Divergence."""
    pair = await Pair(url, on_call="outside" not in without).open()
    try:
        maker = Maker(random.Random(seed), pair.oracle, START, without)
        for event in maker.people():
            await pair.apply(event)
        while pair.applied < events:
            ms, late = maker.pause()
            await pair.move(ms, late=late)
            over = maker.too_late()
            if over is not None:
                pair.jump(over)
                await pair.apply(maker.rung())
                await pair.fire()
            drawn = maker.event(pair.now)
            if drawn is not None:
                await pair.apply(drawn)
            if pair.applied % 50 == 0:
                await pair.compare(whole=True)
        return pair
    except Divergence as error:
        error.events = pair.events
        error.at = pair.now - START
        raise
    finally:
        await pair.close()


async def play(url: str, events: Sequence[Timed]) -> None:
    """A given list; raises Divergence."""
    pair = await Pair(url).open()
    try:
        for at, name, what in events:
            await pair.move(at - (pair.now - START))
            await pair.apply((name, what))
    finally:
        await pair.close()


def kind(error: Divergence) -> str:
    """What differs, without who and when."""
    text = str(error).split("---")[0].split("    oracle")[0]
    if "ok: " in text:
        return text[text.index("ok: ") :]
    return f"{type(error).__name__} {sorted(set(re.findall('([a-z_]+) engine', text)))}"


async def shrink(house: House, error: Divergence) -> Divergence:
    """Still a divergence, with as few events as leaving out can reach."""
    events = [*error.events, (error.at, "reserve", {"k": 0})]
    wanted = kind(error)
    size = max(1, len(events) // 2)
    while size:
        at = 0
        while at < len(events):
            gone = [e for e in events[at : at + size] if e[0] or e[1] != "sound"]
            fewer = [e for e in events if e not in gone]
            if len(fewer) == len(events):
                at += size
                continue
            try:
                await play(house.url, fewer)
            except Divergence as found:
                if isinstance(found, Hang):
                    await house.reopen()
                if kind(found) == wanted:
                    events, error = fewer, found
                    continue
            except (KeyError, AssertionError):
                pass  # without that event the rest makes no sense
            at += size
        size //= 2
    error.events = events
    return error


async def many(args: argparse.Namespace) -> int:
    house = await House().open()
    total = bad = stood = 0
    try:
        for seed in range(args.seed, args.seed + args.seeds):
            try:
                pair = await run(house.url, seed, args.events, frozenset(args.without.split(",")))
                total += pair.applied
                stood += pair.oracle.stood > 0
            except Divergence as error:
                bad += 1
                if isinstance(error, Hang):
                    await house.reopen()
                found = await shrink(house, error) if args.shrink else error
                if args.save:
                    lines = [json.dumps(e) for e in found.events]
                    path = Path(args.save) / f"seed{seed}.jsonl"
                    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
                print(f"=== seed {seed}: {type(found).__name__} {found}\n", flush=True)
                if bad >= args.stop:
                    break
    finally:
        house.close()
    print(f"{total} events without divergence, {bad} seeds diverged, promises stood in {stood}")
    return 1 if bad else 0


async def from_file(path: str) -> int:
    """A list of events as `--shrink` leaves it: one JSON array [at, name, what] a line."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    house = await House().open()
    try:
        await play(house.url, [tuple(json.loads(line)) for line in lines if line.strip()])
    finally:
        house.close()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--stop", type=int, default=10, help="stop after this many divergences")
    parser.add_argument(
        "--shrink", action="store_true", help="shrink the list of events to what is needed"
    )
    parser.add_argument(
        "--without", default="", help="kinds of events to leave out, comma-separated"
    )
    parser.add_argument("--save", default="", help="save the shrunk lists in this folder")
    parser.add_argument("--play", default="", help="play a file of events instead")
    args = parser.parse_args()
    return uvloop.run(from_file(args.play) if args.play else many(args))


if __name__ == "__main__":
    sys.exit(main())

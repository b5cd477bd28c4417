"""The engine decides as the oracle does, after every random event.

HOLDFAST_TEST_LONG=1: 1,000,000 events and 2,000 examples instead of 1,500 and 40.
A failure names its seed: `python -m tests.oracle.drive --seed N --events 250 --shrink`.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.oracle.drive import KNOWN, House, run
from tests.oracle.pair import START, Pair
from tests.oracle.worlds import WEIGHTS, Maker

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
SHARDS = 10 if LONG else 6
EVENTS = (1_000_000 if LONG else 1_500) // SHARDS
WORLD = 250
"""Events of one world: long enough for ladders, holds and promotions to meet."""


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_events(runner: asyncio.Runner, house: House, shard: int) -> None:
    for world in range(EVENTS // WORLD):
        seed = shard * 1_000_000 + world
        try:
            runner.run(run(house.url, seed, WORLD, KNOWN))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from None


BEFORE_OUTSIDE = frozenset({"outside", "asking", "restrict"})
BEFORE_SHIFTS = BEFORE_OUTSIDE | {"shifts"}
"""What a world of this seed was before callers went outside, skills were asked for or
incidents were restricted, and before some agents had a shift."""


@pytest.mark.parametrize(("seed", "without"), [
    (910117, BEFORE_SHIFTS), (920015, BEFORE_SHIFTS), (5500050, BEFORE_SHIFTS),
    (1800093, BEFORE_OUTSIDE), (6800334, BEFORE_OUTSIDE),
])  # fmt: skip
def test_found_by_long_runs(
    runner: asyncio.Runner, house: House, seed: int, without: frozenset[str]
) -> None:
    """The first two: of two freed at once, one out for an S1, the other went to another contact in
    the same step and the S1 was passed over. The third: the reserve, when somebody became ready,
    counted a supervisor who stands by among those who are free. The others: what an agent could
    take was remembered from before the reserve shut it."""
    runner.run(run(house.url, seed, WORLD, without))


class Machine(RuleBasedStateMachine):
    """The same with Hypothesis at the wheel: what fails, it makes small."""

    runner: ClassVar[asyncio.Runner]
    house: ClassVar[House]

    def __init__(self) -> None:
        super().__init__()
        self.pair = self.runner.run(Pair(self.house.url).open())
        self.maker = Maker(random.Random(0), self.pair.oracle, START, KNOWN)

    @initialize(rng=st.randoms(use_true_random=False))
    def people(self, rng: random.Random) -> None:
        self.maker.rng = rng
        for event in self.maker.people():
            self.runner.run(self.pair.apply(event))

    def _happen(self, name: str, rng: random.Random) -> None:
        self.maker.rng = rng
        event = self.maker.draw(name, self.pair.now)
        if event is not None:
            self.runner.run(self.pair.apply(event))

    @rule(rng=st.randoms(use_true_random=False))
    def arrives(self, rng: random.Random) -> None:
        self._happen("arrive", rng)

    @rule(rng=st.randoms(use_true_random=False), connects=st.booleans())
    def accepts(self, rng: random.Random, connects: bool) -> None:
        self._happen("accept", rng)
        if connects:
            self._happen("connected", rng)

    @rule(name=st.sampled_from(sorted(WEIGHTS)), rng=st.randoms(use_true_random=False))
    def happens(self, name: str, rng: random.Random) -> None:
        self._happen(name, rng)

    @rule(ms=st.integers(0, 40_000), late=st.booleans())
    def time_passes(self, ms: int, late: bool) -> None:
        self.runner.run(self.pair.move(ms, late=late))

    @rule()
    def next_deadline(self) -> None:
        upcoming = self.pair.oracle.next()
        if upcoming is not None:
            self.runner.run(self.pair.move(max(0, upcoming - self.pair.now)))

    def teardown(self) -> None:
        self.runner.run(self.pair.close())


@pytest.mark.slow
def test_state_machine(runner: asyncio.Runner, house: House) -> None:
    found: Any = type("Bound", (Machine,), {"runner": runner, "house": house})
    run_state_machine_as_test(
        found,
        settings=settings(
            max_examples=2_000 if LONG else 40,
            stateful_step_count=50,
            deadline=None,
            derandomize=not LONG,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

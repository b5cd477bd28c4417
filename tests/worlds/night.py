"""Worlds that begin at night: nobody is at a desk, and callers meet numbers on call and the
voicemail, ask to be called, and are called when somebody has come.

    python -m tests.worlds.night --seed 7 [--worlds 200]
"""

from __future__ import annotations

import sys
from functools import partial

from router.core.severity import Channel
from router.intake.door import Text
from tests.worlds.rough import RoughDatabase
from tests.worlds.world import LINES, WORDS, World, main

EARLY, LATE = (20_000, 50_000), (45_000, 85_000)
"""When the first comes to a desk, and the others."""


class NightWorld(World):
    """The first to come is often alone for a while."""

    def __init__(self, url: str, database: RoughDatabase, seed: int) -> None:
        super().__init__(url, database, seed)
        rng, carrier = self.rng, self.carrier
        carrier.keys, carrier.danger, carrier.answered = 0.3, 0.15, 0.3
        self._comes: dict[str, float] = {}
        for n, digit in enumerate(("1", "1", "3", "3")):
            ring = partial(carrier.ring, f"+1206555{2000 + n}", LINES[0], 600_000, digit)
            self.at(rng.uniform(500, 6_000), ring)
        for n in range(2):
            text = Text(Channel.SMS, f"night:{n}", f"+1206555{2100 + n}", LINES[0], WORDS[0])
            self.at(rng.uniform(500, 6_000), partial(self._write, text))

    async def _act(self, agent: str) -> None:
        if agent not in self._comes:
            span = LATE if self._comes else EARLY
            self._comes[agent] = self.rng.uniform(*span)
            self.at(self._comes[agent], lambda: self._act(agent))
            return
        await super()._act(agent)


if __name__ == "__main__":
    sys.exit(main(NightWorld))

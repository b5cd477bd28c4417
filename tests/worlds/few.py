"""Incidents that are restricted, changed and lifted while everything else goes on."""

from __future__ import annotations

import random
from contextlib import suppress

from router.core.model import Step
from router.core.restricted import listed
from router.incidents.at_work import index_of
from router.incidents.restricting import Restricting, Restriction
from router.live.engine import IndexLost, IndexUnavailable
from router.records import people
from router.records.database import RecordUnavailable
from tests.worlds.centre import Centre
from tests.worlds.rough import RoughDatabase

AWAY = (IndexLost, IndexUnavailable, RecordUnavailable)


class Few:
    """Part of a world. It draws by luck of its own: the rest of each seed stays as it was."""

    luck: random.Random
    centre: Centre
    database: RoughDatabase
    now: int
    calm: bool
    restricted = 0

    async def few(self) -> None:
        """One incident gets a list, another one, or none any more; in the calm none has one."""
        lives = self.centre.contacts.values()
        found = sorted({it.incident for it in lives if it.incident and (it.only or not self.calm)})
        if not found or (not self.calm and self.luck.random() > 0.08):
            return
        with suppress(*AWAY):
            for incident in found if self.calm else [self.luck.choice(found)]:
                await self._restrict(incident)

    async def _restrict(self, incident: str) -> None:
        async with self.database.read() as connection:
            row = await people.incident_by_id(connection, incident)
        before = listed(row.only) if row is not None else frozenset()
        names = sorted(self.centre.skills)
        many = 0 if self.calm else self.luck.choice((0, 1, 2, 3))
        who = {*self.luck.sample(names, many), *([row.owner] if row and row.owner and many else [])}
        if who == before:
            return
        by = min(before, default="boss")
        order = Restriction(incident, tuple(sorted(who)), tuple(before), "about one of us", by)
        shared = self.centre.shared
        done = await Restricting(shared).restrict(order, self.now)
        self.restricted += done.reply.ok
        for one in done.at_work:
            await index_of(shared)(one)


def outsider(step: Step) -> str | None:
    """At whom one rings that is not for them."""
    for live in step.contacts:
        rung = set(live.offer.agents) if live.offer is not None and live.severity > 1 else set()
        if live.only and (strangers := rung - set(live.only)):
            return f"{live.id} of a restricted incident rings at {sorted(strangers)}"
    return None

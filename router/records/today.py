"""Today's counts, as the steps reported them: a rebuilt index goes on from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import Step
from router.records.sql import get_meta, put_meta

KEY = "recorder.today"


@dataclass
class Today:
    """`day` (days since 1970 in the centre's zone) and `<severity>:<what>` -> how many."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, steps: Iterable[Step]) -> None:
        """Each step reports all it changed; the same step twice changes nothing."""
        for step in steps:
            if step.today is None:
                continue
            if step.today["day"] > self.counts.get("day", 0):
                self.counts = {}
            if step.today["day"] == self.counts.get("day", step.today["day"]):
                self.counts |= step.today

    def copy(self) -> Self:
        return type(self)(dict(self.counts))

    async def keep(self, connection: AsyncConnection) -> None:
        await put_meta(connection, KEY, msgspec.json.encode(self.counts).decode())

    @classmethod
    async def kept(cls, connection: AsyncConnection) -> Self:
        found = await get_meta(connection, KEY)
        return cls(msgspec.json.decode(found, type=dict[str, int]) if found else {})

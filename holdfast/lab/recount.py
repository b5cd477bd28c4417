"""`holdfast recount`: the figures of a day, counted again from the event log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.clock import now_ms
from holdfast.host.record import opened_record
from holdfast.lab.day_bounds import bounds
from router.core.config import Config
from router.core.figures import VARIANTS, WORDS, Counts, level
from router.core.severity import Severity
from router.records.figures import Recount, recount

ROWS = {
    "queued": "reached out",
    "answered": "answered",
    "in_target": "  in target",
    "abandoned": "gave up",
    "abandoned_in_target": "  before the target",
    "short": "  within 5 s",
    "left": "left",
    "kept": "promises kept",
    "unreached": "  not reached",
}
EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Compared:
    """A day counted again, beside what was kept of it; None: nothing is kept of that day."""

    day: str
    zone: str
    found: Recount
    kept: Mapping[str, int] | None

    @property
    def differences(self) -> list[str]:
        """In words; empty where all is the same, or where nothing can be said."""
        if self.kept is None or self.found.without_facts:
            return []
        again = self.found.again
        return [
            f"{name}: {self.kept.get(name, 0)} as they happened, {again.get(name, 0)} by the events"
            for name in sorted(self.kept.keys() | again.keys())
            if self.kept.get(name, 0) != again.get(name, 0)
        ]

    def as_data(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "zone": self.zone,
            "events": self.found.events,
            "without_facts": self.found.without_facts,
            "again": self.found.again,
            "kept": self.kept,
            "differences": self.differences,
        }

    def as_text(self) -> str:
        columns = [Counts.of(self.found.again, int(severity)) for severity in Severity]
        closed = [Counts.of(self.found.again, int(s), closed=True) for s in Severity]
        columns += [_sum(columns), _sum(closed)]
        heads = [*(f"S{int(severity)}" for severity in Severity), "all", "closed"]
        lines = [_line("", heads)]
        lines += [_line(ROWS[word], (getattr(of, word) for of in columns)) for word in WORDS]
        for variant, words in VARIANTS.items():
            shares = [_share(*level(of, variant)) for of in columns[:-1]]
            lines.append(_line(f"{variant} {words}", shares))
        said = f"{self.day} ({self.zone}), counted again from {self.found.events} events"
        return "\n".join([f"{said}: {self._verdict()}", "", *lines])

    def _verdict(self) -> str:
        if self.found.without_facts:
            return (
                f"{self.found.without_facts} of them are of a version that did not write what is"
                " counted, so the counts below are too low"
            )
        if self.kept is None:
            return "the counts of that day are not kept, so there is nothing to compare"
        if self.differences:
            return "\n".join(
                ["they DIFFER from what was counted as it happened:", *self.differences]
            )
        return "the same as counted as it happened"


def _sum(some: Iterable[Counts]) -> Counts:
    return sum(some, Counts())


def _share(inside: int, of: int) -> str:
    return f"{100 * inside / of:.1f} %" if of else "-"


def _line(head: str, cells: Iterable[object]) -> str:
    return f"{head:<26}" + "".join(f"{cell!s:>10}" for cell in cells)


async def compared(day: str | None, config: Config) -> Compared:
    """`day`: as 2026-11-28; None = today.

    Raises:
        SettingsError, NoRecord, RecordUnavailable
        ValueError: not a day.
    """
    today = datetime.fromtimestamp(now_ms() / 1000, UTC).astimezone(ZoneInfo(config.zone))
    day = day or f"{today:%Y-%m-%d}"
    begin, end = bounds(day, config.zone)
    async with opened_record() as database, database.read() as connection:
        found = await recount(connection, begin, end)
    counts = dict(found.kept)
    of = date.fromordinal(EPOCH + counts.pop("day", 0)).isoformat()
    if of < day == f"{today:%Y-%m-%d}":
        counts, of = {}, day  # nothing has been counted yet
    return Compared(day, config.zone, found, counts if of == day else None)

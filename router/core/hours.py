"""Which queue is open now, what happens to a caller if it is not, and who is on call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .calendar import Calendar
from .config import Config
from .opening import OnCall, read_calendar
from .severity import Severity

CHANGES = 12
"""Changes told ahead: some days of them, for a page that nobody reloads."""


DIAS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MESES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
         "octubre", "noviembre", "diciembre")  # fmt: skip


class Opening:
    """The calendars of a configuration. `now`: ms since 1970."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._calendars = {name: read_calendar(it) for name, it in config.calendars.items()}

    def calendar(self, queue: str) -> Calendar | None:
        """None = always open."""
        found = self._config.queues.get(queue)
        return self._calendars.get(found.calendar) if found else None

    def named(self, calendar: str) -> Calendar | None:
        """None: there is no such, which is always open."""
        return self._calendars.get(calendar)

    def is_open(self, queue: str, now: int) -> bool:
        calendar = self.calendar(queue)
        return calendar is None or calendar.open_at(now)

    def after_hours(self, queue: str, severity: Severity, now: int) -> str | None:
        """What happens to such a caller now: wait, message or on_call. None: open for them."""
        if severity is Severity.S1 or self.is_open(queue, now):
            return None
        return self._config.queues[queue].after_hours.get(f"S{int(severity)}", "wait")

    def opens_for(self, queue: str, severity: Severity, moment: int) -> int | None:
        """The opening (ms) until which such a caller finds the queue closed at this moment. None:
        it is open for them, or opens no more."""
        calendar = self.calendar(queue)
        if severity is Severity.S1 or calendar is None or calendar.open_at(moment):
            return None
        return calendar.next_open(moment)

    def on_call_at(self, now: int) -> list[OnCall]:
        """The people on call, in the order in which they are tried."""
        return [
            person
            for person in self._config.on_call
            if not person.calendar or self._calendars[person.calendar].open_at(now)
        ]

    def opens(self, queue: str, now: int, language: str = "en") -> str | None:
        """'Monday 23 November at 8:00', by the queue's own clock; None: no opening in sight, or
        open now."""
        calendar = self.calendar(queue)
        if calendar is None or calendar.open_at(now):
            return None
        at = calendar.next_open(now)
        if at is None:
            return None
        there = datetime.fromtimestamp(at / 1000, calendar.zone)
        if language == "es":
            day, month = DIAS[there.weekday()], MESES[there.month - 1]
            return f"{day} {there.day} de {month} a las {there.hour}:{there:%M}"
        return f"{there:%A} {there.day} {there:%B} at {there.hour}:{there:%M}"

    def why_closed(self, queue: str, now: int) -> str | None:
        """The word of a holiday."""
        calendar = self.calendar(queue)
        return calendar.word_at(now) if calendar and not calendar.open_at(now) else None

    def told(self, now: int) -> dict[str, Any]:
        """Queues with hours: open now or not, why not, and the next changes; for pages and API."""
        found = {}
        for queue in self._config.queues:
            calendar = self.calendar(queue)
            if calendar is None:
                continue
            changes: list[int] = []
            at = calendar.next_change(now)
            while at is not None and len(changes) < CHANGES:
                changes.append(at)
                at = calendar.next_change(at)
            found[queue] = {
                "open": calendar.open_at(now),
                "why": self.why_closed(queue, now),
                "zone": calendar.zone.key,
                "changes": changes,
            }
        return found

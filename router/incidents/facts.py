"""Facts of an incident are written down at a person's word; each with its line in the history."""

from __future__ import annotations

from dataclasses import dataclass

from router.centre import Centre
from router.core.incident import CLOSED
from router.core.incident_facts import NoFact, cleaned
from router.core.model import Reply
from router.incidents.replies import NOT_OPEN, UNKNOWN
from router.records import audit, incident_facts

WRITTEN = "incident.fact_written"
"""Action of the audit; its detail is the fact's name."""


@dataclass(frozen=True, slots=True)
class Written:
    """`name`: see router.core.incident_facts; `before`: the value that the page showed."""

    incident: str
    name: str
    value: str
    before: str
    by: str


class Facts:
    """Writes them."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    async def write(self, order: Written, now: int) -> Reply:
        """Refused if the value is none, or another one than the page showed stands meanwhile
        (`too_late`, with it in words). Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        kinds = {one.code: one.word for one in self._current.value.incident_types}
        try:
            value = cleaned(order.name, order.value, kinds)
        except NoFact as wrong:
            return Reply(ok=False, code="bad_request", text=str(wrong))
        async with self._database.write() as connection:
            row = await incident_facts.held(connection, order.incident)
            if row is None:
                return UNKNOWN
            if row.state == CLOSED:
                return NOT_OPEN
            stands = str(getattr(row, order.name))
            if stands == value:
                return Reply(duplicate=True)
            words = kinds if order.name == "kind" else {}
            if stands != order.before:
                there = words.get(stands, stands)
                told = f"somebody has written “{there}” meanwhile; nothing was changed"
                return Reply(ok=False, code="too_late", text=told)
            await incident_facts.write(
                connection, order.incident, now, row, order.name, value, author=order.by,
                word=words.get(value, ""),
            )  # fmt: skip
            await audit.append(
                connection, actor=order.by, action=WRITTEN, subject=order.incident, now=now,
                detail=order.name,
            )  # fmt: skip
        return Reply()

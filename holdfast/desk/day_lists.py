"""The contacts behind each figure of the day: as many rows as the figure says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec

from holdfast.desk.day_figures import is_to_come, late_of
from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, Refused, Result, Word, intent
from holdfast.desk.view import View
from router.centre import Centre
from router.core.abandoned import waits_from
from router.core.figures import FIGURES, Figure, day_bounds, day_number
from router.core.severity import Severity
from router.records import accounts, figures

EPOCH = date(1970, 1, 1).toordinal()
MOST = 200
"""Rows in one answer: the newest."""


class FigureForm(Form, frozen=True):
    """`severity`: 0 = all of them together."""

    figure: Word
    severity: Annotated[int, msgspec.Meta(ge=0, le=4)]


class DayLists:
    """Handler of `figure`."""

    def __init__(self, centre: Centre, view: View) -> None:
        self._database = centre.database
        self._config = centre.config
        self._view = view

    @intent("figure", FigureForm, desk_only=False)
    async def _figure(self, page: Page, form: FigureForm) -> Result:
        figure = FIGURES.get(form.figure)
        if figure is None:
            raise Refused("bad_request", "No such figure. Reload this page.")
        severities = [form.severity] if form.severity else [int(one) for one in Severity]
        now, zone = self._view.clock(), self._config.value.zone
        today = day_bounds(date.fromordinal(EPOCH + day_number(now, zone)), zone)
        rows = self._late(figure, severities, now)
        async with self._database.read() as connection:
            names = {a.id: a.name for a in await accounts.all_accounts(connection)}
            found = await figures.counted(connection, today, figure, severities, MOST + 1)
            rows += [
                {
                    "contact": one.contact,
                    "at": one.at,
                    "severity": one.severity,
                    "waited_ms": one.waited_ms,
                    "in_target": one.in_target,
                    "late": False,
                }
                for one in found
            ]
            ids = [row["contact"] for row in rows[:MOST]]
            known = await figures.described(connection, ids, names)
        return {
            "figure": form.figure,
            "severity": form.severity,
            "rows": [as_row(row, known.get(row["contact"], UNKNOWN)) for row in rows[:MOST]],
            "more": len(rows) > MOST,
        }

    def _late(self, figure: Figure, severities: list[int], now: int) -> list[dict[str, Any]]:
        late = [
            live
            for live in late_of(self._view.contacts.values(), now)
            if (figure.late if is_to_come(live) else figure.late_apart)
        ]
        return [
            {
                "contact": live.id,
                "at": int(waits_from(live)),
                "severity": live.severity,
                "waited_ms": now - int(waits_from(live)),
                "in_target": False,
                "late": True,
            }
            for live in sorted(late, key=waits_from)
            if live.severity in severities
        ]


def as_row(counted: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """`in_all_ms`: of a call, since the moment from which its target counts: an earlier call of
    theirs, or one that we promised, may have kept it."""
    begin = known["due_from"]
    call = known["channel"] == "voice" and known["direction"] == "in" and begin is not None
    whole = int(counted["at"] - begin) if call and not counted["late"] else None
    return (
        counted | {name: known[name] for name in known if name != "due_from"} | {"in_all_ms": whole}
    )


UNKNOWN: dict[str, Any] = {
    "channel": "voice",
    "direction": "in",
    "due_from": None,
    "who": None,
    "incident": None,
    "incident_no": None,
    "agent_name": None,
    "outcome": None,
}
"""Of a call that the record does not have yet."""

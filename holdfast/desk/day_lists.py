"""The contacts behind each figure of the day: as many rows as the figure says."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

import msgspec

from holdfast.desk.day_figures import is_to_come, late_of
from holdfast.desk.entities import RESTRICTED
from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, Refused, Result, Word, intent
from holdfast.desk.view import View
from router.centre import Centre
from router.core.abandoned import waits_from
from router.core.figures import FIGURES, Figure, day_bounds, day_number
from router.core.model import LiveContact
from router.core.severity import Severity
from router.records import accounts, figures, sight

EPOCH = date(1970, 1, 1).toordinal()
MOST = 200
"""Rows in one answer."""


CURSOR = re.compile(r"(?P<at>\d{1,15}) (?P<name>[\w-]{1,64})(?: (?P<part>\d{1,9}))?", re.ASCII)


class FigureForm(Form, frozen=True):
    """`severity`: 0 = all of them together. `before`: `older` of an answer, for what follows."""

    figure: Word
    severity: Annotated[int, msgspec.Meta(ge=0, le=4)]
    before: Annotated[str, msgspec.Meta(max_length=120)] = ""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of an answer: what follows comes after it, whatever else has happened. Those
    who are late come first (`late`: since when, and who), then what was counted (`place`)."""

    late: tuple[int, str] | None = None
    place: figures.Place | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Of an empty text: before all rows.

        Raises:
            ValueError: no answer has said this.
        """
        if not text:
            return cls()
        said = CURSOR.fullmatch(text)
        if said is None:
            raise ValueError(text)
        at, name, part = int(said["at"]), said["name"], said["part"]
        return cls(late=(at, name)) if part is None else cls(place=(at, name, int(part)))

    @classmethod
    def text(cls, row: Mapping[str, Any], one: figures.Counted | None) -> str:
        if one is None:
            return f"{row['at']} {row['contact']}"
        return " ".join(map(str, one.place))


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
        try:
            after = Cursor.read(form.before)
        except ValueError as error:
            raise Refused("bad_request", "No such place in a list. Reload this page.") from error
        rows: list[tuple[dict[str, Any], figures.Counted | None]] = [
            (row, None) for row in self._late(figure, severities, now, after)
        ]
        async with self._database.read() as connection:
            names = await accounts.names(connection)
            if (missing := MOST + 1 - len(rows)) > 0:
                found = await figures.counted(
                    connection, today, figure, severities, missing, after.place
                )
                rows += [(of_counted(one), one) for one in found]
            shown = rows[:MOST]
            known = await figures.described(connection, [row["contact"] for row, _ in shown], names)
            of = {it["incident"] for it in known.values()}
            hidden = await sight.hidden_from(connection, of, page.account.id)
        known = {one: _seen(it, hidden) for one, it in known.items()}
        return {
            "figure": form.figure,
            "severity": form.severity,
            "before": form.before,
            "rows": [as_row(row, known.get(row["contact"], UNKNOWN)) for row, _ in shown],
            "older": Cursor.text(*shown[-1]) if len(rows) > MOST else None,
        }

    def _late(
        self, figure: Figure, severities: list[int], now: int, after: Cursor
    ) -> list[dict[str, Any]]:
        """Those who wait longest first; not all of them again on the pages that follow."""
        if after.place is not None:
            return []
        late = [
            live
            for live in late_of(self._view.contacts.values(), now)
            if (figure.late if is_to_come(live) else figure.late_apart)
            and (after.late is None or _since(live) > after.late)
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
            for live in sorted(late, key=_since)
            if live.severity in severities
        ]


def _since(live: LiveContact) -> tuple[int, str]:
    return int(waits_from(live)), live.id


def _seen(known: dict[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """Of a restricted incident, that there is one."""
    if known["incident"] not in hidden:
        return known
    return known | {"who": RESTRICTED, "incident": None, "incident_no": None}


def of_counted(one: figures.Counted) -> dict[str, Any]:
    return {
        "contact": one.contact,
        "at": one.place[0],
        "severity": one.severity,
        "waited_ms": one.waited_ms,
        "in_target": one.in_target,
        "late": False,
    }


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

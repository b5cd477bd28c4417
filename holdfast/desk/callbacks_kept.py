"""The figure of callbacks, by how each came to be and how severe it was: kept, late, given up."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.guidance import DAYS, FollowedForm, begins
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused, Result, intent
from holdfast.http.access import Permission
from router.centre import Centre
from router.records import callbacks_kept, sight

SHOWN = 200
"""Incidents behind a row; the newest."""


class CallbacksKept:
    """Handler of callbacks_kept."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    @intent("callbacks_kept", FollowedForm, Permission.QUEUE_STEER, desk_only=False)
    async def _kept(self, page: Page, form: FollowedForm) -> Result:
        """Of those that ended today, or in so many days with today."""
        if form.days not in DAYS:
            raise Refused("bad_request", "Today, or the last 7 or 30 days.")
        now = now_ms()
        since = begins(now, form.days, self._current.value.zone)
        async with self._database.read() as connection:
            found = await callbacks_kept.ended(connection, since, now + 1)
            hidden = await sight.hidden_from(
                connection, {one.incident for one in found}, page.account.id
            )
        rows: dict[tuple[int, str], dict[str, Any]] = defaultdict(
            lambda: {"kept": 0, "late": 0, "gave_up": 0, "incidents": {}}
        )
        for one in found:
            row = rows[one.severity, one.kind]
            row["kept"] += one.reached
            row["late"] += one.late
            row["gave_up"] += not one.reached
            if one.incident not in hidden and len(row["incidents"]) < SHOWN:
                row["incidents"][one.incident] = f"INC-{one.number}"
        return {
            "days": form.days,
            "since": since,
            "rows": [
                {"severity": severity, "kind": kind}
                | row
                | {
                    "incidents": [
                        {"id": id, "number": number} for id, number in row["incidents"].items()
                    ]
                }
                for (severity, kind), row in sorted(rows.items())
            ],
        }

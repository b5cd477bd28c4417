"""Finding an incident from a desk or a board, and the list of callers who gave up."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import msgspec

from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, IncidentForm, Refused, Result, Word, intent, said
from holdfast.desk.view import View
from router.centre import Centre
from router.incidents.findable import Findable
from router.records import accounts, incidents, search_hits, search_index
from router.records.database import RecordUnavailable

NOT_RECORDED = "The record does not have their call yet. Try again as soon as it does."
FILTERS = ("", "open", "mine", "abandoned")


class FindForm(Form, frozen=True):
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    filter: Word = ""
    before: Word = ""


class Finder:
    """Handlers of the intents `incidents` and `abandoned_done`; the same list over HTTP."""

    def __init__(self, centre: Centre, view: View, findable: Findable) -> None:
        self._engine = centre.engine
        self._findable = findable
        self._database = centre.database
        self._view = view

    @intent("incidents", FindForm, desk_only=False)
    async def incidents(self, page: Page, form: FindForm) -> Result:
        return await self.find(page.account.id, form)

    async def find(self, reader: str, form: FindForm) -> dict[str, Any]:
        """A page of incidents as `reader` asks for them.

        Raises:
            Refused: bad_request.
        """
        if form.filter not in FILTERS:
            raise Refused("bad_request", "The filter is open, mine, abandoned or none.")
        with contextlib.suppress(RecordUnavailable):  # it cannot write: what is there is found
            await self._findable.catch_up()
        async with self._database.read() as connection:
            searched = await search_index.progress(connection) if form.q.strip() else None
            names = await accounts.names(connection)
            rows, following = await incidents.find(
                connection,
                names,
                query=form.q,
                reader=reader,
                owner=reader if form.filter == "mine" else None,
                only=list(self._view.abandoned.shown) if form.filter == "abandoned" else None,
                only_open=form.filter == "open",
                before=_cursor(form.before),
            )
            await search_hits.explain(connection, rows, form.q)
        found: dict[str, Any] = {
            "rows": rows,
            "next": f"{following[0]}.{following[1]}" if following else None,
        }
        if searched is not None:
            found["searched"] = {"done": searched[0], "total": searched[1]}
        return found

    @intent("abandoned_done", IncidentForm, audit="abandoned.done", desk_only=False)
    async def done(self, page: Page, form: IncidentForm) -> Result:
        """Marks a caller who gave up as done."""
        caller = self._view.abandoned.shown.get(form.incident)
        if caller is None:
            raise Refused("too_late", "This caller is no longer on the list.")
        if caller["provisional"]:
            raise Refused("not_ready", NOT_RECORDED)
        await self._engine.step(
            "abandoned_done",
            agent=page.account.id,
            contact=caller["contact"],
            audit=said(page, "abandoned.done", form.incident),
        )
        return {}


def _cursor(text: str) -> incidents.Cursor | None:
    if not text:
        return None
    moment, _, incident = text.partition(".")
    if not moment.isdecimal() or not moment.isascii() or len(moment) > 15 or not incident:
        raise Refused("bad_request", "before is what the previous page gave as next.")
    return int(moment), incident

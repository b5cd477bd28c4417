"""What belongs where, put right at a desk: merged, split, moved, joined, and all of it undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, Id, IncidentForm, Key, Refused, Result, Word, intent
from holdfast.desk.opened import Incidents
from router.centre import Centre
from router.core.bidi import isolated
from router.core.display import excerpt
from router.core.query import number_of
from router.incidents import joining, merging, moving
from router.incidents.filing import UNDONE, Filed, Filings, Undo
from router.incidents.joining import Join
from router.incidents.merging import Merge
from router.incidents.moving import Move
from router.records import accounts, people

MOST = 200
"""Contacts or notes in one act."""
Ids = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MOST)]
NoteIds = Annotated[tuple[Word, ...], msgspec.Meta(max_length=MOST)]


class MergeLookForm(IncidentForm, frozen=True):
    """`other`: a number (INC-20418, 20418) or an id."""

    other: Word


class MergeForm(Form, frozen=True):
    """`goes` is found as `stays` from now on. `next`: the next action that stays."""

    stays: Id
    goes: Id
    key: Key
    next: Id | None = None


class MoveForm(IncidentForm, frozen=True):
    """`to`: another incident; None: a new one."""

    key: Key
    contacts: Ids = ()
    notes: NoteIds = ()
    to: Id | None = None


class JoinForm(IncidentForm, frozen=True):
    """`party` is the same person as `one`, whose name stays."""

    one: Id
    party: Id
    key: Key


class FilingForm(Form, frozen=True):
    filing: Id


class UndoForm(FilingForm, frozen=True):
    """`back`: what came since a merge and goes with the incident that leaves."""

    back: NoteIds = ()


class PutRight:
    """Handlers of merge_look, merge_incidents, move_contacts, join_parties, undo_look and undo."""

    def __init__(self, centre: Centre, hub: Hub, opened: Incidents, filings: Filings) -> None:
        self._database = centre.database
        self._hub = hub
        self._opened = opened
        self._filings = filings

    @intent("merge_look", MergeLookForm, desk_only=False)
    async def _look(self, page: Page, form: MergeLookForm) -> Result:
        """Both, as whoever merges them has to see them."""
        number = number_of(form.other)
        async with self._database.read() as connection:
            found = (
                await people.incident_by_number(connection, number)
                if number is not None
                else await people.incident_by_id(connection, form.other)
            )
        if found is None:
            raise Refused("unknown", f"There is no incident {form.other}.")
        sides = []
        for one in (form.incident, found.id):
            document = await self._opened.document(one, page.account.id)
            if document is None:
                raise Refused("unknown", "No such incident.")
            sides.append(_side(document))
        if sides[0]["id"] == sides[1]["id"]:
            raise Refused("too_late", "These are one incident already.")
        return {"here": sides[0], "there": sides[1]}

    @intent("merge_incidents", MergeForm, audit=merging.ACT, desk_only=False)
    async def _merge(self, page: Page, form: MergeForm) -> Result:
        order = Merge(form.stays, form.goes, page.account.id, form.key, form.next)
        # Read before: once it is merged, nothing that fails may say that it was not.
        async with self._database.read() as connection:
            goes = await people.incident_by_id(connection, form.goes)
            stays = await people.incident_by_id(connection, form.stays)
            names = await accounts.names(connection)
        filed = await self._filings.merge(order, now_ms())
        told = self._told(filed)
        if goes is not None and stays is not None and not filed.reply.duplicate:
            self._owner_told(page, goes, stays, names)
        return told

    def _owner_told(
        self,
        page: Page,
        goes: people.IncidentRef,
        stays: people.IncidentRef,
        names: Mapping[str, str],
    ) -> None:
        """Whose incident was merged into somebody else's hears of it: it is not theirs any more."""
        if None in (goes.owner, stays.owner) or goes.owner in (page.account.id, stays.owner):
            return
        whose = names.get(str(stays.owner), "somebody else")
        self._hub.notice(
            str(goes.owner),
            "incident.merged",
            f"{page.account.name} merged your {goes.word} into {stays.word}. Its owner is {whose}.",
        )

    @intent("move_contacts", MoveForm, audit=(moving.MOVED, moving.SPLIT))
    async def _move(self, page: Page, form: MoveForm) -> Result:
        order = Move(form.incident, form.contacts, form.notes, form.to, page.account.id, form.key)
        return self._told(await self._filings.move(order, now_ms()))

    @intent("join_parties", JoinForm, audit=joining.ACT)
    async def _join(self, page: Page, form: JoinForm) -> Result:
        order = Join(form.incident, form.one, form.party, page.account.id, form.key)
        return self._told(await self._filings.join(order, now_ms()))

    @intent("undo_look", FilingForm, desk_only=False)
    async def _undo_look(self, _page: Page, form: FilingForm) -> Result:
        """What came since, and where it is proposed to go."""
        return {
            "since": [
                {"id": one.id, "kind": one.kind, "at": one.at, "side": one.side,
                 "channel": one.row.channel if one.kind == "contact" else None,
                 "text": excerpt(one.row.text, 80) if one.kind == "note" else None}
                for one in await self._filings.since(form.filing)
            ]
        }  # fmt: skip

    @intent("undo_filing", UndoForm, audit=UNDONE, desk_only=False)
    async def _undo(self, page: Page, form: UndoForm) -> Result:
        order = Undo(form.filing, page.account.id, frozenset(form.back))
        return self._told(await self._filings.undo(order, now_ms()))

    def _told(self, filed: Filed) -> Result:
        for one in dict.fromkeys(filed.incidents):
            self._hub.incident_changed(one)  # refused: somebody else was quicker
        if not filed.reply.ok:
            raise Refused.by(filed.reply, {})
        if not filed.reply.duplicate:
            self._hub.mine_changed()
        return {"incident": filed.at}


def _side(document: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: document[name] for name in ("id", "number", "title", "severity", "state")},
        "owner_name": document["owner_name"],
        "next": document["next"],
        "people": [isolated(one["name"]) for one in document["parties"]],
        "contacts": len(document["contacts"]),
        "live": sum(one["state"] != "ended" for one in document["contacts"]),
        "opened_at": document["opened_at"],
    }

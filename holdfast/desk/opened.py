"""Incidents opened at a desk or a board, or only previewed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from holdfast.desk.guidance import shown
from holdfast.desk.hub import Page
from holdfast.desk.incident_preview import fold_quotes, peek_of
from holdfast.desk.intents import Form, Id, Refused, Result, intent
from router.centre import Centre
from router.records import accounts, guidance, sight, timeline
from router.records.contact_words import Words


class OpenForm(Form, frozen=True):
    incident: Id | None = None


class PeekForm(Form, frozen=True):
    incident: Id


class Incidents:
    """Handlers of open and peek; the same document over HTTP and to pages that have it open."""

    def __init__(
        self, centre: Centre, contacts: Callable[[str, str], set[str]] = lambda _who, _of: set()
    ) -> None:
        """`contacts`: those of an incident that an account has in hand."""
        self._contacts = contacts
        self._database = centre.database
        self._current = centre.config

    @intent("open", OpenForm, desk_only=False)
    async def _open(self, page: Page, form: OpenForm) -> Result:
        page.incident = form.incident
        if form.incident is None:
            return {}
        document = await self.document(form.incident, page.account.id)
        if document is None:
            page.incident = None
            raise Refused("unknown", "No such incident.")
        if page.incident == form.incident:
            page.shows(document)
        return document

    @intent("peek", PeekForm)
    async def _peek(self, page: Page, form: PeekForm) -> Result:
        document = await self.document(form.incident, page.account.id)
        if document is None:
            raise Refused("unknown", "No such incident.")
        return peek_of(document)

    async def document(self, incident_id: str, reader: str) -> dict[str, Any] | None:
        """The incident as one document. None: there is none."""
        return (await self.documents(incident_id, [reader])).get(reader)

    async def documents(
        self, incident_id: str, readers: Collection[str]
    ) -> dict[str, dict[str, Any]]:
        """The same for each of these, read once. Empty: there is none."""
        config, dialling = self._current.value, self._current.dialling
        words = Words(
            queues={name: queue.word for name, queue in config.queues.items()},
            dispositions={one.code: one.word for one in config.dispositions},
            departments={one.name: one.word for one in config.hand_off.to},
        )
        async with self._database.read() as connection:
            names = await accounts.names(connection)
            few = await sight.people_of(connection, "incident", incident_id)
            held = self._held(readers, few)
            may = [one for one in readers if few is None or one in few[1] or held[one]]
            found = await timeline.documents(
                connection, incident_id, may, names, dialling.words, words,
                no_text=dialling.text_words,
            )  # fmt: skip
            if found:
                facts = next(iter(found.values()))["facts"]
                begun = await guidance.begun(connection, incident_id)
                said = await guidance.said_in(connection, incident_id)
                card = shown(config, begun, said, facts, names)
                linked = [one["id"] for one in next(iter(found.values()))["linked"]]
                others = {it: await sight.hidden_from(connection, linked, it) for it in found}
                for reader, document in found.items():
                    document["guidance"] = card
                    document["restricted"] = None if few is None else _list_of(few[1], names)
                    document["linked"] = [
                        one for one in document["linked"] if one["id"] not in others[reader]
                    ]
        if found:
            fold_quotes(next(iter(found.values())))  # all share its lines
        return {
            reader: document if few is None or reader in few[1] else limited(document, held[reader])
            for reader, document in found.items()
        }

    def _held(
        self, readers: Collection[str], few: tuple[str, Collection[str]] | None
    ) -> dict[str, set[str]]:
        """The contacts of a restricted incident that each reader has, who is not on its list."""
        return {one: self._contacts(one, few[0]) if few else set() for one in readers}


def _list_of(people: Collection[str], names: Mapping[str, str]) -> dict[str, Any]:
    found = sorted((names.get(one, "somebody"), one) for one in people)
    return {"whole": True, "people": [{"id": one, "name": name} for name, one in found]}


def limited(document: dict[str, Any], contacts: Collection[str]) -> dict[str, Any]:
    """What of a restricted incident somebody sees who is not on its list and has one of its
    `contacts`: that one's own lines, and who it is with."""
    mine = [one for one in document["contacts"] if one["id"] in contacts]
    people = {one["party"] for one in mine}
    lines = [one for one in document["timeline"] if one["contact"] in contacts]
    return document | {
        "title": "Restricted",
        "facts": dict.fromkeys(document["facts"], ""),
        "closed": None, "next": None, "hand_off": None, "guidance": None, "callback": None,
        "linked": [], "owner": None, "owner_name": None, "contacts": mine,
        "parties": [one for one in document["parties"] if one["id"] in people],
        "timeline": [one for one in lines if one["kind"] != "event" or one["routing"]],
        "restricted": {"whole": False, "people": []},
    }  # fmt: skip

"""Incidents opened at a desk or a board, or only previewed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from holdfast.desk.guidance import shown
from holdfast.desk.hub import Page
from holdfast.desk.incident_preview import fold_quotes, peek_of
from holdfast.desk.intents import Form, Id, Refused, Result, intent
from router.centre import Centre
from router.records import accounts, guidance, timeline
from router.records.contact_words import Words


class OpenForm(Form, frozen=True):
    incident: Id | None = None


class PeekForm(Form, frozen=True):
    incident: Id


class Incidents:
    """Handlers of open and peek; the same document over HTTP and to pages that have it open."""

    def __init__(self, centre: Centre) -> None:
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
            found = await timeline.documents(
                connection, incident_id, readers, names, dialling.words, words,
                no_text=dialling.text_words,
            )  # fmt: skip
            if found:
                facts = next(iter(found.values()))["facts"]
                begun = await guidance.begun(connection, incident_id)
                said = await guidance.said_in(connection, incident_id)
                card = shown(config, begun, said, facts, names)
                for document in found.values():
                    document["guidance"] = card
        if found:
            fold_quotes(next(iter(found.values())))  # all share its lines
        return found

"""Snippets for a message, filled for whoever reads it, in their language."""

from __future__ import annotations

from dataclasses import asdict

from holdfast.desk.hub import Page
from holdfast.desk.intents import Id, IncidentForm, Refused, Result, intent
from router.centre import Centre
from router.core.outgoing import line_to_write_from
from router.core.recipient import CHANNEL_OF
from router.core.said import known_language
from router.core.severity import Channel
from router.core.snippets import fitting
from router.records import contacts, incident_facts, people, reached


class SnippetForm(IncidentForm, frozen=True):
    """`address`: of whoever reads the message."""

    address: Id


class Snippets:
    """Handler of snippets."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    @intent("snippets", SnippetForm)
    async def _snippets(self, page: Page, form: SnippetForm) -> Result:
        config = self._current.value
        async with self._database.read() as connection:
            to = await reached.at(connection, form.incident, form.address)
            incident = await people.incident_by_id(connection, form.incident)
            if to is None or incident is None:
                raise Refused("unknown", "Nobody of this incident is reached there.")
            spoken = await incident_facts.language_of(connection, form.incident)
            waited = await contacts.queues_of(connection, form.incident)
            last = await contacts.last_line_of(connection, form.incident)
        line = line_to_write_from(config.lines, Channel.SMS, last)
        facts = {
            "name": to.name,
            "reference": incident.word,
            "agent": page.account.name,
            "line": line.number if line else None,
        }
        language = spoken or known_language(config, waited)
        found = fitting(config.snippets, str(CHANNEL_OF[to.kind]), language, facts)
        return {"rows": [asdict(one) for one in found]}

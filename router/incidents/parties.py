"""People are added to an incident at a person's word: a vet, a sitter, the police."""

from __future__ import annotations

from dataclasses import dataclass

from router.centre import Centre
from router.core.display import mask
from router.core.incident import CLOSED
from router.core.model import Reply
from router.incidents.replies import NOT_OPEN, UNKNOWN
from router.records import audit, incident_changes, people

ADDED = "incident.party_added"
"""Action of the audit; its detail is the party."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody at an address (`kind`: phone or email); `role`: one of router.core.party.ROLES."""

    incident: str
    kind: str
    value: str
    name: str
    role: str
    by: str


class Parties:
    """Adds people. Whoever the record knows at that address is that person, by their own name."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database

    async def add(self, newcomer: Newcomer, now: int) -> Reply:
        """Somebody who belongs to it already gets the role. Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        of = newcomer.incident
        async with self._database.write() as connection:
            row = await incident_changes.held(connection, of)
            if row is None:
                return UNKNOWN
            if row.state == CLOSED:
                return NOT_OPEN
            person = await people.find_or_make(
                connection, newcomer.kind, newcomer.value, now, newcomer.name or None
            )
            if not await people.put_party(connection, of, person.party, newcomer.role):
                return Reply(duplicate=True)
            who = person.name or mask(person.kind, person.value)
            await incident_changes.join(
                connection, of, now, row.severity, words=f"{who}, {newcomer.role}",
                author=newcomer.by,
            )  # fmt: skip
            await audit.append(
                connection, actor=newcomer.by, action=ADDED, subject=of, now=now,
                detail=person.party,
            )  # fmt: skip
        return Reply()

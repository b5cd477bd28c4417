"""People are added to an incident at a person's word: a vet, a sitter, the police."""

from __future__ import annotations

from dataclasses import dataclass

from router.centre import Centre
from router.core.bidi import isolated
from router.core.display import mask
from router.core.model import Reply
from router.incidents.at_work import index_of, tell_of
from router.incidents.replies import held_open
from router.records import audit, incident_changes, people
from router.records.database import once_more

ADDED = "incident.party_added"
"""Action of the audit; its detail is the party."""
REVEALED = "address.revealed"
"""The same, of an incident; its detail is the address."""


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
        self._tell = index_of(centre)

    async def add(self, newcomer: Newcomer, now: int) -> Reply:
        """Somebody who belongs to it already gets the role. Twice is once.

        Raises:
            RecordUnavailable: nothing was changed.
        """
        reply = await once_more(lambda: self._add(newcomer, now))
        if reply.ok and not reply.duplicate:  # it may be who is on the line
            await tell_of(self._database, [newcomer.incident], self._tell)
        return reply

    async def _add(self, newcomer: Newcomer, now: int) -> Reply:
        of = newcomer.incident
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, of), Reply):
                return row
            of = row.id
            person = await people.find_or_make(
                connection, newcomer.kind, newcomer.value, now, newcomer.name or None
            )
            if not await people.put_party(connection, of, person.party, newcomer.role):
                return Reply(duplicate=True)
            who = person.name or mask(person.kind, person.value)
            await incident_changes.join(
                connection, of, now, row.severity, words=f"{isolated(who)}, {newcomer.role}",
                author=newcomer.by,
            )  # fmt: skip
            await audit.append(
                connection, actor=newcomer.by, action=ADDED, subject=of, now=now,
                detail=person.party,
            )  # fmt: skip
        return Reply()

    async def reveal(self, incident: str, address: str, by: str, now: int) -> str | Reply:
        """The whole number or mail address of somebody of this incident: an agent reads it to the
        police. The line in the audit is written first, in the same transaction.

        Raises:
            RecordUnavailable: nothing was told.
        """
        async with self._database.write() as connection:
            person = await people.person_at(connection, address)
            theirs = person and await people.is_party_of(connection, incident, person.party)
            if person is None or not theirs:
                return Reply(ok=False, code="unknown", text="no such address in this incident")
            if person.value.startswith("anonymous:"):
                return Reply(ok=False, code="not_allowed", text="their number was withheld")
            await audit.append(
                connection, actor=by, action=REVEALED, subject=incident, now=now, detail=address
            )
        return person.value

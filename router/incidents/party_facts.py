"""What is said of the people of an incident at a person's word: who they are, where else they are
reached, where that is not safe, what they agreed to; and what was added by mistake is taken back.

Each act is one transaction with its line in the audit and on the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from router.centre import Centre
from router.core.bidi import isolated
from router.core.display import mask, title_of_call
from router.core.incident_facts import TITLE
from router.core.model import Reply
from router.core.party import CONSENTS
from router.incidents.at_work import index_of, tell_of
from router.incidents.replies import OVERTAKEN, held_open
from router.records import (
    audit,
    callbacks,
    incident_changes,
    incident_facts,
    party_facts,
    people,
    reached,
)
from router.records.database import Transaction
from router.records.ids import derived_id

CHANGED, REACHED = "incident.party_changed", "incident.address_added"
DROPPED, PUT_BACK = "incident.party_dropped", "incident.party_put_back"
UNSAFE, SAFE = "address.unsafe", "address.safe"
CONSENT = "incident.consent"
"""Actions of the audit."""

NOBODY = Reply(ok=False, code="unknown", text="they do not belong to this incident")
NOWHERE = Reply(ok=False, code="unknown", text="nobody of this incident is reached there")
USED = Reply(
    ok=False,
    code="not_allowed",
    text="there are calls or messages with them: what happened is not taken away",
)
LAST = Reply(
    ok=False,
    code="not_allowed",
    text="it is the only way to reach them. If they do not belong here, remove the person",
)
PROMISED = Reply(
    ok=False,
    code="not_ready",
    text="a call is promised in this incident. Call that off first; nothing was removed",
)


@dataclass(frozen=True, slots=True)
class By:
    """Who says something of the people of an incident, and when (ms)."""

    incident: str
    account: str
    now: int


class PartyFacts:
    """Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._tell_index = index_of(centre)

    async def change(
        self, by: By, party: str, *, was: tuple[str, str], now: tuple[str, str]
    ) -> Reply:
        """Name and role, from what the page showed to what they are. Refused (`too_late`) if they
        are something else by now. Their contacts that are not over have it at once, in whatever
        incident: a name is the person's."""
        concerned = [by.incident]
        reply = await self._change(by, party, was, now, concerned)
        if reply.ok and not reply.duplicate:
            await tell_of(self._database, concerned, self._tell_index)
        return reply

    async def _change(
        self, by: By, party: str, was: tuple[str, str], now: tuple[str, str], concerned: list[str]
    ) -> Reply:
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            known = await party_facts.person_in(connection, by.incident, party)
            if known is None:
                return NOBODY
            are = (known.name or "", known.role)
            if are == now:
                return Reply(duplicate=True)
            if are != was:
                return OVERTAKEN
            if now[1] != known.role:
                await people.put_party(connection, by.incident, party, now[1])
            if now[0] != are[0]:
                await party_facts.rename(connection, party, now[0] or None)
                concerned += await party_facts.live_in(connection, party)
                await self._retitle(connection, by, party, are[0], now[0])
            who, before = isolated(now[0] or are[0] or "somebody"), isolated(are[0] or "somebody")
            renamed = f", before: {before}" if now[0] != are[0] else ""
            words = f"said who {who} is: {now[1]}{renamed}"
            await self._tell(connection, by, row, CHANGED, party, words)
        return Reply()

    @staticmethod
    async def _retitle(connection: Transaction, by: By, party: str, was: str, now: str) -> None:
        """A title that only said who called says who that is."""
        row = await incident_facts.held(connection, by.incident)
        known = {was, *await party_facts.masked_of(connection, party)}
        if now and row.title in {title_of_call(one) for one in known if one}:
            title = title_of_call(now)
            await incident_facts.write(
                connection, by.incident, by.now, row, TITLE, title, author=by.account
            )

    async def add_address(self, by: By, party: str, kind: str, value: str) -> Reply:
        """One more number or mail address of theirs. What is another person's is refused: they are
        joined, or it is theirs."""
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            person = await party_facts.person_in(connection, by.incident, party)
            if person is None:
                return NOBODY
            known = await people.find_address(connection, kind, value)
            if known is not None and known.party == party:
                return Reply(duplicate=True)
            if known is not None:
                whose = known.name or "somebody else"
                words = f"{whose} is reached there. Join the two if they are one person"
                return Reply(ok=False, code="taken", text=words)
            new = derived_id("d", kind, value)
            values = {"party": party, "kind": kind, "value": value, "opted_out": False}
            await party_facts.add_address(connection, {"id": new, **values})
            words = f"added {mask(kind, value)} for {isolated(person.name or 'somebody')}"
            await self._tell(connection, by, row, REACHED, new, words)
        return Reply()

    async def drop(self, by: By, party: str, address: str | None) -> Reply:
        """Takes back what was added by mistake: an address of theirs, or (None) the person from
        this incident. Refused where anything came from them, or went to them."""
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            person = await party_facts.person_in(connection, by.incident, party)
            if person is None:
                return NOBODY
            name = isolated(person.name or "somebody")
            if await callbacks.open_of(connection, by.incident) is not None:
                return PROMISED
            if address is None:
                if await party_facts.has_contacts(connection, incident=by.incident, party=party):
                    return USED
                await party_facts.drop_party(connection, by.incident, party, person.role, by.now)
                words = f"removed {name}, {person.role}: added by mistake"
            else:
                at = await reached.at(connection, by.incident, address)
                if at is None or at.party != party:
                    return NOWHERE
                if await party_facts.has_contacts(connection, at=address):
                    return USED
                if await party_facts.addresses_of(connection, party) < 2:
                    return LAST
                await party_facts.drop_address(connection, by.incident, at, by.now)
                words = f"removed {mask(at.kind, at.value)} of {name}: added by mistake"
            await self._tell(connection, by, row, DROPPED, address or party, words)
        return Reply()

    async def put_back(self, by: By, party: str, address: str | None) -> Reply:
        """What was dropped is as it was."""
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            was = await party_facts.take_dropped(connection, by.incident, party, address or "")
            if was is None:
                return Reply(ok=False, code="too_late", text="there is nothing to put back")
            if address is None:
                await people.put_party(connection, by.incident, party, was.role)
                words = f"put them back: {was.role}"
            elif await people.find_address(connection, was.kind, was.value) is not None:
                return Reply(ok=False, code="taken", text="somebody is reached there by now")
            else:
                same = {"party": party, "kind": was.kind, "value": was.value}
                await party_facts.add_address(
                    connection, {"id": address, **same, "opted_out": bool(was.opted_out)}
                )
                words = f"put {mask(was.kind, was.value)} back"
            await self._tell(connection, by, row, PUT_BACK, address or party, words)
        return Reply()

    async def mark(self, by: By, address: str, reason: str) -> Reply:
        """It is not safe to use, for this reason; without one it is safe again."""
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            at = await reached.at(connection, by.incident, address)
            if at is None:
                return NOWHERE
            known = await party_facts.unsafe_at(connection, address)
            if (known or "") == reason:
                return Reply(duplicate=True)
            if reason and (of := await callbacks.open_at(connection, address)) is not None:
                words = f"a call to it is promised in {of}. Call that off first; nothing was marked"
                return Reply(ok=False, code="not_ready", text=words)
            await party_facts.mark(connection, address, reason, by.account, by.now)
            where = f"{mask(at.kind, at.value)} of {isolated(at.name or 'somebody')}"
            words = f"said that {where} is safe to use again"
            if reason:
                words = f"said that {where} is not safe to use: {isolated(reason)}"
            await self._tell(connection, by, row, UNSAFE if reason else SAFE, address, words)
        return Reply()

    async def agree(self, by: By, party: str, what: str, says: str) -> Reply:
        """What they said when they were asked: yes or no; "": nobody has asked, after all."""
        async with self._database.write() as connection:
            row = await held_open(connection, by.incident)
            if isinstance(row, Reply):
                return row
            by = replace(by, incident=row.id)  # it may be named by one that was merged
            person = await party_facts.person_in(connection, by.incident, party)
            if person is None:
                return NOBODY
            await party_facts.agree(connection, by.incident, party, what, says, by.account, by.now)
            does = {"yes": "agreed", "no": "did not agree", "": "was not asked whether they agree"}
            words = f"noted: {isolated(person.name or 'somebody')} {does[says]} {CONSENTS[what]}"
            await self._tell(
                connection, by, row, CONSENT, f"{party} {what} {says or 'unasked'}", words
            )
        return Reply()

    @staticmethod
    async def _tell(
        connection: Transaction, by: By, row: Any, action: str, detail: str, words: str
    ) -> None:
        await incident_changes.note_people(
            connection, by.incident, by.now, row.severity, words=words, author=by.account
        )
        await audit.append(
            connection, actor=by.account, action=action, subject=by.incident, now=by.now,
            detail=detail,
        )  # fmt: skip

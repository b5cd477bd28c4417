"""Calling people back: the intent is in the database before anything is dialled."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import structlog

from router.centre import Centre
from router.core import ladder
from router.core.config import Line
from router.core.display import mask
from router.core.durations import duration_ms
from router.core.model import LiveContact, Reply
from router.core.outgoing import line_to_call_from
from router.core.restricted import only
from router.core.said import known_language
from router.core.severity import Channel, Severity, answer_by, score
from router.core.states import NOT_MADE, State
from router.incidents.life import found_for, goes_on, severity_of
from router.records import asks_first, audit, callbacks, contacts, people
from router.records.database import Transaction
from router.records.ids import derived_id

log = structlog.get_logger()

REDIAL_MS = 24 * 3_600_000
"""Who was called longer ago is found by Find: nobody remembers whom "again" means."""

TOO_MANY = "callback.too_many"
"""The day's calls of that agent are used up."""
ORDERED, REFUSED = "callback.ordered", "callback.refused"
"""Actions of the audit: the record has the intent; nobody is dialled for it after all."""


@dataclass(frozen=True, slots=True)
class CallbackOrder:
    """An agent wants to call a party of an incident; `key` makes a repeated order one order."""

    agent: str
    incident: str
    address: str
    key: str
    made: int = 0
    """Calls that they made today."""
    sure: frozenset[str] = frozenset()
    """They mean it, though the number is marked as not safe (router.records.asks_first)."""


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody whom an agent called: enough to say who, and to call them again."""

    incident: str
    incident_no: str
    address: str
    name: str | None
    masked: str


@dataclass(frozen=True, slots=True)
class WouldCall:
    """Whom the record knows at a number, and the line that they would see."""

    name: str | None
    line: Line


@dataclass(frozen=True, slots=True)
class NumberOrder:
    """An agent wants to call a number (as it is dialled), into an incident or alone."""

    agent: str
    number: str
    incident: str | None
    key: str
    made: int = 0
    sure: frozenset[str] = frozenset()


def _contact_of(order: CallbackOrder | NumberOrder) -> str:
    """An order that is repeated is the same call."""
    return derived_id("c", "callback", order.agent, order.key)


class Callbacks:
    """Agent first: they are on the line already when the person's telephone rings."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config

    async def _promised(self, order: CallbackOrder) -> Reply | None:
        """Calling now keeps the promise that waits for this telephone: one call, not two."""
        async with self._database.read() as connection:
            row = await callbacks.open_of(connection, order.incident)
            live = await contacts.live_of(connection, row.contact) if row is not None else None
            theirs = await contacts.open_of_party(connection, (live and live.party) or "")
        if row is None or live is None or row.address != order.address:
            return None
        if live.state not in NOT_MADE:
            return None
        reply = await self._engine.step(
            "callback_now",
            agent=order.agent,
            contact=live.id,
            theirs=theirs,
            audit={"by": order.agent, "action": ORDERED, "subject": order.incident},
        )
        return None if reply.code == "too_late" else reply

    async def _line_of(self, connection: Transaction, incident: str) -> Line:
        """The one that they know, if they have reached us."""
        last = await contacts.last_line_of(connection, incident)
        return line_to_call_from(self._current.value.lines, last)

    async def last_by(self, agent: str, now: int) -> Called | None:
        """Whom they called last, for a while."""
        async with self._database.read() as connection:
            last = await contacts.last_called_by(connection, agent, now - REDIAL_MS)
            if last is None:
                return None
            incident = await people.incident_by_id(connection, last[0])
            person = await people.person_at(connection, last[1])
        if person is None or incident is None:
            return None
        masked = mask(person.kind, person.value)
        return Called(incident.id, incident.word, person.address, person.name, masked)

    async def dial(self, order: NumberOrder, now: int) -> Reply:
        """Whoever is at that number becomes a party of that incident, otherwise of theirs: the one
        to which a call from them would belong and that the agent may see, or a new one. Then they
        are called back.

        Raises:
            RecordUnavailable, IndexUnavailable: as `order`.
        """
        if no := self._current.dialling.refusal(order.number):
            return Reply(ok=False, code=no.code, text=no.text)
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, "phone", order.number, now)
            if ask := await asks_first.unsafe(connection, person.address, order.sure):
                return ask
            await people.hold(connection, person)
            if order.incident is None:
                since = self._reopens_from(now)
                incident = await found_for(connection, person.party, since, order.agent)
            else:
                incident = await people.incident_by_id(connection, order.incident)
                if incident is None:
                    return Reply(ok=False, code="unknown", text="no such incident")
            severity = severity_of(incident)[0] if incident else Severity.S4
            known = await contacts.get(connection, _contact_of(order))
            if known is None and (no_more := self.no_more(order.made, severity)):
                subject = incident.id if incident else ""
                await self._say(connection, order.agent, TOO_MANY, subject, now)
                return no_more
            if order.incident is not None and incident is not None:
                await people.add_party(connection, incident.id, person.party, "party")
            if incident is None:
                name = await people.name_for(connection, person, order.agent)
                title = f"Call to {name or mask('phone', order.number)}"
                incident = await people.open_incident(
                    connection, title, int(Severity.S4), person.party, "party", now
                )
        call = CallbackOrder(
            order.agent, incident.id, person.address, order.key, order.made, order.sure
        )
        return await self.order(call, now)

    def no_more(self, made: int, severity: Severity) -> Reply | None:
        """Their day's calls are used up. An S1 or S2 is never held back by a number."""
        most = self._current.value.dialling.calls_a_day
        if severity <= Severity.S2 or made < most:
            return None
        text = (
            f"at most {most} calls of your own a day, and you have made them. Promise the call, and"
            " whoever is free takes it; an S1 or S2 may be called all the same"
        )
        return Reply(ok=False, code="not_allowed", text=text)

    async def would_call(
        self, number: str, incident: str | None, agent: str, now: int
    ) -> WouldCall:
        """What `dial` of this agent would do with a number that may be called; changes nothing."""
        async with self._database.read() as connection:
            person = await people.find_address(connection, "phone", number)
            if incident is None and person is not None:
                since = self._reopens_from(now)
                found = await found_for(connection, person.party, since, agent)
                incident = found.id if found else None
            line = await self._line_of(connection, incident or "")
            name = await people.name_for(connection, person, agent) if person else None
        return WouldCall(name, line)

    def _reopens_from(self, now: int) -> int:
        return now - duration_ms(self._current.value.incidents.reopened_within)

    async def order(self, order: CallbackOrder, now: int) -> Reply:
        """Writes the intent, then puts it into the index; that step causes the dialling as an
        effect.

        Raises:
            RecordUnavailable, IndexUnavailable: nothing was dialled, or the call will be dialled
            once.
        """
        promised = await self._promised(order)
        if promised is not None:
            return promised
        contact_id = _contact_of(order)
        config = self._current.value
        async with self._database.write() as connection:
            person = await people.person_at(connection, order.address)
            incident = await people.incident_by_id(connection, order.incident)
            if person is None or incident is None or person.kind != "phone":
                return Reply(ok=False, code="unknown", text="no such telephone number")
            role = await people.role_in(connection, incident.id, person.party)
            if role is None:
                return Reply(ok=False, code="not_allowed", text="not a party of this incident")
            if no := self._current.dialling.refusal(person.value):
                return Reply(ok=False, code=no.code, text=no.text)
            if ask := await asks_first.unsafe(connection, person.address, order.sure):
                return ask
            line = await self._line_of(connection, incident.id)
            severity, own = severity_of(incident)
            known = await contacts.get(connection, contact_id)
            if known is None and (no_more := self.no_more(order.made, severity)):
                await self._say(connection, order.agent, TOO_MANY, incident.id, now)
                return no_more
            masked = mask(person.kind, person.value)
            spoken = known_language(config, await contacts.queues_of(connection, incident.id))
            live = LiveContact(
                id=contact_id,
                language=spoken,
                channel="voice",
                dir="out",
                severity=int(severity),
                own=own,
                arrived_at=now,
                queued_at=now,
                score=score(now, severity, Channel.VOICE, self._current.targets),
                answer_by=answer_by(now, severity, Channel.VOICE, self._current.targets),
                state=State.DIALING,
                queue=line.queue,
                line=line.name,
                rule="call back",
                agent=order.agent,
                wrapup_ms=duration_ms(config.queues[line.queue].wrapup),
                who={"name": person.name or masked, "address": masked, "role": role or "party"},
                party=person.party,
                about=incident.title,
                incident=incident.id,
                incident_no=incident.word,
                only=only(incident.only),
                # If the agent is lost or hands it on, it waits as a call that came now.
                ladder=ladder.text(config.steps(line.queue, severity)),
                promote_at=config.promote_at(now, severity, Channel.VOICE),
                promote_ms=self._current.targets[Severity.S2][Channel.VOICE],
            )
            theirs = await contacts.open_of_party(connection, person.party)
            new = await contacts.admit(
                connection,
                live,
                party=person.party,
                address=person.address,
                our_address=line.number,
            )
            await contacts.intend_dial(
                connection, order.key, contact_id, person.value, line.number, now
            )
            await goes_on(
                connection, incident.id, now, severity=live.by_itself, contact=live.id, ours=True,
                by=order.agent,
            )  # fmt: skip
            await people.own_if_nobody_does(connection, incident.id, order.agent)
            if new:
                await self._say(connection, order.agent, ORDERED, incident.id, now)
        reply = await self._engine.step(
            "dial", agent=order.agent, contact=msgspec.to_builtins(live), theirs=theirs
        )
        if not reply.ok:
            async with self._database.write() as connection:
                live.outcome, live.ended_at = "not_reached", now
                await contacts.mark_ended(connection, live)
                await contacts.set_dialled(connection, contact_id, "refused", None)
                if new:
                    await self._say(connection, order.agent, REFUSED, incident.id, int(reply.now))
        return reply

    @staticmethod
    async def _say(
        connection: Transaction, agent: str, action: str, subject: str, now: int
    ) -> None:
        await audit.append(connection, actor=agent, action=action, subject=subject, now=now)

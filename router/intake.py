"""The one door in: record, then enqueue.

Whatever arrives is written to the database first and put into the live index second. When the
index is away the record alone holds the contact: callers hear the hold loop, and the next wait
request or the sweep (router/rebuild.py) puts it into the index.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from router.core.arrivals import Call, Text
from router.core.config import Config, Line, duration_ms
from router.core.masks import excerpt, mask
from router.core.model import LiveContact, Reply
from router.core.restore import to_its_place
from router.core.severity import Channel, Severity, answer_by, score
from router.core.triage import Verdict, triage
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.records import contacts, messages, people
from router.records.database import Database
from router.records.ids import derived_id

__all__ = ["Arrival", "Call", "Intake", "Text"]

log = structlog.get_logger()

REDIAL_WINDOW_MS = 600_000
"""Who dials the same line again within 10 min of an abandoned call takes that call's place."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of it. `reply` is None when only the record took it (index away)."""

    contact_id: str
    contact: LiveContact
    line: Line
    new: bool
    reply: Reply | None


class Intake:
    """Records and enqueues; knows lines, words and targets from the configuration."""

    def __init__(self, database: Database, engine: Engine, config: Config, account: str) -> None:
        self._database = database
        self._engine = engine
        self._config = config
        self._account = account
        self.on_behind: Callable[[], None] = lambda: None
        """Told when only the record took a contact: somebody has to bring it into the index."""
        self._targets = config.target_ms()
        self._words = config.word_rules()

    def line_for(self, address: str) -> Line:
        """The line of a number or mail address of ours; the first one when it is unknown."""
        wanted = address.casefold()
        for line in self._config.lines:
            if wanted in (line.number, line.mail.casefold()):
                return line
        return self._config.lines[0]

    def call_id(self, carrier_id: str) -> str:
        """The contact of a call at the carrier."""
        return derived_id("c", self._account, carrier_id)

    # Calls -----------------------------------------------------------------------------------

    async def call(self, call: Call, now: int) -> Arrival:
        """A call came in (or its webhook came again).

        Raises:
            RecordUnavailable: nothing was accepted; the caller is to hear the hold loop and
                the next wait request tries again.
        """
        call = call.cleaned()
        line = self.line_for(call.to_number)
        contact_id = self.call_id(call.carrier_id)
        withheld = not call.from_number.startswith("+") or call.from_number == "+266696687"
        value = f"anonymous:{call.carrier_id}" if withheld else call.from_number
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, "phone", value, now, call.caller_name)
            await people.hold(connection, person)
            before = await contacts.live_of(connection, contact_id)
            if before is not None:
                live, new = before, False
            else:
                new = True
                open_incident = await people.open_incident_of(connection, person.party)
                redial = await contacts.redial_of(
                    connection, person.address, call.to_number, now - REDIAL_WINDOW_MS, contact_id
                )
                verdict = self._verdict(line, incident=open_incident)
                arrived_at = int(redial.arrived_at) if redial is not None else now
                live = self._contact(
                    contact_id, Channel.VOICE, line, verdict, person, arrived_at=arrived_at, now=now
                )
                live.carrier_id = call.carrier_id
                live.link = "at_carrier"
                live.state = "in_menu" if line.menu else "queued"
                if redial is not None:
                    live.rule += "; called again, place kept"
                incident = open_incident
                if incident is None:
                    incident = await people.open_incident(
                        connection, line.word, int(verdict.severity), person.party, "caller", now
                    )
                else:
                    await people.touch_incident(
                        connection, incident.id, now, severity=int(verdict.severity)
                    )
                self._attach(live, incident)
                await contacts.admit(
                    connection,
                    live,
                    party=person.party,
                    address=person.address,
                    our_address=call.to_number,
                )
        if live.state == "ended":  # a late duplicate: it never comes back to life
            return Arrival(contact_id, live, line, False, Reply(ok=False, code="ended"))
        return await self._enqueue(live, line, new, inline=True)

    async def menu_answered(self, contact_id: str, digit: str | None) -> Reply | None:
        """The key pressed in the line's menu; None when the index is away."""
        async with self._database.read() as connection:
            row = await contacts.get(connection, contact_id)
        if row is None:
            return None
        live = msgspec.json.decode(row.live, type=LiveContact)
        line = self._line_named(row.line)
        known = None
        if live.rule.startswith("open INC-"):
            known = Severity(max(2, live.severity))
        verdict = triage(
            self._config.line_default(line),
            digit=digit,
            incident_severity=known,
            incident_number=live.incident_no,
        )
        fields = self._triage_fields(Channel.VOICE, verdict, int(live.arrived_at))
        if verdict.severity < live.severity and live.incident:
            async with self._database.write() as connection:
                await people.touch_incident(
                    connection,
                    live.incident,
                    int(live.arrived_at),
                    severity=int(verdict.severity),
                )
        try:
            return await self._engine.step("triaged", contact=contact_id, set=fields, inline=True)
        except (IndexLost, IndexUnavailable):
            return None

    async def known_call(self, contact_id: str) -> LiveContact | None:
        """A call as last recorded; None when the record has never heard of it."""
        async with self._database.read() as connection:
            return await contacts.live_of(connection, contact_id)

    async def readmit(self, live: LiveContact, *, force: bool = False) -> Reply | None:
        """Puts a recorded contact that the index does not hold back to its place.

        force: although it has ended there (its end was only inferred, and he is on the line).
        """
        place = to_its_place(live)
        arrival = await self._enqueue(place, self._config.lines[0], False, inline=True, force=force)
        return arrival.reply

    # Texts and mails -------------------------------------------------------------------------

    async def text(self, text: Text, now: int) -> Arrival | None:
        """A text or mail came in. None: it was here before (same key).

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        text = text.cleaned()
        line = self.line_for(text.to_address)
        kind = "phone" if text.channel is Channel.SMS else "email"
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, kind, text.from_address, now, text.name)
            await people.hold(connection, person)
            if await messages.find_key(connection, text.key) is not None:
                return None
            incident = (
                await people.incident_by_id(connection, text.incident) if text.incident else None
            ) or await people.open_incident_of(connection, person.party)
            open_row = await contacts.open_text_contact(
                connection, str(text.channel), person.address, text.to_address
            )
            if open_row is not None and text.incident not in (None, open_row.incident):
                open_row = None
            verdict = self._verdict(
                line,
                incident=incident,
                text=f"{text.subject or ''}\n{text.fresh or text.text}",
                severity=text.severity,
                rule=text.urgent_rule,
            )
            if text.lowest is not None:
                verdict = Verdict(Severity.S4, line.queue, text.lowest)
            if open_row is not None:
                live = msgspec.json.decode(open_row.live, type=LiveContact)
                new = False
            else:
                new = True
                contact_id = derived_id("c", self._account, text.key)
                live = self._contact(
                    contact_id, text.channel, line, verdict, person, arrived_at=now, now=now
                )
                if incident is None:
                    title = excerpt(text.subject or text.fresh or text.text or line.word, 80)
                    incident = await people.open_incident(
                        connection, title, int(verdict.severity), person.party, "contact", now
                    )
                elif incident.guessed:
                    live.rule += f"; {incident.word} is a guess"
                self._attach(live, incident)
                live.about = excerpt(text.subject or text.fresh or text.text)
                live.unread = 1
                await people.add_party(connection, incident.id, person.party)
                await contacts.admit(
                    connection,
                    live,
                    party=person.party,
                    address=person.address,
                    our_address=text.to_address,
                )
            await people.touch_incident(
                connection, str(live.incident), now, severity=int(verdict.severity)
            )
            await messages.add(
                connection,
                key=text.key,
                contact=live.id,
                incident=live.incident,
                channel=str(text.channel),
                direction="in",
                to_address=text.to_address,
                from_address=text.from_address,
                subject=text.subject,
                text=text.text,
                html=text.html,
                notice=text.notice,
                raw=text.raw,
                header_id=text.header_id,
                refers_to=text.refers_to,
                carrier_id=text.carrier_id,
                status="received" if new else "arriving",
                at=now,
            )
        if new:
            return await self._enqueue(live, line, True, inline=False)
        return await self._announce(text.key, live, line, verdict.severity, verdict.rule, now)

    async def _announce(
        self, key: str, live: LiveContact, line: Line, worst: Severity, rule: str, now: int
    ) -> Arrival:
        """Tells the index of a recorded message on a contact that was open in the record."""
        channel = Channel(live.channel)
        severity = Severity(min(live.severity, int(worst)))
        try:
            async with self._database.read() as connection:
                message = await messages.find_key(connection, key)
            if message is None:
                return Arrival(live.id, live, line, False, None)
            reply = await self._engine.step(
                "message_in",
                contact=live.id,
                about=excerpt(message.text or message.subject or ""),
                answer_by=answer_by(now, severity, channel, self._targets),
                score=score(int(live.arrived_at), severity, channel, self._targets),
            )
            if reply.code == "unknown":
                arrival = await self._enqueue(to_its_place(live), line, False, inline=False)
                if arrival.reply is None:
                    return arrival
                reply = arrival.reply
                if reply.code == "ended":  # it was closed a moment ago: this begins a new one
                    return await self._begin_anew(key, line, now)
            elif severity < live.severity:
                reply = await self.change_severity(live.id, severity, rule, "rule")
        except (IndexLost, IndexUnavailable):
            log.warning("contact.index_away", contact=live.id)
            self.on_behind()
            return Arrival(live.id, live, line, False, None)
        async with self._database.write() as connection:
            await messages.announced(connection, key)
        return Arrival(live.id, reply.contact or live, line, False, reply)

    async def _begin_anew(self, key: str, line: Line, now: int) -> Arrival:
        """A message whose contact ended before the index heard of it gets a contact of its own."""
        async with self._database.write() as connection:
            message = await messages.find_key(connection, key)
            old = await contacts.get(connection, message.contact) if message else None
            person = await people.person_at(connection, old.address) if old else None
            assert message is not None
            assert old is not None
            assert person is not None
            incident = await people.incident_by_id(connection, message.incident)
            assert incident is not None
            verdict = self._verdict(
                line, incident=incident, text=f"{message.subject or ''}\n{message.text}"
            )
            live = self._contact(
                derived_id("c", self._account, key),
                Channel(message.channel),
                line,
                verdict,
                person,
                arrived_at=int(message.at),
                now=now,
            )
            self._attach(live, incident)
            live.about, live.unread = excerpt(message.text or message.subject or ""), 1
            await contacts.admit(
                connection,
                live,
                party=person.party,
                address=person.address,
                our_address=old.our_address,
            )
            await messages.announced(connection, key, contact=live.id)
        return await self._enqueue(live, line, True, inline=False)

    async def announce_missed(self, now: int) -> int:
        """Messages that the record took and the index never heard of; returns how many."""
        async with self._database.read() as connection:
            rows = await messages.unannounced(connection, now - 2_000)
        for row in rows:
            async with self._database.read() as connection:
                live = await contacts.live_of(connection, row.contact)
            if live is None:
                continue
            line = self._line_named(live.line)
            verdict = self._verdict(line, incident=None, text=f"{row.subject or ''}\n{row.text}")
            if live.state == "ended":
                await self._begin_anew(row.key, line, now)
            else:
                await self._announce(row.key, live, line, verdict.severity, verdict.rule, now)
        return len(rows)

    def _line_named(self, name: str) -> Line:
        return next((x for x in self._config.lines if x.name == name), self._config.lines[0])

    async def change_severity(
        self, contact_id: str, severity: Severity, rule: str, by: str
    ) -> Reply:
        """Raises or lowers: the place is computed anew from the original arrival."""
        async with self._database.read() as connection:
            live = await contacts.live_of(connection, contact_id)
        if live is None:
            return Reply(ok=False, code="unknown", text="no such contact")
        channel, arrived = Channel(live.channel), int(live.arrived_at)
        return await self._engine.step(
            "severity",
            contact=contact_id,
            severity=int(severity),
            rule=rule,
            by=by,
            answer_by=answer_by(arrived, severity, channel, self._targets),
            score=score(arrived, severity, channel, self._targets),
        )

    # Shared ----------------------------------------------------------------------------------

    def _verdict(
        self,
        line: Line,
        *,
        incident: people.IncidentRef | None,
        text: str = "",
        severity: Severity | None = None,
        rule: str | None = None,
    ) -> Verdict:
        verdict = triage(
            self._config.line_default(line),
            text=text,
            words=self._words,
            incident_severity=Severity(incident.severity) if incident else None,
            incident_number=incident.word if incident else None,
        )
        if severity is not None and severity < verdict.severity:
            return Verdict(severity, verdict.queue, rule or verdict.rule)
        return verdict

    def _triage_fields(
        self, channel: Channel, verdict: Verdict, arrived_at: int
    ) -> dict[str, object]:
        return {
            "severity": int(verdict.severity),
            "queue": verdict.queue,
            "rule": verdict.rule,
            "needs": dict(self._config.needs(verdict.queue)),
            "wrapup_ms": duration_ms(self._config.queues[verdict.queue].wrapup),
            "score": score(arrived_at, verdict.severity, channel, self._targets),
            "answer_by": answer_by(arrived_at, verdict.severity, channel, self._targets),
        }

    def _contact(
        self,
        contact_id: str,
        channel: Channel,
        line: Line,
        verdict: Verdict,
        person: people.Person,
        *,
        arrived_at: int,
        now: int,
    ) -> LiveContact:
        fields = self._triage_fields(channel, verdict, arrived_at)
        live = msgspec.convert(
            {"id": contact_id, "channel": str(channel), "arrived_at": arrived_at, **fields},
            LiveContact,
        )
        live.line = line.name
        live.rang_at = now
        live.units = 0
        masked = mask(person.kind, person.value)
        live.who = {"name": person.name or masked, "address": masked, "role": "caller"}
        return live

    @staticmethod
    def _attach(live: LiveContact, incident: people.IncidentRef) -> None:
        live.incident, live.incident_no = incident.id, incident.word
        if live.about is None:
            live.about = incident.title

    async def _enqueue(
        self, live: LiveContact, line: Line, new: bool, *, inline: bool, force: bool = False
    ) -> Arrival:
        try:
            reply = await self._engine.step(
                "enqueue", contact=msgspec.to_builtins(live), inline=inline, force=force
            )
        except (IndexLost, IndexUnavailable) as error:
            log.warning("contact.index_away", contact=live.id, error=type(error).__name__)
            self.on_behind()
            return Arrival(live.id, live, line, new, None)
        return Arrival(live.id, reply.contact or live, line, new, reply)

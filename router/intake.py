"""The one door in: record, then enqueue.

Whatever arrives is written to the database first and put into the live index second. When the
index is away the record alone holds the contact: callers hear the hold loop, and the next wait
request or the sweep (router/rebuild.py) puts it into the index.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

import msgspec

from router.admission import Admission, Arrival
from router.closed_answer import ClosedAnswer
from router.core.arrivals import Call, Text
from router.core.current import Current
from router.core.masks import excerpt
from router.core.model import LiveContact, Reply
from router.core.promise import THEY_CALLED
from router.core.restore import to_its_place
from router.core.severity import Channel, Severity
from router.core.triage import Verdict, triage
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.promises import they_called
from router.records import contacts, people
from router.records.database import Database, RecordUnavailable, Transaction
from router.records.ids import derived_id
from router.texts import TextIntake

__all__ = ["Arrival", "Call", "Intake", "Text"]

REDIAL_WINDOW_MS = 600_000
"""Who dials the same line again within 10 min of an abandoned call takes that call's place."""


class Intake:
    """Calls here, texts and mails through `router/texts.py`; one instance for all channels."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        current: Current,
        account: str,
        clock: Callable[[], int] | None = None,
    ) -> None:
        """`clock` tells whether queues are open; without it they are."""
        self._database = database
        self._engine = engine
        self._desk = Admission(database, engine, current, account, clock)
        self._closed = ClosedAnswer(current, clock)
        self._texts = TextIntake(database, engine, self._desk, self._closed)

    def when_behind(self, tell: Callable[[], None]) -> None:
        """`tell` is called when only the record took a contact or message."""
        self._desk.on_behind = tell

    def answers_by(self, wake: Mapping[str, Callable[[], None]]) -> None:
        """The channels that can answer by themselves after hours, and how their senders wake."""
        self._closed.wake = wake

    async def text(self, text: Text, now: int) -> Arrival | None:
        """A text or mail came in. None: it was here before (same key).

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        return await self._texts.text(text, now)

    async def announce_missed(self, now: int) -> int:
        """Messages that the record took and the index never heard of; returns how many."""
        return await self._texts.announce_missed(now)

    async def change_severity(
        self, contact_id: str, severity: Severity, rule: str, by: str
    ) -> Reply:
        """Raises or lowers a contact; see Admission.change_severity."""
        return await self._desk.change_severity(contact_id, severity, rule, by)

    def call_id(self, carrier_id: str) -> str:
        """The contact of a call at the carrier."""
        return derived_id("c", self._desk.account, carrier_id)

    async def dialled(self, carrier_id: str) -> str | None:
        """The contact of a call that we dialled; None: of none that the record knows."""
        async with self._database.read() as connection:
            return await contacts.of_carrier_id(connection, carrier_id)

    async def call(self, call: Call, now: int) -> Arrival:
        """A call came in (or its webhook came again).

        Raises:
            RecordUnavailable: nothing was accepted; the caller is to hear the hold loop and
                the next wait request tries again.
        """
        call = call.cleaned()
        line = self._desk.line_for(call.to_number)
        contact_id = self.call_id(call.carrier_id)
        withheld = not call.from_number.startswith("+") or call.from_number == "+266696687"
        value = f"anonymous:{call.carrier_id}" if withheld else call.from_number
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, "phone", value, now, call.caller_name)
            await people.hold(connection, person)
            before = await contacts.live_of(connection, contact_id)
            promised: LiveContact | None = None
            if before is not None:
                live, new = before, False
            else:
                new = True
                open_incident, redial, promised = await _known_of(
                    connection, person, call, contact_id, now
                )
                verdict = self._desk.verdict(line, incident=open_incident)
                arrived_at = int(redial.arrived_at) if redial is not None else now
                if redial is not None and redial.severity < verdict.severity:
                    # What somebody judged of the first call holds for the second.
                    verdict = Verdict(Severity(redial.severity), redial.queue, redial.rule)
                if promised is not None:
                    arrived_at = min(arrived_at, int(promised.arrived_at))
                    if promised.severity < verdict.severity:
                        verdict = Verdict(
                            Severity(promised.severity), promised.queue, promised.rule
                        )
                verdict = self._desk.known_queue(verdict, line)
                live = self._desk.contact(
                    contact_id, Channel.VOICE, line, verdict, person, arrived_at=arrived_at, now=now
                )
                live.carrier_id = call.carrier_id
                live.link = "at_carrier"
                closed = self._desk.after_hours(live.queue, verdict.severity) == "message"
                live.state = "voicemail" if closed else "queued"
                if line.menu:
                    live.state, live.closed = "in_menu", closed
                if redial is not None:
                    live.rule += "; called again, place kept"
                if promised is not None:
                    live.rule += "; was to be called back, place kept"
                incident = open_incident
                if incident is None:
                    title = excerpt(f"Call from {live.who['name']}", 80)  # until it is named
                    incident = await people.open_incident(
                        connection, title, int(verdict.severity), person.party, "caller", now
                    )
                    live.about = line.word  # the title would only say again who calls
                else:
                    await people.touch_incident(
                        connection, incident.id, now, severity=int(verdict.severity)
                    )
                self._desk.attach(live, incident)
                await contacts.admit(
                    connection,
                    live,
                    party=person.party,
                    address=person.address,
                    our_address=call.to_number,
                )
        if live.state == "ended":  # a late duplicate: it never comes back to life
            return Arrival(contact_id, live, line, False, Reply(ok=False, code="ended"))
        arrival = await self._desk.enqueue(live, line, new, inline=True)
        if new and promised is not None:
            await self._called_themselves(promised.id)
        return arrival

    async def _called_themselves(self, contact: str) -> None:
        """The promised call needs nobody any more; Promises.settle mends what fails here."""
        with contextlib.suppress(IndexLost, IndexUnavailable):
            await self._engine.step("cancel_callback", contact=contact, cause=THEY_CALLED)

    async def menu_answered(self, contact_id: str, digit: str | None) -> Reply | None:
        """The key pressed in the line's menu; None when the index is away."""
        async with self._database.read() as connection:
            row = await contacts.get(connection, contact_id)
        if row is None:
            return None
        live = msgspec.json.decode(row.live, type=LiveContact)
        line = self._desk.line_named(row.line)
        verdict = triage(self._desk.config.line_default(line), digit=digit)
        before = Verdict(Severity(live.severity), live.queue, live.rule)
        if before.severity < verdict.severity and not before.rule.startswith(line.word):
            # An open incident or a person's judgement says worse than the key.
            verdict = before
        if verdict.severity < live.severity and live.incident:
            async with self._database.write() as connection:
                await people.touch_incident(
                    connection,
                    live.incident,
                    int(live.arrived_at),
                    severity=int(verdict.severity),
                )
        verdict = self._desk.known_queue(verdict, line)  # also of a reload during the write
        fields = self._desk.triage_fields(Channel.VOICE, verdict, int(live.arrived_at))
        try:
            closed = self._desk.after_hours(verdict.queue, verdict.severity) == "message"
            reply = await self._engine.step(
                "triaged", contact=contact_id, set=fields, closed=closed, inline=True
            )
        except (IndexLost, IndexUnavailable):
            return None
        if reply.contact is not None and reply.contact.severity > live.severity:
            with contextlib.suppress(RecordUnavailable):  # nobody's place depends on it
                async with self._database.write() as connection:
                    await people.rate_first(
                        connection, contact_id, live.severity, reply.contact.severity
                    )
        return reply

    async def known_call(self, contact_id: str) -> LiveContact | None:
        """A call as last recorded; None when the record has never heard of it."""
        async with self._database.read() as connection:
            return await contacts.live_of(connection, contact_id)

    async def readmit(self, live: LiveContact, *, force: bool = False) -> Reply | None:
        """Puts a recorded contact that the index does not hold back to its place.

        force: although it has ended there (its end was only inferred, and he is on the line).
        """
        place = to_its_place(live)
        arrival = await self._desk.enqueue(
            place, self._desk.config.lines[0], False, inline=True, force=force
        )
        return arrival.reply


async def _known_of(
    connection: Transaction, person: people.Person, call: Call, contact_id: str, now: int
) -> tuple[people.IncidentRef | None, contacts.Redial | None, LiveContact | None]:
    """His open incident, the call that he repeats, and the call that he was promised."""
    if person.new:
        return None, None, None
    incident = await people.open_incident_of(connection, person.party)
    redial = await contacts.redial_of(
        connection, person.address, call.to_number, now - REDIAL_WINDOW_MS, contact_id
    )
    promised = await they_called(connection, person.address, incident.id if incident else None, now)
    if promised is not None and promised.incident is not None:
        incident = await people.incident_by_id(connection, promised.incident)
    return incident, redial, promised

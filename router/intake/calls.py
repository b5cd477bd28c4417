"""Calls come in: recorded, then enqueued; or, while the record takes nothing, offered without it.

A call whose form waits in the spool is *provisional* in the index: its line and number are all that
is known. When the record has it, `place` tells the index who it is, and the place that it keeps.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog

from router.admission import Admission, Arrival
from router.callbacks.tries import they_called
from router.centre import Centre
from router.core import asking
from router.core.arrivals import Call
from router.core.callback import THEY_CALLED, count_from, counts_from
from router.core.caller import caller, name_of, stir_of
from router.core.config import Line
from router.core.display import mask, title_of_call
from router.core.model import LiveContact, Reply
from router.core.restore import to_its_place
from router.core.severity import BY_RULE, Channel, Severity
from router.core.states import State
from router.core.triage import Verdict, triage
from router.incidents.life import found_for, goes_on
from router.live.engine import IndexLost, IndexUnavailable
from router.records import contacts, early, incident_ratings, people, spoken
from router.records.database import RecordUnavailable, Transaction
from router.records.ids import derived_id

log = structlog.get_logger()

FAULT = "call.carrier_fault"

REDIAL_WINDOW_MS = 600_000
"""Who dials the same line again within 10 min of an abandoned call takes that call's place."""
TRIES, AGAIN_S = 60, 1.0
"""Tries, and seconds between them, of what the record must learn while the caller no longer
waits."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A call that the record has."""

    contact: LiveContact
    line: Line
    new: bool
    promised: str | None
    """The promised call that it makes needless."""


class CallIntake:
    """The state of a call until it is in the index."""

    def __init__(self, centre: Centre, admission: Admission) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._clock = centre.clock
        self._admission = admission
        self._behind: set[asyncio.Task[None]] = set()

    def contact_id(self, carrier_id: str) -> str:
        """The contact of a call at the carrier."""
        return derived_id("c", self._admission.account, carrier_id)

    async def fault_told(self, contact_id: str, words: str, now: int) -> None:
        """See Intake.fault_told."""
        fact = msgspec.json.encode({"name": FAULT, "reason": words}).decode()
        async with self._database.write() as connection:
            step = derived_id("e", FAULT, contact_id)
            if not await contacts.has_event(connection, step):
                await contacts.add_event(connection, step, FAULT, contact_id, now, fact)

    def is_ours(self, number: str) -> bool:
        """Is it the number of a line?"""
        return any(number == line.number for line in self._admission.config.lines)

    async def call(self, call: Call, now: int) -> Arrival:
        """A call came in (or its webhook came again).

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        return await self.place(await self.record(call, now))

    async def record(self, call: Call, now: int) -> Recorded:
        """Writes it down, together with anything the index has done with it so far.

        Args:
            now: when it came, ms.

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        call = call.cleaned()
        line = self._admission.line_for(call.to_number)
        contact_id = self.contact_id(call.carrier_id)
        kind, value, name = _address(call)
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, kind, value, now, name)
            await people.hold(connection, person)
            before = await contacts.live_of(connection, contact_id)
            if before is not None:
                return Recorded(before, line, False, None)
            sooner = await early.of(connection, contact_id)
            since = self._admission.reopens_from(now)
            known = await _known_of(connection, person, call, contact_id, now, since)
            incident, redial, promised = known
            verdict = self._admission.verdicts.of(line, incident=incident)
            arrived_at = int(redial.arrived_at) if redial is not None else now
            if redial is not None:
                verdict = _as_before(verdict, redial)
            if promised is not None:
                arrived_at = min(arrived_at, int(promised.arrived_at))
                verdict = _as_promised(verdict, promised)
            spoke = await spoken.of(connection, person)
            verdict = self._admission.asking(verdict, line, spoke)
            live = self._waits(call, contact_id, line, verdict, person, arrived_at, now)
            if redial is not None:
                live.rule += "; called again, place kept"
            if promised is not None:
                live.rule += "; was to be called back, place kept"
                count_from(live, counts_from(promised, now))
            if incident is None:
                title = title_of_call(live.who["name"] or "?")  # until it is named
                incident = await people.open_incident(
                    connection, title, int(verdict.severity), person.party, "caller", now
                )
                live.about = line.word  # the title would only repeat who is calling
            else:
                own = verdict.by_itself
                await goes_on(connection, incident.id, now, severity=own, contact=contact_id)
            await self._admission.attach(connection, live, incident)
            await contacts.admit(
                connection,
                live,
                party=person.party,
                address=person.address,
                our_address=call.to_number,
            )
            if sooner is not None:
                step, meanwhile = sooner
                await early.complete(connection, meanwhile, live, incident.id, incident.word)
                await contacts.fold_early(connection, step, meanwhile)
                if meanwhile.state == State.ENDED:
                    live = meanwhile
        return Recorded(live, line, True, promised.id if promised else None)

    def provisional(self, call: Call, now: int) -> tuple[LiveContact, Line]:
        """The call as far as it is known without the record."""
        call = call.cleaned()
        line = self._admission.line_for(call.to_number)
        kind, value, name = _address(call)
        nobody = people.Person("", "", kind, value, name, opted_out=False)
        verdict = self._admission.asking(self._admission.verdicts.of(line, incident=None), line)
        live = self._waits(call, self.contact_id(call.carrier_id), line, verdict, nobody, now, now)
        live.about, live.provisional, live.by_line = line.word, True, live.severity
        return live, line

    def _waits(
        self,
        call: Call,
        contact_id: str,
        line: Line,
        verdict: Verdict,
        person: people.Person,
        arrived_at: int,
        now: int,
    ) -> LiveContact:
        verdict = self._admission.known_queue(verdict, line)
        live = self._admission.contact(
            contact_id, Channel.VOICE, line, verdict, person, arrived_at=arrived_at, now=now
        )
        live.who |= _shown(call)
        live.no_call = not self._admission.may_call(person.value)
        live.carrier_id = call.carrier_id
        live.link = "at_carrier"
        closed = self._admission.after_hours(live.queue, verdict.severity) == "message"
        live.state = State.VOICEMAIL if closed else State.QUEUED
        if line.menu:
            live.state, live.closed = State.IN_MENU, closed
        return live

    async def place(self, recorded: Recorded, *, inline: bool = True) -> Arrival:
        """Puts it into the index; a call already there is given what the record knows of it.

        inline: the answer to a webhook sends the caller on.

        Raises:
            IndexLost, IndexUnavailable: one that was provisional may not know it yet.
        """
        live, line = recorded.contact, recorded.line
        if live.state == State.ENDED:  # a late duplicate: it never comes back to life
            return Arrival(live.id, live, line, False, Reply(ok=False, code="ended"))
        arrival = await self._admission.enqueue(live, line, recorded.new, inline=inline)
        if arrival.reply is not None and arrival.contact.provisional:
            await self._tell(live)
        if recorded.promised is not None:
            await self._called_themselves(recorded.promised)
        return arrival

    async def place_provisional(self, call: Call, now: int) -> Arrival:
        """Puts it into the index although the record has not taken it: it waits in the spool."""
        live, line = self.provisional(call, now)
        arrival = await self._admission.enqueue(live, line, True, inline=True)
        known = arrival.reply is not None and arrival.reply.duplicate
        return replace(arrival, new=not known)

    async def _tell(self, live: LiveContact) -> None:
        """The bringer of the call (a try that was slow, or the spool) repeats this if it fails.

        Raises:
            IndexLost, IndexUnavailable: the index may not know it yet.
        """
        alone = self._admission.verdicts.of(
            self._admission.line_named(live.line), incident=None
        ).severity
        await self._engine.step(
            "recorded",
            contact=live.id,
            who=live.who,
            party=live.party,
            about=live.about,
            incident=live.incident,
            incident_no=live.incident_no,
            only=live.only,
            named=live.named,
            arrived_at=live.arrived_at,
            due_from=live.due_from,
            # The line had its say at the start; a key, or a person, may know better.
            severity=live.severity if live.severity < alone else None,
            own=live.own,
            rule=live.rule,
            by=BY_RULE,
            closed=[
                {
                    queue: True
                    for queue in self._admission.config.queues
                    if self._admission.after_hours(queue, severity) == "message"
                }
                for severity in Severity
            ],
            judged=[
                self._admission.judgement(
                    live.line, live.queue, Channel.VOICE, severity, live.asks or ""
                )
                for severity in Severity
            ],
            asks=live.asks,
        )

    async def _called_themselves(self, contact: str) -> None:
        """Nobody needs the promised call now; ScheduledCallbacks.settle repairs what fails here."""
        with contextlib.suppress(IndexLost, IndexUnavailable):
            await self._engine.step("cancel_callback", contact=contact, cause=THEY_CALLED)

    async def menu_answered(self, contact_id: str, digit: str | None) -> Reply | None:
        """The key pressed in the line's menu; None when the index is away or knows no such call.

        The record hears of it in the background: a key counts, whatever the record does.
        """
        try:
            live = await self._engine.look(contact_id)
        except (IndexLost, IndexUnavailable):
            return None
        if live is None:
            return None
        line = self._admission.line_named(live.line)
        verdict = triage(self._admission.config.line_default(line), digit=digit)
        chose = verdict.queue if digit is not None else ""
        before = Verdict(Severity(live.severity), live.queue, live.rule)
        if before.severity < verdict.severity and not before.rule.startswith(line.word):
            # An open incident or a person's judgement says worse than the key. A language that they
            # chose stays chosen, unless it is an S1: that goes to whoever is trained for it.
            own = Severity(min(live.by_itself, verdict.severity))
            chosen = before.severity > Severity.S1 and self._chooses_language(line, verdict.queue)
            verdict = replace(before, own=own, queue=verdict.queue if chosen else before.queue)
        verdict = self._admission.known_queue(verdict, line)
        spoke = asking.language_of((live.asks or "").split(","))
        verdict = self._admission.asking(verdict, line, (spoke, ()), chose=chose)
        fields = self._admission.triage_fields(
            Channel.VOICE, verdict, int(live.arrived_at), live.due_from
        )
        fields["own"] = int(verdict.by_itself)  # the key says it, whatever was known before
        try:
            closed = self._admission.after_hours(verdict.queue, verdict.severity) == "message"
            reply = await self._engine.step(
                "triaged", contact=contact_id, set=fields, closed=closed, inline=True
            )
        except (IndexLost, IndexUnavailable):
            return None
        if reply.contact is not None and not reply.contact.provisional:
            self._tell_record(self._incident_of_key(live, reply.contact))
        return reply

    def _chooses_language(self, line: Line, queue: str) -> bool:
        """Whether a key into this queue says in which language they wish to speak."""
        known = self._admission.config.queues.get(queue)
        return known is not None and known.language not in ("", line.languages[0])

    async def danger_pressed(self, contact_id: str) -> Reply | None:
        """The key for an emergency at the voicemail: an S1 from now on, and back in line. None: the
        index is away, or has them elsewhere."""
        try:
            live = await self._engine.look(contact_id)
            if live is None or live.state != State.VOICEMAIL:
                return None
            if live.severity > Severity.S1:
                await self._admission.change_severity(
                    contact_id, Severity.S1, "pressed the key for an emergency", BY_RULE
                )
            reply = await self._engine.step("leave_voicemail", contact=contact_id)
        except (IndexLost, IndexUnavailable):
            return None
        if reply.contact is not None and not reply.contact.provisional:
            self._tell_record(self._incident_of_key(live, reply.contact))
        return reply

    @staticmethod
    def _incident_of_key(
        before: LiveContact, after: LiveContact
    ) -> Callable[[Transaction], Coroutine[Any, Any, None]]:
        """A worse key raises the incident; a milder one counts where this call is all of it."""

        async def tell(connection: Transaction) -> None:
            if after.severity < before.severity and before.incident:
                await incident_ratings.touch_incident(
                    connection,
                    before.incident,
                    int(before.arrived_at),
                    severity=after.severity,
                    contact_id=after.id,
                )
            elif after.severity > before.severity:
                await incident_ratings.rate_first(
                    connection, after.id, before.severity, after.severity
                )

        return tell

    def _tell_record(self, tell: Callable[[Transaction], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.get_running_loop().create_task(self._until_told(tell))
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def _until_told(self, tell: Callable[[Transaction], Coroutine[Any, Any, None]]) -> None:
        for _ in range(TRIES):
            try:
                async with self._database.write() as connection:
                    await tell(connection)
                return
            except RecordUnavailable as error:
                why = type(error).__name__
            except Exception:
                # A task root: nobody waits for it.
                log.exception("incident.not_told")
                return
            await asyncio.sleep(AGAIN_S)
        log.error("incident.not_told", error=why)  # nobody's place depends on it

    async def told(self) -> None:
        """Returns when the record has heard of every key so far."""
        while self._behind:
            await asyncio.wait(set(self._behind))

    async def dialled(self, carrier_id: str) -> str | None:
        """The contact of a call that we dialled; None: the record knows of none."""
        async with self._database.read() as connection:
            return await contacts.of_carrier_id(connection, carrier_id)

    async def known_call(self, contact_id: str) -> LiveContact | None:
        """A call as last recorded; None when the record has never heard of it."""
        async with self._database.read() as connection:
            return await contacts.live_of(connection, contact_id)

    async def readmit(self, live: LiveContact, *, force: bool = False) -> Reply | None:
        """Puts a recorded contact that the index does not hold back to its place.

        force: although it has ended there (its end was only inferred, and they are on the line).
        """
        place = to_its_place(live)
        arrival = await self._admission.enqueue(
            place, self._admission.config.lines[0], False, inline=True, force=force
        )
        incident = live.incident
        if force and incident is not None:  # closed, perhaps, as if they were gone
            own, now = live.by_itself, self._clock()
            self._tell_record(
                lambda connection: goes_on(connection, incident, now, severity=own, contact=live.id)
            )
        return arrival.reply


def _address(call: Call) -> tuple[str, str, str | None]:
    """Kind and value of the address that the caller is known by, and their name if one is known."""
    known = caller(call.from_number, call.carrier_id)
    return "phone", known.value, None if known.withheld else name_of(call.caller_name)


def _shown(call: Call) -> dict[str, str | None]:
    """What else the person who answers should know about the number."""
    known = caller(call.from_number, call.carrier_id)
    found = {"unsure": known.unsure, "stir": stir_of(call.stir)}
    if call.forwarded_from:
        found["forwarded_from"] = mask("phone", caller(call.forwarded_from, "").value)
    return {name: word for name, word in found.items() if word}


def _as_before(verdict: Verdict, redial: contacts.Redial) -> Verdict:
    """A judgement of the first call holds for the second; what an incident lent the first one, it
    lends again or not."""
    before = Severity(msgspec.json.decode(redial.live, type=LiveContact).by_itself)
    if before < verdict.severity:
        return Verdict(before, redial.queue, redial.rule)
    return replace(verdict, own=min(before, verdict.by_itself))


def _as_promised(verdict: Verdict, promised: LiveContact) -> Verdict:
    """The call takes the severity of the promised one if that is worse."""
    if promised.severity >= verdict.severity:
        return verdict
    own = Severity(min(promised.by_itself, verdict.by_itself))
    return Verdict(Severity(promised.severity), promised.queue, promised.rule, own=own)


async def _known_of(
    connection: Transaction,
    person: people.Person,
    call: Call,
    contact_id: str,
    now: int,
    since: int,
) -> tuple[people.IncidentRef | None, contacts.Redial | None, LiveContact | None]:
    """Their incident (open, or closed since then), the call that they repeat, and the call that
    they were promised."""
    if person.new:
        return None, None, None
    incident = await found_for(connection, person.party, since)
    redial = await contacts.redial_of(
        connection, person.address, call.to_number, now - REDIAL_WINDOW_MS, contact_id
    )
    promised = await they_called(connection, person.party, now)
    if promised is not None and promised.incident is not None:
        incident = await people.incident_by_id(connection, promised.incident)
    return incident, redial, promised

"""Promised calls: in the record before they are in the index, and in the one order like any call.

One row per promise, one contact per try. A contact waits in the index (`scheduled` before its
moment, then `queued`), is offered, and is dialled when an agent takes it. When a try has ended,
`settle` decides from the record what comes next, so that a crash at any moment loses nothing and
duplicates nothing: every id is derived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog

from router.admission import Admission
from router.callbacks import at_night, given_up
from router.callbacks.last_words import LastWords
from router.callbacks.tries import counts_anew, into_incident, next_try, wait_until
from router.centre import Centre
from router.core import courtesy
from router.core.callback import (
    CALLED_OFF,
    CALLER,
    MOVED,
    NEVER_DIALLED,
    VOICEMAIL,
    Again,
    Closed,
    GaveUp,
    count_from,
    kind_of,
    next_move,
    opens_after,
    rings_from,
)
from router.core.durations import duration_ms
from router.core.model import LiveContact, Promise, Reply, Step
from router.core.outgoing import line_to_call_from
from router.core.reladder import home_of, rehouse
from router.core.said import known_language
from router.core.severity import Channel, Severity
from router.core.states import State
from router.core.triage import Verdict
from router.incidents.life import goes_on, severity_of
from router.live.engine import IndexLost, IndexUnavailable
from router.records import (
    asks_first,
    audit,
    callbacks,
    contacts,
    incident_changes,
    people,
    spoken,
)
from router.records.database import RecordUnavailable, Row, Transaction
from router.records.ids import derived_id

log = structlog.get_logger()

LOOK_S = 60.0
RETRY_S = 1.5
RECORDED_S = 2.0
"""The record holds a step after this time at most; else it is read as it is."""


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request that somebody be called. Two requests with the same `key` are one.

    One of these is needed: `address` (id of a party's telephone), `number`, or `after`, a contact
    whose person, place and severity it takes over; with `instead` that contact ends in its favour.
    `not_before`: ms; the order counts from it. `by`: an account, CALLER or VOICEMAIL; `by_name`
    is shown.
    """

    incident: str
    key: str
    by: str
    by_name: str
    why: str = ""
    address: str | None = None
    number: str | None = None
    severity: Severity | None = None
    queue: str | None = None
    not_before: int | None = None
    after: str | None = None
    instead: bool = False
    note: str = ""
    """What it is about, or why at night: whoever calls reads it."""
    sure: frozenset[str] = frozenset()
    """A person means it, though the number is marked as not safe, or it is night there; nobody else
    ever does."""


class ScheduledCallbacks:
    """Makes, repeats, cancels and ends promises to call."""

    def __init__(
        self,
        centre: Centre,
        recorded: Callable[[str], Awaitable[None]],
        handed_back: Callable[[str, str], None] = lambda _incident, _agent: None,
    ) -> None:
        """`recorded` returns once the record holds a step of the index. `handed_back`: the last try
        was in vain, this agent has something to do in that incident now."""
        self._handed_back = handed_back
        self._database = centre.database
        self._engine = centre.engine
        self._recorded = recorded
        self._admission = Admission(centre)
        self._current = centre.config
        self.last_words = LastWords(centre.config)
        self._news = asyncio.Event()
        self._step = "0-0"
        self._given: set[str] = set()
        """Incidents that have another owner."""

    # Making -----------------------------------------------------------------------------------

    async def request_callback(self, asked: CallbackRequest, now: int) -> Reply:
        """Writes the promise, then puts it into the index. Refused if the incident already has an
        open promise (`taken`), or if the number was withheld or does not belong to this incident.

        Raises:
            RecordUnavailable: nothing was promised.
        """
        if asked.not_before is not None and not (
            now - 60_000
            <= asked.not_before
            <= now + duration_ms(self._current.value.callbacks.longest)
        ):
            return Reply(ok=False, code="bad_request", text="too early or too late")
        reply = await self._request(asked, now)
        if reply.code == "taken" and await self._caught_up():
            await self.settle(now)  # its last try may have ended a moment ago
            reply = await self._request(asked, now)
        return reply

    async def _request(self, asked: CallbackRequest, now: int) -> Reply:
        promise = derived_id("k", "callback", asked.by, asked.key)
        async with self._database.write() as connection:
            owner = await callbacks.hold_incident(connection, asked.incident)
            known = await callbacks.by_id(connection, promise)
            if known is not None:
                return Reply(
                    duplicate=True, contact=await contacts.live_of(connection, known.contact)
                )
            if await callbacks.open_of(connection, asked.incident) is not None:
                return Reply(ok=False, code="taken", text="a callback is already promised to them")
            made = await self._first(connection, asked, promise, owner, now)
            if isinstance(made, Reply):
                return made
            theirs = await contacts.open_of_party(connection, made.party or "")
        return await self.enter(made, theirs)

    async def _first(
        self,
        connection: Transaction,
        asked: CallbackRequest,
        promise: str,
        owner: str | None,
        now: int,
    ) -> LiveContact | Reply:
        incident = await people.incident_by_id(connection, asked.incident)
        after = await contacts.live_of(connection, asked.after) if asked.after else None
        if incident is None or (asked.after and after is None):
            return Reply(ok=False, code="unknown", text="no such incident")
        person = await self._person(connection, asked)
        if person is None or person.kind != "phone":
            return Reply(ok=False, code="unknown", text="no such telephone number")
        if not await people.is_party_of(connection, incident.id, person.party):
            return Reply(ok=False, code="not_allowed", text="not a party of this incident")
        if no := self._current.dialling.refusal(person.value):
            return Reply(ok=False, code=no.code, text=no.text)
        if no_call := await asks_first.unsafe(connection, person.address, asked.sure):
            return no_call
        # What they ask for themselves is at their hour, and who waited for us in vain is called.
        if asked.by not in (CALLER, VOICEMAIL) and after is None:
            zones = await at_night.zones_in(connection, incident.id, person.value)
            at, rules = asked.not_before or now, self._current.value
            wanted = asked.severity or severity_of(incident)[0]
            if no_call := at_night.refusal(rules, at, zones, wanted, asked.sure, asked.note):
                return no_call
        last = await contacts.last_line_of(connection, incident.id)
        line = line_to_call_from(self._admission.config.lines, last)
        queue = asked.queue or (after.queue if after else line.queue)
        queue = home_of(self._admission.config, queue, line.name)
        severity, own = severity_of(incident)
        if after is not None:
            severity, own = Severity(after.severity), after.own
        if asked.severity is not None:
            severity, own = asked.severity, None
        place = asked.not_before or int(after.arrived_at if after else now)
        contact_id = derived_id("c", "callback", promise, "1")
        verdict = Verdict(severity, queue, f"call back: {asked.why or asked.by_name}"[:200])
        live = self._admission.contact(
            contact_id,
            Channel.VOICE,
            line,
            self._admission.asking(verdict, line, await spoken.of(connection, person)),
            person,
            arrived_at=place,
            now=now,
        )
        if after is not None and after.promoted_at and not asked.not_before and severity >= 3:
            live.score, live.promoted_at = after.score, after.promoted_at
        await self._admission.attach(connection, live, incident)
        live.named, live.own = owner, own
        waited = await contacts.queues_of(connection, incident.id)
        live.language = known_language(self._current.value, waited)
        kind = kind_of(asked.by, asked.not_before, after)
        live.callback = Promise(
            promise,
            asked.by,
            asked.by_name,
            tries=self._current.value.callbacks.tries(severity),
            why=asked.why[:200],
            instead=asked.after if asked.instead else None,
            kind=kind,
            note=asked.note[:200],
        )
        moment = asked.not_before or rings_from(self._current.opening, live, now)
        gave_up = after is not None and asked.by not in (CALLER, VOICEMAIL)
        if (moment or gave_up) and not asked.not_before:  # it is our hour: theirs may be another
            moment = await self._their_hour(connection, live, person, moment or now)
            moment = moment if moment > now else None
        wait_until(live, moment, now)
        opens = opens_after(self._current.opening, live, (now, place))
        if (begins := max(opens or 0, moment or 0)) and not asked.not_before:
            count_from(live, begins)
        await callbacks.add(
            connection,
            callback_id=promise,
            incident_id=incident.id,
            address=person.address,
            contact_id=contact_id,
            asked_by=asked.by,
            kind=kind,
            why=asked.why,
            not_before=None if live.not_before is None else int(live.not_before),
            now=now,
        )
        await self.write_try(connection, live, person, line.number, now)
        account = "" if asked.by in (CALLER, VOICEMAIL) else asked.by
        await goes_on(
            connection, incident.id, now, severity=live.by_itself, contact=contact_id, ours=True,
            by=account,
        )  # fmt: skip
        if account:
            await audit.append(
                connection,
                actor=asked.by,
                action="callback.promised",
                subject=incident.id,
                now=now,
            )
        return live

    async def _person(
        self, connection: Transaction, asked: CallbackRequest
    ) -> people.Person | None:
        """The person concerned: only somebody who reached us or belongs to the incident can be
        called."""
        if asked.address is not None:
            return await people.person_at(connection, asked.address)
        if asked.number is not None:
            return await people.find_address(connection, "phone", asked.number)
        row = await contacts.get(connection, asked.after or "")
        return await people.person_at(connection, row.address) if row is not None else None

    @staticmethod
    async def write_try(
        connection: Transaction, live: LiveContact, person: people.Person, ours: str, now: int
    ) -> None:
        """The contact of a try, and the intent to dial: once, whatever happens."""
        await contacts.admit(
            connection, live, party=person.party, address=person.address, our_address=ours
        )
        await contacts.intend_dial(connection, live.id, live.id, person.value, ours, now)

    async def enter(self, live: LiveContact, theirs: list[str]) -> Reply:
        """Puts it into the index, which is told what its party had open when it was written; if the
        index is away, the record holds it, and the sweep brings it in."""
        try:
            reply = await self._into_index(live, theirs)
            if reply.ok and (came := await self._open_of(live.party, theirs)):
                await self._into_index(live, came)
        except (IndexLost, IndexUnavailable) as error:
            log.warning("contact.index_away", contact=live.id, error=type(error).__name__)
            self.nudge()
            return Reply(contact=live)
        if not reply.ok:  # somebody answers the call that it was to replace
            await self._undo(live, int(reply.now))
        return reply

    async def _into_index(self, live: LiveContact, theirs: list[str]) -> Reply:
        assert live.callback is not None
        return await self._engine.step(
            "callback",
            contact=msgspec.to_builtins(live),
            instead=live.callback.instead,
            theirs=theirs,
        )

    async def _open_of(self, party: str | None, known: list[str]) -> list[str]:
        """What its party has open besides: it came when the record had answered, and perhaps before
        the index knew of the promise. Without the record the sweeper finds it."""
        try:
            async with self._database.read() as connection:
                found = await contacts.open_of_party(connection, party or "")
        except RecordUnavailable:
            return []
        return [contact for contact in found if contact not in known]

    async def _undo(self, live: LiveContact, now: int) -> None:
        async with self._database.write() as connection:
            live.outcome, live.cause, live.ended_at = "cancelled", "answered", now
            await contacts.mark_ended(connection, live)
            await contacts.set_dialled(connection, live.id, "cancelled", None)
            if live.callback is not None:
                await callbacks.close(connection, live.callback.id, "cancelled", "answered", now)

    # Ending -----------------------------------------------------------------------------------

    async def cancel(self, contact: str, by: str, reason: str) -> Reply:
        """Nobody needs this call any more; refused once it is being dialled."""
        reply = await self._engine.step(
            "cancel_callback",
            contact=contact,
            cause=CALLED_OFF,
            by=by,
            audit={
                "by": by,
                "action": "callback.cancelled",
                "subject": contact,
                "detail": reason,
            },
        )
        self.nudge()
        return reply

    async def settle(self, now: int) -> int:
        """Decides what follows each try that has ended; returns how many promises moved."""
        async with self._database.read() as connection:
            ended = await callbacks.ended_tries(connection)
            left = await callbacks.left_waiting(connection)
        for row in left:  # they called themselves, and the news of it was lost
            await self._engine.step("cancel_callback", contact=row.contact, cause=row.cause or "")
        for row in ended:
            await self._settle(row, now)
        return len(ended) + len(left)

    async def _settle(self, row: Row, now: int) -> None:
        live = msgspec.json.decode(row.live, type=LiveContact)
        following: LiveContact | None = None
        owner, wrote = None, None
        theirs: list[str] = []
        async with self._database.write() as connection:
            called = await callbacks.called_since(connection, row.contact)
            dial = await contacts.dial_of(connection, row.contact)
            move = next_move(
                live,
                self._current.value.callbacks,
                they_called=called,
                dialled=dial is None or dial.state not in contacts.NEVER_BEGUN,
            )
            if isinstance(move, GaveUp):
                held = await incident_changes.held(connection, row.incident)
            await contacts.cancel_dial(connection, row.contact)
            if isinstance(move, Again):
                following = await self._again(connection, row, live, move, now)
                if not move.dialled:
                    live.cause = NEVER_DIALLED
                    await contacts.mark_ended(connection, live)
                if following is not None:
                    theirs = await contacts.open_of_party(connection, following.party or "")
            elif isinstance(move, Closed):
                await callbacks.close(connection, row.id, move.state, move.cause, now, of=live.id)
            else:
                cause = live.cause or ""
                if await callbacks.close(connection, row.id, "gave_up", cause, now, of=live.id):
                    wrote = await self.last_words.write(connection, held, row, live, now)
                    owner = await given_up.hand_back(
                        connection, self._current.value, held, live, now, wrote
                    )
        log.info("callback.tried", contact=live.id, outcome=live.outcome, then=type(move).__name__)
        if wrote is not None:
            self.last_words.wake[wrote]()
        if owner is not None:
            self._handed_back(held.id, owner)
        if following is not None:
            await self.enter(following, theirs)

    async def _again(
        self,
        connection: Transaction,
        row: Row,
        before: LiveContact,
        move: Again,
        now: int,
    ) -> LiveContact | None:
        """The next try: a contact of its own, at the same place."""
        assert before.callback is not None
        person = await people.person_at(connection, row.address)
        if person is None:
            return None
        live = next_try(before, row.id, counts=move.counts, now=now, dialled=move.dialled)
        assert live.callback is not None
        live.party = person.party
        await into_incident(connection, live, row.incident)
        rehouse(live, self._current.value, moves=self._current.agreed)
        if before.cause == MOVED:
            moment = move.not_before
            counts_anew(live, moment, self._current.value, self._current.targets)
        else:
            moment = move.not_before
            if move.window:
                zones = await at_night.zones_in(connection, live.incident or "", person.value)
                hours = self._current.value.callbacks.courtesy
                moment = courtesy.next_window(moment, zones, hours)
            moment = await self._their_hour(connection, live, person, moment)
            opens = opens_after(self._current.opening, live, [moment])
            count_from(live, opens or moment)
        wait_until(live, moment, now)
        again = await callbacks.try_again(connection, row, live.id, live.callback.tried, moment)
        if not again:
            return None
        await self.write_try(connection, live, person, row.our_address, now)
        return live

    async def _their_hour(
        self, connection: Transaction, live: LiveContact, person: people.Person, moment: int
    ) -> int:
        zones = await at_night.zones_in(connection, live.incident or "", person.value)
        return at_night.rings_at(self._current, live, zones, moment)

    # Life -------------------------------------------------------------------------------------

    def on_step(self, step_id: str, step: Step) -> None:
        """Listens for tries that have ended."""
        if any(c.state == State.ENDED and c.callback is not None for c in step.contacts):
            self.nudge(step_id)

    def nudge(self, step: str = "0-0") -> None:
        """A try has ended with this step of the index: look soon."""
        self._step = max(self._step, step, key=contacts.sortable)
        self._news.set()

    def given(self, *incidents: str) -> None:
        """They have another owner: the calls promised in them ring there first, soon."""
        self._given.update(incidents)
        self._news.set()

    async def _name(self) -> None:
        given, self._given = self._given, set()
        for incident in sorted(given):
            async with self._database.read() as connection:
                row = await callbacks.open_of(connection, incident)
                found = await people.incident_by_id(connection, incident)
            if row is not None and found is not None and found.owner is not None:
                await self._engine.step("describe", contact=row.contact, named=found.owner)

    async def _caught_up(self) -> bool:
        """True once the record holds every ended try that was heard of."""
        try:
            async with asyncio.timeout(RECORDED_S):
                await self._recorded(self._step)
        except TimeoutError:
            return False
        return True

    async def up_to_date(self) -> bool:
        """True once the record holds all that the index has done so far."""
        ms, count = await self._engine.last_step()
        if ms:
            self._step = max(self._step, f"{ms}-{count}", key=contacts.sortable)
        return await self._caught_up()

    async def run(self, clock: Callable[[], int]) -> None:
        """Settles tries that have ended, until cancelled; `clock` returns ms since 1970."""
        while True:
            self._news.clear()
            pause_s = LOOK_S
            try:
                if not await self._caught_up():
                    pause_s = RETRY_S
                await self.settle(clock())
                await self._name()
            except (IndexLost, IndexUnavailable, RecordUnavailable) as error:
                log.warning("callbacks.waiting", error=type(error).__name__)
                pause_s = RETRY_S
            try:
                async with asyncio.timeout(pause_s):
                    await self._news.wait()
            except TimeoutError:
                pass  # time to look again

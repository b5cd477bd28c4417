"""Texts and mails come in: recorded, then announced to the index; none is announced to nobody.

A message on a contact that the record holds open is marked `arriving` until the index has heard of
it. What stays marked (index away, or a crash in between) is announced by the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import structlog

from router.admission import Admission, Arrival
from router.centre import Centre
from router.core.arrivals import Text
from router.core.caller import app_of, can_be_called, is_short_code, texter, unsure_of
from router.core.config import Line
from router.core.display import excerpt
from router.core.model import LiveContact
from router.core.restore import to_its_place
from router.core.severity import BY_RULE, Channel, Severity, answer_by, score
from router.core.states import State
from router.core.text import fold
from router.core.triage import Verdict
from router.incidents.life import found_for, goes_on
from router.intake.automatic_answer import ClosedAnswer
from router.live.engine import IndexLost, IndexUnavailable
from router.records import contacts, messages, people, spoken, stays
from router.records.corrections import own_words
from router.records.database import Transaction, once_more
from router.records.ids import derived_id
from router.verdicts import grounds_of

log = structlog.get_logger()

IN_FLIGHT_MS = 2_000
"""A message younger than this may be on its way into the index."""


def _shown(text: str, folds: str | None, subject: str | None) -> str:
    """What a row and an offer show of a message: a mail's own words, not what it repeats."""
    return excerpt(own_words(text, folds).strip() or text or subject or "")


async def _goes_on(
    connection: Transaction, incident: str, now: int, verdict: Verdict, contact: str
) -> None:
    """A message counts for a known incident by its words: its line says how urgent a stranger is.
    One that opens a closed incident again is an S3 at least if nobody knows that it is everyday."""
    again = min(verdict.said, max(verdict.by_itself, Severity.S3))
    await goes_on(
        connection, incident, now, severity=again, raises_to=verdict.said, contact=contact
    )


class TextIntake:
    """Conversations: one open contact per (their address, ours)."""

    def __init__(self, centre: Centre, admission: Admission, closed: ClosedAnswer) -> None:
        self._closed = closed
        self._database = centre.database
        self._engine = centre.engine
        self._admission = admission

    async def text(self, text: Text, now: int) -> Arrival | None:
        """A text or mail came in. None: it was here before (same key).

        Raises:
            RecordUnavailable: nothing was accepted.
        """
        return await once_more(lambda: self._text(text, now))

    async def _text(self, text: Text, now: int) -> Arrival | None:
        text = text.cleaned()
        if text.channel is Channel.SMS:
            text = replace(text, from_address=texter(text.from_address, text.key))
        line = self._admission.line_for(text.to_address)
        kind = "phone" if text.channel is Channel.SMS else "email"
        async with self._database.write() as connection:
            person = await self._sender(connection, kind, text, now)
            await people.hold(connection, person)
            if await messages.find_key(connection, text.key) is not None:
                return None
            if text.opts_out is not None:  # with its message, or not at all: it may come again
                await people.set_opted_out(connection, person.address, text.opts_out)
            incident, open_row = None, None
            if text.incident:
                incident = await people.incident_by_id(connection, text.incident)
            if not text.apart:
                since = self._admission.reopens_from(now)
                incident = incident or await found_for(connection, person.party, since)
                there = incident.id if incident else ""
                open_row = await contacts.open_text_contact(
                    connection, str(text.channel), person.address, text.to_address, there
                )
            if open_row is not None and text.incident is not None:
                of = await stays.root(connection, open_row.incident)
                open_row = open_row if incident is not None and incident.id == of else None
            verdict = self._admission.verdicts.of(
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
                live.incident = open_row.incident  # it may have been moved since
                earlier = await messages.came_before(connection, live.id, text.key)
                said = f"{text.subject or ''}\n{text.fresh or text.text}"
                verdict, new = self._beside_a_person(live, verdict, said, earlier), False
            else:
                new = True
                spoke = await spoken.of(connection, person)
                verdict = self._admission.asking(verdict, line, spoke)
                contact_id = derived_id("c", self._admission.account, text.key)
                live = self._admission.contact(
                    contact_id, text.channel, line, verdict, person, arrived_at=now, now=now
                )
                if incident is None:
                    title = excerpt(text.subject or text.fresh or text.text or line.word, 80)
                    incident = await people.open_incident(
                        connection, title, int(verdict.severity), person.party, "contact", now
                    )
                elif incident.guessed:
                    live.rule += f"; {incident.word} is a guess"
                live.named = text.named
                await self._admission.attach(connection, live, incident)
                if (
                    kind == "phone"
                    and not is_short_code(person.value)
                    and (odd := unsure_of(person.value))
                ):
                    live.who["unsure"] = odd
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
            await _goes_on(connection, str(live.incident), now, verdict, live.id)
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
                folds=text.folds,
                written_by=text.written_by,
                answer_to=text.answer_to,
                notice=text.notice,
                raw=text.raw,
                header_id=text.header_id,
                refers_to=text.refers_to,
                carrier_id=text.carrier_id,
                media=msgspec.json.encode(text.media).decode() if text.media else None,
                status="received" if new else "arriving",
                at=now,
            )
            answered = await self._closed.add(connection, text, live, person)
        if answered:
            self._closed.wake[str(text.channel)]()
        if new:
            return await self._admission.enqueue(live, line, True, inline=False)
        return await self._announce(text.key, live, line, verdict, now)

    def _beside_a_person(
        self, live: LiveContact, verdict: Verdict, said: str, earlier: Sequence[str]
    ) -> Verdict:
        """For an open contact that a person lowered: only words of emergency raise it that none of
        its earlier messages had. They knew those, its line and its incident."""
        lowered = live.before is not None and live.before.severity < live.severity
        if not lowered or verdict.severity >= live.severity:
            return verdict
        known, listed = "\n".join(earlier), self._admission.verdicts.listed
        new = listed(said) - listed(known)
        if verdict.why and (new or any(fold(word) not in fold(known) for word in verdict.why)):
            return verdict
        stays = Severity(live.severity)
        return replace(verdict, severity=stays, own=None, said=max(verdict.said, stays))

    @staticmethod
    async def _sender(connection: Transaction, kind: str, text: Text, now: int) -> people.Person:
        """The person who wrote: by an app, the party of its number."""
        app, bare = app_of(text.from_address)
        if kind == "phone" and app and can_be_called(bare):
            return await people.find_or_join(
                connection, kind, text.from_address, bare, now, text.name
            )
        return await people.find_or_make(connection, kind, text.from_address, now, text.name)

    async def _announce(
        self, key: str, live: LiveContact, line: Line, verdict: Verdict, now: int
    ) -> Arrival:
        """Tells the index of a recorded message on a contact that was open in the record."""
        channel = Channel(live.channel)
        try:
            async with self._database.read() as connection:
                message = await messages.find_key(connection, key)
                earlier = await messages.came_before(connection, live.id, key)
            if message is None:
                return Arrival(live.id, live, line, False, None)
            said = f"{message.subject or ''}\n{message.text}"
            verdict = self._beside_a_person(live, verdict, said, earlier)
            severity = Severity(min(live.severity, int(verdict.severity)))
            reply = await self._engine.step(
                "message_in",
                contact=live.id,
                about=_shown(message.text, message.folds, message.subject),
                worst=int(verdict.severity) if verdict.why else None,  # what their words say
                answer_by=answer_by(now, severity, channel, self._admission.targets),
                score=score(now, severity, channel, self._admission.targets),
                promote_at=self._admission.config.promote_at(now, severity, channel),
            )
            if reply.code == "unknown":
                arrival = await self._admission.enqueue(
                    to_its_place(live), line, False, inline=False
                )
                if arrival.reply is None:
                    return arrival
                reply = arrival.reply
                if reply.code == "ended":  # it was closed a moment ago: this begins a new one
                    return await self._begin_anew(key, line, now)
            elif severity < live.severity or (verdict.unsure and severity == verdict.severity):
                reply = await self._admission.change_severity(
                    live.id, severity, verdict.rule, BY_RULE, grounds_of(verdict), own=verdict.own
                )
        except (IndexLost, IndexUnavailable):
            log.warning("contact.index_away", contact=live.id)
            self._admission.on_behind()
            return Arrival(live.id, live, line, False, None)
        async with self._database.write() as connection:
            await messages.announced(connection, key)
        return Arrival(live.id, reply.contact or live, line, False, reply)

    async def _begin_anew(self, key: str, line: Line, now: int) -> Arrival:
        """Gives a contact of its own to a message whose contact ended before the index heard of
        it."""
        async with self._database.write() as connection:
            message = await messages.find_key(connection, key)
            old = await contacts.get(connection, message.contact) if message else None
            person = await people.person_at(connection, old.address) if old else None
            assert message is not None
            assert old is not None
            assert person is not None
            incident = await people.incident_by_id(connection, message.incident)
            assert incident is not None
            verdict = self._admission.verdicts.of(
                line, incident=incident, text=f"{message.subject or ''}\n{message.text}"
            )
            verdict = self._admission.asking(verdict, line, await spoken.of(connection, person))
            live = self._admission.contact(
                derived_id("c", self._admission.account, key),
                Channel(message.channel),
                line,
                verdict,
                person,
                arrived_at=int(message.at),
                now=now,
            )
            await self._admission.attach(connection, live, incident)
            live.about, live.unread = _shown(message.text, message.folds, message.subject), 1
            await contacts.admit(
                connection,
                live,
                party=person.party,
                address=person.address,
                our_address=old.our_address,
            )
            await _goes_on(connection, incident.id, now, verdict, live.id)
            await messages.announced(connection, key, contact=live.id)
        return await self._admission.enqueue(live, line, True, inline=False)

    async def announce_missed(self, now: int) -> int:
        """Messages that the record took and the index never heard of; returns how many."""
        async with self._database.read() as connection:
            rows = await messages.unannounced(connection, now - IN_FLIGHT_MS)
        for row in rows:
            async with self._database.read() as connection:
                live = await contacts.live_of(connection, row.contact)
            if live is None:
                continue
            line = self._admission.line_named(live.line)
            verdict = self._admission.verdicts.of(
                line, incident=None, text=f"{row.subject or ''}\n{row.text}"
            )
            if live.state == State.ENDED:
                await self._begin_anew(row.key, line, now)
            else:
                await self._announce(row.key, live, line, verdict, now)
        return len(rows)

"""Somebody of an incident is written to, whether or not they ever wrote: a text or a mail of ours
begins, or goes on in the conversation with them that waits for their answer.

One transaction has the contact, the words in the outbox and the line in the audit. Then one step
tells the index. It takes nobody's room, so it works during a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from router.centre import Centre
from router.core import ladder
from router.core.bidi import plain
from router.core.display import excerpt, mask
from router.core.model import LiveContact, Reply
from router.core.outgoing import address_of, line_to_write_from
from router.core.recipient import Recipient, another, not_filled, refused, too_long
from router.core.restricted import only
from router.core.said import known_language
from router.core.severity import Channel, score
from router.core.states import WAITS, State
from router.incidents.life import goes_on, severity_of
from router.incidents.replies import held_open
from router.outbox import Answer, Replies
from router.records import accounts, audit, contacts, drafts, messages, people, reached, stays
from router.records.asks_first import before_writing
from router.records.database import Transaction
from router.records.ids import derived_id

WRITTEN = "party.written"
"""Action of the audit, of an incident; its detail is the address."""

NO_WORDS = Reply(ok=False, code="bad_request", text="A message needs words.")
NO_SUBJECT = Reply(
    ok=False,
    code="bad_request",
    text="A mail needs a subject: it is all they see of it before they open it",
)
UNKNOWN = Reply(ok=False, code="unknown", text="nobody of this incident is reached there")
NOT_SET_UP = Reply(
    ok=False, code="not_ready", text="Mail is not set up here: nothing was sent. Call instead."
)
NO_LINE = Reply(
    ok=False, code="not_ready", text="no line of this centre can write so. Nothing was sent"
)
THEY_WAIT = Reply(
    ok=False,
    code="not_ready",
    text="they have written and wait for an answer. Take that, and answer there; nothing was sent",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What an agent writes to one party at one address. `role`: theirs, as the page showed it;
    `key` makes a repeated order one order. then: wait (for their answer) | close."""

    agent: str
    incident: str
    address: str
    text: str
    key: str
    role: str | None
    subject: str = ""
    then: str = "wait"
    sure: frozenset[str] = frozenset()
    """What they were asked, and said that they mean it (router.records.asks_first)."""


class FirstWords:
    """Writes to people of an incident."""

    def __init__(self, centre: Centre, replies: Replies) -> None:
        self._database = centre.database
        self._engine = centre.engine
        self._current = centre.config
        self._replies = replies

    async def write(self, letter: Letter, now: int) -> Reply:
        """Refused, in words, where nothing may be sent, and to whoever has a conversation in
        somebody else's hands.

        Raises:
            RecordUnavailable, IndexUnavailable: nothing was sent, or it is sent once.
        """
        if not letter.text.strip():
            return NO_WORDS
        if letter.then not in ("wait", "close"):
            return Reply(ok=False, code="bad_request", text="then must be wait or close.")
        async with self._database.write() as connection:
            found = await self._recorded(connection, letter, now)
        if isinstance(found, Reply):
            return found
        if isinstance(found, LiveContact):
            self._replies.wakes(found.channel)
            return await self._engine.step(
                "write",
                agent=letter.agent,
                contact=msgspec.to_builtins(found),
                next=letter.then,
            )
        return await self._replies.send(found, now)

    async def goes_on_in(self, incident: str, address: str) -> str:
        """The open conversation with this address; empty: a new one begins."""
        async with self._database.read() as connection:
            talks = await reached.conversations(connection, incident, address)
        return str(talks[0].id) if talks else ""

    async def _recorded(
        self, connection: Transaction, letter: Letter, now: int
    ) -> LiveContact | Answer | Reply:
        """The new contact, or the answer in the conversation that is open."""
        if isinstance(row := await held_open(connection, letter.incident), Reply):
            return row
        known = await messages.find_key(connection, f"out:{letter.key}")
        if known is not None:
            return await self._again(connection, letter, known)
        one = await reached.at(connection, letter.incident, letter.address)
        incident = await people.incident_by_id(connection, letter.incident)
        if one is None or incident is None:
            return UNKNOWN
        to = Recipient(one.kind, one.value, bool(one.opted_out), one.role)
        if to.channel not in self._replies.channels:
            return NOT_SET_UP
        no = another(letter.role, one.role) or too_long(letter.text, to.channel)
        if no := no or not_filled(letter.subject, letter.text):
            return no
        text = f"{letter.subject}\n{letter.text}"
        if no := await before_writing(connection, letter.incident, one, text, letter.sure):
            return no
        for talk in await reached.conversations(connection, letter.incident, letter.address):
            return await self._goes_on(connection, letter, talk)
        known_there = await reached.wrote(connection, letter.address)
        if no := refused(to, None if known_there else self._current.dialling):
            return no
        subject = plain(" ".join(letter.subject.split()))[:200]
        if to.channel is Channel.EMAIL and not subject:
            return NO_SUBJECT
        last = await contacts.last_line_of(connection, letter.incident)
        line = line_to_write_from(self._current.value.lines, to.channel, last)
        if line is None:
            return NO_LINE
        live = await self._contact(connection, letter, one, incident, now)
        live.queue, live.line = line.queue, line.name
        severity = severity_of(incident)[0]
        config, targets = self._current.value, self._current.targets
        live.score = score(now, severity, to.channel, targets)
        live.ladder = ladder.text(config.steps(line.queue, severity))
        live.promote_at = config.promote_at(now, severity, to.channel)
        ours = address_of(line, to.channel)
        await contacts.admit(
            connection, live, party=one.party, address=one.address, our_address=ours
        )
        await self._put(connection, letter, live, to, ours, subject, now)
        await goes_on(
            connection, incident.id, now, severity=live.by_itself, contact=live.id, ours=True,
            by=letter.agent,
        )  # fmt: skip
        await people.own_if_nobody_does(connection, incident.id, letter.agent)
        await drafts.first_sent(connection, incident.id, letter.address, letter.agent)
        return live

    async def _again(
        self, connection: Transaction, letter: Letter, known: Any
    ) -> LiveContact | Answer | Reply:
        """The same order once more: it is done, or the index has not heard of it."""
        of = [await stays.root(connection, one) for one in (known.incident, letter.incident)]
        if known.author != letter.agent or of[0] != of[1] or known.text != letter.text:
            return Reply(ok=False, code="bad_request", text="This key is another message's.")
        if known.contact != derived_id("c", "write", letter.agent, letter.key):
            return self._answer(letter, known.contact)
        live = await contacts.live_of(connection, known.contact)
        if live is None or live.state != State.PARKED or live.agent != letter.agent:
            return Reply(duplicate=True)
        return live

    async def _goes_on(self, connection: Transaction, letter: Letter, talk: Any) -> Answer | Reply:
        """In the conversation with that address, if it is theirs, or waits for its party."""
        live = msgspec.json.decode(talk.live, type=LiveContact)
        parked = live.parked_for if live.state == State.PARKED else None
        if live.state in WAITS or (parked == "until" and live.agent != letter.agent):
            return THEY_WAIT
        if live.agent != letter.agent and parked != "party":
            has = await accounts.by_id(connection, live.agent or "")
            name = has.name if has else "somebody"
            words = f"{name} has a conversation with them in hand. Ask them; nothing was sent"
            return Reply(ok=False, code="not_yours", text=words)
        return self._answer(letter, talk.id)

    def _answer(self, letter: Letter, contact: str) -> Answer:
        return Answer(
            agent=letter.agent,
            contact=contact,
            text=letter.text,
            key=letter.key,
            then=letter.then,
            role=letter.role,
            first=WRITTEN,
            sure=letter.sure,
        )

    async def _contact(
        self,
        connection: Transaction,
        letter: Letter,
        one: Any,
        incident: people.IncidentRef,
        now: int,
    ) -> LiveContact:
        """It waits for its party from the beginning, and counts as answered: it never waited for
        us."""
        severity, own = severity_of(incident)
        channel = Recipient(one.kind, one.value, bool(one.opted_out), one.role).channel
        masked = mask(one.kind, one.value)
        queues = await contacts.queues_of(connection, incident.id)
        return LiveContact(
            id=derived_id("c", "write", letter.agent, letter.key),
            channel=str(channel),
            dir="out",
            severity=int(severity),
            own=own,
            arrived_at=now,
            score=0,
            answered_at=now,
            replied_at=now,
            state=State.PARKED,
            parked_for="party",
            rule="written first",
            agent=letter.agent,
            language=known_language(self._current.value, queues),
            who={"name": one.name or masked, "address": masked, "role": one.role},
            party=one.party,
            about=excerpt(letter.text),
            incident=incident.id,
            incident_no=incident.word,
            only=only(incident.only),
            promote_ms=self._current.targets[severity][channel],
        )

    async def _put(
        self,
        connection: Transaction,
        letter: Letter,
        live: LiveContact,
        to: Recipient,
        ours: str,
        subject: str,
        now: int,
    ) -> None:
        """Into the outbox, with its line."""
        await messages.add(
            connection,
            key=f"out:{letter.key}",
            contact=live.id,
            incident=live.incident,
            channel=live.channel,
            direction="out",
            author=letter.agent,
            to_address=to.value,
            from_address=ours,
            subject=subject if to.channel is Channel.EMAIL else None,
            text=letter.text,
            status="queued",
            tries=0,
            at=now,
        )
        await audit.append(
            connection, actor=letter.agent, action=WRITTEN, subject=str(live.incident), now=now,
            detail=" ".join((letter.address, *sorted(letter.sure))),
        )  # fmt: skip

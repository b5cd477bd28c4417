"""Whoever the last try did not reach is written to: one text for an S1 or S2, one mail for an S4.

It is in the outbox in the transaction that gives the promise up, under a key of the promise: once,
whoever dies. Its words (`not_reached` of router/core/sentences.py) have no details: anybody may
read them. No machine is answered by it, and nobody who opted out, or for whom it is not safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from router.core.current import Current
from router.core.display import excerpt, mask
from router.core.incident import OPEN
from router.core.model import LiveContact
from router.core.outgoing import address_of, line_to_call_from, line_to_write_from
from router.core.recipient import Recipient, refused
from router.core.restricted import only
from router.core.said import saying
from router.core.severity import BY_RULE, Channel
from router.core.states import State
from router.records import audit, contacts, messages, party_facts, people, reached
from router.records.database import Row, Transaction
from router.records.ids import derived_id

BY_SEVERITY = {1: Channel.SMS, 2: Channel.SMS, 4: Channel.EMAIL}
"""How somebody is written to whom we called in vain; an S3 was called in two days' hours."""
WRITTEN = "party.written_by_rule"
"""Action of the audit, of an incident; its detail is the address."""


class LastWords:
    """`wake` tells a channel's sender that the outbox has something; a channel missing from it
    writes nothing."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self.wake: Mapping[str, Callable[[], None]] = {}

    async def write(
        self, connection: Transaction, held: Any, promise: Row, live: LiveContact, now: int
    ) -> str | None:
        """After the last try (`live`) of this promise, in its incident, which is held. None:
        nothing was written."""
        channel = BY_SEVERITY.get(live.severity)
        if channel is None or channel not in self.wake or held is None or held.state != OPEN:
            return None
        line = line_to_write_from(self._current.value.lines, channel, live.line)
        if line is None:
            return None
        at = [promise.address]
        if channel is Channel.EMAIL:
            at = await people.mails_of(connection, live.party or "")
        for address in at:
            one = await self._reachable(connection, held.id, address)
            if one is None:
                continue
            ours = address_of(line, channel)
            return await self._put(connection, held, promise, live, one, ours, channel, now)
        return None

    async def _reachable(
        self, connection: Transaction, incident: str, address: str
    ) -> reached.Reached | None:
        """Them at that address, if it may be used, and nobody has a conversation there in hand."""
        one = await reached.at(connection, incident, address)
        if one is None:
            return None
        to = Recipient(one.kind, one.value, bool(one.opted_out), one.role)
        known_there = await reached.wrote(connection, address)
        if refused(to, None if known_there else self._current.dialling) is not None:
            return None
        if await party_facts.unsafe_by_any(connection, address) is not None:
            return None
        talks = await reached.conversations(connection, incident, address)
        return None if any(talk.state != State.PARKED for talk in talks) else one

    async def _put(
        self,
        connection: Transaction,
        held: Any,
        promise: Row,
        live: LiveContact,
        one: reached.Reached,
        ours: str,
        channel: Channel,
        now: int,
    ) -> str | None:
        config = self._current.value
        of = await people.incident_by_id(connection, held.id)
        assert of is not None
        number = (
            line_to_write_from(config.lines, Channel.SMS, live.line)
            or line_to_call_from(config.lines, live.line)
        ).number
        speaks = saying(config, live.line, live.queue, live.language)
        known = {"number": number, "no": of.word}
        text = "\n".join(said.words for said in speaks.say("not_reached", **known))
        subject = " / ".join(said.words for said in speaks.say("not_reached_subject", **known))
        key = f"not_reached:{promise.id}"
        if not text or await messages.find_key(connection, key) is not None:
            return None
        masked = mask(one.kind, one.value)
        letter = LiveContact(
            id=derived_id("c", key), channel=str(channel), dir="out", severity=live.severity,
            own=live.own, arrived_at=now, answered_at=now, replied_at=now, ended_at=now,
            score=0, state=State.ENDED, outcome="handled", rule="written by rule: not reached",
            queue=live.queue, line=live.line, language=live.language,
            who={"name": one.name or masked, "address": masked, "role": one.role},
            party=one.party, about=excerpt(text), incident=held.id,
            incident_no=of.word, only=only(of.only),
        )  # fmt: skip
        await contacts.admit(
            connection, letter, party=one.party, address=one.address, our_address=ours
        )
        await contacts.mark_ended(connection, letter)
        await messages.add(
            connection,
            key=key,
            contact=letter.id,
            incident=held.id,
            channel=str(channel),
            direction="out",
            to_address=one.value,
            from_address=ours,
            subject=subject if channel is Channel.EMAIL else None,
            text=text,
            status="queued",
            tries=0,
            at=now,
        )
        await audit.append(
            connection, actor=BY_RULE, action=WRITTEN, subject=held.id, now=now, detail=one.address
        )
        return str(channel)

"""After hours a text or mail gets one automatic answer: that it came, and when we open.

At most one for an incident and one closed time, written in the transaction that takes the message,
so that a repeated webhook or a crash never makes two. Never to a message that no person wrote (RFC
3834, 2), never to somebody who opted out, never into a conversation that somebody has in hand, and
never for an S1, which is not told that anybody is away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from router.core.arrivals import Text
from router.core.bidi import plain
from router.core.caller import app_of
from router.core.current import Current
from router.core.model import LiveContact
from router.core.severity import Channel, Severity
from router.core.states import TALKS
from router.records import messages, party_facts
from router.records.database import Transaction
from router.records.people import Person


class ClosedAnswer:
    """`wake` tells a channel's sender that the outbox has something; a channel missing from it
    cannot answer."""

    def __init__(self, current: Current, clock: Callable[[], int] | None) -> None:
        """Without a clock nothing is ever closed."""
        self._current = current
        self._clock = clock
        self.wake: Mapping[str, Callable[[], None]] = {}

    def words(self, queue: str, now: int) -> str:
        """The text of the answer; empty if the centre wants no automatic answer."""
        config, opens = self._current.value, self._current.opening.opens(queue, now)
        urgent = next((line.number for line in config.lines if line.severity == 1), "")
        return config.closed_answer.format(
            name=config.name,
            opens=f" We open on {opens}." if opens else "",
            emergency=f" or {urgent}" if urgent else "",
        )

    async def add(
        self, connection: Transaction, text: Text, live: LiveContact, person: Person
    ) -> bool:
        """Puts the answer into the outbox, if there is to be one."""
        channel = str(text.channel)
        if self._clock is None or channel not in self.wake or not self._current.value.closed_answer:
            return False
        now, opening = self._clock(), self._current.opening
        written = text.automatic or text.lowest is not None or text.notice is not None
        unreachable = person.opted_out or text.from_address.endswith(".invalid")
        if text.channel is Channel.SMS and self._current.dialling.refusal(app_of(person.value)[1]):
            unreachable = True  # no whole number, or one that is dear to answer
        if written or unreachable or live.state in TALKS:
            return False
        if opening.after_hours(live.queue, Severity(live.severity), now) is None:
            return False
        if await party_facts.unsafe_by_any(connection, person.address) is not None:
            return False  # whoever reads it there may not be them
        calendar = opening.calendar(live.queue)
        opens = calendar.next_open(now) if calendar else None
        subject = None
        if text.channel is Channel.EMAIL:
            subject = f"Re: {plain(text.subject)}" if text.subject else "Your message"
        return await messages.add(
            connection,
            key=f"closed:{live.incident}:{opens or 'never'}",
            contact=live.id,
            incident=live.incident,
            channel=channel,
            direction="out",
            to_address=person.value,
            from_address=text.to_address,
            subject=subject,
            text=self.words(live.queue, now),
            status="queued",
            tries=0,
            at=now + 1,  # after what it answers
        )

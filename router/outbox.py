"""Answers to texts and mails: written into the outbox first, sent by the channel, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from router.core import text_length
from router.core.bidi import plain
from router.core.model import Reply
from router.core.severity import Channel
from router.live.engine import Engine
from router.records import contacts, messages, people
from router.records.database import Database
from router.records.ids import derived_id


class Replies:
    """`wake` tells the channel's sender that the outbox has something."""

    def __init__(
        self, database: Database, engine: Engine, wake: Mapping[str, Callable[[], None]]
    ) -> None:
        self._database = database
        self._engine = engine
        self._wake = wake

    @property
    def channels(self) -> frozenset[str]:
        """Text channels that can be answered here."""
        return frozenset(self._wake)

    async def send(
        self,
        *,
        agent: str,
        contact_id: str,
        text: str,
        key: str,
        then: str,
        disposition: str | None,
        now: int,
    ) -> Reply:
        """Queues one answer. `key` is the page's: the same key again is the same answer.

        then: close (done) | wait (out of the agent's hands until the party writes) | keep.
        """
        if not text.strip():
            return Reply(ok=False, code="bad_request", text="An answer needs words.")
        if then not in ("close", "wait", "keep"):
            return Reply(ok=False, code="bad_request", text="then must be close, wait or keep.")
        async with self._database.write() as connection:
            row = await contacts.get(connection, contact_id)
            if row is None or row.channel == str(Channel.VOICE):
                return Reply(ok=False, code="unknown", text="No such conversation.")
            if row.channel not in self._wake:
                return Reply(
                    ok=False,
                    code="not_ready",
                    text="Mail is not set up here: nothing was sent. Call instead.",
                )
            seen = await messages.find_key(connection, f"out:{key}")
            last = await messages.last_in(connection, contact_id)
            person = await people.person_at(connection, row.address)
        length = text_length.units(text) if row.channel == str(Channel.SMS) else 0
        if seen is None and length > text_length.MOST:
            return Reply(
                ok=False,
                code="bad_request",
                text=f"{length:,} of {text_length.MOST:,}: {length - text_length.MOST:,} too many."
                " Nothing was sent: shorten it, or send it in parts.",
            )
        if seen is not None:
            if (seen.contact, seen.author) != (contact_id, agent):
                return Reply(ok=False, code="bad_request", text="This key is another answer's.")
            if last is not None and last.at > seen.at:
                return Reply()  # written to since: it is open on purpose
            return await self._settle(row.channel, agent, contact_id, then, disposition, again=True)
        if person is None:
            return Reply(ok=False, code="unknown", text="No such address.")
        if person.value.startswith("anonymous:"):
            return Reply(
                ok=False,
                code="not_allowed",
                text="Their number was withheld: nothing was sent, and they cannot be called.",
            )
        if person.opted_out:
            return Reply(
                ok=False,
                code="not_allowed",
                text="This person opted out of texts: nothing was sent. Call instead.",
            )
        step = await self._engine.step(
            "reply",
            agent=agent,
            contact=contact_id,
            next="keep",
            sent=False,
        )
        if not step.ok:
            return Reply(ok=False, code=step.code, text="This contact is not in your hands.")
        subject = None
        if row.channel == str(Channel.EMAIL):
            first = plain(last.subject) if last is not None and last.subject else "Your message"
            subject = first if first.casefold().startswith("re:") else f"Re: {first}"
        async with self._database.write() as connection:
            await messages.add(
                connection,
                id=derived_id("m", f"out:{key}"),
                key=f"out:{key}",
                contact=contact_id,
                incident=row.incident,
                channel=row.channel,
                direction="out",
                author=agent,
                to_address=person.value,
                from_address=row.our_address,
                subject=subject,
                text=text,
                status="queued",
                tries=0,
                at=now,
            )
            await messages.save_draft(connection, row.incident, contact_id, agent, "", now)
        return await self._settle(row.channel, agent, contact_id, then, disposition)

    async def _settle(
        self,
        channel: str,
        agent: str,
        contact_id: str,
        then: str,
        disposition: str | None,
        *,
        again: bool = False,
    ) -> Reply:
        """The answer is in the outbox: it goes out, and the contact where `then` says.

        `again`: a retry. If the first try came this far, the contact has left the agent's hands.
        """
        self._wake[channel]()
        reply = await self._engine.step(
            "reply",
            agent=agent,
            contact=contact_id,
            next=then,
            sent=True,
            disposition=disposition,
        )
        return Reply() if again and reply.code in ("too_late", "not_yours") else reply

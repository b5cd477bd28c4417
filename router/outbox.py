"""Answers to texts and mails: written into the outbox first, sent by the channel, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from router.core.bidi import plain
from router.core.model import Reply
from router.core.recipient import Recipient, another, not_filled, refused, too_long
from router.core.severity import Channel
from router.live.engine import Engine
from router.records import audit, contacts, drafts, messages, reached
from router.records.asks_first import before_writing
from router.records.database import Database
from router.records.ids import derived_id

SENT_ANYWAY = "answer.sent_anyway"
"""Action of the audit: what they were asked about, they meant; its detail: where, and what."""
NOWHERE = Reply(ok=False, code="unknown", text="No such address.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent writes in a conversation that is open.

    key: the page's; the same key again is the same answer. then: close (done) | wait (out of the
    agent's hands until the party writes) | keep. role: their party's, as the page showed it; ANY:
    it did not say. first: they write to somebody of an incident, also where a colleague's words
    wait for an answer; the action of its line in the audit. sure: what they were asked, and said
    that they mean it (router.records.asks_first).
    """

    agent: str
    contact: str
    text: str
    key: str
    then: str
    disposition: str | None = None
    role: str | None = ""
    first: str | None = None
    sure: frozenset[str] = frozenset()


ANY = ""


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

    def wakes(self, channel: str) -> None:
        """Something was put into its outbox."""
        self._wake[channel]()

    async def send(self, answer: Answer, now: int) -> Reply:
        """Queues one answer."""
        if not answer.text.strip():
            return Reply(ok=False, code="bad_request", text="An answer needs words.")
        if answer.then not in ("close", "wait", "keep"):
            return Reply(ok=False, code="bad_request", text="then must be close, wait or keep.")
        key = f"out:{answer.key}"
        async with self._database.write() as connection:
            row = await contacts.get(connection, answer.contact)
            if row is None or row.channel == str(Channel.VOICE):
                return Reply(ok=False, code="unknown", text="No such conversation.")
            if row.channel not in self._wake:
                return Reply(
                    ok=False,
                    code="not_ready",
                    text="Mail is not set up here: nothing was sent. Call instead.",
                )
            seen = await messages.find_key(connection, key)
            last = await messages.last_in(connection, answer.contact)
            person = await reached.at(connection, row.incident, row.address)
            ask = None
            if seen is None and person is not None:
                ask = await before_writing(
                    connection, row.incident, person, answer.text, answer.sure
                )
        if seen is None:
            no = too_long(answer.text, Channel(row.channel)) or not_filled(answer.text)
            if no is not None:
                return no
        if seen is not None:
            if (seen.contact, seen.author) != (answer.contact, answer.agent):
                return Reply(ok=False, code="bad_request", text="This key is another answer's.")
            if last is not None and last.at > seen.at:
                return Reply()  # written to since: it is open on purpose
            return await self._settle(row.channel, answer, again=True)
        if person is None:
            return NOWHERE
        to = Recipient(person.kind, person.value, bool(person.opted_out), person.role)
        if answer.role != ANY and (no := another(answer.role, to.role)):
            return no
        if no := refused(to) or ask:
            return no
        step = await self._engine.step(
            "reply",
            agent=answer.agent,
            contact=answer.contact,
            next="keep",
            sent=False,
            first=answer.first is not None,
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
                id=derived_id("m", key),
                key=key,
                contact=answer.contact,
                incident=row.incident,
                channel=row.channel,
                direction="out",
                author=answer.agent,
                to_address=to.value,
                from_address=row.our_address,
                subject=subject,
                text=answer.text,
                status="queued",
                tries=0,
                at=now,
            )
            await drafts.save(connection, row.incident, answer.contact, answer.agent, "", now)
            if answer.first is not None:
                await drafts.first_sent(connection, row.incident, row.address, answer.agent)
            if answer.first is not None or answer.sure:
                did = answer.first or SENT_ANYWAY
                await audit.append(
                    connection, actor=answer.agent, action=did, subject=row.incident,
                    now=now, detail=" ".join((row.address, *sorted(answer.sure))),
                )  # fmt: skip
        return await self._settle(row.channel, answer)

    async def _settle(self, channel: str, answer: Answer, *, again: bool = False) -> Reply:
        """The answer is in the outbox: it goes out, and the contact where `then` says.

        `again`: a retry. If the first try came this far, the contact has left the agent's hands.
        """
        self._wake[channel]()
        reply = await self._engine.step(
            "reply",
            agent=answer.agent,
            contact=answer.contact,
            next=answer.then,
            sent=True,
            disposition=answer.disposition,
        )
        return Reply() if again and reply.code in ("too_late", "not_yours") else reply

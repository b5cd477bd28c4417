"""Writing at a desk: notes, drafts, answers, the incident's title."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk import typing_news
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import (
    Count,
    Form,
    Id,
    Key,
    Refused,
    Result,
    Sure,
    Word,
    Words,
    intent,
)
from holdfast.desk.next_needed import NextNeeded
from holdfast.desk.talk import known_disposition
from router.centre import Centre
from router.core.bidi import isolated
from router.core.incident_facts import TITLE
from router.outbox import ANY, Answer, Replies
from router.records import (
    audit,
    contacts,
    drafts,
    incident_facts,
    messages,
    people,
    reached,
)


class NoteForm(Form, frozen=True):
    incident: Id | None
    """None: of a call that the record has not taken yet; it is found by its contact."""
    note: Key
    text: str
    contact: Id | None = None
    ago_ms: Count = 0
    """How long ago it was begun: one that could not be saved at once keeps its moment."""


class DraftForm(Form, frozen=True):
    """An answer to `contact`; None: first words to `address`, a mail's with their `subject`."""

    incident: Id
    contact: Id | None
    text: str
    address: Id | None = None
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ReplyForm(Form, frozen=True):
    contact: Id
    text: Words
    key: Key
    then: str = "wait"
    disposition: Word | None = None
    role: Word | None = ANY
    """Of whoever reads it, as the page showed it."""
    sure: Sure = ()
    anyway: bool = False
    """Nothing is planned, and it is closed all the same: the incident is resolved with it."""


class TitleForm(Form, frozen=True):
    incident: Id
    title: str


class Writing:
    """Handlers of note, draft, reply and title."""

    def __init__(self, centre: Centre, hub: Hub, replies: Replies) -> None:
        self._database = centre.database
        self._current = centre.config
        self._hub = hub
        self._replies = replies
        self._next = NextNeeded(centre, hub)

    @intent("note", NoteForm)
    async def _note(self, page: Page, form: NoteForm) -> Result:
        if not 8 <= len(form.note) <= 64 or len(form.text) > 10_000:
            raise Refused("bad_request", "A note has an id of 8 to 64 and at most 10 000 letters.")
        begun = now_ms() - form.ago_ms
        live = self._hub.view.contacts.get(form.contact or "")
        offset = live.into(begun) if live is not None else None
        async with self._database.write() as connection:
            incident = form.incident
            row = None
            if form.contact and live is None:  # it is over; what was typed in it may come late
                row = await contacts.get(connection, form.contact)
                offset = contacts.offset_in(row, begun) if row is not None else None
            if incident is None:
                row = row or await contacts.get(connection, form.contact or "")
                if row is None:
                    raise Refused(
                        "not_recorded",
                        "The record does not have this call yet; this page keeps it.",
                    )
                incident = row.incident
            if await people.incident_by_id(connection, incident) is None:
                raise Refused("unknown", "No such incident.")
            kept = await messages.save_note(
                connection,
                form.note,
                incident=incident,
                contact=form.contact,
                author=page.account.id,
                text=form.text,
                offset_ms=offset,
                begun=begun,
                now=now_ms(),
            )
        if not kept:
            raise Refused("not_yours", "This note is somebody else's.")
        typing_news.tell(self._hub.pages(), page, incident, "a note")
        self._hub.incident_changed(incident)
        return {"saved_at": now_ms()}

    @intent("draft", DraftForm)
    async def _draft(self, page: Page, form: DraftForm) -> Result:
        if form.contact is None:
            return await self._first_words(page, form)
        live = self._hub.view.contacts.get(form.contact)
        incident = live.incident if live is not None else None
        if incident is None:  # it may have ended while the last words were on their way
            async with self._database.read() as connection:
                row = await contacts.get(connection, form.contact)
            incident = row.incident if row is not None else None
        if incident is None:
            raise Refused("unknown", "There is nothing to answer here.")
        async with self._database.write() as connection:
            await drafts.save(
                connection,
                incident,
                form.contact,
                page.account.id,
                form.text[:20_000],
                now_ms(),
            )
        if form.text.strip():
            typing_news.tell(self._hub.pages(), page, incident, "an answer")
        return {"saved_at": now_ms()}

    async def _first_words(self, page: Page, form: DraftForm) -> Result:
        async with self._database.write() as connection:
            to = await reached.at(connection, form.incident, form.address or "")
            if to is None:
                raise Refused("unknown", "They are not among the people of this incident any more.")
            await drafts.save_first(
                connection,
                to.incident,  # whose person they are, if it was merged into this one
                to.address,
                page.account.id,
                subject=form.subject,
                text=form.text[:20_000],
                now=now_ms(),
            )
        if form.text.strip():
            typing_news.tell(self._hub.pages(), page, form.incident, "a message")
        return {"saved_at": now_ms()}

    @intent("reply", ReplyForm)
    async def _reply(self, page: Page, form: ReplyForm) -> Result:
        known_disposition(self._current.value, form.disposition)
        answer = Answer(
            agent=page.account.id,
            contact=form.contact,
            text=form.text,
            key=form.key,
            then=form.then,
            disposition=form.disposition,
            role=form.role,
            sure=frozenset(form.sure),
        )
        live = self._hub.view.contacts.get(form.contact)
        mine = live is not None and live.agent == page.account.id
        if live is not None and mine and form.then == "close" and not form.anyway:
            await self._next.ask(live.incident, but=live.id)
        result = await self._replies.send(answer, now_ms())
        if not result.ok:
            raise Refused(result.code, result.text)
        return {}

    @intent("title", TitleForm, audit="incident.titled")
    async def _title(self, page: Page, form: TitleForm) -> Result:
        title = isolated(" ".join(form.title.split())[:200], 200)
        if not title:
            raise Refused("bad_request", "A title needs words.")
        async with self._database.write() as connection:
            row = await incident_facts.held(connection, form.incident)
            if row is None:
                raise Refused("unknown", "No such incident.")
            await incident_facts.write(
                connection, form.incident, now_ms(), row, TITLE, title, author=page.account.id
            )
            await audit.append(
                connection,
                actor=page.account.id,
                action="incident.titled",
                subject=form.incident,
                now=now_ms(),
            )
        self._hub.incident_changed(form.incident)
        return {}

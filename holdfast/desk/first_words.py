"""An agent writes to somebody of an incident, whether or not they ever wrote to us."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Id, IncidentForm, Key, Refused, Result, Sure, Word, Words, intent
from holdfast.desk.next_needed import NextNeeded
from holdfast.desk.typed_numbers import WrittenFirst
from router.centre import Centre
from router.incidents.first_words import WRITTEN, FirstWords, Letter
from router.live.engine import IndexLost, IndexUnavailable

TOO_OFTEN = "party.written_too_often"
NOT_SENT = "Not sent", "Answers to people who wrote are not counted. Call them instead."


class LetterForm(IncidentForm, frozen=True):
    """`role`: theirs, as the page showed it."""

    address: Id
    text: Words
    key: Key
    role: Word | None
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""
    then: str = "wait"
    sure: Sure = ()
    anyway: bool = False
    """Nothing is planned, and no answer is waited for: the incident is resolved with it."""


class WritingFirst:
    """Handler of write_first."""

    def __init__(self, centre: Centre, hub: Hub, words: FirstWords, written: WrittenFirst) -> None:
        self._hub = hub
        self._next = NextNeeded(centre, hub)
        self._words = words
        self._written = written

    @intent("write_first", LetterForm, audit=(WRITTEN, TOO_OFTEN))
    async def _write(self, page: Page, form: LetterForm) -> Result:
        letter = Letter(
            agent=page.account.id,
            incident=form.incident,
            address=form.address,
            text=form.text,
            key=form.key,
            role=form.role,
            subject=form.subject,
            then=form.then,
            sure=frozenset(form.sure),
        )
        if form.then == "close" and not form.anyway:
            ends = await self._words.goes_on_in(form.incident, form.address)
            await self._next.ask(form.incident, but=ends)
        counted = await self._written.count(page, TOO_OFTEN, form.incident, NOT_SENT, form.key)
        written = False
        try:
            reply = await self._words.write(letter, now_ms())
            written = reply.ok
        except (IndexLost, IndexUnavailable):
            written = True  # it goes out, and is shown as soon as the index is back
            raise
        finally:
            if counted and not written:
                await self._written.give_back(page, form.key)
        self._hub.incident_changed(form.incident)
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

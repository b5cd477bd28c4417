"""Outside numbers: which one is tried next, and the words said there and to callers who leave a
message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from router.centre import Centre
from router.core.bidi import CONTROLS
from router.core.called import Spoken, told
from router.core.consult import Line
from router.core.display import in_words
from router.core.durations import duration_ms
from router.core.help import Help
from router.core.model import LiveContact, Reply
from router.core.model import OutsideCall as There
from router.core.opening import OnCall, OutsideNumber
from router.core.outgoing import line_to_call_from
from router.core.said import key_in_words
from router.core.sentences import LANGUAGES
from router.core.severity import Channel, Severity
from router.core.text import clean, spoken
from router.core.typed import words
from router.records import messages
from router.records.database import RecordUnavailable
from router.triage.judging import language as language_of

CALLS = {1: "call_1", 2: "call_2", 3: "call", 4: "call"}
SAID = 200
"""Characters of the party's words that are read out."""
READ_S = 0.7
"""Whoever answered the telephone does not wait longer for the record."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a party wrote, and from where."""

    said: str
    address: str = ""


class OutsideRouting:
    """Knows the numbers of the configuration; the index knows only their names."""

    def __init__(self, centre: Centre) -> None:
        self._engine = centre.engine
        self._current = centre.config
        self._clock = centre.clock
        self._database = centre.database

    async def go_on(self, live: LiveContact, *, inline: bool) -> Reply:
        """Sends a caller whom nobody takes to the next number on call, else to the voicemail.

        inline: the asker is answering the carrier at this moment; otherwise an effect redirects the
        call. Not ok: somebody was quicker (the contact says where they are now), or they wait on
        because somebody is on duty.
        """
        tried = set(live.tried or ())
        people = self._current.opening.on_call_at(self._clock())
        if live.only and live.severity > Severity.S1:  # nobody outside is on its list
            people = []
        for person in people:
            if person.name not in tried:
                return await self._engine.step(
                    "send_outside",
                    contact=live.id,
                    name=person.name,
                    word=person.word,
                    acknowledge=True,
                    inline=inline,
                )
        return await self._engine.step("nobody_outside", contact=live.id, inline=inline)

    def number_of(self, there: There) -> str | None:
        """The number; None if the configuration no longer has it, or does not allow it."""
        if there.kind == "on_call":
            return self.number_on_call(there.name)
        return self._allowed(there.to or _listed(self._current.value.outside, there.name))

    def number_on_call(self, name: str) -> str | None:
        """The same for somebody on call."""
        return self._allowed(_listed(self._current.value.on_call, name))

    def number_asked_in(self, line: Line) -> str | None:
        """The same for a number that an agent asks into a call."""
        if line.kind == "interpreter":
            return self._allowed(self._current.value.interpreters.get(line.name))
        return self._allowed(line.to or _listed(self._current.value.outside, line.name))

    def word_on_call(self, name: str) -> str:
        """How they are called in words."""
        people = self._current.value.on_call
        return next((it.word for it in people if it.name == name), name)

    def _allowed(self, number: str | None) -> str | None:
        return None if number is None or self._current.dialling.refusal(number) else number

    def caller_id(self, line: str) -> str:
        """The number shown there: that of the line that was called, if it is one."""
        return line_to_call_from(self._current.value.lines, line).number

    def refusal(self, number: str, *, typed: bool) -> str | None:
        """Why an agent may not hand a caller to this number; None when they may."""
        if no := self._current.dialling.refusal(number):
            return no.text
        beginnings = tuple(self._current.value.outside_countries)
        if typed and not number.startswith(beginnings):
            listed = ", ".join(beginnings) or "none"
            return f"numbers that may be typed begin with: {listed}."
        return None

    def language_of(self, name: str) -> str:
        """In which the person behind a number on call or outside is spoken to."""
        config = self._current.value
        entries: list[OnCall | OutsideNumber] = [*config.on_call, *config.outside]
        return next((it.language for it in entries if it.name == name), "en")

    def to_anybody(self, key: str) -> list[Spoken]:
        """A sentence for somebody of whom no more is known: in each language of these numbers."""
        config = self._current.value
        entries: list[OnCall | OutsideNumber] = [*config.on_call, *config.outside]
        spoken_here = {"en", *(it.language for it in entries)}
        return [Spoken(told(key, it), it) for it in LANGUAGES if it in spoken_here]

    def to(self, name: str, key: str) -> list[Spoken]:
        """A sentence for the person behind that number."""
        language = self.language_of(name)
        return [Spoken(told(key, language), language)]

    def whisper(self, live: LiveContact) -> list[Spoken]:
        """Words for the person who answers there. No name and no detail of the caller: anybody may
        hear it."""
        line = next(
            (it.word for it in self._current.value.lines if it.name == live.line), live.line
        )
        there = live.outside
        language = self.language_of(there.name) if there else "en"
        by = there.by_name if there else None
        sentence = told(
            "whisper",
            language,
            name=self._current.value.name,
            call=told(CALLS[live.severity], language),
            severity=live.severity,
            line=line,
            handed=told("handed", language, by=by) if by else "",
        )
        return [Spoken(sentence, language)]

    def voicemail_says(
        self, live: LiveContact, danger_key: str
    ) -> list[tuple[str, dict[str, object]]]:
        """What a caller hears before the tone (router/core/sentences.py), with its values."""
        said: list[tuple[str, dict[str, object]]] = []
        if live.overflow_at is not None:
            said.append(("nobody", {}))
        else:
            now, opening, queue = self._clock(), self._current.opening, live.queue
            why = opening.why_closed(queue, now)
            said.append(("closed_for", {"why": why}) if why else ("closed", {}))
            if opening.opens(queue, now):
                said.append(("opens", {"opens": lambda it: opening.opens(queue, now, it)}))
        said.append(("danger", {}))
        if live.severity > 1:
            said.append(("danger_key", {"key": key_in_words(danger_key)}))
        if live.no_call:
            said.append(("say_how", {}))
        else:
            said.append(("we_call" if live.overflow_at is not None else "leave_message", {}))
        return [*said, ("speak", {})]

    def after_hours(self, live: LiveContact) -> str | None:
        """What happens to this call now, if its queue is closed."""
        return self._current.opening.after_hours(live.queue, Severity(live.severity), self._clock())

    # Texts and mails ---------------------------------------------------------------------------

    async def tell(self, contact: str) -> Reply:
        """Asks the index to ring the next of those who are on call now."""
        on_call = self._current.opening.on_call_at(self._clock())
        people: list[dict[str, Any]] = [{"name": it.name, "word": it.word} for it in on_call]
        return await self._engine.step("tell", contact=contact, people=people)

    async def written(self, live: LiveContact) -> Written:
        """What the record has of it, the newest first, for not all of it may be read out; without
        the record, what the index has."""
        try:
            async with asyncio.timeout(READ_S), self._database.read() as connection:
                rows = await messages.last_of(connection, live.id, 3)
        except (RecordUnavailable, TimeoutError):
            rows = ()
        if live.only:  # restricted: how to reach them, and none of their words
            return Written("", rows[0].from_address if rows else "")
        if not rows:
            return Written(_plain(live.about or "", SAID))
        said = " ".join(f"{row.subject or ''} {in_words(row.text)}" for row in rows)
        return Written(_plain(said, SAID), rows[0].from_address or "")

    def told_words(self, live: LiveContact, written: Written, name: str) -> list[Spoken]:
        """Words for the person on call who answers. A machine may hear them: what the party wrote,
        by a voice of its language, but neither their name nor their number."""
        language = self.language_of(name)
        what = told("email" if live.channel == Channel.EMAIL else "sms", language)
        centre = self._current.value.name
        first = [told("waits", language, name=centre, what=what, severity=live.severity)]
        if not live.only:
            first.append(told("they_write" if written.said else "no_words", language))
        then = [told("take_it_over", language)]
        if live.incident_no:
            then.insert(0, told("incident", language, no=spelled(live.incident_no)))
        theirs = language_of(words(written.said))
        if not written.said or theirs == language:
            said_too = [f"{written.said}."] if written.said else []
            return [Spoken(" ".join([*first, *said_too, *then]), language)]
        return [
            Spoken(" ".join(first), language),
            Spoken(f"{written.said}.", theirs),
            Spoken(" ".join(then), language),
        ]

    def help_words(self, request: Help, name: str) -> list[Spoken]:
        """Words about an agent who asks for help. A machine may hear them: neither who asks nor
        anything of the incident but its number."""
        language = self.language_of(name)
        says = [told("asks_help", language, name=self._current.value.name)]
        if request.incident_no:
            says.append(told("incident", language, no=spelled(request.incident_no)))
        return [Spoken(" ".join([*says, told("see_to_it", language)]), language)]

    def help_taken_words(self, request: Help, name: str) -> list[Spoken]:
        """What whoever pressed the key hears: who asked."""
        language = self.language_of(name)
        return [Spoken(told("help_taken", language, agent=request.name), language)]

    def taken_over_words(self, live: LiveContact, written: Written, name: str) -> list[Spoken]:
        """What whoever pressed the key hears first: how to reach the party."""
        language = self.language_of(name)
        reach = [told("unread", language)]
        if live.channel == Channel.EMAIL:
            reach = [told("by_mail", language)]
        elif number := spelled(written.address):
            no = self._current.dialling.refusal(written.address.rpartition(":")[2])
            then = "not_called" if no else "call_now"
            reach = [told("from", language, number=number), told(then, language)]
        return [Spoken(" ".join([told("taken_over", language), *reach]), language)]

    def heard_words(self, live: LiveContact, written: Written, name: str) -> list[Spoken]:
        """What they hear after that: the number once more, and what follows."""
        language = self.language_of(name)
        number = spelled(written.address) if live.channel != Channel.EMAIL else ""
        again = [told("again", language, number=number)] if number else []
        span = spoken(duration_ms(self._current.value.timing.taken_over), language)
        return [Spoken(" ".join([*again, told("alarm", language, span=span)]), language)]


def spelled(text: str) -> str:
    """Its digits one by one, slowly."""
    return ", ".join(letter for letter in text if letter.isdecimal())


def _plain(text: str, limit: int) -> str:
    """On one line, for a voice."""
    line = " ".join("".join(it for it in clean(text) if it not in CONTROLS).split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0]


def _listed(entries: Iterable[OnCall | OutsideNumber], name: str) -> str | None:
    return next((entry.number for entry in entries if entry.name == name), None)

"""The demo: scripted people who reach out by call, text and mail for as long as it runs.

Stories with calls and answers are in people.toml, single texts and mails in messages.tsv.
"""

from __future__ import annotations

import asyncio
import math
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import msgspec
from aiohttp import web

from channels.sandbox.carrier import Carrier
from channels.sandbox.mail import Mails
from channels.sandbox.model import Text
from channels.sandbox.party import Plan, Scripted
from channels.sandbox.texts import Texts

FILE = Path(__file__).with_name("people.toml")
MESSAGES = Path(__file__).with_name("messages.tsv")
FIRST_S = 3.0
BETWEEN = 3
"""This many single messages come between two stories."""


class Later(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What somebody of a story does once it is over: another text about the same thing."""

    after_s: float
    text: str
    number: str = ""
    """Another telephone of theirs; empty: the same."""


class Person(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One story."""

    name: str
    """Unique; the phone page uses it too."""
    kind: Literal["call", "text", "mail"]
    words: str
    """One line for people: what the story is about."""
    number: str = ""
    line: int = 0
    """Which of the centre's numbers: its place in the list."""
    mail: str = ""
    plan: Plan = msgspec.field(default_factory=Plan)
    texts: list[str] = []
    """The first is sent at once, the others when the centre has answered (or after a while)."""
    subject: str = ""
    body: str = ""
    later: list[Later] = []


class Called(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody who never reaches out, and answers."""

    number: str
    plan: Plan
    texts: list[str] = []
    """One for each text that they get."""


@lru_cache(maxsize=1)
def people() -> tuple[Person, ...]:
    """All stories, in the order in which they come."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(msgspec.convert(data["person"], list[Person]))


@lru_cache(maxsize=1)
def called() -> Mapping[str, Called]:
    """Who only answers, by their numbers."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = msgspec.convert(data["called"], list[Called])
    return {one.number: one for one in found}


@lru_cache(maxsize=1)
def senders() -> tuple[Person, ...]:
    """Who sends one text or mail, in the order in which they come."""
    found = list[Person]()
    for row in MESSAGES.read_text(encoding="utf-8").splitlines():
        if row.startswith("#"):
            continue
        severity, kind, name, address, *words = row.split("\t")
        words = [part.replace("\\n", "\n") for part in words]
        person = Person(name=name, kind="text", words=f"S{severity} · {words[0]}", line=1)
        if kind == "mail":
            person.kind, person.mail, person.line = "mail", address, 0
            person.subject, person.body = words
        else:
            person.number, person.texts = address, words
        found.append(person)
    return tuple(found)


@lru_cache(maxsize=1)
def coming() -> tuple[Person, ...]:
    """One round of the demo: every message, with a story before every few of them; stories come
    more than once."""
    stories, rest = cycle(people()), iter(senders())
    found = list[Person]()
    while some := list(islice(rest, BETWEEN)):
        found += [next(stories), *some]
    return tuple(found)


@dataclass
class Pacing:
    """When the next person reaches out. Moments in s; whoever stops and starts again waits no less:
    nobody comes only because somebody pressed Ready once more."""

    every_s: tuple[float, float] = (10.0, 25.0)
    due: float = 0.0

    def begins(self, now: float) -> float:
        """How long to wait as it starts."""
        return max(FIRST_S, self.due - now)

    def goes_on(self, now: float, rng: random.Random) -> float:
        """How long to wait after somebody has come, or could have."""
        wait = rng.uniform(*self.every_s)
        self.due = now + wait
        return wait


class Demo:
    """Starts stories one after the other, never more than `at_most` open at a time."""

    def __init__(self, carrier: Carrier, texts: Texts, mails: Mails) -> None:
        self._carrier = carrier
        self._texts = texts
        self._mails = mails
        self._running: asyncio.Future[None] | None = None
        self._stop = asyncio.Event()
        self._open: set[str] = set()
        self._next = 0
        self._pacing, self._at_most = Pacing(), 6
        carrier.people.update({number: one.plan for number, one in called().items()})
        self._answering = False
        for person in (*people(), *senders()):
            if person.number:
                # When the centre calls them back they answer, say a few words, and hang up.
                carrier.people[person.number] = Plan(
                    talk="clips",
                    clips=["thank-you"],
                    wait_for_answer=False,
                    hang_up_at="talked",
                    hang_up_delay_ms=30_000,
                )

    @property
    def running(self) -> bool:
        """True between start and stop."""
        return self._running is not None and not self._running.done()

    def describe(self) -> dict[str, Any]:
        """The script's state for the control API and the phone page."""
        return {
            "on": self.running,
            "open": sorted(self._open),
            "people": [{"name": p.name, "kind": p.kind, "words": p.words} for p in people()],
        }

    def start(self, every_s: tuple[float, float] = (10.0, 25.0), at_most: int = 6) -> None:
        """Let people reach out: the first soon, the others at these intervals, also after a stop.
        If it is already running, the new pace applies from the next person on."""
        self._pacing.every_s, self._at_most = every_s, at_most
        if not self.running or self._stop.is_set():
            self._stop = asyncio.Event()
            self._running = self._carrier.spawn(self._run(self._stop))
        if not self._answering:
            self._answering = True
            for one in called().values():
                self._carrier.spawn(self._answer(one))

    def stop(self) -> None:
        """No new people; those on the line stay."""
        self._stop.set()

    def play(self, name: str) -> bool:
        """One person reaches out now. False if there is nobody of that name."""
        for person in (*people(), *senders()):
            if person.name == name:
                self._carrier.spawn(self._live(person))
                return True
        return False

    async def _run(self, stop: asyncio.Event) -> None:
        now = asyncio.get_running_loop().time
        wait = self._pacing.begins(now())
        while not await _set_within(stop, wait):
            wait = self._pacing.goes_on(now(), self._carrier.rng)
            if len(self._open) < self._at_most:
                story = coming()[self._next % len(coming())]
                self._next += 1
                if story.name not in self._open and not self._talks(story.number):
                    self._carrier.spawn(self._live(story))

    def _talks(self, number: str) -> bool:
        """People whose telephone is in use because the centre has called back: they do not call
        meanwhile."""
        calls = self._carrier.calls.values()
        return any(number and number in (it.to, it.from_) for it in calls if not it.over)

    async def _live(self, person: Person) -> None:
        self._open.add(person.name)
        try:
            line = self._carrier.options.numbers[person.line % len(self._carrier.options.numbers)]
            if person.kind == "call":
                plan = msgspec.convert(msgspec.to_builtins(person.plan), Plan)
                session = self._carrier.incoming(line, person.number, Scripted(plan))
                await session.finished.wait()
            elif person.kind == "text":
                await self._text(person, line)
            else:
                name = person.name.partition(":")[0]  # the rest says what it is about
                await self._mails.send(person.mail, person.subject, person.body, name=name)
        finally:
            self._open.discard(person.name)
        for beat in person.later:
            await asyncio.sleep(beat.after_s)
            # Nobody may be ready just now: whoever answered is still writing it up.
            await self._carrier.wait_for(lambda: not self._stop.is_set(), math.inf, look_s=1.0)
            self._texts.incoming(beat.number or person.number, line, beat.text)

    async def _answer(self, one: Called) -> None:
        """They answer what they are texted, each time with the next of their words."""
        for number, body in enumerate(one.texts, 1):
            await self._carrier.wait_for(
                lambda n=number: len(self._answers(one.number)) >= n,  # type: ignore[misc]
                math.inf,
                look_s=1.0,
            )
            await asyncio.sleep(self._carrier.rng.uniform(4, 9))
            self._texts.incoming(one.number, self._answers(one.number)[-1].from_, body)

    async def _text(self, person: Person, line: str) -> None:
        """Text, wait for an answer (two minutes at most), text again. Somebody who has said
        everything keeps nobody else from reaching out."""
        for number, body in enumerate(person.texts, 1):
            self._texts.incoming(person.number, line, body)
            if number == len(person.texts):
                return
            answered = len(self._answers(person.number))
            patience = self._carrier.rng.uniform(45, 120)
            await self._carrier.wait_for(
                lambda before=answered: len(self._answers(person.number)) > before,  # type: ignore[misc]
                patience,
                look_s=1.0,
            )
            await asyncio.sleep(self._carrier.rng.uniform(4, 9))

    def _answers(self, number: str) -> list[Text]:
        return [t for t in self._texts.between(number) if t.direction != "inbound"]


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


DEMO = web.AppKey("demo", Demo)

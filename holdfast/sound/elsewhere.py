"""The sound of calls in processes of its own: which there are, who sits where, what each is asked.

A page's sound goes where its sound is, or its call, or else where there is most room; a caller's
stream where the agent is who is to have them. So most calls need no hop between processes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import structlog

from holdfast.sound.face import Hears, PageNumbers
from holdfast.sound.peers import Superseded
from holdfast.sound.served import (
    Answer,
    CloseStream,
    Digits,
    EchoOn,
    EndEcho,
    Forget,
    Heard,
    PageSays,
    Question,
    Report,
    Streams,
    Told,
)
from holdfast.sound.standing import About, known
from router.core.consult import of_line
from router.core.model import LiveContact, Snapshot, Step
from router.core.rebuild_facts import CallerStream
from router.core.states import OVER
from router.live.engine import Engine, IndexLost, IndexUnavailable
from softphone import link as links
from softphone.echo import Spoken
from softphone.link import Link, Words
from softphone.plans import AgentLost, AgentUp, Event
from softphone.sdp import OfferError

log = structlog.get_logger()

LOOK_S: Final = 0.5
ASK_S: Final = 6.0
"""Longer than an offer has to be answered."""
STREAMS_S: Final = 2.0
QUIET_S: Final = 1.0
"""Nothing was heard of it for so long: nobody is sent there. Shorter than a lease, or callers of a
process that hangs were sent to it again."""
COMES_S: Final = 3.0
"""So long a page waits for a process, where there is none: each of them may be just beginning."""
NOBODY: Final = "no process carries sound at this moment; your page tries again"
ALARMS: Final = {
    "sound.none": "No process carries sound: callers wait in line, and nobody can talk. Start one: "
    "holdfast serve --role media.",
    "sound.full": "All sound processes are full: calls are still taken, and may sound worse. Start "
    "another: holdfast serve --role media.",
}
LASTS_S: Final = {"": 0.0, "sound.none": 0.0, "sound.full": 10.0}
"""How long it must be so before boards are told, once each time."""
EVENTS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in get_args(Event)}


class SoundElsewhere:
    """Implements holdfast.sound.face.Sound."""

    apart = True

    def __init__(self, engine: Engine, key: bytes, proc: str) -> None:
        self._engine, self._key, self._proc = engine, key, proc
        self.listeners: list[Hears] = []
        self.again: Callable[[str], None] = lambda _who: None
        self.alarm: Callable[[str, str], None] = lambda _words, _code: None
        """Words for every board, and their code."""
        self._lacks = ("", 0.0)
        """What there is none of, and since when."""
        self._alarmed = False
        """Boards were told of that."""
        self._procs: dict[str, About] = {}
        """All that there are, as they said last."""
        self._links: dict[str, Link] = {}
        self._loop = asyncio.get_running_loop()
        self._heard_at: dict[str, float] = {}
        self._where: dict[str, tuple[str, int]] = {}
        self._sent: dict[str, str] = {}
        """Where each page went last: it counts there before the process says so."""
        self._calls: dict[str, LiveContact] = {}
        self._questions: dict[int, tuple[Link, asyncio.Future[Words]]] = {}
        self._echoes: dict[str, Callable[[Spoken], None]] = {}
        self._next = 0
        self._moving: set[str] = set()
        self._came = asyncio.Event()
        self._looked = asyncio.Event()
        """Whoever is there was asked at least once."""
        self._look = asyncio.Event()

    # Which processes there are --------------------------------------------------------------------

    async def run(self) -> None:
        """Keeps a link to each, until cancelled."""
        while True:
            with contextlib.suppress(IndexLost, IndexUnavailable):
                self._procs = known(await self._engine.processes())
                for proc in self._links.keys() - self._procs.keys():
                    self._links[proc].abort()
                async with asyncio.TaskGroup() as group:  # one that hangs holds up nobody
                    for proc in self._procs.keys() - self._links.keys():
                        group.create_task(self._open(proc), name=f"link {proc}")
                self._looked.set()
                self._empty()
                self._look_for_room()
            self._look.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._look.wait()

    async def _open(self, proc: str) -> None:
        """Nobody listens where it did: it is dead, and the index need not wait for its lease."""
        try:
            link = await links.connect(self._procs[proc].link, self._key, self._proc)
        except (ConnectionRefusedError, FileNotFoundError):
            if not _on_this_machine(self._procs[proc].link):
                log.warning("sound.not_reached", proc=proc, reason="HOLDFAST_MEDIA_LINK is needed")
                return
            log.warning("sound.process_dead", proc=proc)
            with contextlib.suppress(IndexLost, IndexUnavailable):
                await self._engine.step("process_gone", proc=proc)
            return
        except (OSError, TimeoutError) as error:
            log.warning("sound.not_reached", proc=proc, reason=str(error)[:100])
            return
        if link.peer != proc:
            log.warning("sound.not_reached", proc=proc, reason=f"{link.peer} is there by now")
            link.close()
            return
        self._links[proc] = link

        def lost() -> None:
            if self._links.get(proc) is link:
                del self._links[proc]
            log.warning("sound.process_lost", proc=proc)
            for asked, waits in list(self._questions.values()):
                if asked is link and not waits.done():
                    waits.set_exception(TimeoutError())  # nobody is left who would answer
            for who, (at, epoch) in list(self._where.items()):
                if at == proc:
                    self._tell(proc, AgentLost(who, epoch, "its process is gone"))
                    self.again(who)
            self._look.set()

        def heard(words: Words) -> None:
            self._heard(proc, words)

        link.on_words, link.on_lost = heard, lost
        self._heard_at[proc] = self._loop.time()
        if link.closed:
            lost()
            return
        self._came.set()
        log.info("sound.process_here", proc=proc)
        link.words({"follow": True})

    def _empty(self) -> None:
        """Pages whose process is about to end build their sound anew, elsewhere."""
        leaving = {proc for proc, about in self._procs.items() if about.draining}
        here = {who for who, (proc, _) in self._where.items() if proc in leaving}
        if leaving < self._links.keys():
            for who in here - self._moving:
                self.again(who)
        self._moving = here

    def _is_heard(self, proc: str) -> bool:
        return self._loop.time() - self._heard_at.get(proc, 0.0) < QUIET_S

    def _look_for_room(self) -> None:
        """Boards are told once when there is none, or none with room."""
        here = self.places().values()
        code = "" if any(not (about.full or about.draining) for about in here) else "sound.full"
        code = code if here else "sound.none"
        if code != self._lacks[0]:
            self._lacks, self._alarmed = (code, self._loop.time()), False
        lasted = self._loop.time() - self._lacks[1] >= LASTS_S[code]
        if code and lasted and not self._alarmed:
            self._alarmed = True
            self.alarm(ALARMS[code], code)

    def _best(self, liked: Iterable[str | None] = ()) -> str | None:
        """Where somebody goes: the first they would like to, or where there is most room."""
        open_ = {
            proc: about
            for proc, about in self._procs.items()
            if proc in self._links and not about.draining and self._is_heard(proc)
        }
        for proc in liked:
            if proc in open_:
                return proc
        rest = open_ or {proc: about for proc, about in self._procs.items() if proc in self._links}
        pages = Counter(self._sent.values())

        def load(proc: str) -> tuple[bool, bool, int, float]:
            about = rest[proc]
            return about.draining, about.full, about.calls + pages[proc], about.core

        return min(rest, key=load, default=None)

    # What they say --------------------------------------------------------------------------------

    def _heard(self, proc: str, words: Words) -> None:
        self._heard_at[proc] = self._loop.time()
        match words:
            case {"event": str(kind), "of": told} if kind in EVENTS:
                self._tell(proc, msgspec.convert(told, EVENTS[kind]))
            case {"here": [*people]}:
                for who, epoch in msgspec.convert(people, list[tuple[str, int]]):
                    self._tell(proc, AgentUp(who, epoch))
            case {"reply": int(number)}:
                _, waits = self._questions.pop(number, (None, None))
                if waits is not None and not waits.done():
                    waits.set_result(words)
            case {"spoken": [str(agent), spoken]}:
                if (measured := self._echoes.pop(agent, None)) is not None:
                    measured(msgspec.convert(spoken, Spoken))

    def _tell(self, proc: str, event: Event) -> None:
        match event:
            case AgentUp(who, epoch):
                before, newest = self._where.get(who, (proc, -1))
                if epoch < newest:  # it hung, and does not know of the newer one
                    self._say(proc, Forget(who, newest))
                    return
                if before != proc:
                    self._say(before, Forget(who, epoch))
                self._where[who] = (proc, epoch)
                self._sent[who] = proc
            case AgentLost(who, epoch, _):
                if self._where.get(who) != (proc, epoch):
                    return  # their sound is elsewhere by now
                del self._where[who]
                self._sent.pop(who, None)
        for listener in self.listeners:
            listener(event)

    async def _ask(self, proc: str | None, question: Question, within_s: float = ASK_S) -> Words:
        """Raises TimeoutError: there is no reply."""
        link = self._links.get(proc or "")
        if link is None:
            raise TimeoutError
        self._next += 1
        number = self._next
        waits: asyncio.Future[Words] = self._loop.create_future()
        self._questions[number] = link, waits
        try:
            async with asyncio.timeout(within_s):
                link.words({"ask": number, "of": msgspec.to_builtins(question)})
                return await waits
        finally:
            self._questions.pop(number, None)

    def _say(self, proc: str | None, told: Told) -> None:
        if (link := self._links.get(proc or "")) is not None:
            link.words({"tell": msgspec.to_builtins(told)})

    # holdfast.sound.face.Sound --------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return False

    def places(self) -> Mapping[str, About]:
        return {proc: about for proc, about in self._procs.items() if proc in self._links}

    def tally(self) -> tuple[int, int]:
        every = self._procs.values()
        return sum(one.calls for one in every), sum(one.pages for one in every)

    def adopt(self, snapshot: Snapshot) -> None:
        self._calls = {live.id: live for live in snapshot.contacts if live.channel == "voice"}

    def on_step(self, step_id: str, step: Step) -> None:
        for live in step.contacts:
            if live.state in OVER:
                self._calls.pop(live.id, None)
            elif live.channel == "voice":
                self._calls[live.id] = live

    def report_all(self) -> None:
        """They do so themselves."""

    def report_agent(self, agent: str) -> None:
        self._say(self.where(agent), Report(agent))

    async def streams(self) -> list[CallerStream]:
        async with asyncio.TaskGroup() as asked:
            every = [asked.create_task(self._streams_of(proc)) for proc in self._links]
        return [one for task in every for one in task.result()]

    async def _streams_of(self, proc: str) -> list[CallerStream]:
        try:
            reply = await self._ask(proc, Streams(), STREAMS_S)
        except TimeoutError:
            return []
        return msgspec.convert(reply["is"], list[CallerStream])

    def stream_url(self, name: str) -> str | None:
        line = of_line(name)
        live = self._calls.get(line[0] if line else name)
        liked: list[str | None] = []
        if live is not None:
            people = [live.agent, *(live.offer.agents if live.offer else ())]
            liked = [live.link_owner] if line else []
            liked += [self.where(who) for who in people if who]
            liked.append(live.link_owner)
        proc = self._best(liked)
        return None if proc is None else self._procs[proc].url

    def close_stream(self, contact: str, reason: str) -> None:
        for proc in self._links:
            self._say(proc, CloseStream(contact, reason))

    async def digits(self, contact: str, keys: str) -> bool:
        live = self._calls.get(contact)
        proc = None if live is None else live.link_owner
        try:
            return bool((await self._ask(proc, Digits(contact, keys)))["is"])
        except TimeoutError:
            return False

    async def answer(self, who: str, epoch: int, sdp: str, page_host: str) -> str:
        calls = [live.link_owner for live in self._calls.values() if live.agent == who]
        try:
            async with asyncio.timeout(COMES_S):
                while (proc := self._best([self.where(who), *calls])) is None:
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError as error:
            raise OfferError(NOBODY) from error
        self._sent[who] = proc
        match await self._ask(proc, Answer(who, epoch, sdp, page_host)):
            case {"is": str(answer)}:
                return answer
            case {"refused": str(words)}:
                raise OfferError(words)
            case {"superseded": True}:
                raise Superseded
        raise TimeoutError

    def page_says(self, who: str, numbers: PageNumbers) -> None:
        self._say(self.where(who), PageSays(who, numbers))

    async def heard(self, who: str) -> bool:
        """Whoever was asked for an answer knows of what is just coming up. A page is back before we
        know of any: what would become of its sound if we said no?"""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COMES_S):
                await self._looked.wait()
        for proc in [self.where(who)] if self.where(who) else list(self._links):
            with contextlib.suppress(TimeoutError):
                if (await self._ask(proc, Heard(who)))["is"]:
                    return True
        return False

    def where(self, who: str) -> str | None:
        found = self._where.get(who)
        return None if found is None else found[0]

    def forget_agent(self, agent: str) -> None:
        self._say(self.where(agent), Forget(agent))

    async def echo(self, agent: str, measured: Callable[[Spoken], None]) -> bool:
        self._echoes[agent] = measured
        try:
            return bool((await self._ask(self.where(agent), EchoOn(agent)))["is"])
        except TimeoutError:
            return False

    def end_echo(self, agent: str) -> None:
        self._echoes.pop(agent, None)
        self._say(self.where(agent), EndEcho(agent))

    async def drain(self, reason: str) -> None:
        """Sound goes on without us."""
        for link in list(self._links.values()):
            link.on_lost = lambda: None
            link.close()


def _on_this_machine(address: str) -> bool:
    """Nobody listening there says that it is dead; a socket of another machine's folder says
    nothing."""
    kind, _, where = address.partition(":")
    return kind != "unix" or Path(where).parent.is_dir()

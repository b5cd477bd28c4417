"""The carrier and those who call, in virtual time: it holds the lines, and asks us what to do.

Its documents are the real ones of channels/voice; it reads them as the carrier would.
"""

from __future__ import annotations

import itertools
import random
import xml.etree.ElementTree as xml
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from channels.twilio.errors import Busy, NotInProgress, Unknown
from channels.twilio.forms import CallStatus
from channels.twilio.records import CallInfo
from tests.worlds.lines import Parties

At = Callable[[float, Callable[[], Awaitable[None]]], None]
"""Do that in so many ms."""

DIALLED = "outbound-api"
LOOP_MS, ANSWER_MS = 25_000, 2_000
TRIES = 3


class Centre(Protocol):
    """What the carrier reaches of us. A request without an answer raises nothing: it gives None."""

    async def hook(self, hook: str, form: dict[str, str], query: dict[str, str]) -> str | None: ...

    async def stream_started(self, sid: str, contact: str, epoch: int) -> bool: ...

    async def stream_ended(self, contact: str, epoch: int) -> None: ...


@dataclass
class Line:
    """One call as the carrier has it."""

    sid: str
    from_: str
    to: str
    alive: bool = True
    stream: tuple[str, int] | None = None
    turn: int = 0
    """Rises with each document: what an older one had planned is void."""
    gave_up: bool = False
    """The caller hung up himself."""
    ended_by_us: bool = False
    told_over: bool = False
    """We have answered the news of its end."""
    heard: list[str] = field(default_factory=list)
    digit: str | None = None
    """What they press in the menu; None: any, or none."""
    ours: str | None = None
    """The contact for which we dialled it."""


class Carrier:
    """Calls, their documents, and a REST API that is slow and sometimes fails."""

    def __init__(self, rng: random.Random, at: At) -> None:
        self._rng = rng
        self._at = at
        self._numbers = itertools.count(1)
        self.lines: dict[str, Line] = {}
        self.joined_outside: set[str] = set()
        self.told: list[str] = []
        """Numbers on call that were dialled because of a text."""
        self.dialled: Counter[str] = Counter()
        """Calls of ours, by contact."""
        self.busy = 0
        """... to somebody who was on the line."""
        self.centre: Centre
        self.parties = Parties(rng, at, lambda: self.centre)
        self.rough = 0.0
        self.answered = 0.6
        """Share of the calls to numbers outside that somebody, or a machine, answers."""
        self.keys = self.danger = 0.0
        """Share of those in line who ask to be called back, at each turn, and of those at the
        voicemail who press the key for an emergency."""

    # Callers ----------------------------------------------------------------------------------

    async def ring(self, from_: str, to: str, patience_ms: float, digit: str | None = None) -> None:
        line = Line(f"CA{next(self._numbers)}", from_, to, digit=digit)
        self.lines[line.sid] = line
        self._at(patience_ms, lambda: self.give_up(line.sid))
        await self._ask(line, "voice", {})

    async def give_up(self, sid: str) -> None:
        """Hangs up unless somebody speaks with him: the world says so by `patient`."""
        line = self.lines[sid]
        if line.alive and not self.patient(sid):
            line.gave_up = True
            await self._end(line)

    patient: Callable[[str], bool] = staticmethod(lambda _sid: False)

    async def _end(self, line: Line) -> None:
        line.alive = False
        line.turn += 1
        if line.stream:
            contact, epoch = line.stream
            line.stream = None
            if self._rng.random() > self.rough:
                await self.centre.stream_ended(contact, epoch)
        for _ in range(self._rng.choice((1, 1, 1, 2)) if self._rng.random() > self.rough else 0):
            self._at(self._rng.uniform(50, 4_000), lambda: self._tell_over(line))

    async def _tell_over(self, line: Line, status: str = "completed") -> None:
        form = self._form(line) | {"CallStatus": status}
        for _ in range(TRIES):
            if await self.centre.hook("status", form, _of(line)) is not None:
                line.told_over = True
                return

    # Documents --------------------------------------------------------------------------------

    def _form(self, line: Line) -> dict[str, str]:
        return {"CallSid": line.sid, "From": line.from_, "To": line.to,
                "CallStatus": "in-progress",
                "Direction": DIALLED if line.ours else "inbound"}  # fmt: skip

    async def _ask(self, line: Line, hook: str, query: dict[str, str], **more: str) -> None:
        """A webhook, then what its document says; unanswered: the number's fallback, later."""
        if not line.alive:
            return
        line.turn += 1
        turn, query = line.turn, _of(line) | query
        document = await self.centre.hook(hook, self._form(line) | more, query)
        if self._rng.random() < self.rough:  # the same once more; the first answer was in time
            await self.centre.hook(hook, self._form(line) | more, query)
        if document is None:
            self._later(line, turn, ANSWER_MS, lambda: self._ask(line, "fallback", {}))
        elif line.alive and line.turn == turn:
            self._play(line, document)

    def _later(self, line: Line, turn: int, ms: float, do: Callable[[], Awaitable[None]]) -> None:
        async def unless_moved_on() -> None:
            if line.alive and line.turn == turn:
                await do()

        self._at(ms, unless_moved_on)

    def _play(self, line: Line, document: str) -> None:
        root = xml.fromstring(document)
        turn = line.turn
        verbs = [verb.tag for verb in root]
        line.heard.append("+".join(verbs))
        stream = root.find(".//Stream")
        gather = root.find("Gather")
        pressed, query = _place(str(gather.get("action"))) if gather is not None else ("", {})
        dial, record = root.find("Dial"), root.find("Record")
        to = root.find("Redirect")
        if stream is not None:
            said = {p.get("name"): p.get("value") for p in stream.iter("Parameter")}
            contact, epoch = str(said["contact"]), int(str(said["epoch"]))
            action = root[0].get("action") or ""
            delay = self._rng.uniform(300, 1_200)
            self._later(line, turn, delay, lambda: self._stream(line, contact, epoch, action))
        elif dial is not None:
            number = dial.find("Number")
            over, whisper = str(dial.get("action")), number.get("url") if number is not None else ""
            delay = self._rng.uniform(2_000, 12_000)
            self._later(line, turn, delay, lambda: self._outside(line, turn, str(whisper), over))
        elif pressed == "danger" and self._rng.random() < self.danger:
            self._later(line, turn, 2_000, lambda: self._ask(line, "danger", query, Digits="1"))
        elif pressed == "key" and self._rng.random() < self.keys:
            self._later(line, turn, 2_000, lambda: self._ask(line, "key", query, Digits="1"))
        elif record is not None:
            hook, query = _place(str(record.get("action")))
            said = {"RecordingSid": "RE" + "0" * 32} if self._rng.random() < 0.7 else {}
            self._later(line, turn, 6_000, lambda: self._ask(line, hook, query, **said))
        elif gather is not None and pressed == "menu":
            digit = line.digit or self._rng.choice(("1", "2", "3", "4", "9", ""))
            if digit:
                more = {"Digits": digit}
                self._later(line, turn, 3_000, lambda: self._ask(line, "menu", {}, **more))
            else:
                self._later(line, turn, 8_000, lambda: self._ask(line, "menu", {"none": "1"}))
        elif to is not None:
            hook, query = _place(str(to.text))
            self._later(line, turn, LOOP_MS, lambda: self._ask(line, hook, query))
        elif "Hangup" in verbs:
            line.ended_by_us = True
            self._later(line, turn, 0, lambda: self._end(line))

    async def _outside(self, line: Line, turn: int, whisper: str, over: str) -> None:
        """Somebody outside answers, or not; who presses the key is joined with the caller."""
        form = {"CallSid": f"{line.sid}b", "CallStatus": "in-progress"}
        talk_ms = 0.0
        if self._rng.random() < self.answered:
            hook, query = _place(whisper)
            words = await self.centre.hook(hook, form, query)
            if words is not None and "<Gather" in words and self._rng.random() < 0.7:
                action = xml.fromstring(words).find("Gather")
                hook, query = _place(str(action.get("action") if action is not None else ""))
                taken = await self.centre.hook(hook, form | {"Digits": "1"}, query)
                if taken is not None and "<Hangup" not in taken:
                    talk_ms = self._rng.uniform(5_000, 60_000)
                    self.joined_outside.add(line.sid)
        hook, query = _place(over)
        wait = talk_ms or self._rng.uniform(0, 15_000)
        self._later(
            line, turn, wait, lambda: self._ask(line, hook, query, DialCallStatus="completed")
        )

    async def _stream(self, line: Line, contact: str, epoch: int, action: str) -> None:
        line.stream = (contact, epoch)
        if not await self.centre.stream_started(line.sid, contact, epoch):
            await self.stream_over(line.sid, epoch)

    async def stream_over(self, sid: str, epoch: int) -> None:
        """Our end closed the stream (or died): the carrier asks what comes next."""
        if party := self.parties.get(sid):
            return await self.parties.stream_over(party, epoch)
        line = self.lines.get(sid)
        if line is None or not line.alive or line.stream is None or line.stream[1] != epoch:
            return
        contact, _ = line.stream
        line.stream = None
        line.turn += 1
        query = {"c": contact, "e": str(epoch)}
        self._later(line, line.turn, 100, lambda: self._ask(line, "resume", query))

    # REST -------------------------------------------------------------------------------------

    def _stumble(self) -> None:
        luck = self._rng.random() / self.rough if self.rough else 9.0
        if luck < 1:
            raise Busy("slow down")
        if luck < 2:
            raise Unknown("no answer")

    async def redirect(
        self,
        sid: str,
        *,
        twiml: str = "",
        url: str | None = None,
        fallback_url: str | None = None,
    ) -> None:
        if url is not None and (party := self.parties.get(sid)):
            if not party.alive:
                raise NotInProgress(21220, "not in progress")
            self._stumble()
            return await self.parties.ask(party)
        line = self.lines.get(sid)
        if line is None or not line.alive:
            raise NotInProgress(21220, "not in progress")
        self._stumble()
        line.turn += 1
        if line.stream:
            contact, epoch = line.stream
            line.stream = None
            await self.centre.stream_ended(contact, epoch)
        self._play(line, twiml)
        if self._rng.random() < self.rough:
            raise Unknown("done, but the answer was lost")

    async def dial(
        self, to: str, from_: str, *, url: str, fallback_url: str, status_callback: str, **_: Any
    ) -> CallInfo:
        """Of a contact of ours, or somebody on call hears of a text. Who is on the line already is
        busy; others answer or do not."""
        self._stumble()
        hook, query = _place(url)
        if hook == "line":
            return self._asked_in(to, from_, url, status_callback)
        if hook != "told":
            return self._dialled(to, from_, query["c"])
        sid = f"CA{next(self._numbers)}t"
        self.told.append(to)
        self._at(
            self._rng.uniform(500, 9_000),
            lambda: self._hears(sid, url, fallback_url, status_callback),
        )
        if self._rng.random() < self.rough:
            raise Unknown("done, but the answer was lost")
        return CallInfo(sid, CallStatus.QUEUED, from_, to, DIALLED, *(None,) * 6)

    def _asked_in(self, to: str, from_: str, url: str, status: str) -> CallInfo:
        sid = f"CA{next(self._numbers)}l"
        self.dialled[url] += 1
        self.parties.rough = self.rough
        self.parties.dialled(sid, url, status)
        if self._rng.random() < self.rough:
            raise Unknown("dialled, but the answer was lost")
        return CallInfo(sid, CallStatus.QUEUED, from_, to, DIALLED, *(None,) * 6)

    def _dialled(self, to: str, from_: str, contact: str) -> CallInfo:
        taken = any(one.alive and to in (one.from_, one.to) for one in self.lines.values())
        line = Line(f"CA{next(self._numbers)}", from_, to, ours=contact)
        self.lines[line.sid] = line
        self.dialled[contact] += 1
        self._at(self._rng.uniform(300, 8_000), lambda: self._rung(line, taken))
        if self._rng.random() < self.rough:
            raise Unknown("dialled, but the answer was lost")
        return CallInfo(line.sid, CallStatus.QUEUED, from_, to, DIALLED, *(None,) * 6)

    async def _rung(self, line: Line, taken: bool) -> None:
        if not line.alive:
            return
        if taken or self._rng.random() < 0.3:
            self.busy += taken
            line.alive = False
            await self._tell_over(line, "busy" if taken else "no-answer")
            return
        self._at(self._rng.uniform(5_000, 60_000), lambda: self.give_up(line.sid))
        await self._ask(line, "wait", {})

    async def find_recent_calls(self, to: str, from_: str, **_: Any) -> list[CallInfo]:
        self._stumble()
        found = [(one.to, one.from_) == (to, from_) and one for one in self.lines.values()]
        return [info for one in found if one and (info := await self.call(one.sid))]

    async def requests_of(self, sid: str) -> list[str]:
        line = self.lines[sid]
        return [f"https://x.test/twilio/voice/wait?c={line.ours}"] if line.heard else []

    async def _hears(self, sid: str, url: str, fallback: str, over: str) -> None:
        """They answer or not, and press the key or not."""
        form = {"CallSid": sid, "CallStatus": "in-progress", "Direction": DIALLED}
        if self._rng.random() < 0.7:
            words = await self.centre.hook(*_hook(url, form))
            if words is not None and "<Gather" in words and self._rng.random() < 0.6:
                gather = xml.fromstring(words).find("Gather")
                action = str(gather.get("action") if gather is not None else "")
                for _ in range(self._rng.choice((1, 1, 2))):
                    words = await self.centre.hook(*_hook(action, form | {"Digits": "1"}))
                if words is None or self._rng.random() < self.rough:  # our answer was lost
                    words = await self.centre.hook(*_hook(fallback, form))
                follows = xml.fromstring(words).findtext("Redirect") if words else None
                if follows and self._rng.random() < 0.9:  # or they hang up before they heard it
                    await self.centre.hook(*_hook(follows, form))
        if self._rng.random() > self.rough:
            await self.centre.hook(*_hook(over, form | {"CallStatus": "completed"}))

    async def hang_up(self, sid: str) -> None:
        if party := self.parties.get(sid):
            if not party.alive:
                raise NotInProgress(21220, "not in progress")
            self._stumble()
            return await self.parties.end(party, "completed")
        line = self.lines.get(sid)
        if line is None or not line.alive:
            raise NotInProgress(21220, "not in progress")
        self._stumble()
        line.ended_by_us = True
        await self._end(line)

    async def call(self, sid: str) -> CallInfo | None:
        self._stumble()
        if party := self.parties.get(sid):
            status = CallStatus.IN_PROGRESS if party.alive else CallStatus.COMPLETED
            return CallInfo(sid, status, "", "", DIALLED, *(None,) * 6)
        line = self.lines.get(sid)
        if line is None:
            return None
        status = CallStatus.IN_PROGRESS if line.alive else CallStatus.COMPLETED
        return CallInfo(sid, status, line.from_, line.to, "inbound", *(None,) * 6)

    def living(self) -> set[str]:
        return {sid for sid, line in self.lines.items() if line.alive}


def _of(line: Line) -> dict[str, Any]:
    """Requests for a call of ours name its contact."""
    return {"c": line.ours} if line.ours else {}


def _hook(url: str, form: dict[str, str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    hook, query = _place(url)
    return hook, form, query


def _place(url: str) -> tuple[str, dict[str, Any]]:
    parts = urlsplit(url)
    return parts.path.rsplit("/", 1)[-1], dict(parse_qsl(parts.query))

"""One call from its first webhook to its end: fetches documents, runs verbs, obeys interruptions.

What happens to a live call from outside (a REST redirect, a hang-up) is an *order*: it rings the
bell, the running verb is cancelled, and the order becomes the next step.
Sources: twilio.com/docs/voice/twiml,
twilio.com/docs/voice/tutorials/how-to-modify-calls-in-progress.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from channels.sandbox import audio, document, verbs
from channels.sandbox.account import NOTICE
from channels.sandbox.clock import monotonic_ms, now
from channels.sandbox.document import BadDocument, Verb
from channels.sandbox.model import API_VERSION, Call
from channels.sandbox.status import StatusFeed
from channels.sandbox.webhooks import Failure, Params

if TYPE_CHECKING:
    from channels.sandbox.carrier import Carrier
    from channels.sandbox.party import Party
    from channels.sandbox.stream import StreamClient


@dataclass(frozen=True, slots=True)
class Fetch:
    """Next: ask the centre for a document."""

    url: str
    method: str = "POST"
    extra: tuple[tuple[str, str], ...] = ()
    last_resort: bool = False
    """This is the fallback URL: if it fails too, the call ends."""


@dataclass(frozen=True, slots=True)
class Inline:
    """Next: run this document."""

    twiml: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Next: nothing more; this is the call's final status."""

    status: str = "completed"
    by: str = "document"


Step = Fetch | Inline | Stop


class Session:
    """Runs one call. Its public methods may be called at any moment."""

    def __init__(
        self,
        carrier: Carrier,
        call: Call,
        party: Party,
        fallback_url: str,
        fallback_method: str = "POST",
    ) -> None:
        self.carrier = carrier
        self.call = call
        self.party = party
        self.feed = StatusFeed(carrier, call, "", frozenset(), self.params)
        self.fallback_url, self.fallback_method = fallback_url, fallback_method
        self.stream: StreamClient | None = None
        self.keys: verbs.Keys | None = None
        self.open_action: str | None = None
        """`action` of the Connect or Dial that runs now."""
        self.open_method = "POST"
        self.told: Fetch | None = None
        """`action` of a Record that was cut off: it is requested before the order takes effect."""
        self.document_url = ""
        self._order: Step | None = None
        self._bell = asyncio.Event()
        self.finished = asyncio.Event()
        self._limit: asyncio.TimerHandle | None = None

    def order(self, step: Step) -> bool:
        """Interrupt the call with a new step. False if it has ended."""
        if self.call.over or isinstance(self._order, Stop):
            return False
        self._order = step
        self._bell.set()
        return True

    @property
    def hung_up(self) -> bool:
        """Whether an end was ordered, or has come."""
        return self.call.over or isinstance(self._order, Stop)

    def hang_up(self, by: str = "caller") -> bool:
        """The person (or the carrier) ends the call, at whatever moment."""
        ringing = self.call.status in ("ringing", "queued")
        return self.order(Stop("no-answer" if ringing else "completed", by))

    def limit(self, seconds: float) -> None:
        """End the call this long after now (TimeLimit; the vendor's default is 4 h)."""
        if self._limit is not None:
            self._limit.cancel()
        self.call.note("call.limited", seconds=round(seconds))
        loop = asyncio.get_running_loop()
        self._limit = loop.call_later(seconds, self.hang_up, "time limit")

    def press(self, digits: str) -> None:
        """The person presses keys: into a stream, a Gather, or the void."""
        for digit in digits:
            self.call.note("key.pressed", digit=digit)
            if self.stream is not None:
                self.stream.digit(digit)
            elif self.keys is not None:
                self.keys.press(digit)

    async def ring(self, timeout_s: float) -> str:
        """Ring the person until they answer, or fail to, or an order ends it."""
        async with asyncio.TaskGroup() as group:
            ring = group.create_task(self.party.ring(timeout_s))
            bell = group.create_task(self._bell.wait())
            await asyncio.wait({ring, bell}, return_when=asyncio.FIRST_COMPLETED)
            bell.cancel()
            ring.cancel()
        if isinstance(self._order, Stop):
            return "canceled"
        return ring.result()

    def end_with(self, status: str) -> None:
        """End a leg that runs no documents of its own (a Dial's second leg)."""
        self.end(Stop(status, "dial"))

    async def screen(self, first: Fetch) -> bool:
        """Runs a called party's document, before they are joined; False: do not join them."""
        step: Step = first
        while not isinstance(step, Stop):
            step = await self._until_ordered(step)
        return step.by == "document"

    async def run(self, first: Step) -> None:
        """The whole life of the call after it began to ring (inbound) or was answered."""
        step: Step = first
        try:
            if self.carrier.account.verified_only:
                self._answered()
                await self.play(
                    audio.spoken(NOTICE, self.carrier.options.letter_ms), "trial notice"
                )
            while not isinstance(step, Stop):
                step = await self._until_ordered(step)
        finally:
            self.end(step if isinstance(step, Stop) else Stop("failed", "carrier"))

    async def _until_ordered(self, step: Fetch | Inline) -> Step:
        async with asyncio.TaskGroup() as group:
            work = group.create_task(self._perform(step))
            bell = group.create_task(self._bell.wait())
            await asyncio.wait({work, bell}, return_when=asyncio.FIRST_COMPLETED)
            bell.cancel()
            work.cancel()
        order, self._order = self._order, None
        self._bell.clear()
        self.stream = self.keys = None
        action, self.open_action = self.open_action, None
        if order is None:
            return work.result()
        told, self.told = self.told, None
        if told is not None and not isinstance(order, Stop):
            await asyncio.sleep(self.carrier.options.interrupted_action_ms / 1000)
            if self.carrier.faults.actions.record == "obeyed":
                return told  # and the target is never requested
            await asyncio.shield(self.carrier.spawn(self.fetch(told)))
        if action is not None and work.cancelled():
            await self._interrupted(action, order)
            order, self._order = self._order or order, None
            self._bell.clear()
        return order

    async def _interrupted(self, action: str, order: Step) -> None:
        """A Connect or Dial was cut off: its own action may be requested first, or later."""
        hung_up = isinstance(order, Stop)
        actions = self.carrier.faults.actions
        how = actions.hangup if hung_up else actions.redirect
        if how == "missing":
            return
        if hung_up and isinstance(order, Stop):
            self.call.status = order.status
            self.call.ended = now()
        step = Fetch(action, self.open_method)
        if how == "late" or hung_up:
            late = self.carrier.faults.action_late_ms if how == "late" else 0
            self.carrier.spawn(after(late, lambda: self.fetch(step)))
        else:
            await asyncio.sleep(self.carrier.options.interrupted_action_ms / 1000)
            await asyncio.shield(self.carrier.spawn(self.fetch(step)))
        if how == "twice":
            self.carrier.spawn(self.fetch(step))

    async def _perform(self, step: Fetch | Inline) -> Step:
        """Run one document to its end or to its next."""
        try:
            found = await self._document(step)
            return await self._run(found)
        except BadDocument as bad:
            self.call.note("document.failed", code=bad.code, why=bad.why)
            last = isinstance(step, Fetch) and step.last_resort
            if not last and self.fallback_url:
                where = step.url if isinstance(step, Fetch) else self.document_url
                extra = (("ErrorCode", str(bad.code)), ("ErrorUrl", where))
                return Fetch(self.fallback_url, self.fallback_method, extra, last_resort=True)
            # The vendor's "an application error has occurred": words, then the end.
            self._answered()
            sorry = "We are sorry an application error has occurred"
            await self.play(self._spoken(sorry), "error")
            return Stop("completed", "error")

    def _spoken(self, words: str) -> bytes:
        return audio.spoken(words, self.carrier.options.letter_ms)

    def warned(self, words: str) -> None:
        """Part of a document was left out."""
        self.call.note("document.warned", code=12200, why=words)

    async def _document(self, step: Fetch | Inline) -> tuple[Verb, ...]:
        if isinstance(step, Inline):
            return document.read(step.twiml, self.warned)
        self.document_url = step.url
        answer = await asyncio.shield(self.carrier.spawn(self.fetch(step)))
        if isinstance(answer, Failure):
            raise BadDocument(answer.code, answer.why)
        if answer.content_type in ("text/xml", "application/xml", "text/html"):
            return document.read(answer.body, self.warned)
        if answer.content_type == "text/plain":
            return (Verb("Say", {}, answer.body.decode(errors="replace")),)
        raise BadDocument(12300, f"content type {answer.content_type}")

    async def _run(self, found: tuple[Verb, ...]) -> Step:
        for n, verb in enumerate(found):
            if verb.name == "Reject" and n == 0 and self.call.status == "ringing":
                return Stop("busy" if verb.attrs.get("reason") == "busy" else "no-answer", "reject")
            self._answered()
            step = await verbs.perform(self, verb)
            if step is not None:
                return step
        self._answered()
        return Stop()

    def _answered(self) -> None:
        """An inbound call is answered by the first verb that is not Reject."""
        if self.call.status == "ringing":
            self.mark_answered()

    def mark_answered(self) -> None:
        """From now on the call is in progress."""
        self.call.status = "in-progress"
        self.call.started = now()
        self.call.started_ms = monotonic_ms()
        self.call.note("call.answered")
        self.party.on("answered")
        self.feed.emit("answered")

    async def play(self, ulaw: bytes, what: str, stop: asyncio.Event | None = None) -> None:
        """Play sound to the person in real time, until its end or `stop`."""
        self.call.note("play.started", what=what, ms_long=len(ulaw) // 8)
        await verbs.sound(self.party, ulaw, stop)

    def params(self, extra: Params | tuple[tuple[str, str], ...] = ()) -> Params:
        """The fields of every voice webhook (twilio.com/docs/voice/twiml)."""
        c = self.call
        found = [
            ("CallSid", c.sid),
            ("AccountSid", c.account_sid),
            ("From", c.from_),
            ("To", c.to),
            ("Caller", c.from_),
            ("Called", c.to),
            ("CallStatus", c.status),
            ("Direction", c.direction),
            ("ApiVersion", API_VERSION),
        ]
        optional = {
            "ForwardedFrom": c.forwarded_from,
            "CallerName": c.caller_name,
            "StirVerstat": c.stir,
            "ParentCallSid": c.parent_sid,
            "AnsweredBy": c.answered_by,
        }
        found += [(name, value) for name, value in optional.items() if value]
        for side in ("From", "To"):
            found += [(f"{side}City", ""), (f"{side}State", "CA"), (f"{side}Country", "US")]
        return found + list(extra)

    async def fetch(self, step: Fetch) -> verbs.Answer:
        """One webhook of this call, with the faults set for webhooks."""
        faults = self.carrier.faults
        params = self.params(step.extra)
        if faults.webhook_delay_ms:
            await asyncio.sleep(faults.webhook_delay_ms / 1000)
        self.call.note("webhook.sent", url=step.url)
        self.call.asked(step.method, step.url, params)
        if faults.take("webhook_lost"):
            self.call.note("webhook.failed", url=step.url, code=11205, why="lost")
            return Failure(11205, "lost")
        send = partial(self.carrier.webhooks.send, step.url, params, method=step.method)
        if faults.take("webhook_twice"):
            self.carrier.spawn(after(5, send))
        unanswered = faults.take("webhook_unanswered")
        answer = await send()
        if unanswered:
            answer = Failure(11205, "its answer was lost")
        if isinstance(answer, Failure):
            self.call.note("webhook.failed", url=step.url, code=answer.code, why=answer.why)
        return answer

    def end(self, stop: Stop) -> None:
        """Ends the call; idempotent."""
        if self.finished.is_set():
            return
        self.call.status = stop.status
        self.call.ended = self.call.ended or now()
        self.call.note("call.ended", status=stop.status, by=stop.by)
        self.finished.set()
        if self._limit is not None:
            self._limit.cancel()
        self.party.on("ended", status=stop.status, by=stop.by)
        self.feed.emit("completed")
        self.carrier.forget(self)


async def after(ms: float, work: Callable[[], Awaitable[object]]) -> None:
    """Starts `work` later; if the carrier ends first, the work leaves no coroutine that never
    ran."""
    await asyncio.sleep(ms / 1000)
    await work()

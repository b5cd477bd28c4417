"""The carrier itself: its records, its live calls, and the operations that every side may ask
for."""

from __future__ import annotations

import asyncio
import random
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from channels.sandbox import audio
from channels.sandbox.account import ACCOUNTS, Requests
from channels.sandbox.clock import now
from channels.sandbox.document import BadDocument
from channels.sandbox.faults import Faults
from channels.sandbox.model import Call, Number
from channels.sandbox.options import Options
from channels.sandbox.party import Party, Plan, Scripted
from channels.sandbox.session import Fetch, Inline, Session, Stop
from channels.sandbox.signing import new_sid
from channels.sandbox.status import StatusFeed
from channels.sandbox.webhooks import Failure, Webhooks

T = TypeVar("T")
KEPT_SESSIONS = 200
"""The sound heard in this many ended calls is still kept."""
KEPT_CALLS = 20_000
MAX_CALL_S = 14_400
"""The longest call, unless TimeLimit says otherwise: 4 h."""


class UnknownNumber(ValueError):
    """The number called is not one of the centre's."""


class Carrier:
    """State of one sandbox carrier. Run inside `async with`; leaving it ends all calls."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.base_url = f"http://{options.host}:{options.port}"
        self.faults = Faults()
        self.account = ACCOUNTS[options.account]
        self.requests = Requests(self.account.requests_per_second)
        self.rng = random.Random(options.seed or None)
        self.webhooks = Webhooks(options.auth_token)
        self.calls: OrderedDict[str, Call] = OrderedDict()
        self.live: dict[str, Session] = {}
        self.ended: OrderedDict[str, Session] = OrderedDict()
        self.numbers: dict[str, Number] = {}
        self.recordings: OrderedDict[str, bytes] = OrderedDict()
        """What Record kept, by RecordingSid, as WAV files."""
        self.people: dict[str, Plan] = {}
        """How certain numbers behave when called, by number."""
        self.endpoints: dict[str, Callable[[Call], Party]] = {}
        """Numbers with somebody other than a scripted person: the phone page."""
        self._tasks = asyncio.TaskGroup()
        self._jobs: set[asyncio.Task[None]] = set()
        self._clips: OrderedDict[str, bytes] = OrderedDict()
        self._dial_at = 0.0
        self._changed = asyncio.Event()
        for number in options.numbers:
            self.add_number(number)

    async def __aenter__(self) -> Carrier:
        await self.webhooks.open()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *exc: Any) -> None:
        for session in list(self.live.values()):
            session.hang_up("carrier")
        await asyncio.sleep(0)
        while self._jobs:  # ending one may start another (a last webhook, to a centre that is gone)
            for job in list(self._jobs):
                job.cancel()
            await asyncio.sleep(0.01)
        await self._tasks.__aexit__(None, None, None)
        await self.webhooks.close()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Run a task of the carrier's own; if it fails, that is printed and harms nothing else."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def guarded() -> None:
            try:
                value = await work
            except Exception as error:  # noqa: BLE001 - a task root: one call must not end all
                traceback.print_exc(file=sys.stderr)
                if not result.done():
                    result.set_exception(error)
                    result.exception()  # whoever awaits it gets the error; nobody has to
            except asyncio.CancelledError:
                result.cancel()
                raise
            else:
                if not result.done():
                    result.set_result(value)

        job = self._tasks.create_task(guarded())
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        job.add_done_callback(lambda _: work.close())  # cancelled before it began
        return result

    def changed(self) -> None:
        """Wake those who wait for the state of a call."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(
        self, test: Callable[[], bool], timeout_s: float, look_s: float = 0.02
    ) -> bool:
        """Wait until `test` holds; it is checked after every change and every `look_s`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while not test():
            if loop.time() >= deadline:
                return False
            try:
                async with asyncio.timeout(look_s):
                    await self._changed.wait()
            except TimeoutError:
                pass  # check again
        return True

    def full(self) -> bool:
        """Whether the account has more calls at once than it may, counting the newest one."""
        most = self.account.calls_at_once
        return most is not None and len(self.live) > most

    def reaches(self, number: str) -> bool:
        """Whether the account may call or text that number: a trial may only use verified ones."""
        known = {self.options.phone_number, *self.options.verified, *self.numbers}
        return not self.account.verified_only or number in known

    def add_number(self, number: str) -> Number:
        """One of the centre's numbers, its addresses set as for a centre at `options.centre`."""
        centre = self.options.centre
        found = Number(
            sid=new_sid("PN"),
            account_sid=self.options.account_sid,
            number=number,
            voice_url=f"{centre}/twilio/voice",
            voice_fallback_url=f"{centre}/twilio/voice/fallback",
            status_callback=f"{centre}/twilio/voice/status",
            sms_url=f"{centre}/twilio/sms",
            sms_fallback_url="",
            created=now(),
        )
        self.numbers[number] = found
        return found

    def stream_delay_s(self) -> float:
        """From a document with a Stream to the attempt to open it."""
        low, high = self.faults.stream_start_ms or self.options.stream_start_ms
        return self.rng.uniform(max(1, low), max(1, high)) / 1000

    async def clip(self, url: str) -> bytes:
        """A Play verb's sound, fetched once. BadDocument if it cannot be played."""
        if url in self._clips:
            self._clips.move_to_end(url)
            return self._clips[url]
        answer = await asyncio.shield(self.spawn(self.webhooks.fetch(url)))
        if isinstance(answer, Failure):
            raise BadDocument(answer.code, f"Play {url}: {answer.why}")
        try:
            ulaw = audio.read_wav(answer.body)
        except audio.NotAudio as error:
            raise BadDocument(12300, f"Play {url}: {error}") from None
        self._clips[url] = ulaw
        while len(self._clips) > 64:
            self._clips.popitem(last=False)
        return ulaw

    def incoming(
        self,
        to: str,
        from_: str,
        party: Party,
        *,
        forwarded_from: str = "",
        caller_name: str = "",
        stir: str = "TN-Validation-Passed-A",
    ) -> Session:
        """A person calls one of the centre's numbers. UnknownNumber if it is not one."""
        number = self.numbers.get(to)
        if number is None:
            raise UnknownNumber(to)
        call = self._new_call(from_, to, "inbound", "ringing")
        call.number_sid = number.sid
        call.forwarded_from, call.caller_name, call.stir = forwarded_from, caller_name, stir
        session = self._session(
            call, party, number.voice_fallback_url, number.voice_fallback_method
        )
        session.feed = StatusFeed(
            self,
            call,
            number.status_callback,
            frozenset({"completed"}),
            session.params,
            number.status_callback_method,
        )
        session.limit(MAX_CALL_S)
        if self.full():  # the caller hears a busy tone, and the centre is told nothing
            call.note("call.refused", code=10004)
            session.feed = StatusFeed(self, call, "", frozenset(), session.params)
            session.end(Stop("busy", "concurrency"))
            return session
        if number.voice_url:
            self.spawn(session.run(Fetch(number.voice_url, number.voice_method)))
        else:
            session.end(Stop("failed", "no voice_url"))
        if self.faults.take("status_early"):
            session.hang_up()
        return session

    def outgoing(
        self,
        to: str,
        from_: str,
        first: Fetch | Inline,
        *,
        fallback_url: str,
        fallback_method: str = "POST",
        callback: tuple[str, frozenset[str], str],
        timeout_s: float,
        machine_callback: str = "",
    ) -> Call:
        """The centre dials. callback: (url, events, method). Returns at once, `queued`."""
        call = self._new_call(from_, to, "outbound-api", "queued")
        if self.faults.take("dial_silent"):
            return call
        session = self._session(call, self._party_of(call), fallback_url, fallback_method)
        url, events, method = callback
        session.feed = StatusFeed(self, call, url, events, session.params, method)
        self.spawn(self._place(session, first, timeout_s, machine_callback))
        return call

    async def _place(
        self, session: Session, first: Fetch | Inline, timeout_s: float, machine_callback: str
    ) -> None:
        """Wait for the turn, ring, run."""
        loop = asyncio.get_running_loop()
        rate = self.options.calls_per_second or self.account.calls_per_second
        if rate:
            self._dial_at = max(self._dial_at + 1 / rate, loop.time())
            await asyncio.sleep(self._dial_at - loop.time())
        call = session.call
        session.feed.emit("initiated")
        if not call.over and not session.hung_up:
            call.status = "ringing"
            call.note("call.ringing")
            session.feed.emit("ringing")
            status = await session.ring(timeout_s)
            if status == "in-progress":
                session.mark_answered()
                if machine_callback:
                    self.spawn(self._listen(session, machine_callback))
                await session.run(first)
                return
            session.end(Stop(status, "callee"))
            return
        session.end(Stop("canceled", "api"))

    async def _listen(self, session: Session, url: str) -> None:
        """AsyncAmd: who answered is told while the call goes on
        (twilio.com/docs/voice/answering-machine-detection)."""
        await asyncio.sleep(self.options.machine_ms / 1000)
        plan = getattr(session.party, "plan", None)
        who = "machine_start" if plan is not None and plan.machine else "human"
        session.call.answered_by = who
        session.call.note("call.answered_by", who=who)
        await self.webhooks.send(url, session.params(), kind="call-machine")

    def dial_leg(self, parent: Session, number: str, caller_id: str) -> Session:
        """The second leg of a Dial verb."""
        call = self._new_call(caller_id or parent.call.from_, number, "outbound-dial", "ringing")
        call.parent_sid = parent.call.sid
        return self._session(call, self._party_of(call), "")

    def _party_of(self, call: Call) -> Party:
        """Who answers at a number: the phone page, a known person, or one chosen by the last
        digits."""
        if call.to in self.endpoints:
            return self.endpoints[call.to](call)
        plan = self.people.get(call.to)
        if plan is None:
            ends: dict[str, Plan] = {
                "0190": Plan(answer="busy"),
                "0191": Plan(answer="no-answer"),
                "0192": Plan(answer="failed"),
            }
            plan = ends.get(call.to[-4:], Plan(talk="clips", clips=[]))
        return Scripted(plan)

    def _new_call(self, from_: str, to: str, direction: str, status: str) -> Call:
        call = Call(
            sid=new_sid("CA"),
            account_sid=self.options.account_sid,
            from_=from_,
            to=to,
            direction=direction,
            status=status,
            created=now(),
        )
        call.note("call.created", direction=direction)
        self.calls[call.sid] = call
        while len(self.calls) > KEPT_CALLS:
            self.calls.popitem(last=False)
        return call

    def _session(
        self, call: Call, party: Party, fallback_url: str, fallback_method: str = "POST"
    ) -> Session:
        session = Session(self, call, party, fallback_url, fallback_method)
        self.live[call.sid] = session
        party.attach(session)
        return session

    def forget(self, session: Session) -> None:
        """A call has ended; its record stays."""
        self.live.pop(session.call.sid, None)
        self.ended[session.call.sid] = session
        while len(self.ended) > KEPT_SESSIONS:
            self.ended.popitem(last=False)
        self.changed()

    def session(self, sid: str) -> Session | None:
        """A live call, or one that ended not long ago."""
        return self.live.get(sid) or self.ended.get(sid)

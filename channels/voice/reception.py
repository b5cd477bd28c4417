"""The reception of calls: one is answered only when the record or this machine's disk has it.

The record has a second. Then the carrier's form goes into the spool, the call into the index as far
as it is known (*provisional*: line and number), and the caller is answered; the try that was slow
goes on, and what comes of it, or of the spool, completes the call (`intake.calls`). The end of a
call keeps its order behind the call. Where the disk refuses too, the caller hears the static loop,
and each of its turns asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from channels.twilio.errors import CarrierError
from channels.twilio.forms import CallStatus, VoiceForm, read_voice
from router.admission import Arrival
from router.centre import Centre
from router.core.arrivals import Call
from router.core.states import State
from router.intake.calls import CallIntake
from router.intake.spool import PATIENCE_S, Spool
from router.live.engine import IndexLost, IndexUnavailable
from router.records.database import RecordUnavailable

log = structlog.get_logger()

CALL, END = "call", "call_end"
"""Kinds of the spool."""
SYNCED_S = 0.8
"""How long a caller waits for the disk after the record's second: 1.8 s of the 2 in all."""
CAUGHT_UP_S = 5.0
"""How long the recorder may take; a call from the spool comes again after that."""
ASK_S = 3.0
"""How long the carrier may take to say whether a call lives."""

Alive = Callable[[str], Awaitable[bool | None]]
"""Does a call live at the carrier? None: it knows none of that id."""


class CallReception:
    """Takes calls and their ends into the record, or onto the disk until it takes them."""

    def __init__(
        self,
        centre: Centre,
        calls: CallIntake,
        spool: Spool,
        alive: Alive,
        caught_up: Callable[[], Awaitable[None]],
    ) -> None:
        """`caught_up` returns when the record has every step that the index has done so far."""
        self._caught_up = caught_up
        self.calls = calls
        self._engine = centre.engine
        self._spool = spool
        self._alive = alive
        self._clock = centre.clock
        self._trying: dict[str, asyncio.Task[Arrival]] = {}
        self._keeping: dict[str, asyncio.Task[None]] = {}
        spool.takes(CALL, self._take_call)
        spool.takes(END, self._take_end)

    # A call comes in --------------------------------------------------------------------------

    async def arrived(self, voice: VoiceForm) -> Arrival:
        """A call came in, or its webhook came again.

        Raises:
            RecordUnavailable: neither record nor disk has it.
        """
        now, order = self._clock(), order_of(voice.call_sid)
        trying = self._trying.get(voice.call_sid)
        if trying is None and self._spool.may_try and not self._spool.holds(order):
            trying = self._spool.attempt(self.calls.call(_call(voice), now))
            self._trying[voice.call_sid] = trying
            trying.add_done_callback(lambda _: self._trying.pop(voice.call_sid, None))
        if trying is not None:
            await asyncio.wait({trying}, timeout=PATIENCE_S)
            if trying.done() and not trying.cancelled():
                try:
                    return trying.result()
                except RecordUnavailable as error:
                    log.warning("call.not_recorded", error=type(error).__name__)
                    trying = None
                except Exception:
                    # The webhook edge: a defect of ours loses nobody; the disk has the call.
                    log.exception("call.not_recorded")
                    trying = None
        keeping = self._keeping.get(voice.call_sid)
        if keeping is None and not self._spool.holds(order, CALL):
            keeping = self._keep(CALL, voice, now, order, trying)
            self._keeping[voice.call_sid] = keeping
            keeping.add_done_callback(lambda _: self._keeping.pop(voice.call_sid, None))
        if keeping is not None:
            await asyncio.shield(keeping)
        return await self.calls.place_provisional(_call(voice), now)

    def _keep(
        self,
        kind: str,
        voice: VoiceForm,
        now: int,
        order: str,
        after: asyncio.Task[Any] | None = None,
    ) -> asyncio.Task[None]:
        """Onto the disk, to its end although the request is cut."""
        return self._spool.attempt(
            self._spool.keep(
                kind, dict(voice.raw), b"", now, order, after=after, synced_within_s=SYNCED_S
            )
        )

    async def _take_call(self, fields: dict[str, str], _body: bytes, at: int) -> None:
        """From the spool into the record, and into the index if it is not there: a caller who has
        hung up meanwhile is not put in line."""
        voice = read_voice(fields)
        try:
            async with asyncio.timeout(CAUGHT_UP_S):
                await self._caught_up()  # else a call that was answered meanwhile would start again
        except TimeoutError:
            raise IndexUnavailable("the record is behind") from None
        recorded = await self.calls.record(_call(voice), at)
        live = recorded.contact
        if live.state != State.ENDED and await self._engine.look(live.id) is None:
            over = self._spool.holds(order_of(voice.call_sid), END)
            if over or not await self._lives(voice.call_sid):
                await self._engine.step("caller_gone", contact=live.id, cause="hung_up")
        await self.calls.place(recorded, inline=False)
        log.info("call.recorded_late", contact=live.id, late_ms=self._clock() - at)

    async def _lives(self, call_sid: str) -> bool:
        """If the carrier cannot be asked, the call counts as alive: its lease asks again."""
        try:
            async with asyncio.timeout(ASK_S):
                return await self._alive(call_sid) is not False
        except (CarrierError, TimeoutError):
            return True

    # A call is over ---------------------------------------------------------------------------

    async def ended(self, contact_id: str, voice: VoiceForm) -> None:
        """The carrier says that a call is over. One that nobody here has heard of was a caller.

        Raises:
            RecordUnavailable: neither record nor disk has it.
        """
        order = order_of(voice.call_sid)
        trying = self._trying.get(voice.call_sid)
        if trying is not None:  # its beginning is on its way
            await asyncio.wait({trying}, timeout=PATIENCE_S)
        try:
            reply = await self._engine.step(
                "caller_gone", contact=contact_id, cause=cause_of(voice.status)
            )
            known = reply.ok or reply.code == "ended"
        except (IndexLost, IndexUnavailable):
            known = False
        now = self._clock()
        if self._spool.holds(order):
            # The index may lose it again before the record has the call.
            await asyncio.shield(self._keep(END, voice, now, order))
        elif not known and self._is_callers(voice):
            await self._spool.through(END, dict(voice.raw), b"", now, order)

    def _is_callers(self, voice: VoiceForm) -> bool:
        return voice.inbound and self.calls.is_ours(voice.to)

    async def _take_end(self, fields: dict[str, str], _body: bytes, at: int) -> None:
        """The end of a call into the index; of one that nobody knows, call and end into the record:
        somebody called, and hung up before we heard of it."""
        voice = read_voice(fields)
        if not self._is_callers(voice):
            return
        contact_id = self.calls.contact_id(voice.call_sid)
        known = await self.calls.known_call(contact_id)
        if known is not None and known.state == State.ENDED:
            return
        began = at - 1000 * (voice.duration_s or 0)
        recorded = await self.calls.record(_call(voice), began) if known is None else None
        await self._engine.step("caller_gone", contact=contact_id, cause=cause_of(voice.status))
        if recorded is not None and recorded.new:
            await self.calls.place(recorded, inline=False)
            log.warning("call.ended_unheard", contact=contact_id, waited_ms=at - began)


def order_of(call_sid: str) -> str:
    """What belongs to one call keeps its order in the spool."""
    return f"call|{call_sid}"


def _call(voice: VoiceForm) -> Call:
    return Call(
        voice.call_sid,
        voice.from_,
        voice.to,
        voice.caller_name,
        voice.forwarded_from,
        voice.stir,
    )


def cause_of(status: CallStatus) -> str:
    """Why a call is over, in our words."""
    return {
        CallStatus.COMPLETED: "hung_up",
        CallStatus.BUSY: "busy",
        CallStatus.NO_ANSWER: "no_answer",
        CallStatus.CANCELED: "cancelled",
        CallStatus.FAILED: "failed",
    }.get(status, "hung_up")

"""The carrier's requests about calls. Whatever happens inside, a caller gets valid TwiML.

A request may come twice: every handler is keyed on CallSid, and the index keeps the first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

import structlog

from channels.twilio import twiml
from channels.twilio.forms import VoiceForm, read_voice
from channels.twilio.reasons import SOUND_LOST, reason
from channels.voice.lines import HOOKS as LINE_HOOKS
from channels.voice.link import VoiceLink
from channels.voice.outside import CALLED_PARTY, DANGER, HOOKS, OutsideCalls
from channels.voice.reception import CallReception
from channels.voice.told import HOOKS as TOLD_HOOKS
from router.callbacks.scheduled import CallbackRequest, ScheduledCallbacks
from router.centre import Centre
from router.core.callback import CALLER
from router.core.contact import MESSAGE_LEFT, Outcome
from router.core.model import LiveContact, Reply
from router.core.states import TALKS, WAITS, State
from router.live.engine import IndexLost, IndexUnavailable
from router.records.database import RecordUnavailable

log = structlog.get_logger()

BUDGET_S = 2.0
"""A caller never waits longer for an answer; the carrier itself gives up after 15 s. Nobody waits
for that of a recording, which is told once: it is kept, however long the database takes."""

UNHEARD = ("status", "recording", "told_status", "line_status", "line_machine")
"""Hooks whose answer nobody hears."""

DIALLED = "outbound-api"
"""Direction of a call that we dialled."""


class VoiceWebhooks:
    """One method per webhook: form and query in, a TwiML document out."""

    def __init__(
        self,
        centre: Centre,
        reception: CallReception,
        link: VoiceLink,
        outside: OutsideCalls | None = None,
        promises: ScheduledCallbacks | None = None,
        wait_ms: Callable[[str], float | None] = lambda _contact: None,
    ) -> None:
        """`wait_ms`: the wait that a waiting caller may be told; None = nothing. `promises`: takes
        wishes to be called back."""
        self._outside = outside
        self._scheduled = promises
        self._wait_ms = wait_ms
        self._calls = reception.calls
        self._reception = reception
        self._late: set[asyncio.Task[str]] = set()
        self._engine = centre.engine
        self._link = link
        self._clock = centre.clock

    async def answer(self, hook: str, form: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The document for one webhook: voice, menu, key, wait, resume, fallback or status."""
        voice = read_voice(form)
        work = asyncio.get_running_loop().create_task(self._dispatch(hook, voice, query))
        try:
            return await self._in_time(work, None if hook == "recording" else BUDGET_S)
        except (RecordUnavailable, IndexLost, IndexUnavailable, TimeoutError) as error:
            log.error("webhook.degraded", hook=hook, error=type(error).__name__)
        except Exception:
            # The webhook edge: a caller must still get valid TwiML; the trace is in the log.
            log.exception("webhook.failed", hook=hook)
        if hook == "line" and self._outside is not None and self._outside.lines is not None:
            return self._outside.lines.again(query)
        if hook in CALLED_PARTY:  # they are not joined; a caller goes on
            calls = self._outside.told if self._outside and hook in TOLD_HOOKS else None
            return calls.failed() if calls else twiml.hang_up()
        return twiml.empty() if hook in UNHEARD else self._link.static_loop()

    async def _in_time(self, work: asyncio.Task[str], budget_s: float | None) -> str:
        """The result within its budget. Late work is cancelled and not waited for: it may be stuck
        on something that does not notice.

        Raises:
            TimeoutError: nothing came of it in time.
        """
        try:
            done, _ = await asyncio.wait({work}, timeout=budget_s)
        except asyncio.CancelledError:
            self._give_up(work)
            raise
        if done:
            return work.result()
        self._give_up(work)
        raise TimeoutError

    def _give_up(self, work: asyncio.Task[str]) -> None:
        self._late.add(work)
        work.add_done_callback(self._over)
        work.cancel()

    def _over(self, work: asyncio.Task[str]) -> None:
        self._late.discard(work)
        if not work.cancelled() and (error := work.exception()) is not None:
            log.warning("webhook.late", error=type(error).__name__)

    async def _dispatch(self, hook: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        if hook == "status":
            await self._status(voice, query)
            return twiml.empty()
        if not voice.call_sid:
            return twiml.hang_up()
        if hook == "resume" and voice.status.over:
            return twiml.empty()
        contact_id = query.get("c") or self._calls.contact_id(voice.call_sid)
        if not query.get("c") and voice.direction == DIALLED:  # from the fallback on another host
            contact_id = await self._calls.dialled(voice.call_sid) or contact_id
        if hook in HOOKS and self._outside is not None:
            return await self._beyond(self._outside, hook, contact_id, voice, query)
        if hook == "key":
            return await self._key(contact_id, voice, query)
        if hook == "menu":
            return await self._menu(contact_id, voice, query)
        if hook == "fallback":
            log.error("webhook.fallback_used", code=voice.error_code)
        if hook in ("voice", "fallback"):
            known = hook == "fallback" and await self._calls.known_call(contact_id)
            if not known:
                return await self._voice(voice)
        return await self._wait(hook, contact_id, voice, query)

    async def _beyond(
        self,
        outside: OutsideCalls,
        hook: str,
        contact_id: str,
        voice: VoiceForm,
        query: Mapping[str, str],
    ) -> str:
        """A caller who is outside, or the person who answers there."""
        if hook in TOLD_HOOKS:
            told = outside.told
            return await told.answer(hook, voice, query) if told else twiml.hang_up()
        if hook in LINE_HOOKS:
            lines = outside.lines
            return await lines.answer(hook, voice, query) if lines else twiml.hang_up()
        if hook in CALLED_PARTY:
            return await outside.called_party(hook, voice, query)
        if hook == "danger" or (hook == "done" and voice.digits == DANGER):
            back = await self._calls.danger_pressed(contact_id) if voice.digits == DANGER else None
            if back is not None and back.contact is not None:
                return await self._next_document(back, back.contact, 1)
            return await self._wait("wait", contact_id, voice, query)
        if hook == "done":
            return await outside.message_over(contact_id, voice)
        if hook == "recording":
            return await outside.recorded(contact_id, voice)
        if voice.status.over:  # they hung up: the status callback tells it
            return twiml.empty()
        status = voice.dial_status.value if voice.dial_status else None
        reply = await self._engine.step(
            "outside_over",
            contact=contact_id,
            fence=query.get("f", ""),
            cause=status,
            inline=True,
        )
        if reply.contact is None:
            return await self._wait(hook, contact_id, voice, query)
        if not reply.ok and reply.contact.state in TALKS:
            return outside.on_their_way()
        return await self._next_document(reply, reply.contact, 1)

    async def _next_document(self, reply: Reply | None, contact: LiveContact, turn: int) -> str:
        """What they hear now, if need be on their way to the next number outside."""
        current = reply.contact if reply is not None else None
        if reply is not None and self._outside is not None and not reply.stream:
            sent = await self._outside.go_on(current, self._clock())
            if sent is not None:
                return sent
        return self._document(reply, contact, turn)

    async def _voice(self, voice: VoiceForm) -> str:
        if not voice.inbound:
            return twiml.hang_up()  # a call of ours that we know nothing of: nobody waits in it
        arrival = await self._reception.arrived(voice)
        if arrival.new:
            log.info(
                "call.arrived",
                contact=arrival.contact_id,
                line=arrival.line.name,
                severity=arrival.contact.severity,
                indexed=arrival.reply is not None,
                recorded=not arrival.contact.provisional,
            )
        return await self._next_document(arrival.reply, arrival.contact, 0)

    async def _menu(self, contact_id: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        digit = None if query.get("none") else voice.digits
        reply = await self._calls.menu_answered(contact_id, digit)
        if reply is None or reply.contact is None:
            return self._link.static_loop()
        return await self._next_document(reply, reply.contact, 1)

    async def _key(self, contact_id: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        """A key in the hold loop: the one to be called back, or any other by mistake."""
        known = await self._calls.known_call(contact_id)
        asked = voice.digits == self._link.callback_key() and bool(voice.digits)
        waits = known is not None and known.state in WAITS
        if asked and waits and known is not None and known.incident and self._scheduled:
            request = CallbackRequest(
                incident=known.incident,
                key=contact_id,
                by=CALLER,
                by_name="the caller",
                why="asked for it while waiting",
                after=contact_id,
                instead=True,
            )
            reply = await self._scheduled.request_callback(request, self._clock())
            if reply.ok:
                log.info("call.wants_callback", contact=contact_id)
                return self._link.promised(known)
        return await self._wait("wait", contact_id, voice, query)

    async def _wait(
        self,
        hook: str,
        contact_id: str,
        voice: VoiceForm,
        query: Mapping[str, str],
    ) -> str:
        if voice.direction == DIALLED:  # perhaps its stream ended for the message
            left = await self._engine.look(contact_id)
            if left is not None and left.cause == MESSAGE_LEFT:
                return self._link.message(left)
        turn = int(query["n"]) if query.get("n", "").isdecimal() else 1
        ended = int(query["e"]) if hook == "resume" and query.get("e", "").isdecimal() else None
        reply = await self._engine.step("wait", contact=contact_id, ended=ended)
        there = reply.contact.outside if reply.contact is not None else None
        away = reply.contact is not None and reply.contact.state == State.AWAY
        if there is not None and there.kind != "joined" and (hook == "fallback" or away):
            # Our document for them, or its action, failed: who talks there asks for nothing.
            reply = await self._engine.step(
                "outside_over", contact=contact_id, fence=there.fence, cause="failed", inline=True
            )
        if reply.ok and reply.contact is not None:
            if reply.contact.carrier_id is None:  # our own call, answered before REST told its id
                reply.contact.carrier_id = voice.call_sid
                await self._engine.step(
                    "dial_progress", contact=contact_id, carrier_id=voice.call_sid
                )
            return await self._next_document(reply, reply.contact, turn)
        known = await self._calls.known_call(contact_id)
        if known is None:
            return await self._voice(voice)  # its first webhook never reached the record
        if known.outcome == Outcome.CALLBACK:
            return self._link.promised(known)  # the answer to their key was lost on its way
        if known.cause == MESSAGE_LEFT:
            return self._link.message(known)
        inferred = known.cause == "unknown_at_carrier"  # we only thought so: they are on the line
        if known.dir == "out" or (known.state == State.ENDED and not inferred):
            return twiml.hang_up()
        again = await self._calls.readmit(known, force=inferred)
        if again is not None and again.code == "ended":
            return twiml.hang_up()
        return await self._next_document(again, known, turn)

    async def _status(self, voice: VoiceForm, query: Mapping[str, str]) -> None:
        if query.get("stream"):
            if voice.stream_event == "stream-error" and "31921" not in (voice.stream_error or ""):
                log.warning("stream.carrier_error", error=voice.stream_error)  # 31921: we closed
            return
        contact_id = query.get("c") or self._calls.contact_id(voice.call_sid)
        if voice.error_code in SOUND_LOST:
            log.warning("call.ended_by_carrier", contact=contact_id, code=voice.error_code)
            with contextlib.suppress(RecordUnavailable):  # the call's end counts
                await self._calls.fault_told(contact_id, reason(voice.error_code), self._clock())
        if voice.status.over:
            await self._reception.ended(contact_id, voice)
        elif query.get("c"):
            await self._engine.step(
                "dial_progress",
                contact=contact_id,
                carrier_id=voice.call_sid,
                progress=voice.status.value,
            )

    def _document(self, reply: Reply | None, contact: LiveContact, turn: int) -> str:
        if reply is None:  # only the record holds them: music, then we look again
            return self._link.static_loop()
        current = reply.contact or contact
        return self._link.twiml_for(
            current,
            stream=reply.stream,
            place=int(reply.place) if reply.place is not None else None,
            turn=turn,
            now_ms=self._clock(),
            wait_ms=self._wait_ms(current.id),
        )

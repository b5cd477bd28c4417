"""A number outside that an agent asks into a call: dialled once, in its turn, and then a stream of
ours as a called party's (docs/voice.md, "A number asked in").

Each is dialled once: the index is told before the carrier is asked, and a call of which nobody
knows is left to its deadline. Whoever answers is asked for nothing: the agent speaks to them.
Sources: twilio.com/docs/voice/api/call-resource, twilio.com/docs/voice/twiml/stream.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

import msgspec
import structlog

from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import Busy, CarrierError, NotFound, NotInProgress, Unknown
from channels.twilio.forms import VoiceForm
from channels.voice.dial_words import (
    ASK_AGAIN_MS,
    MACHINE,
    REFUSED,
    WAITS,
    WORTH_WORDS_MS,
    carrier_busy,
    why_not_dialled,
)
from channels.voice.prompts import spoken
from channels.voice.streams import Door
from channels.voice.turns import Fresh, Turns
from router.centre import Centre
from router.core.consult import Consult, Consulted, Line, line_leg
from router.core.durations import duration_ms
from router.core.model import Effect, LiveContact
from router.on_call import OutsideRouting
from router.records import contacts
from router.records.database import RecordUnavailable

log = structlog.get_logger()

HOOKS = ("line", "line_status", "line_machine")
"""The document of whoever answers, asked for again when their stream ends; how far the call is;
whether a machine answered."""

MACHINES = ("machine", "fax")
"""By what the carrier calls it: machine_start, machine_end_beep, fax …"""
LAGS_MS = 500
"""REST lags behind webhooks: 'not in progress' of a call that lives is asked again."""
AGAIN_S = 2
"""The index is away for a moment: whoever is there is not hung up on."""


class Lines:
    """Effects, documents and hooks of numbers that are asked in."""

    def __init__(
        self,
        centre: Centre,
        outside: OutsideRouting,
        client: CarrierClient,
        door: Door,
        turns: Turns,
        notice: Callable[[str, str, str], None] = lambda _agent, _code, _text: None,
    ) -> None:
        """`notice`: tells an agent something (agent, code, words)."""
        self._engine = centre.engine
        self._database = centre.database
        self._current = centre.config
        self._clock = centre.clock
        self._outside = outside
        self._client = client
        self._door = door
        self._turns = turns
        self._notice = notice

    # Effects ----------------------------------------------------------------------------------

    def effects(self) -> dict[str, Callable[[Effect], Awaitable[int | None]]]:
        """By kind; a number: ms until it is to be tried again."""
        return {"dial_line": self._dial, "open_line": self._open}

    async def _dial(self, effect: Effect) -> int | None:
        live, fence = effect.record, str(effect.args.get("fence"))
        line = _asked(live, fence)
        if live is None or line is None:
            return None
        wait = self._turns.ask(f"{live.id}/{fence}", live.severity, self._clock())
        if wait is not None:
            if wait.ms >= WORTH_WORDS_MS:
                await self._waits(live, fence, wait.ms, wait.words if wait.first else None)
            return Fresh(min(wait.ms, ASK_AGAIN_MS))
        number = self._outside.number_asked_in(line)  # the rule may be newer than the order
        if number is None:
            await self._refused(live, fence, "Not dialled: it may not be called any more.")
            return None
        begun = await self._engine.step("line_begun", contact=live.id, fence=fence)
        if not begun.ok:
            return None  # it moved on, or was perhaps dialled before
        timing = self._current.value.timing
        machines = self._current.value.dialling.machines
        try:
            info = await self._client.dial(
                number,
                self._outside.caller_id(live.line),
                url=self._address("line", live.id, fence),
                fallback_url=self._address("line", live.id, fence),
                status_callback=self._address("line_status", live.id, fence),
                timeout_s=duration_ms(timing.dial) // 1000,
                time_limit_s=duration_ms(timing.outside_talk) // 1000,
                machine_callback=self._address("line_machine", live.id, fence)
                if machines
                else None,
            )
        except Unknown:
            return None  # it may ring: then it asks for its document
        except Busy as busy:  # nothing was done: it is dialled a moment later
            pause_ms = busy.pause_ms(effect.tries)
            self._turns.hold(self._clock(), pause_ms)
            await self._waits(live, fence, pause_ms, carrier_busy(pause_ms))
            return pause_ms
        except CarrierError as error:
            await self._refused(live, fence, why_not_dialled(error))
            return None
        await self._progress(live.id, fence, info.sid, None)
        return None

    async def _open(self, effect: Effect) -> int | None:
        """Its stream was lost: the carrier is to ask for it again."""
        live, fence = effect.record, str(effect.args.get("fence"))
        it = _line_of(live, fence)
        if live is None or it is None or it.until is None or it.line is None or not it.line.call:
            return None
        try:
            await self._client.redirect(it.line.call, url=self._address("line", live.id, fence))
        except (NotInProgress, NotFound):
            info = await self._client.call(it.line.call)
            if info is not None and not info.status.over:
                return LAGS_MS
            over = {"contact": live.id, "fence": fence, "cause": "completed"}
            await self._engine.step("line_over", **over)
        except Busy as busy:
            return busy.pause_ms(effect.tries)
        return None

    async def _waits(self, live: LiveContact, fence: str, ms: int, words: str | None) -> None:
        if live.agent and words is not None:
            self._notice(live.agent, WAITS, words)
        await self._engine.step("line_waits", contact=live.id, fence=fence, ms=ms)

    async def _refused(self, live: LiveContact, fence: str, words: str) -> None:
        log.warning("line.refused", contact=live.id)
        await self._engine.step("line_over", contact=live.id, fence=fence, cause="refused")
        if live.agent:
            self._notice(live.agent, REFUSED, f"{words} You have the caller.")
        with contextlib.suppress(RecordUnavailable):  # they are told all the same
            await self._tell(live.id, f"refused:{live.id}/{fence}", REFUSED, reason=words)

    async def _progress(self, contact: str, fence: str, call: str, progress: str | None) -> None:
        """If nobody needs it any more, the index has it hung up."""
        fields = {"contact": contact, "fence": fence, "call": call, "progress": progress}
        await self._engine.step("line_progress", **fields)

    # The carrier asks -------------------------------------------------------------------------

    async def answer(self, hook: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        """The document for one of HOOKS."""
        contact, fence = query.get("c", ""), query.get("f", "")
        if hook == "line":
            return await self._stream(contact, fence, voice)
        if hook == "line_machine":
            await self._machine(contact, fence, voice.raw.get("AnsweredBy", ""))
        elif voice.status.over:
            cause = voice.status.value
            await self._engine.step("line_over", contact=contact, fence=fence, cause=cause)
        else:
            await self._progress(contact, fence, voice.call_sid, voice.status.value)
        return twiml.empty()

    def again(self, query: Mapping[str, str]) -> str:
        """We failed: they are asked to wait a moment."""
        return twiml.pause_and_redirect(
            AGAIN_S, self._address("line", query.get("c", ""), query.get("f", ""))
        )

    async def _stream(self, contact: str, fence: str, voice: VoiceForm) -> str:
        if voice.status.over:
            return twiml.empty()
        live = await self._engine.look(contact)
        if live is None or _line_of(live, fence) is None:
            return twiml.say_and_hang_up(spoken(self._outside.to_anybody("over")))
        await self._progress(contact, fence, voice.call_sid, voice.status.value)
        name, now = line_leg(contact, fence), self._clock()
        if self._door.stream_url(name) is None:  # nobody carries sound at this moment
            return twiml.pause_and_redirect(AGAIN_S, self._address("line", contact, fence))
        return self._door.stream(
            name,
            now,  # a later answer has a later stream
            voice.call_sid,
            self._address("line", contact, fence),
            now,
        )

    async def _machine(self, contact: str, fence: str, who: str) -> None:
        kind = who.partition("_")[0]
        live = await self._engine.look(contact) if kind in MACHINES else None
        it = _line_of(live, fence)
        if live is None or it is None or live.agent is None:
            return
        log.info("line.machine", contact=contact)
        self._notice(live.agent, MACHINE, f"A machine answered at {it.name}.")
        await self._tell(contact, f"machine:{contact}/{fence}", MACHINE, handed_to=it.name)

    async def _tell(self, contact: str, id: str, name: str, **facts: str) -> None:
        """On the timeline."""
        fact = msgspec.json.encode({"name": name, **facts}).decode()
        async with self._database.write() as connection:
            await contacts.add_event(connection, id, name, contact, self._clock(), fact)

    def _address(self, hook: str, contact: str, fence: str) -> str:
        return self._door.url(f"/{hook}?{urlencode({'c': contact, 'f': fence})}")


def _line_of(live: LiveContact | None, fence: str) -> Consult | None:
    it = live.consult if live is not None else None
    return it if it is not None and it.line is not None and it.line.fence == fence else None


def _asked(live: LiveContact | None, fence: str) -> Line | None:
    """The number that is to be dialled under this fence, and nobody has begun to."""
    it = _line_of(live, fence)
    if it is None or it.line is None or it.at != Consulted.ASKED or it.line.begun:
        return None
    return it.line

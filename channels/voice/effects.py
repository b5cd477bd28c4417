"""The index's effects at the carrier: open or close a stream, hang up, look up, dial.

Each is a row under a lease: a crash leaves it to the next process. An unknown outcome is looked
up before anything is repeated; a dial is never blindly sent twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import structlog

from channels.twilio.client import CarrierClient
from channels.twilio.errors import (
    Busy,
    CarrierError,
    CarrierRefused,
    NotFound,
    NotInProgress,
    Unknown,
    Unreachable,
)
from channels.twilio.twiml import INLINE_LIMIT
from channels.voice.dials import Dials
from channels.voice.link import VoiceLink
from channels.voice.outside import OutsideCalls
from channels.voice.reception import cause_of
from channels.voice.turns import Fresh
from router.centre import Centre
from router.core.model import Effect, LiveContact
from router.core.states import BEYOND, State
from router.live.engine import IndexLost, IndexUnavailable
from router.records import contacts
from router.records.database import RecordUnavailable

log = structlog.get_logger()

REDIRECT_RETRIES_MS = (250, 500, 1000)
"""REST lags behind webhooks: 'not in progress' of a call that lives is asked again (21220)."""


EXPECTED = (CarrierError, IndexLost, IndexUnavailable, RecordUnavailable)
"""Carrier, store or database away: the effect's lease lapses and somebody tries again."""

UNCLEAR_MS = 3_000
"""After a redirect of which the carrier did not say whether it was done: a stream that still stands
then says that it was not."""

NO_SOUND_MS = 500
"""Until a stream is asked for again, while no process carries sound."""

UNKNOWN_IS_OVER_MS = 30_000
"""A call that the carrier does not know (404) is over only when it has been silent this long."""


class Streams(Protocol):
    """The streams of this process."""

    def close_stream(self, contact: str, reason: str) -> None: ...


class VoiceEffects:
    """Carries out effects; every path ends with `effect_done` or leaves the lease to lapse."""

    def __init__(
        self,
        centre: Centre,
        client: CarrierClient,
        link: VoiceLink,
        streams: Streams,
        outside: OutsideCalls,
        dials: Dials,
    ) -> None:
        self._dials = dials
        self._outside = outside
        self._client = client
        self._engine = centre.engine
        self._database = centre.database
        self._link = link
        self._streams = streams
        self._clock = centre.clock
        self.handlers: dict[str, Callable[[Effect], Awaitable[int | None]]] = {
            "open_stream": self._open_stream,
            "close_stream": self._close_stream,
            "hang_up": self._hang_up,
            "look_up": self._look_up,
            "dial": self._dials.dial,
            "overflow": self._overflow,
            "go_outside": self._go_outside,
            "call_back": self._call_back,
            **(outside.told.effects() if outside.told is not None else {}),
            **(outside.lines.effects() if outside.lines is not None else {}),
        }

    async def perform(self, effect: Effect) -> None:
        """One effect. A fault of carrier or store leaves it to its lease."""
        try:
            again_ms = await self.handlers[effect.kind](effect)
            await self._engine.beat(
                "effect_done",
                id=effect.id,
                made_at=effect.made_at,
                again_at=None if again_ms is None else self._clock() + again_ms,
                fresh=isinstance(again_ms, Fresh),
            )
        except EXPECTED as error:
            log.warning("effect.waiting", kind=effect.kind, error=type(error).__name__)
        except Exception:
            # A task root: one effect that cannot be done must never end the process.
            log.exception("effect.failed", kind=effect.kind, contact=effect.contact)
            await self._put_off(effect)

    async def _put_off(self, effect: Effect) -> None:
        """A faulty effect is given up after a few tries: its deadline moves the contact on."""
        again = None if effect.tries >= 5 else self._clock() + 5_000 * effect.tries
        try:
            await self._engine.beat(
                "effect_done", id=effect.id, made_at=effect.made_at, again_at=again
            )
        except (IndexLost, IndexUnavailable):
            pass  # its lease lapses

    async def _open_stream(self, effect: Effect) -> int | None:
        live = effect.record
        epoch = effect.args.get("link_epoch")
        if live is None or live.link != "asked" or live.link_epoch != epoch or not live.carrier_id:
            return None
        if self._link.stream_url(live.id) is None:
            return Fresh(NO_SOUND_MS)
        sent = await self._redirect(effect, live, self._link.stream(live, self._clock()))
        if isinstance(sent, int):
            return sent
        if sent in ("refused", "unclear"):
            await self._engine.step("stream_failed", contact=live.id, link_epoch=epoch)
        return None

    async def _redirect(
        self, effect: Effect, live: LiveContact, document: str
    ) -> int | Literal["sent", "refused", "unclear", "over"]:
        """Sends a live call to a document; a number: ms until it is to be tried again."""
        try:
            fits = len(document) <= INLINE_LIMIT  # else they ask for it, and get the same
            await self._client.redirect(
                live.carrier_id or "",
                twiml=document if fits else None,
                url=None if fits else self._link.url("/wait?n=1"),
            )
        except (NotInProgress, NotFound):
            if await self._is_over(live):
                return "over"
            if effect.tries <= len(REDIRECT_RETRIES_MS):
                return REDIRECT_RETRIES_MS[effect.tries - 1]
            return "refused"
        except Busy as busy:
            return busy.pause_ms(effect.tries)
        except (Unknown, Unreachable, CarrierRefused) as error:
            log.warning("call.redirect_failed", contact=live.id, error=str(error)[:120])
            return "unclear" if isinstance(error, Unknown) else "refused"
        return "sent"

    async def _overflow(self, effect: Effect) -> int | None:
        return await self._outside.overflow(effect.record, self._clock())

    async def _go_outside(self, effect: Effect) -> int | None:
        """Sends them to a number outside, or to the voicemail, if they should still go there."""
        live = effect.record
        if live is None or live.state not in BEYOND - {State.AWAY} or not live.carrier_id:
            return None
        fence = live.outside.fence if live.outside else None
        if live.state == State.OUTSIDE and fence != effect.args.get("fence"):
            return None
        streamed = bool(effect.args.get("streaming"))
        if streamed and effect.tries > 1 and live.link != "streaming":
            return None  # they are there; or the stream was lost, and the carrier asks us
        sent = await self._redirect(effect, live, self._outside.document(live))
        if isinstance(sent, int):
            return sent
        if sent == "unclear" and streamed:
            return UNCLEAR_MS
        if sent == "refused":  # unclear: they may be there; the state's deadline decides
            await self._outside.not_sent(live)
        return None

    async def _call_back(self, effect: Effect) -> int | None:
        await self._outside.promise(effect.contact)
        return None

    async def _close_stream(self, effect: Effect) -> int | None:
        live = effect.record
        if live and live.state == State.QUEUED and live.link_epoch == effect.args.get("link_epoch"):
            self._streams.close_stream(live.id, "nobody free yet")
        return None

    async def _hang_up(self, effect: Effect) -> int | None:
        self._streams.close_stream(effect.contact, "hung up")
        carrier_id = effect.carrier_id
        if carrier_id is None:
            async with self._database.read() as connection:
                dial = await contacts.dial_of(connection, effect.contact)
            if dial is None or dial.state in ("intended", "refused", "unclear"):
                return None
            if dial.carrier_id is None:  # the dial is on its way: end it as soon as it has an id
                return 500 if effect.tries < 20 else None
            carrier_id = dial.carrier_id
        try:
            await self._client.hang_up(carrier_id)
        except (NotInProgress, NotFound):
            if not await self._is_over_id(effect.contact, carrier_id) and effect.tries < 4:
                return 500
        except Busy as busy:
            return busy.pause_ms(effect.tries)
        return None

    async def _look_up(self, effect: Effect) -> int | None:
        live = effect.record
        if live is None:
            return None
        if live.carrier_id is None:  # our own call whose dialling is unclear: nobody is in it
            await self._engine.step("caller_gone", contact=live.id, cause="unclear")
            return None
        if not await self._is_over(live):
            await self._engine.step("caller_alive", contact=live.id)
        return None

    async def _is_over(self, live: LiveContact) -> bool:
        heard = max(live.quiet_until or 0, live.link_asked_at or 0, live.rang_at or 0)
        return await self._is_over_id(
            live.id, live.carrier_id or "", young=self._clock() - heard < UNKNOWN_IS_OVER_MS
        )

    async def _is_over_id(self, contact_id: str, carrier_id: str, *, young: bool = False) -> bool:
        """Asks the carrier; the index is told if a call is over. young: we heard of it a moment
        ago. REST lags behind webhooks, so 'unknown' does not mean over.
        """
        info = await self._client.call(carrier_id)
        if (info is None and young) or (info is not None and not info.status.over):
            return False
        cause = cause_of(info.status) if info else "unknown_at_carrier"
        await self._engine.step("caller_gone", contact=contact_id, cause=cause)
        return True

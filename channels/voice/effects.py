"""What the index wants done at the carrier: open or close a stream, hang up, look up, dial.

Each is a row under a lease: a crash leaves it to the next process. An unknown outcome is looked
up before anything is repeated; a dial is never blindly sent twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from urllib.parse import parse_qs, urlsplit

import structlog

from channels.twilio.client import CarrierClient
from channels.twilio.errors import (
    Busy,
    CarrierError,
    NotFound,
    NotInProgress,
    Refused,
    Unknown,
    Unreachable,
)
from channels.voice.link import VoiceLink
from channels.voice.outside import OutsideCalls
from channels.voice.webhooks import cause_of
from router.core.model import Effect, LiveContact
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.records import contacts
from router.records.database import Database, RecordUnavailable
from router.records.ids import new_id

log = structlog.get_logger()

REDIRECT_RETRIES_MS = (250, 500, 1000)
"""REST lags behind webhooks: 'not in progress' of a call that lives is asked again (21220)."""


EXPECTED = (CarrierError, IndexLost, IndexUnavailable, RecordUnavailable)
"""Carrier, store or database away: the effect's lease lapses and somebody tries again."""

LOOK_FOR_MS = (250, 500, 1000, 2000, 4000)
"""Pauses between looks for a call that was perhaps dialled: it, its events, or the list of calls
may be a moment late."""

CLOCKS_S = 5
"""How far the carrier's clock (in whole seconds) may be behind ours."""

UNKNOWN_IS_OVER_MS = 30_000
"""A call that the carrier does not know (404) is over only when it has been silent this long."""


class Streams(Protocol):
    """The streams of this process."""

    def close_stream(self, contact: str, reason: str) -> None: ...


class VoiceEffects:
    """Carries out effects; every path ends with `effect_done` or leaves the lease to lapse."""

    def __init__(
        self,
        client: CarrierClient,
        engine: Engine,
        database: Database,
        link: VoiceLink,
        streams: Streams,
        clock: Callable[[], int],
        dial_timeout_s: Callable[[], int],
        outside: OutsideCalls,
        fallback_url: str | None = None,
    ) -> None:
        """`fallback_url`: a static document on another host, which leads a call that we dialled
        back here; None: our own address."""
        self._fallback_url = fallback_url
        self._outside = outside
        self._client = client
        self._engine = engine
        self._database = database
        self._link = link
        self._streams = streams
        self._clock = clock
        self._dial_timeout_s = dial_timeout_s
        self.handlers: dict[str, Callable[[Effect], Awaitable[int | None]]] = {
            "open_stream": self._open_stream,
            "close_stream": self._close_stream,
            "hang_up": self._hang_up,
            "look_up": self._look_up,
            "dial": self._dial,
            "overflow": self._overflow,
            "go_outside": self._go_outside,
            "call_back": self._call_back,
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
            await self._client.redirect(live.carrier_id or "", twiml=document, fallback_url=None)
        except (NotInProgress, NotFound):
            if await self._is_over(live):
                return "over"
            if effect.tries <= len(REDIRECT_RETRIES_MS):
                return REDIRECT_RETRIES_MS[effect.tries - 1]
            return "refused"
        except Busy:
            return 500
        except (Unknown, Unreachable, Refused) as error:
            log.warning("call.redirect_failed", contact=live.id, error=str(error)[:120])
            return "unclear" if isinstance(error, Unknown) else "refused"
        return "sent"

    async def _overflow(self, effect: Effect) -> int | None:
        return await self._outside.overflow(effect.record, self._clock())

    async def _go_outside(self, effect: Effect) -> int | None:
        """To a number outside, or to the voicemail, if that is still where he is to be."""
        live = effect.record
        if live is None or live.state not in ("outside", "voicemail") or not live.carrier_id:
            return None
        fence = live.outside.fence if live.outside else None
        if live.state == "outside" and fence != effect.args.get("fence"):
            return None
        sent = await self._redirect(effect, live, self._outside.document(live))
        if isinstance(sent, int):
            return sent
        if sent == "refused":  # unclear: he may be there; the state's deadline decides
            await self._outside.not_sent(live)
        return None

    async def _call_back(self, effect: Effect) -> int | None:
        await self._outside.promise(effect.contact)
        return None

    async def _close_stream(self, effect: Effect) -> int | None:
        live = effect.record
        if live and live.state == "queued" and live.link_epoch == effect.args.get("link_epoch"):
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
        except Busy:
            return 500
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
        """Asks the carrier; a call that is over is told to the index.

        young: heard of a moment ago. REST lags behind webhooks, so 'unknown' does not mean over.
        """
        info = await self._client.call(carrier_id)
        if (info is None and young) or (info is not None and not info.status.over):
            return False
        cause = cause_of(info.status) if info else "unknown_at_carrier"
        await self._engine.step("caller_gone", contact=contact_id, cause=cause)
        return True

    async def _dial(self, effect: Effect) -> int | None:
        live = effect.record
        async with self._database.write() as connection:
            dial = await contacts.dial_of(connection, effect.contact)
            if dial is None:
                return None
            if live is None:
                if dial.state == "intended":
                    await contacts.set_dialed(connection, effect.contact, "cancelled", None)
                return None
            first = await contacts.begin_dial(connection, effect.contact, self._clock())
        if not first and dial.state == "cancelled":  # they called us in this very moment
            await self._engine.step("caller_gone", contact=live.id, cause="cancelled")
            return None
        if not first:
            return None if dial.carrier_id else await self._find_dialed(live, dial, effect.tries)
        try:
            info = await self._client.dial(
                dial.to_address,
                dial.from_address,
                url=self._link.url(f"/wait?c={live.id}"),
                # Static hosts refuse POST. It tells us no contact: the call's own id does.
                fallback_url=self._fallback_url or self._link.url(f"/fallback?c={live.id}"),
                fallback_method="GET" if self._fallback_url else "POST",
                status_callback=self._link.url(f"/status?c={live.id}"),
                timeout_s=self._dial_timeout_s(),
            )
        except Unknown:
            return LOOK_FOR_MS[0]  # its own events may be on their way
        except CarrierError as error:
            log.warning("dial.refused", contact=live.id, error=str(error)[:120])
            await self._dialed(live, "refused", None)
            await self._engine.step("caller_gone", contact=live.id, cause="refused")
        else:
            await self._dialed(live, "dialed", info.sid)
            await self._engine.step("dial_progress", contact=live.id, carrier_id=info.sid)
        return None

    async def _find_dialed(self, live: LiveContact, dial: Any, tries: int) -> int | None:
        """Did the request arrive? A call is this contact's only by its own events: what it has told
        us by now, else what the carrier asked us for it. If they cannot say, the agent is asked."""
        sid = live.carrier_id or await self._asked_for(live, dial)
        if sid is not None:
            await self._dialed(live, "dialed", sid)
            await self._engine.step("dial_progress", contact=live.id, carrier_id=sid)
            return None
        if tries < len(LOOK_FOR_MS):
            return LOOK_FOR_MS[tries]
        await self._dialed(live, "unclear", None)
        async with self._database.write() as connection:
            await contacts.add_event(
                connection, new_id("e"), "dial.unclear", live.id, self._clock(), "{}"
            )
        await self._engine.step("caller_gone", contact=live.id, cause="unclear")
        return None

    async def _asked_for(self, live: LiveContact, dial: Any) -> str | None:
        """The call between these numbers, dialled since, whose requests named this contact."""
        since = datetime.fromtimestamp((dial.attempted_at or dial.intended_at) / 1000, UTC)
        found = await self._client.find_recent_calls(
            dial.to_address, dial.from_address, now=since, within_s=CLOCKS_S
        )
        async with self._database.read() as connection:
            others = await contacts.carrier_ids_of_others(
                connection, [call.sid for call in found], live.id
            )
        for call in found:
            if call.status.over or call.sid in others:
                continue
            asked = await self._client.requests_of(call.sid)
            if any(live.id in parse_qs(urlsplit(url).query).get("c", ()) for url in asked):
                return call.sid
        return None

    async def _dialed(self, live: LiveContact, state: str, carrier_id: str | None) -> None:
        async with self._database.write() as connection:
            await contacts.set_dialed(connection, live.id, state, carrier_id)

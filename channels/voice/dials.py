"""Calls that we make: dialled once, found again by their own events, refusals explained in words.

Source: twilio.com/docs/voice/api/call-resource#create-a-call-resource (no idempotency key).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog

from channels.twilio.client import CarrierClient
from channels.twilio.errors import Busy, CarrierError, Unknown
from channels.voice.dial_words import (
    ASK_AGAIN_MS,
    MACHINE,
    REFUSED,
    WAITS,
    WORTH_WORDS_MS,
    carrier_busy,
    why_not_dialled,
)
from channels.voice.link import VoiceLink
from channels.voice.turns import Fresh, Turns
from router.centre import Centre
from router.core.durations import duration_ms
from router.core.model import Effect, LiveContact
from router.records import contacts
from router.records.ids import new_id

log = structlog.get_logger()

LOOK_FOR_MS = (250, 500, 1000, 2000, 4000)
"""Pauses between looks for a call that was perhaps dialled: it, its events, or the list of calls
may be a moment late."""

ANSWERED_BY = {
    "machine": "A machine answered. Alt L leaves the message on it, then you are free.",
    "fax": "A fax machine answered. Nobody hears you there: hang up.",
}
"""By what the carrier calls it: machine_start, machine_end_beep, fax …"""

CLOCKS_S = 5
"""How far the carrier's clock (in whole seconds) may be behind ours."""


class Dials:
    """Carries out the effect `dial`."""

    def __init__(
        self,
        centre: Centre,
        client: CarrierClient,
        link: VoiceLink,
        fallback_url: str | None = None,
        notice: Callable[[str, str, str], None] = lambda _agent, _code, _text: None,
        turns: Turns | None = None,
    ) -> None:
        """`fallback_url`: a static document on another host, which leads the call back here; None:
        our own address. `notice`: tells an agent something (agent, code, words)."""
        self._client = client
        self._engine = centre.engine
        self._database = centre.database
        self._config = centre.config
        self._link = link
        self._clock = centre.clock
        self._fallback_url = fallback_url
        self._notice = notice
        self._turns = turns or Turns(lambda: 0)

    async def dial(self, effect: Effect) -> int | None:
        """One effect; a number: ms until it is to be tried again."""
        live = effect.record
        async with self._database.write() as connection:
            dial = await contacts.dial_of(connection, effect.contact)
            if dial is None:
                return None
            if live is None:
                await contacts.end_dial(connection, dial)
                return None
            wait = None
            if dial.state == "intended":
                wait = self._turns.ask(effect.contact, live.severity, self._clock())
            if wait is None:
                first = await contacts.begin_dial(connection, effect.contact, self._clock())
        if wait is not None:
            if wait.ms >= WORTH_WORDS_MS:
                await self._waits(live, wait.ms, wait.words if wait.first else None)
            return Fresh(min(wait.ms, ASK_AGAIN_MS))
        if not first and dial.state == "cancelled":  # they called us in this very moment
            await self._engine.step("caller_gone", contact=live.id, cause="cancelled")
            return None
        if not first:
            return None if dial.carrier_id else await self._find_dialed(live, dial, effect.tries)
        # Asked at the last moment: the rule may be newer than the order.
        if no := self._config.dialling.words(dial.to_address):
            await self._not_dialled(live, f"Not dialled: {no}")
            return None
        try:
            info = await self._client.dial(
                dial.to_address,
                dial.from_address,
                url=self._link.url(f"/wait?c={live.id}"),
                # Static hosts refuse POST. It tells us no contact: the call's own id does.
                fallback_url=self._fallback_url or self._link.url(f"/fallback?c={live.id}"),
                fallback_method="GET" if self._fallback_url else "POST",
                status_callback=self._link.url(f"/status?c={live.id}"),
                timeout_s=duration_ms(self._config.value.timing.dial) // 1000,
                machine_callback=self._link.url(f"/answered_by?c={live.id}")
                if self._config.value.dialling.machines
                else None,
            )
        except Unknown:
            return Fresh(LOOK_FOR_MS[0])  # its own events may be on their way
        except Busy as busy:  # nothing was done: it is dialled a moment later
            await self._dialed(live, "intended", None)
            pause_ms = busy.pause_ms(effect.tries)
            self._turns.hold(self._clock(), pause_ms)
            await self._waits(live, pause_ms, carrier_busy(pause_ms))
            return pause_ms
        except CarrierError as error:
            await self._not_dialled(live, why_not_dialled(error))
        else:
            await self._dialed(live, "dialed", info.sid)
            await self._engine.step("dial_progress", contact=live.id, carrier_id=info.sid)
        return None

    async def _waits(self, live: LiveContact, ms: int, words: str | None) -> None:
        """Nobody's telephone rings yet: what counts as "did not answer" begins later."""
        if live.agent and words is not None:
            self._notice(live.agent, WAITS, words)
        await self._engine.step("dial_waits", contact=live.id, ms=ms)

    async def answered_by(self, contact_id: str, who: str) -> None:
        """The carrier has listened. Its word changes nothing: the agent is told what it was, and
        so is any reader of the incident. A person needs no word."""
        words = ANSWERED_BY.get(who.partition("_")[0])
        live = await self._engine.look(contact_id) if words else None
        if words is None or live is None or live.caller == "gone" or live.agent is None:
            return
        log.info("dial.machine", contact=contact_id)
        self._notice(live.agent, MACHINE, words)
        async with self._database.write() as connection:
            await contacts.add_event(
                connection, f"machine:{contact_id}", MACHINE, contact_id, self._clock(), "{}"
            )

    async def _not_dialled(self, live: LiveContact, words: str) -> None:
        """The agent is told why, and what to do; so is any reader of the incident."""
        log.warning("dial.refused", contact=live.id)
        await self._dialed(live, "refused", None)
        async with self._database.write() as connection:
            fact = msgspec.json.encode({"name": REFUSED, "reason": words}).decode()
            await contacts.add_event(connection, new_id("e"), REFUSED, live.id, self._clock(), fact)
        await self._engine.step("caller_gone", contact=live.id, cause="refused")
        if live.agent:
            self._notice(live.agent, REFUSED, words)

    async def _find_dialed(self, live: LiveContact, dial: Any, tries: int) -> int | None:
        """Whether the request arrived. A call is this contact's only by its own events: those we
        have had by now, or else the carrier's own log of requests to us. If they cannot say, the
        agent is asked."""
        sid = live.carrier_id or await self._asked_for(live, dial)
        if sid is not None:
            await self._dialed(live, "dialed", sid)
            await self._engine.step("dial_progress", contact=live.id, carrier_id=sid)
            return None
        # Tries of a worker that died while it dialled are no looks.
        young = self._clock() - (dial.attempted_at or 0) < sum(LOOK_FOR_MS)
        if young or tries < len(LOOK_FOR_MS):
            return LOOK_FOR_MS[min(tries, len(LOOK_FOR_MS) - 1)]
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
            await contacts.set_dialled(connection, live.id, state, carrier_id)

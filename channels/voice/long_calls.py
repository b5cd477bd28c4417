"""Calls about somebody's life are not cut off by the carrier's limit of 4 h.

TimeLimit counts from the call's start and can be raised while it lasts
(twilio.com/docs/voice/api/call-resource#update-a-call-resource).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

from channels.twilio.errors import CarrierError
from router.core.model import LiveContact
from router.core.severity import Severity

log = structlog.get_logger()

RAISE_AT_MS = int(3.5 * 3_600_000)
LIMIT_S = 24 * 3_600
"""The longest that the carrier takes."""
LOOK_S = 60.0


class Limits(Protocol):
    """The carrier's calls."""

    async def limit(self, call_sid: str, seconds: int) -> None: ...


class LongCalls:
    """Looks once a minute; a restarted worker asks again, which changes nothing."""

    def __init__(
        self,
        client: Limits,
        contacts: Callable[[], Iterable[LiveContact]],
        clock: Callable[[], int],
    ) -> None:
        self._client = client
        self._contacts = contacts
        self._clock = clock
        self._raised: set[str] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Raises the limit of each S1 and S2 call that is due; what fails is tried at the next."""
        lasting = {live.carrier_id or "": live for live in self._contacts() if _lasts(live)}
        self._raised &= set(lasting)
        for carrier_id, live in lasting.items():
            due = self._clock() - _began(live) >= RAISE_AT_MS and live.severity <= Severity.S2
            if not due or carrier_id in self._raised:
                continue
            try:
                await self._client.limit(carrier_id, LIMIT_S)
            except CarrierError as error:
                log.warning("call.limit_stays", contact=live.id, error=type(error).__name__)
                continue
            self._raised.add(carrier_id)
            log.info("call.limit_raised", contact=live.id, hours=LIMIT_S // 3_600)


def _lasts(live: LiveContact) -> bool:
    return live.channel == "voice" and bool(live.carrier_id) and live.caller != "gone"


def _began(live: LiveContact) -> float:
    """When it rang, or was ordered: never later than the call's own start."""
    return live.rang_at or live.queued_at or live.arrived_at

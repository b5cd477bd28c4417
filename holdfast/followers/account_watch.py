"""Asks the carrier what kind of account ours is: the board shows what a small one cannot do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from channels.twilio import standing
from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierError

log = structlog.get_logger()

AGAIN_S = 3600.0
"""Between two looks: an account is upgraded once in its life."""
SOON_S = 60.0
"""The same while the carrier does not answer."""


class AccountWatch:
    """`tell` is called when the limits have changed."""

    def __init__(self, client: CarrierClient, tell: Callable[[], None]) -> None:
        self._client = client
        self._tell = tell
        self.limits: tuple[str, ...] = ()
        """What the account cannot do; nothing for a full one, or while it is not known."""

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_S if await self.look() else SOON_S)

    async def look(self) -> bool:
        """Asks once; False: the carrier did not answer, and the limits stay as they were."""
        try:
            limits = standing.limits((await self._client.account()).kind)
        except CarrierError as error:
            log.warning("account.unknown", reason=type(error).__name__)
            return False
        if limits != self.limits:
            log.info("account.limits", limited=bool(limits))
            self.limits = limits
            self._tell()
        return True

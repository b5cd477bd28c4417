"""Call status callbacks: never retried, in no guaranteed order.

Inbound calls report only their end, to the number's own address; outbound calls report the
events that were asked for (twilio.com/docs/voice/api/call-resource#statuscallbackevent).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from channels.sandbox.clock import now, rfc2822
from channels.sandbox.model import Call
from channels.sandbox.webhooks import Params

if TYPE_CHECKING:
    from channels.sandbox.carrier import Carrier

EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})


def asked_for(values: Iterable[str]) -> frozenset[str]:
    """The events of repeated StatusCallbackEvent values.

    None given = completed. If one value is not a known word (such as "ringing answered" in one
    value), nothing is sent: the vendor accepts it with 201 and then stays silent.
    """
    given = list(values)
    if not given:
        return frozenset({"completed"})
    return frozenset(given) if EVENTS.issuperset(given) else frozenset()


class StatusFeed:
    """Reports one call's progress to one address."""

    def __init__(
        self,
        carrier: Carrier,
        call: Call,
        url: str,
        events: frozenset[str],
        params: Callable[[], Params],
        method: str = "POST",
    ) -> None:
        self._carrier = carrier
        self._call = call
        self._url = url
        self._events = events
        self._params = params
        self._method = method
        self._sequence = 0

    def emit(self, event: str) -> None:
        """Something happened; send it if that event was asked for."""
        if not self._url or event not in self._events:
            return
        faults = self._carrier.faults
        params = [p for p in self._params() if p[0] != "CallStatus"]
        status = "initiated" if event == "initiated" else self._call.status
        params += [
            ("CallStatus", status),
            ("Timestamp", rfc2822(now())),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(self._sequence)),
        ]
        if event == "completed":
            seconds = self._call.duration_s
            if self._call.error_code:
                params.append(("ErrorCode", str(self._call.error_code)))
            params += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
        self._sequence += 1
        self._call.asked(self._method, self._url, params)
        if faults.take("status_missing"):
            self._call.note("status.withheld", status=status)
            return
        delay = faults.status_delay_ms
        if faults.status_shuffle:
            # The earlier an event, the later it is sent: each overtakes the one before.
            delay += max(0, 4 - self._sequence) * 150
        for _ in range(2 if faults.take("status_twice") else 1):
            self._carrier.spawn(self._send(params, delay))

    async def _send(self, params: Params, delay_ms: int) -> None:
        await asyncio.sleep(delay_ms / 1000)
        await self._carrier.webhooks.send(
            self._url, params, method=self._method, kind="call-status"
        )
        self._call.note("status.sent", status=dict(params)["CallStatus"])

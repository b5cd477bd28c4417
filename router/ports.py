"""The outside world as the router and the application need it, in small Protocols.

Audio everywhere is G.711 µ-law, 8 kHz, mono, in frames of 160 bytes (20 ms).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

FRAME_BYTES = 160
"""Bytes of µ-law in one 20 ms frame."""

FrameSink = Callable[[bytes, int], None]
"""Takes (payload, timestamp): payload is a whole number of samples, usually 160 bytes;
timestamp counts samples of the source (1/8000 s). Called on the event loop; must not block."""


class AudioLeg(Protocol):
    """One party's two-way audio under an epoch: a carrier stream, an agent's browser, a hop.

    A leg carries frames; it does not know whom it talks to.
    """

    @property
    def name(self) -> str:
        """For logs: kind and id, never a number or a person's name."""

    @property
    def closed(self) -> bool:
        """True once the transport has ended; sending is then a no-op."""

    def send(self, payload: bytes, timestamp: int) -> None:
        """Queue audio towards the party. Never blocks; a bounded backlog drops by its own rule."""

    def listen(self, sink: FrameSink | None) -> None:
        """Deliver the party's audio to `sink` from now on (None: to nobody). One sink at a time."""

    def interrupt(self) -> None:
        """Forget queued audio that the party has not heard yet (the carrier's `clear`)."""

    async def close(self, reason: str) -> None:
        """End the transport. Idempotent."""

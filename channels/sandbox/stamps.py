"""Frames that carry their own number and moment of sending, to measure loss and latency.

The path is bit-exact G.711 pass-through, so a 20 ms frame can say in its own bytes when it was
sent. Layout of the 160 bytes: magic (4), sequence (u32), CLOCK_MONOTONIC in ns (u64), CRC-32 of
those twelve bytes (u32), filler 0xFF (silence). All big-endian. Both ends must run on one machine,
because they compare the same clock.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections import deque
from dataclasses import dataclass

from channels.sandbox.audio import FRAME

MAGIC = b"\x11HF\x5a"
_BODY = struct.Struct(">IQ")
_HEAD_BYTES = len(MAGIC) + _BODY.size + 4
_FILL = b"\xff" * (FRAME - _HEAD_BYTES)


def stamp(sequence: int, sent_ns: int | None = None) -> bytes:
    """One 20 ms frame that says "I am number `sequence`, sent at `sent_ns`" (default: now)."""
    body = _BODY.pack(sequence, time.monotonic_ns() if sent_ns is None else sent_ns)
    return MAGIC + body + zlib.crc32(body).to_bytes(4, "big") + _FILL


@dataclass(frozen=True, slots=True)
class StampReport:
    """What a reader saw. Latencies in ms; `changed` counts frames whose CRC is wrong."""

    received: int
    first: int | None
    last: int | None
    lost: int
    repeated: int
    late: int
    changed: int
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    latency_max_ms: float | None


class StampReader:
    """Finds stamps in audio, at any alignment, and counts them. Bounded memory."""

    def __init__(self, keep: int = 6000) -> None:
        self._tail = b""
        self._seen: deque[int] = deque(maxlen=keep)
        self._seen_set: set[int] = set()
        self._latency: deque[float] = deque(maxlen=keep)
        self._received = self._repeated = self._late = self._changed = 0
        self._first: int | None = None
        self._last: int | None = None

    def feed(self, ulaw: bytes, now_ns: int | None = None) -> None:
        """Take the next piece of audio, heard at `now_ns` (default: now)."""
        data = self._tail + ulaw
        moment = time.monotonic_ns() if now_ns is None else now_ns
        at = data.find(MAGIC)
        while at >= 0 and at + _HEAD_BYTES <= len(data):
            body = data[at + 4 : at + 4 + _BODY.size]
            if data[at + 16 : at + 20] == zlib.crc32(body).to_bytes(4, "big"):
                sequence, sent_ns = _BODY.unpack(body)
                self._count(sequence, sent_ns, moment)
                at = data.find(MAGIC, at + _HEAD_BYTES)
            else:
                self._changed += 1
                at = data.find(MAGIC, at + 1)
        self._tail = data[at:] if at >= 0 else data[-(len(MAGIC) - 1) :]

    def _count(self, sequence: int, sent_ns: int, moment: int) -> None:
        if sequence in self._seen_set:
            self._repeated += 1
            return
        if len(self._seen) == self._seen.maxlen:
            self._seen_set.discard(self._seen[0])
        self._seen.append(sequence)
        self._seen_set.add(sequence)
        self._received += 1
        self._latency.append((moment - sent_ns) / 1e6)
        if self._first is None or self._last is None:
            self._first = self._last = sequence
        elif sequence > self._last:
            self._last = sequence
        else:
            self._late += 1
            self._first = min(self._first, sequence)

    def report(self) -> StampReport:
        """The counts so far."""
        span = 0 if self._first is None or self._last is None else self._last - self._first + 1
        ordered = sorted(self._latency)

        def at(share: float) -> float | None:
            if not ordered:
                return None
            return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)

        return StampReport(
            received=self._received,
            first=self._first,
            last=self._last,
            lost=span - self._received,
            repeated=self._repeated,
            late=self._late,
            changed=self._changed,
            latency_p50_ms=at(0.5),
            latency_p99_ms=at(0.99),
            latency_max_ms=at(1.0),
        )

"""What comes from one browser, by RTP's own numbers: in order or late, how much is lost, how even.

Sources: RFC 3550 sections 6.4.1 (jitter, loss) and A.1 (sequence numbers).
"""

from __future__ import annotations

from typing import Final

from aiortc.rtcrtpreceiver import StreamStatistics

from softphone import g711

RESTART_SEQUENCE: Final = 1000
"""A sequence number farther behind than this is a new start, not a late packet."""


class Stream(StreamStatistics):
    """Of one SSRC; aiortc's receiver reports it to the browser as it reports its own."""

    def packet(self, sequence: int, timestamp: int, now: float) -> bool:
        """One has come at `now` (s). False: late or double, and to be thrown away."""
        self.packets_received += 1
        if self.max_seq is None or self.base_seq is None:
            self.base_seq = sequence
        else:
            ahead = (sequence - self.max_seq) & 0xFFFF
            if ahead == 0 or ahead > 0x10000 - RESTART_SEQUENCE:
                return False
            if ahead >= 0x8000:
                self.base_seq, self.cycles, self.packets_received = sequence, 0, 1
            elif sequence < self.max_seq:
                self.cycles += 1 << 16
        self.max_seq = sequence
        arrival = int(now * g711.RATE)
        if self._last_arrival is not None and timestamp != self._last_timestamp:
            assert self._last_timestamp is not None
            late = abs(arrival - self._last_arrival - timestamp + self._last_timestamp)
            self._jitter_q4 += late - ((self._jitter_q4 + 8) >> 4)
        self._last_arrival, self._last_timestamp = arrival, timestamp
        return True


class Incoming:
    """Of one browser, over a change of its SSRC."""

    __slots__ = ("_ssrc", "_stream", "frames", "late", "streams")

    def __init__(self) -> None:
        self.frames = self.late = 0
        self.streams: dict[int, Stream] = {}
        """By SSRC: the newest alone."""
        self._ssrc: int | None = None
        self._stream = Stream(g711.RATE)

    def packet(self, ssrc: int, sequence: int, timestamp: int, now: float) -> bool:
        """One has come at `now` (s). False: late or double, and to be thrown away."""
        if ssrc != self._ssrc:
            self._ssrc, self._stream = ssrc, Stream(g711.RATE)
            self.streams.clear()
            self.streams[ssrc] = self._stream
        if not self._stream.packet(sequence, timestamp, now):
            self.late += 1
            return False
        self.frames += 1
        return True

    def lost(self) -> int:
        """RFC 3550 cumulative number of packets lost."""
        return sum(stream.packets_lost for stream in self.streams.values())

    def jitter_ms(self) -> float:
        return max((stream.jitter / 8 for stream in self.streams.values()), default=0.0)

"""The sound of one connected browser, round the queues and tasks of aioice and aiortc.

Packets of µ-law are opened by libsrtp where they lie and handed on; those that go out get their
header and are sealed where the kernel takes them. ICE, DTLS, RTCP and the data channels stay
aiortc's. What this rests on inside stands in INTERNALS, with a test that fails loudly when it
moves; where a piece is missing, `build` gives None and aiortc's own way serves.
"""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable
from typing import Any, Final

from aiortc import clock
from pylibsrtp import _binding

from router.ports import FRAME_BYTES
from softphone.datagrams import SLOT, key_of
from softphone.incoming import Incoming
from softphone.port import Line

INTERNALS: Final = {
    "sender": ("_ssrc", "__ntp_timestamp", "__rtp_timestamp", "__packet_count", "__octet_count"),
    "dtls": ("_rx_srtp", "_tx_srtp", "transport"),
    "session": ("_srtp",),
    "connection": ("_nominated", "_protocols"),
    "libsrtp": ("srtp_protect", "srtp_unprotect"),
}
"""Attributes of RTCRtpSender (`__x` name-mangled), RTCDtlsTransport, pylibsrtp.Session and
aioice.Connection, and names of pylibsrtp's binding, that this file touches."""

NOTE_EVERY: Final = 25
"""Packets between two notes for aiortc's sender reports: half a second."""
_OPEN: Final = _binding.lib.srtp_unprotect
_SEAL: Final = _binding.lib.srtp_protect
_HEAD: Final = struct.Struct("!BBHII")
_FRAME: Final = struct.Struct(f"!BBHII{FRAME_BYTES}s")
_VERSION: Final = 0x80

Heard = Callable[[bytes, int], None]


class ShortWay:
    """Implements `softphone.port.Way`."""

    def __init__(
        self, line: Line, dtls: Any, sender: Any, incoming: Incoming, heard: Heard
    ) -> None:
        self._port, self._incoming, self._heard = line.port, incoming, heard
        self._open, self._seal = dtls._rx_srtp._srtp[0], dtls._tx_srtp._srtp[0]
        self._keeps = (dtls._rx_srtp, dtls._tx_srtp)
        """What `_open` and `_seal` point into lives as long as this."""
        self._nominated: dict[int, Any] = line.connection._nominated
        self._sender = sender.__dict__
        self._ssrc: int = sender._ssrc
        self._time = asyncio.get_running_loop().time
        self._size = _binding.ffi.new("int *")
        self._sequence = random.randrange(1 << 15)
        self._origin = random.randrange(1 << 31)
        self._pair: Any = None
        self._to = 0
        self.refused = 0
        """Packets that did not open."""
        self.sent = self._octets = 0

    def came(self, memory: Any, view: memoryview, at: int, size: int) -> bool:
        """See `softphone.port.Way`."""
        length = self._size
        length[0] = size
        if _OPEN(self._open, memory, length):
            self.refused += 1
            return False
        flags, _, sequence, timestamp, ssrc = _HEAD.unpack_from(view, at)
        start, end = at + 12, at + length[0]
        if flags != _VERSION:
            start, end = _payload(view, flags, start, end)
        if self._incoming.packet(ssrc, sequence, timestamp, self._time()) and start < end:
            self._heard(bytes(view[start:end]), timestamp)
        return True

    def send(self, payload: bytes, placed: int) -> None:
        """At most 20 ms of µ-law, at that place of our timeline (samples)."""
        pair = self._nominated.get(1)
        if pair is not self._pair:
            self._pair = pair
            self._to = 0 if pair is None else key_of(pair.remote_addr)
        if pair is None:
            return
        port = self._port
        slot = port.room()
        at, size, length = slot * SLOT, len(payload), self._size
        timestamp = self._origin + placed & 0xFFFFFFFF
        head = _VERSION, 0, self._sequence, timestamp, self._ssrc
        if size == FRAME_BYTES:
            _FRAME.pack_into(port.out.view, at, *head, payload)
        else:
            _HEAD.pack_into(port.out.view, at, *head)
            port.out.view[at + 12 : at + 12 + size] = payload
        length[0] = size + 12
        if _SEAL(self._seal, port.out.memory[slot], length):
            return
        self._sequence = self._sequence + 1 & 0xFFFF
        port.sealed(length[0], self._to)
        self.sent += 1
        self._octets += size
        if self.sent % NOTE_EVERY == 1:
            self._note(timestamp)

    def _note(self, timestamp: int) -> None:
        """What aiortc's sender reports tell the browser."""
        self._sender["_RTCRtpSender__ntp_timestamp"] = clock.current_ntp_time()
        self._sender["_RTCRtpSender__rtp_timestamp"] = timestamp
        self._sender["_RTCRtpSender__packet_count"] = self.sent
        self._sender["_RTCRtpSender__octet_count"] = self._octets


def build(transceiver: Any, incoming: Incoming, heard: Heard) -> tuple[ShortWay, Line] | None:
    """Of a connected browser. None: its ICE connection has no line at one of our ports (IPv6),
    or aiortc is another one than we know."""
    try:
        dtls = transceiver.receiver.transport
        pair = dtls.transport._connection._nominated[1]
        line = pair.protocol.transport
        if not isinstance(line, Line):
            return None
        return ShortWay(line, dtls, transceiver.sender, incoming, heard), line
    except (AttributeError, KeyError, TypeError):
        return None


def _payload(view: memoryview, flags: int, start: int, end: int) -> tuple[int, int]:
    """Where it lies, with contributors, an extension or padding (RFC 3550 section 5.1)."""
    start += 4 * (flags & 15)
    if flags & 0x10:
        start += 4 + 4 * int.from_bytes(view[start + 2 : start + 4], "big")
    if flags & 0x20:
        end -= view[end - 1]
    return start, end

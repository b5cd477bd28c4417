"""One UDP port for the sound of all browsers: one hole in a firewall, one wake-up for many packets.

A packet belongs to whoever its source address is known for. A browser makes its address known by a
STUN check that carries our user name for it, is signed with our password (RFC 8445 section 7.3) and
was not sent before (whoever hears it on its way may send it again, as if from elsewhere); or, when
its network gives it another address in a call, by sound that opens under its own keys. It is
heard from there at once, and answered there after a check of ours has been.

IPv4 on Linux. Elsewhere `open_port` gives None, and each browser has a socket of its own in aioice.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from ipaddress import ip_address
from typing import Any, Final, Protocol

import structlog
from aioice import Candidate, stun
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol
from pylibsrtp import _binding

from softphone import datagrams
from softphone.datagrams import SLOT, Batch, address_of, key_of
from softphone.seen import Seen

log = structlog.get_logger(__name__)

INTERNALS: Final = {
    "connection": ("_protocols", "check_incoming", "local_password", "local_username"),
    "protocol": ("connection_lost", "connection_made", "datagram_received", "local_candidate"),
}
"""Attributes of aioice.Connection and aioice.ice.StunProtocol that this file touches."""

BUFFER_BYTES: Final = 4 << 20
"""What two hundred calls send in two seconds stands in it; the system may give less (`buffer`)."""
RECEIVED_AT_ONCE: Final = 32
SENT_AT_ONCE: Final = 64
MOST_ADDRESSES: Final = 64
"""Of one browser; it is known again by its stream if the oldest is forgotten."""
MOST_PORTS: Final = 8
"""Of one process. Without HOLDFAST_MEDIA_ADDRESS a page's Host header says which, and anybody may
write that; whoever comes by one address more has a socket of their own."""
REST_S: Final = 1.0
"""A browser's address changes no more often: each change costs a check of ours."""
MOST_RTP: Final = 1500
LEAST_RTP: Final = 20
QUIET_S: Final = 1.0
"""So often at most the log has a line about packets that failed: with its trace it costs a thousand
times what a packet does."""
_FORCE_RECEIVE: Final = 33  # SO_RCVBUFFORCE
_MEMORY: Final = 55  # SO_MEMINFO
_DROPS_AT: Final = 32  # the ninth of its numbers
_COOKIE: Final = b"\x21\x12\xa4\x42"
_USERNAME: Final = 0x0006
_ATTRIBUTE: Final = struct.Struct("!HH")


class Way(Protocol):
    """A connected browser's sound (short_way.py)."""

    def came(self, memory: Any, view: memoryview, at: int, size: int) -> bool:
        """A packet lies there, sealed. False: it does not open under this browser's keys."""


class Port:
    """See the module's text. One for each address of this process."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self.name: tuple[str, int] = sock.getsockname()
        self._descriptor = sock.fileno()
        self._lines: dict[int, Line] = {}
        """By the address that they are known for."""
        self._ways: dict[int, Way] = {}
        """The same of those whose sound passes."""
        self._by_name: dict[bytes, Line] = {}
        """By our ICE user name for them."""
        self._by_ssrc: dict[bytes, Line] = {}
        pointer: Any = lambda at: _binding.ffi.cast("unsigned char *", at)  # noqa: E731
        self._in, self.out = Batch(RECEIVED_AT_ONCE, pointer), Batch(SENT_AT_ONCE, pointer)
        self._waiting = 0
        self._flushing = False
        self.left_out = 0
        """Packets that the kernel did not take."""
        self._faults = 0
        self._quiet_until = 0.0
        self._loop.add_reader(self._descriptor, self._readable)

    @property
    def buffer(self) -> int:
        """Bytes that may wait for us in the kernel."""
        return buffer_of(self._socket)

    @property
    def dropped(self) -> int:
        """Packets that came while that was full."""
        with contextlib.suppress(OSError):
            found = self._socket.getsockopt(socket.SOL_SOCKET, _MEMORY, _DROPS_AT + 4)
            if len(found) >= _DROPS_AT + 4:
                return int.from_bytes(found[_DROPS_AT : _DROPS_AT + 4], "little")
        return 0

    # -- browsers

    def candidate(self, connection: Any, component: int) -> Candidate:
        """This port as a host candidate of that ICE connection."""
        protocol = StunProtocol(connection)
        line = Line(self, protocol, connection)
        protocol.connection_made(line)
        self._by_name[line.user_name] = line
        host, port = self.name
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", host),
            component=component,
            transport="udp",
            priority=candidate_priority(component, "host"),
            host=host,
            port=port,
            type="host",
        )
        connection._protocols.append(protocol)
        return protocol.local_candidate

    def bind(self, line: Line, key: int) -> None:
        """From now on what comes from that address is theirs."""
        before = self._lines.get(key)
        if before is line:
            return
        if before is not None:
            before.keys.pop(key, None)
        self._lines[key] = line
        line.keys[key] = None
        if len(line.keys) > MOST_ADDRESSES:
            oldest = next(iter(line.keys))
            del line.keys[oldest], self._lines[oldest]
            self._ways.pop(oldest, None)
        if line.way is not None:
            self._ways[key] = line.way
        else:
            self._ways.pop(key, None)

    def expect(self, line: Line, key: int) -> None:
        """A check of ours goes there; its answer is theirs, unless the address is somebody's."""
        if key not in self._lines:
            self.bind(line, key)

    def pass_sound(self, line: Line, way: Way, ssrcs: list[bytes]) -> None:
        """Their sound goes this way; `ssrcs`: of the page, as its offer names them."""
        line.way = way
        for ssrc in ssrcs:
            line.ssrcs.add(ssrc)
            self._by_ssrc.setdefault(ssrc, line)
        for key in line.keys:
            self._ways[key] = way

    def forget(self, line: Line) -> None:
        if self._by_name.get(line.user_name) is line:
            del self._by_name[line.user_name]
        for key in line.keys:
            self._lines.pop(key, None)
            self._ways.pop(key, None)
        for ssrc in line.ssrcs:
            if self._by_ssrc.get(ssrc) is line:
                del self._by_ssrc[ssrc]
        line.keys.clear()

    # -- out

    def room(self) -> int:
        """The slot of `out` in which the next packet may be built."""
        if self._waiting == SENT_AT_ONCE:
            self._flush()
        return self._waiting

    def sealed(self, size: int, key: int) -> None:
        """What lies in that slot goes to that address, at the end of this turn of the loop."""
        at = self._waiting
        self.out.sizes[at], self.out.keys[at] = size, key
        self._waiting = at + 1
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        count, self._waiting, self._flushing = self._waiting, 0, False
        if count and self._descriptor >= 0:
            self.left_out += count - self.out.send(self._descriptor, count)

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        """What is not sound."""
        try:
            self._socket.sendto(data, address)
        except OSError:
            self.left_out += 1

    # -- in

    def _readable(self) -> None:
        batch = self._in
        count = batch.receive(self._descriptor)
        view, ways, memory = batch.view, self._ways, batch.memory
        sizes, keys = batch.came[:count].tolist(), batch.keys[:count].tolist()
        at = 0
        for number in range(count):
            size, key = sizes[number], keys[number]
            try:
                sound = (
                    LEAST_RTP < size < MOST_RTP and view[at] >> 6 == 2 and not view[at + 1] & 127
                )
                way = ways.get(key) if sound else None
                if way is not None:
                    way.came(memory[number], view, at, size)
                elif sound and key not in self._lines:
                    self._moved(memory[number], at, size, key)
                else:
                    self._other(bytes(view[at : at + size]), key)
            except Exception:  # a root: called by the loop, and one packet costs no other
                self._faults += 1
                if self._loop.time() >= self._quiet_until:
                    self._quiet_until = self._loop.time() + QUIET_S
                    log.exception("sound.packet_lost", packets=self._faults)
                    self._faults = 0
            at += SLOT

    def _moved(self, memory: Any, at: int, size: int, key: int) -> None:
        """Sound from an address that is nobody's: a browser's network has changed, if it opens."""
        view = self._in.view
        line = self._by_ssrc.get(bytes(view[at + 8 : at + 12]))
        if line is None or line.way is None or not line.way.came(memory, view, at, size):
            return
        now = self._loop.time()
        if now < line.rests_until:
            return  # it is heard from there all the same
        line.rests_until = now + REST_S
        log.info("sound.moved", peer=line.user_name.decode())
        self.bind(line, key)
        check = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        check.attributes["PRIORITY"] = candidate_priority(1, "prflx")
        check.attributes["USE-CANDIDATE"] = None
        line.connection.check_incoming(check, address_of(key), line.protocol)

    def _other(self, data: bytes, key: int) -> None:
        line = self._lines.get(key)
        if len(data) >= LEAST_RTP and data[0] < 4 and data[4:8] == _COOKIE:
            line = self._checked(data, line, key)
        if line is not None:
            with contextlib.suppress(struct.error):  # aioice expects an attribute's right length
                line.protocol.datagram_received(data, address_of(key))

    def _checked(self, data: bytes, line: Line | None, key: int) -> Line | None:
        """Whose STUN message that is. A signed request that is new makes its address theirs; the
        same one from an address that is theirs already was sent twice by themselves."""
        if data[0] & 1 or data[1] & 0x10:
            return line  # an answer: it is known for where our check went
        named = self._by_name.get(_user_name(data))
        if named is None:
            return None
        new = self._is_signed(data, named) and named.checks.add(data[8:20])
        if new and named is not line:
            self.bind(named, key)
        return named if new or named is line else None

    @staticmethod
    def _is_signed(data: bytes, named: Line) -> bool:
        try:
            message = stun.parse_message(data)
        except (ValueError, struct.error):
            return False
        if "MESSAGE-INTEGRITY" not in message.attributes:
            return False
        password = named.connection.local_password.encode()
        return bool(message.check_message_integrity(password))

    def close(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._descriptor = -1
        self._socket.close()


class Line(asyncio.DatagramTransport):
    """One browser at this port: what aioice takes for a socket of its own."""

    def __init__(self, port: Port, protocol: StunProtocol, connection: Any) -> None:
        super().__init__()
        self.port, self.protocol, self.connection = port, protocol, connection
        self.user_name: bytes = connection.local_username.encode()
        self.keys: dict[int, None] = {}
        """Addresses that are theirs, the oldest first."""
        self.ssrcs: set[bytes] = set()
        self.checks = Seen()
        """What they have signed, in requests."""
        self.way: Way | None = None
        self.rests_until = 0.0
        self._gone = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.port.name if name == "sockname" else default

    def sendto(self, data: Any, addr: Any = None) -> None:
        if self._gone:
            return
        if data[0] < 4:
            self.port.expect(self, key_of(addr))
        self.port.send(data, addr)

    def is_closing(self) -> bool:
        return self._gone

    def close(self) -> None:
        if not self._gone:
            self._gone = True
            self.way = None
            self.port.forget(self)
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close


def large_socket() -> socket.socket:
    """A UDP socket with as much buffer as the system gives us."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    with contextlib.suppress(OSError):  # only the administrator of the machine may
        sock.setsockopt(socket.SOL_SOCKET, _FORCE_RECEIVE, BUFFER_BYTES)
    return sock


def buffer_of(sock: socket.socket) -> int:
    """Bytes that may wait for us in the kernel (Linux says twice what it gives)."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2


class Ports:
    """The ports of one process: one for each address at which pages have reached it."""

    def __init__(self, numbers: range = range(1)) -> None:
        """`numbers`: which may be taken, the first that is free; 0 = any."""
        self._numbers = numbers
        self._open: dict[str, Port] = {}

    def of(self, address: str) -> Port | None:
        """The one at this address. None: not here. Raises OSError if no number is free."""
        if ":" in address or not datagrams.possible():
            return None
        if address not in self._open:
            if len(self._open) == MOST_PORTS:
                return None
            self._open[address] = Port(self._bound(address))
        return self._open[address]

    def _bound(self, address: str) -> socket.socket:
        sock = large_socket()
        refused: OSError | None = None
        # Nobody needs a hole in a firewall to reach this machine from itself.
        for number in range(1) if ip_address(address).is_loopback else self._numbers:
            try:
                sock.bind((address, number))
            except OSError as error:
                refused = error
            else:
                return sock
        sock.close()
        raise refused or OSError(98, "no port may be taken")

    def all(self) -> list[Port]:
        return list(self._open.values())

    def close(self) -> None:
        """The process ends, and no browser has one any more."""
        for port in self._open.values():
            port.close()
        self._open.clear()


def _user_name(data: bytes) -> bytes:
    """Ours, of a STUN request; empty: none. Reads no more than it must (RFC 8489 section 5)."""
    at, end = 20, min(len(data), 20 + int.from_bytes(data[2:4], "big"))
    while at + 4 <= end:
        kind, size = (
            int.from_bytes(data[at : at + 2], "big"),
            int.from_bytes(data[at + 2 : at + 4], "big"),
        )
        if kind == _USERNAME:
            return data[at + 4 : min(end, at + 4 + size)].partition(b":")[0]
        at += 4 + (size + 3) // 4 * 4
    return b""

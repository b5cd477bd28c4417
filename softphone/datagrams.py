"""Many datagrams in one system call: recvmmsg and sendmmsg of Linux, IPv4, on one block of memory.

A slot is `SLOT` bytes of that block; libsrtp opens and seals a packet where it lies, so that a
frame is copied once on its way to the other leg, and not at all on its way to the kernel.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any, Final

import cffi

SLOT: Final = 2048
"""More than any datagram of a browser (its largest are below 1,500 bytes)."""
_DONT_WAIT: Final = 0x40

_ffi: Any = cffi.FFI()
_ffi.cdef("""
struct iovec { void *iov_base; size_t iov_len; };
struct msghdr { void *msg_name; uint32_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                void *msg_control; size_t msg_controllen; int msg_flags; };
struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
int sendmmsg(int, struct mmsghdr *, unsigned int, int);
""")
_libc: Any = _ffi.dlopen(None)


def possible() -> bool:
    """True where the kernel can do that, and lays its structures out as they stand here."""
    if not sys.platform.startswith("linux") or sys.maxsize < 1 << 32:
        return False
    return hasattr(_libc, "recvmmsg") and hasattr(_libc, "sendmmsg")


def key_of(address: tuple[str, int]) -> int:
    """An IPv4 address and port as one number: the first eight bytes of a sockaddr_in."""
    family = struct.pack("=H", socket.AF_INET)
    raw = family + struct.pack("!H", address[1]) + socket.inet_aton(address[0])
    return int.from_bytes(raw, sys.byteorder)


def address_of(key: int) -> tuple[str, int]:
    raw = key.to_bytes(8, sys.byteorder)
    return socket.inet_ntoa(raw[4:8]), int.from_bytes(raw[2:4], "big")


class Batch:
    """`count` slots for one way. `memory`: where each begins; `view`: all of them as bytes."""

    def __init__(self, count: int, pointer: Any) -> None:
        """`pointer(number)`: how whoever works on a slot's memory wants its address."""
        self.count = count
        self._memory = _ffi.new("unsigned char[]", count * SLOT)
        self.view = memoryview(_ffi.buffer(self._memory))
        self._names = _ffi.new("uint64_t[]", count * 2)
        self._parts = _ffi.new("struct iovec[]", count)
        self._heads = _ffi.new("struct mmsghdr[]", count)
        for at in range(count):
            part, head = self._parts[at], self._heads[at].msg_hdr
            part.iov_base, part.iov_len = self._memory + at * SLOT, SLOT
            head.msg_name, head.msg_namelen = self._names + 2 * at, 16
            head.msg_iov, head.msg_iovlen = self._parts + at, 1
        self.keys = memoryview(_ffi.buffer(self._names)).cast("Q")[::2]
        """Whom each came from, or goes to (`key_of`)."""
        self.sizes = memoryview(_ffi.buffer(self._parts)).cast("Q")[1::2]
        """Of those that are sent."""
        self.came = memoryview(_ffi.buffer(self._heads)).cast("I")[14::16]
        """Sizes of those that were received."""
        base = int(_ffi.cast("uintptr_t", self._memory))
        self.memory = [pointer(base + at * SLOT) for at in range(count)]

    def receive(self, descriptor: int) -> int:
        """How many have come; 0: none."""
        found = _libc.recvmmsg(descriptor, self._heads, self.count, _DONT_WAIT, _ffi.NULL)
        return max(0, int(found))

    def send(self, descriptor: int, count: int) -> int:
        """Sends the first `count`; how many the kernel took."""
        done = taken = 0
        while done < count:
            sent = int(_libc.sendmmsg(descriptor, self._heads + done, count - done, _DONT_WAIT))
            if sent > 0:
                taken += sent
            elif _ffi.errno in _FULL:
                break
            done += max(1, sent)  # one that cannot go holds up nobody behind it
        return taken


_FULL: Final = (11, 105)
"""EAGAIN, ENOBUFS: the others could not go either."""

"""Which messages a browser has sent before, by their transaction ids: in 16 KiB, and none is ever
forgotten. Of ten thousand that are known, one in a hundred new ones is taken for one of them.
"""

from __future__ import annotations

from typing import Final

_BITS: Final = 17
_MASK: Final = (1 << _BITS) - 1


class Seen:
    """A Bloom filter of three bits for each id."""

    __slots__ = ("_bits",)

    def __init__(self) -> None:
        self._bits = bytearray((1 << _BITS) // 8)

    def add(self, name: bytes) -> bool:
        """From now on it is known. False: it was, or seems so."""
        whole, new = hash(name), False
        for shift in (0, _BITS, 2 * _BITS):
            bit = whole >> shift & _MASK
            mask = 1 << (bit & 7)
            if not self._bits[bit >> 3] & mask:
                self._bits[bit >> 3] |= mask
                new = True
        return new

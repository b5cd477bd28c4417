"""The protocol between the channel and its reading processes: lengths first, then question and
mail."""

from __future__ import annotations

import os
import struct

FRAME = struct.Struct(">II")
"""Lengths of the question and of the mail; for an answer, its own length and 0."""

OUT_OF_MEMORY = 77
"""Exit status of a process whose mail needed too much memory."""

PIECE = 1 << 20


def exactly(descriptor: int, size: int) -> bytes | None:
    """Reads this many bytes, blocking; None when the input has ended."""
    taken = bytearray()
    while len(taken) < size:
        chunk = os.read(descriptor, min(size - len(taken), PIECE))
        if not chunk:
            return None
        taken += chunk
    return bytes(taken)


def write_all(descriptor: int, what: bytes) -> None:
    """
    Raises:
        OSError: the other end is gone.
    """
    rest = memoryview(what)
    while rest:
        rest = rest[os.write(descriptor, rest[:PIECE]) :]

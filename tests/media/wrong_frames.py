"""Frames of a media stream that were once right, and a WebSocket's own that never were."""

from __future__ import annotations

import random


def mutate(rng: random.Random, text: str) -> str | bytes:
    """A frame that was once right."""
    choice = rng.randrange(7)
    at = rng.randrange(len(text))
    if choice == 0:
        return text[:at]
    if choice == 1:
        return text[:at] + chr(rng.randrange(32, 0x2FF)) + text[at + 1 :]
    if choice == 2:
        return text[:at] + text[at:] * rng.randrange(2, 5)
    if choice == 3:
        return rng.randbytes(rng.randrange(1, 200))
    if choice == 4:
        return text.replace('"', rng.choice(["'", '\\"', ""]), rng.randrange(1, 4))
    if choice == 5:
        return text.replace(":", rng.choice([":[", ":{", ":null,", ":-1e999,"]), 1)
    return rng.choice(["", "null", "1", "[]", "{}", '{"event":1}', '{"event":"media","media":[]}'])


def framed(message: str | bytes) -> bytes:
    """As a client's frame; its mask is of noughts."""
    body = message.encode() if isinstance(message, str) else message
    op, size = (0x81 if isinstance(message, str) else 0x82), len(body)
    if size < 126:
        head = bytes((op, 0x80 | size))
    elif size < 65536:
        head = bytes((op, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((op, 0xFF)) + size.to_bytes(8, "big")
    return head + bytes(4) + body


def broken(rng: random.Random) -> bytes:
    """What is no frame of a WebSocket, or one that nobody may send here."""
    return rng.choice(
        [
            b"\x83\x80" + bytes(4),  # a reserved kind
            b"\xf1\x82" + bytes(4) + b"{}",  # reserved bits: compressed, nobody asked for it
            b"\x80\x82" + bytes(4) + b"{}",  # the rest of nothing
            b"\x81\xff" + (1 << 62).to_bytes(8, "big") + bytes(4),  # longer than all memory
            b"\x81\xfe\xff\xff" + bytes(4) + b"x" * 70,  # longer than what follows
            b"\x09\xfe\x01\x00" + bytes(260),  # a ping in pieces, and too long
            rng.randbytes(rng.randrange(1, 300)),
            framed("[" * 60_000),
            framed("x" * 200_000),
        ]
    )

"""What a stranger may send to our UDP port."""

from __future__ import annotations

import random

from aioice import stun


def stun_request(name: str, password: str | None = None) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{name}:there"
    message.attributes["PRIORITY"] = 1
    if password is not None:
        message.add_message_integrity(password.encode())
    return bytes(message)


def _of_a_wrong_length(name: bytes) -> bytes:
    """A STUN request whose priority is two bytes long."""
    body = b"\x00\x06" + len(name).to_bytes(2, "big") + name + b"\0" * (-len(name) % 4)
    body += b"\x00\x24\x00\x02" + bytes(4)
    return b"\x00\x01" + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + body


def noise(rng: random.Random, known: bytes, ssrc: bytes) -> bytes:
    """What a stranger may send."""
    kinds = [
        rng.randbytes(rng.randrange(1, 1600)),
        b"",
        b"\x80\x00" + rng.randbytes(10),
        b"\x80\x00" + rng.randbytes(6) + ssrc + rng.randbytes(170),  # somebody's SSRC
        b"\xbf\x00" + rng.randbytes(6) + ssrc + rng.randbytes(40),
        b"\x80\xc8" + rng.randbytes(40),  # RTCP
        bytes((rng.randrange(20, 64),)) + rng.randbytes(rng.randrange(1, 900)),  # DTLS
        b"\x16\xfe\xfd" + rng.randbytes(60),
        stun_request(known.decode()),  # without a signature
        stun_request(known.decode(), "not the password"),
        stun_request("nobody", "x"),
        b"\x01\x01\x00\x00\x21\x12\xa4\x42" + rng.randbytes(12),  # an answer to nothing
        b"\x00\x01\xff\xff\x21\x12\xa4\x42" + rng.randbytes(60),
        b"\x00\x01\x00\x08\x21\x12\xa4\x42" + rng.randbytes(12) + b"\x00\x06\xff\xff" + known,
        _of_a_wrong_length(known),
    ]
    return rng.choice(kinds)

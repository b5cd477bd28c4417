"""The mail inside an opaque signature (application/pkcs7-mime; RFC 8551, 3.5; RFC 5652, 5.2).

It is only unwrapped, never verified: what matters here is that its words are read. Both ways of
writing lengths occur (DER, and BER with open ends from programs that stream).
"""

from __future__ import annotations

MAX_DEPTH = 12
MAX_CHUNKS = 20_000
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _OID, _OCTETS, _OCTETS_IN_PARTS, _EXPLICIT = 0x30, 0x06, 0x04, 0x24, 0xA0


class _Odd(Exception):
    """It is not what it claims to be."""


def signed_content(raw: bytes) -> bytes | None:
    """The signed MIME entity; None if it is not signed data (encrypted, certificates only)."""
    try:
        outer, _ = _value(raw, 0, _SEQUENCE)
        kind, at = _value(raw, outer[0], _OID)
        if raw[kind[0] : kind[1]] != _SIGNED_DATA:
            return None
        explicit, _ = _value(raw, at, _EXPLICIT)
        signed, _ = _value(raw, explicit[0], _SEQUENCE)
        at = _skip(raw, _skip(raw, signed[0], 0), 0)  # version, digest algorithms
        encapsulated, _ = _value(raw, at, _SEQUENCE)
        at = _skip(raw, encapsulated[0], 0)  # the type of the content
        if at >= encapsulated[1]:
            return None
        explicit, _ = _value(raw, at, _EXPLICIT)
        return b"".join(_octets(raw, explicit[0], 0))
    except (_Odd, IndexError):
        return None


def _head(raw: bytes, at: int) -> tuple[int, int, int | None]:
    """(tag, where the value begins, its length or None if its end is open)."""
    tag, size = raw[at], raw[at + 1]
    at += 2
    if size == 0x80:
        return tag, at, None
    if size > 0x80:
        count = size & 0x7F
        if count > 4 or at + count > len(raw):
            raise _Odd
        size = int.from_bytes(raw[at : at + count], "big")
        at += count
    if at + size > len(raw):
        raise _Odd
    return tag, at, size


def _value(raw: bytes, at: int, wanted: int) -> tuple[tuple[int, int], int]:
    """((begin, end) of the value, where the next value begins). With an open end: the rest."""
    tag, begin, size = _head(raw, at)
    if tag != wanted:
        raise _Odd
    end = len(raw) if size is None else begin + size
    return (begin, end), end


def _skip(raw: bytes, at: int, depth: int) -> int:
    """Where the next value begins."""
    if depth > MAX_DEPTH:
        raise _Odd
    _, begin, size = _head(raw, at)
    if size is not None:
        return begin + size
    for _ in range(MAX_CHUNKS):
        if raw[begin : begin + 2] == b"\0\0":
            return begin + 2
        begin = _skip(raw, begin, depth + 1)
    raise _Odd


def _octets(raw: bytes, at: int, depth: int) -> list[bytes]:
    """An octet string, whole or in parts."""
    tag, begin, size = _head(raw, at)
    if tag == _OCTETS and size is not None:
        return [raw[begin : begin + size]]
    if tag != _OCTETS_IN_PARTS or depth > MAX_DEPTH:
        raise _Odd
    end = len(raw) if size is None else begin + size
    found: list[bytes] = []
    while begin < end and raw[begin : begin + 2] != b"\0\0" and len(found) < MAX_CHUNKS:
        found += _octets(raw, begin, depth + 1)
        begin = _skip(raw, begin, 0)
    return found

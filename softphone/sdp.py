"""The little of SDP that we touch: remote candidates that cannot be reached, and our address.

RFC 8839 (ICE in SDP) for the candidate line; draft-ietf-mmusic-mdns-ice-candidates for `.local`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final

MAX_OFFER_BYTES: Final = 64 * 1024
MAX_CANDIDATES: Final = 40
MAX_SOURCES: Final = 4
RESOLVE_S: Final = 1.0
DUMMY: Final = {4: "192.0.2.1", 6: "100::1"}
"""Addresses that nobody has (RFC 5737, RFC 6666). A candidate there makes aioice start its checks;
the browser is then found as peer-reflexive."""


class OfferError(ValueError):
    """The page's offer cannot be answered; the words are fit for a person."""


def check(sdp: str) -> None:
    """One audio section, at most one data section, nothing else. Raises OfferError."""
    if len(sdp) > MAX_OFFER_BYTES:
        raise OfferError("the offer is too long")
    kinds = [line[2:].split(" ", 1)[0] for line in sdp.splitlines() if line.startswith("m=")]
    if kinds.count("audio") != 1 or set(kinds) - {"audio", "application"} or len(kinds) > 2:
        raise OfferError("the offer must hold one audio and one data section")


def reachable(sdp: str, *, version: int) -> str:
    """The offer without `.local` and foreign candidates, with a dummy one if none is left.

    An unresolvable `.local` candidate costs a second and then ICE never starts; candidates of the
    other IP version, or TCP, never pair with ours. `version`: 4 or 6, of our own address.
    """
    kept: list[str] = []
    candidates = 0
    for line in sdp.splitlines():
        if line.startswith("a=end-of-candidates"):
            continue
        if line.startswith("a=candidate:"):
            candidates += 1
            if candidates > MAX_CANDIDATES or not _usable(line, version):
                continue
        kept.append(line)
    if not any(line.startswith("a=candidate:") for line in kept):
        first = next((i for i, line in enumerate(kept) if line.startswith("m=")), None)
        if first is None:
            raise OfferError("the offer holds no media")
        end = next((i for i in range(first + 1, len(kept)) if kept[i].startswith("m=")), len(kept))
        kept.insert(end, f"a=candidate:1 1 udp 1 {DUMMY[version]} 9 typ host")
    return "\r\n".join(kept) + "\r\n"


def _usable(line: str, version: int) -> bool:
    fields = line.split()
    if len(fields) < 8 or fields[2].lower() != "udp" or fields[4].endswith(".local"):
        return False
    try:
        return ipaddress.ip_address(fields[4]).version == version
    except ValueError:
        return False


def advertise(sdp: str, bound: str, address: str) -> str:
    """Our answer with `address` in place of the one we are bound to (1:1 NAT keeps the port)."""
    lines = []
    for line in sdp.splitlines():
        if line.startswith("a=candidate:"):
            fields = line.split(" ")
            if fields[4] == bound:
                fields[4] = address
            line = " ".join(fields)
        elif line.startswith("c=IN IP"):
            line = f"c=IN IP{ipaddress.ip_address(address).version} {address}"
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def ssrcs(sdp: str) -> list[bytes]:
    """The sources that an offer announces (RFC 5576), as they stand in a packet."""
    found = []
    for line in sdp.splitlines():
        if line.startswith("a=ssrc:"):
            number = line[7:].partition(" ")[0]
            if number.isascii() and number.isdigit() and int(number) < 1 << 32:
                found.append(int(number).to_bytes(4, "big"))
    return list(dict.fromkeys(found))[:MAX_SOURCES]


async def media_address(configured: str | None, page_host: str | None) -> str:
    """The one address that goes into the answer.

    `configured` (HOLDFAST_MEDIA_ADDRESS) wins; else the host under which the page was reached,
    with or without a port; else 127.0.0.1. Never another one: a page served from a public address
    is offered no private candidate. Raises OfferError for a name that does not resolve.
    """
    host = configured or _host_of(page_host or "") or "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await loop.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)
    except (OSError, TimeoutError, UnicodeError):
        raise OfferError("set HOLDFAST_MEDIA_ADDRESS: the page's host has no address") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])


def _host_of(page_host: str) -> str:
    """ "[::1]:80" → "::1", "host:80" → "host", "::1" → "::1"."""
    if page_host.startswith("["):
        return page_host[1:].partition("]")[0]
    return page_host.partition(":")[0] if page_host.count(":") == 1 else page_host


def bindable(address: str) -> str:
    """The address itself when it is one of this machine's, else "any" of its version (NAT)."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return "::" if family == socket.AF_INET6 else "0.0.0.0"
    return address

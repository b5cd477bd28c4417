"""The origin of a request: a header names it, and only our own proxies are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from aiohttp import web

from holdfast.settings.checks import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HEADER = "X-Forwarded-For"


def read_address(text: str | None) -> Address | None:
    """An address, also as proxies write it: with a port, in brackets, IPv4 inside IPv6."""
    text = (text or "").strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def throttle_key(address: Address | None) -> str:
    """The owner of one IPv6 address has its whole /64."""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Proxies:
    """HOLDFAST_TRUSTED_PROXIES: the proxies that may say where a request came from."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def client(self, request: web.Request) -> Address | None:
        """The nearest address that is not a trusted proxy's: anything left of it is only a
        claim."""
        client = read_address(request.remote)
        hops = ",".join(request.headers.getall(HEADER, [])).split(",")
        while client is not None and self._trusts(client) and hops:
            hop = read_address(hops.pop())
            if hop is None:
                break
            client = hop
        return client

    def on_this_machine(self, request: web.Request) -> bool:
        """False also for requests passed on by a proxy that is not trusted to say where they came
        from."""
        peer = read_address(request.remote)
        if HEADER in request.headers and (peer is None or not self._trusts(peer)):
            return False
        client = self.client(request)
        return client is not None and client.is_loopback

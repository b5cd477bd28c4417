"""The relay for browsers whose network lets no sound through: whether it takes our word."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Final

from aioice import stun, turn

from holdfast.clock import now_ms
from holdfast.doctor.outcome import Finding, fail, ok
from softphone.relay import Relay

WITHIN_S: Final = 5.0
CHECK: Final = "relay"


async def relay(given: Relay | None) -> list[Finding]:
    """A line for each address of it; one that says so, where there is none."""
    if given is None:
        return [ok(CHECK, "none: pages whose network blocks UDP have no sound (docs/networks.md)")]
    return [await _allocates(given, url) for url in given.urls]


async def _allocates(given: Relay, url: str) -> Finding:
    """Asks it for a place through which sound could pass, and gives that back."""
    scheme, _, rest = url.partition(":")
    where, _, query = rest.partition("?")
    host, port = _split(where, 5349 if scheme == "turns" else 3478)
    transport = "tcp" if scheme == "turns" or query == "transport=tcp" else "udp"
    name, password = given.credentials("doctor", now_ms() / 1000)
    try:
        async with asyncio.timeout(WITHIN_S):
            place, _ = await turn.create_turn_endpoint(
                asyncio.DatagramProtocol,
                server_addr=(host, port),
                username=name,
                password=password,
                ssl=scheme == "turns",
                transport=transport,
            )
    except stun.TransactionFailed as error:
        code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
        if code == 401:
            mend = "HOLDFAST_TURN_SECRET and the relay's static-auth-secret must be the same."
            return fail(CHECK, f"{url} does not know our secret", mend)
        return fail(CHECK, f"{url} gives no place (error {code})", "See the relay's own log.")
    except ssl.SSLError as error:
        mend = "Give the relay a certificate that browsers trust, for the name in its address."
        return fail(CHECK, f"{url}: {error.reason or 'no TLS'}", mend)
    except (OSError, stun.TransactionError, TimeoutError):
        what = f"{url} does not answer"
        return fail(CHECK, what, "See that it runs, and that this port is open from here.")
    _given_back(place)
    return ok(CHECK, f"{url} lets sound through")


def _given_back(place: Any) -> None:
    place.close()


def _split(where: str, port: int) -> tuple[str, int]:
    host, colon, number = where.rpartition(":")
    if colon and number.isdigit() and not host.endswith(":"):
        return host.strip("[]"), int(number)
    return where.strip("[]"), port

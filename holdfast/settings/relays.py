"""The relay for browsers whose network lets no sound through, from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from holdfast.settings import checks
from holdfast.settings.faults import Fault
from softphone.relay import Relay

SECRET: Final = "HOLDFAST_TURN_SECRET"
NAMES: Final = frozenset({"HOLDFAST_TURN_URLS", "HOLDFAST_RELAY_ONLY", SECRET})
_URL: Final = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9a-fA-F:.]+\]|[^\s/@:?\[\]]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)


def relay(env: Mapping[str, str], secret: str | None, found: list[Fault]) -> Relay | None:
    """None: there is none."""
    urls = [part.strip() for part in (env.get("HOLDFAST_TURN_URLS") or "").split(",")]
    urls = [part for part in urls if part]
    only = checks.yes("HOLDFAST_RELAY_ONLY", env.get("HOLDFAST_RELAY_ONLY") or "0", found)
    for url in urls:
        if not _right(url):
            found.append(
                Fault(
                    "HOLDFAST_TURN_URLS",
                    f"{url!r} is no address of a relay.",
                    "Write turn:NAME:3478?transport=udp or turns:NAME:443?transport=tcp.",
                )
            )
    if urls and not secret:
        mend = "Set it, or HOLDFAST_TURN_SECRET_FILE, to the relay's static-auth-secret."
        found.append(Fault(SECRET, "not set, and HOLDFAST_TURN_URLS is.", mend))
    if not urls and (secret or only):
        name = SECRET if secret else "HOLDFAST_RELAY_ONLY"
        mend = "Name the relay in HOLDFAST_TURN_URLS."
        found.append(Fault(name, "set, and there is no relay.", mend))
    return Relay(tuple(urls), secret, only) if urls and secret else None


def _right(url: str) -> bool:
    match = _URL.fullmatch(url)
    if match is None or (match["scheme"] == "turns" and match["transport"] == "udp"):
        return False  # aioice and browsers know TLS over TCP alone
    return match["port"] is None or 0 < int(match["port"]) < 65536

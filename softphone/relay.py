"""A relay (TURN) for browsers whose network lets no sound through: who may use it, how long.

Credentials as coturn's `use-auth-secret` reads them: the name begins with the second at which they
end, the password is its HMAC-SHA1 under a secret that relay and centre share
(draft-uberti-behave-turn-rest-00, section 2.2). A relay asks for them when sound begins to pass;
what passes goes on after they have ended.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, Final

LIFE_S: Final = 300
"""Long enough for a page to build its path, and a few times more."""


@dataclass(frozen=True, slots=True)
class Relay:
    """`urls` as browsers take them, such as turn:turn.example.org:3478?transport=udp."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    only: bool = False
    """Browsers send no sound but through it."""

    def credentials(self, account: str, now_s: float) -> tuple[str, str]:
        """Name and password for this account, from now on."""
        name = f"{int(now_s) + LIFE_S}:{account}"
        digest = hmac.new(self.secret.encode(), name.encode(), hashlib.sha1).digest()
        return name, base64.b64encode(digest).decode()

    def servers(self, account: str, now_s: float) -> list[dict[str, Any]]:
        """What RTCPeerConnection takes as `iceServers`."""
        name, password = self.credentials(account, now_s)
        return [{"urls": list(self.urls), "username": name, "credential": password}]

"""The key to a media stream: HMAC-SHA256 over (CallSid, contact, epoch, expiry).

Minted into the TwiML as <Parameter name="token">, checked by the process that receives the
stream, without asking anybody: a store that is down closes no call. It says nothing when leaked
after its expiry, and nothing for another call.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

MAX_LIFE_MS: Final = 60_000


def mint(key: bytes, *, call_sid: str, contact: str, epoch: int, expires_ms: int) -> str:
    """`expires_ms`: ms since 1970, at most MAX_LIFE_MS ahead (a later one is never accepted)."""
    return f"{expires_ms}.{_digest(key, call_sid, contact, epoch, expires_ms)}"


def valid(key: bytes, token: str, *, call_sid: str, contact: str, epoch: int, now_ms: int) -> bool:
    """Constant-time. False: forged, expired, living too long, or for something else."""
    expiry, _, digest = token.partition(".")
    if not (expiry.isascii() and expiry.isdigit() and len(expiry) <= 15 and digest.isascii()):
        return False
    genuine = _digest(key, call_sid, contact, epoch, int(expiry))
    in_time = now_ms < int(expiry) <= now_ms + MAX_LIFE_MS
    return hmac.compare_digest(genuine, digest) and in_time


def _digest(key: bytes, call_sid: str, contact: str, epoch: int, expires_ms: int) -> str:
    """Each part with its length before it, so that no two tuples read the same."""
    parts = ("media-stream", call_sid, contact, str(epoch), str(expires_ms))
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

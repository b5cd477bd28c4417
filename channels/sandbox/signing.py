"""The sandbox's own request signatures, so that a second implementation tests the centre's check.

Source: twilio.com/docs/usage/security.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable


def signature(token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """base64(HMAC-SHA1(token, URL + name + value of every field, sorted by name))."""
    text = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.digest(token.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(digest).decode()


def new_sid(kind: str) -> str:
    """A resource id in the vendor's form: two letters and 32 hex digits."""
    return kind + uuid.uuid4().hex

"""Is this request really from the carrier? An answer for every input, never an exception.

The rule (twilio.com/docs/usage/security): base64(HMAC(auth token, URL + every sorted key and
value of a form POST)); JSON bodies are covered by `bodySHA256` in the URL; a media stream's
upgrade is signed over its wss URL. The URL is the one we configured, never the Host header:
whoever forges a request also chooses its Host.

A signature has no timestamp: a captured request stays valid, so handlers must be idempotent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from enum import Enum
from urllib.parse import urlsplit

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"

_DIGEST_BYTES = {HMAC_SHA1: 20, HMAC_SHA256: 32}


class Verdict(Enum):
    """What the signature check found. Anything but OK is answered with 403."""

    OK = "ok"
    MISSING = "missing"
    MALFORMED = "malformed"
    """Not a signature at all, or a body or URL that cannot be signed."""
    WRONG = "wrong"
    UNKNOWN_ALGORITHM = "unknown_algorithm"


class _Form(dict[str, str]):
    """A form with repeated names, in the form that the library's validator wants."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self[name] = value
            self._all.setdefault(name, []).append(value)

    def getall(self, name: str) -> list[str]:
        return self._all[name]


def signed_url(public_url: str, path_and_query: str, *, stream: bool = False) -> str:
    """The URL the carrier signed: our public URL plus the request's raw path and query.

    `stream` turns http(s) into ws(s), as in the Stream's own `url`.
    """
    base = public_url.rstrip("/")
    if stream:
        base = "ws" + base.removeprefix("http")
    return base + path_and_query


def verify(
    *,
    tokens: Sequence[str],
    url: str,
    signature: str | None,
    params: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
    settings: str | None = None,
) -> Verdict:
    """Judge one request.

    tokens: auth tokens accepted now (old and new while rotating).
    url: from `signed_url`. params: all fields of a form POST, repeated ones repeated;
    empty for GET and WebSocket upgrades. body: a JSON body instead of params.
    settings: the value of SETTINGS_HEADER, which names the algorithm (absent = HMAC-SHA1).
    """
    if not signature:
        return Verdict.MISSING
    try:
        algorithm = get_signature_algorithm(settings).upper()
        size = _DIGEST_BYTES.get(algorithm)
        if size is None:
            return Verdict.UNKNOWN_ALGORITHM
        if len(base64.b64decode(signature, validate=True)) != size:
            return Verdict.MALFORMED
        content: _Form | str
        if body is None:
            content = _Form(params)
        else:
            if "bodySHA256=" not in urlsplit(url).query:
                return Verdict.MALFORMED
            content = body.decode()
        verdicts = [
            RequestValidator(t).validate(url, content, signature, algorithm) for t in tokens
        ]
    except (ValueError, binascii.Error):
        # Not base64, not UTF-8, lone surrogates, a port that is not a number: not the carrier's.
        return Verdict.MALFORMED
    return Verdict.OK if any(verdicts) else Verdict.WRONG

"""Signed requests to the centre, with the vendor's time-outs: 5 s to connect, 15 s in all.

Nothing is retried (twilio.com/docs/voice/twiml#twilios-request-to-your-application,
twilio.com/docs/api/errors/11200). A failed request is a value that names the vendor's code.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import aiohttp

from channels.sandbox.clock import monotonic_ms
from channels.sandbox.signing import signature

CONNECT_S = 5.0
TOTAL_S = 15.0
MAX_BODY = 64 * 1024
MOST_HOPS = 10

Params = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """The centre answered with 2xx."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """The centre did not: the vendor's error code, and words for people."""

    code: int
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect to another address."""

    url: str
    same_method: bool


class Webhooks:
    """Sends requests and keeps a log of them for tests and figures (without form values)."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self.log: deque[dict[str, Any]] = deque(maxlen=5000)

    async def open(self) -> None:
        """Call inside the running loop."""
        timeout = aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S)
        # Each request has a connection of its own: one that is kept may end with the worker that it
        # led to, in the moment in which it is used, and a call would end with it.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def send(
        self, url: str, params: Params, *, method: str = "POST", kind: str = "voice"
    ) -> Reply | Failure:
        """One signed request. A URL fragment holds overrides for the carrier, never sent."""
        target = urldefrag(url).url
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return Failure(11100, f"not an absolute URL: {url!r}")
        if method == "GET":
            target += ("&" if parts.query else "?") + urlencode(params)
        signed = signature(self._token, target, params if method == "POST" else ())
        headers = {
            "X-Twilio-Signature": signed,
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": signed,
        }
        started = monotonic_ms()
        found = await self._exchange(target, params if method == "POST" else None, headers)
        for _ in range(MOST_HOPS):
            if isinstance(found, Moved):
                found = await self._follow(found, params)
        outcome = Failure(11215, "too many redirects") if isinstance(found, Moved) else found
        self.log.append(
            {
                "kind": kind,
                "path": parts.path,
                "ms": round(monotonic_ms() - started, 2),
                "status": outcome.status if isinstance(outcome, Reply) else None,
                "error": outcome.code if isinstance(outcome, Failure) else None,
            }
        )
        return outcome

    async def _follow(self, moved: Moved, params: Params) -> Reply | Failure | Moved:
        """A redirect, followed as a browser does: with GET, except for 307 and 308. The fields go
        along, and the new address is signed."""
        parts = urlsplit(moved.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return Failure(11216, f"redirect to {moved.url!r}")
        url = moved.url
        if not moved.same_method:
            url += ("&" if parts.query else "?") + urlencode(params)
        form = params if moved.same_method else None
        signed = signature(self._token, url, form or ())
        return await self._exchange(url, form, {"X-Twilio-Signature": signed})

    async def _exchange(
        self, url: str, form: Params | None, headers: dict[str, str]
    ) -> Reply | Failure | Moved:
        if self._session is None:
            raise RuntimeError("open() first")
        try:
            async with self._session.request(
                "GET" if form is None else "POST",
                _raw(url),
                data=None if form is None else urlencode(form).encode(),
                headers=headers
                if form is None
                else headers | {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(MAX_BODY + 1)
                if answer.status in (301, 302, 303, 307, 308):
                    where = urljoin(url, answer.headers.get("Location", ""))
                    return Moved(where, answer.status >= 307 and form is not None)
                if not 200 <= answer.status < 300:
                    return Failure(11200, f"HTTP {answer.status}")
                if len(body) > MAX_BODY:
                    return Failure(11750, "answer longer than 64 kB")
                return Reply(answer.status, answer.content_type, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Failure(11205, str(error))
        except (aiohttp.ClientError, TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            return Failure(11200, f"{type(error).__name__}: {error}")

    async def fetch(self, url: str) -> Reply | Failure:
        """An unsigned GET, as for the clips of a Play verb; up to 5 MB."""
        if self._session is None:
            raise RuntimeError("open() first")
        try:
            async with self._session.get(_raw(url)) as answer:
                body = await answer.content.read(5_000_001)
                while chunk := await answer.content.read(5_000_001 - len(body)):
                    body += chunk
                if answer.status != 200 or len(body) > 5_000_000:
                    return Failure(11200, f"HTTP {answer.status}, {len(body)} bytes")
                return Reply(answer.status, answer.content_type, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Failure(11200, f"{type(error).__name__}: {error}")


def _raw(url: str) -> Any:
    """The URL byte for byte: a normalised one would no longer match its signature."""
    from yarl import URL

    return URL(url, encoded=True)

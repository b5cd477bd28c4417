"""POST /email/inbound: raw mail from an inbound-parse service or an MTA's pipe.

Body: the message as it came (message/rfc822). HTTP Basic, user `inbound`, password = the secret
(RFC 7617). Headers X-Envelope-To and X-Envelope-From carry the SMTP envelope; '<>' is the null
return path.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

import structlog
from aiohttp import web

from channels.email.charsets import clean
from channels.email.letter import MAX_BYTES
from router.records.database import RecordUnavailable

log = structlog.get_logger()

USER = "inbound"
SMALL = 1024 * 1024
SMALL_AT_ONCE, AT_ONCE = 64, 8
"""Mails that are received at the same time; more wait (memory: 1 MiB, 25 MB each). Most are small,
and none of these waits behind large ones on a bad line."""

Arriving = Callable[[web.Request], AbstractAsyncContextManager[None]]
"""Reads a block in which a body must arrive in time; TimeoutError if it does not."""


class Inbound(Protocol):
    """Takes the bytes (EmailChannel)."""

    async def accept(self, raw: bytes, envelope_to: str, envelope_from: str) -> str:
        """Stores them durably; returns the raw id."""


def authorised(header: str | None, secret: str | None) -> bool:
    """Checks HTTP Basic credentials in constant time; without a configured secret nobody gets
    in."""
    if not header or not secret:
        return False
    scheme, _, value = header.partition(" ")
    if scheme.casefold() != "basic":
        return False
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{USER}:{secret}".encode())


def inbound_handler(
    channel: Inbound, secret: str | None, arriving: Arriving, limit: int = MAX_BYTES
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler. Answers 200 `{"id": …}` once the bytes are on disk; otherwise 400 empty, 401
    wrong secret, 408 incomplete or too slow, 413 too large, 503 record away (the sender keeps the
    mail and tries again)."""
    small, large = asyncio.Semaphore(SMALL_AT_ONCE), asyncio.Semaphore(AT_ONCE)

    async def handle(request: web.Request) -> web.StreamResponse:
        if not authorised(request.headers.get("Authorization"), secret):
            log.warning("mail.refused", reason="secret")
            return web.json_response(
                {"error": "wrong or missing secret"},
                status=401,
                headers={"WWW-Authenticate": f'Basic realm="{USER}"'},
            )
        taken = bytearray()
        async with AsyncExitStack() as place:
            try:
                told = request.content_length or 0
                wide = told > SMALL  # nothing is read from those that wait
                if told <= limit:
                    await place.enter_async_context(large if wide else small)
                    await _read(request, taken, limit if wide else min(SMALL, limit), arriving)
                if not wide and SMALL < len(taken) <= limit:  # no length given, or compressed
                    await place.aclose()
                    await place.enter_async_context(large)
                    await _read(request, taken, limit, arriving)
            except TimeoutError:
                log.warning("mail.refused", reason="it came only in part, or too slowly")
                return web.json_response({"error": "too slow"}, status=408)
            if max(request.content_length or 0, len(taken)) > limit:
                log.warning("mail.refused", reason="too large")
                return web.json_response({"error": "larger than 25 MB"}, status=413)
            raw = bytes(taken)
            del taken  # up to 25 MB
            if not raw or raw.isspace():  # no copy of them
                return web.json_response({"error": "empty"}, status=400)
            try:
                raw_id = await channel.accept(
                    raw, _envelope(request, "X-Envelope-To"), _envelope(request, "X-Envelope-From")
                )
            except RecordUnavailable:
                log.error("mail.not_accepted", reason="record away")
                return web.json_response(
                    {"error": "try again"}, status=503, headers={"Retry-After": "10"}
                )
        return web.json_response({"id": raw_id})

    return handle


def _envelope(request: web.Request, name: str) -> str:
    return clean(request.headers.get(name, ""))[:2000]


async def _read(request: web.Request, taken: bytearray, most: int, arriving: Arriving) -> None:
    """Everything that arrives, or enough to see that it is more than `most` (the application's own
    limit is for forms).

    Raises:
        TimeoutError: the rest did not come in time.
    """
    async with arriving(request):
        while len(taken) <= most and (chunk := await request.content.readany()):
            taken += chunk

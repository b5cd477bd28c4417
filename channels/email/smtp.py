"""One mail over SMTP, and what became of it (RFC 5321). Vendor errors end in this file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import aiosmtplib

BEFORE_DATA_S = 60.0
"""Budget for connecting, TLS, signing in and the envelope."""

DATA_S = 60.0
"""Budget for the message itself; if it runs out, the outcome is unknown."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SmtpResult(StrEnum):
    """TEMPORARY: nothing was accepted, try again. UNKNOWN: it may have been accepted, never
    repeat."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attempt:
    """`reason` is for the log and the error line: a code or a word, never an address."""

    outcome: SmtpResult
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """From smtp://user:password@host:port or smtps://…; user and password percent-encoded.

    smtps is TLS from the first byte (port 465). smtp switches to TLS by STARTTLS where the server
    offers it, and requires it if a password is to be sent; on loopback it stays plain.
    """

    host: str
    port: int
    tls: bool
    start_tls: bool | None
    user: str | None
    password: str | None

    @classmethod
    def from_url(cls, url: str) -> Server:
        """
        Raises:
            ValueError: the URL is not smtp:// or smtps:// with a host.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("HOLDFAST_SMTP_URL: smtp://host:port or smtps://user:password@host")
        tls = parts.scheme == "smtps"
        user = unquote(parts.username) if parts.username else None
        start_tls: bool | None = True if user else None
        if tls or parts.hostname in _LOOPBACK:
            start_tls = False
        password = unquote(parts.password) if parts.password else None
        port = parts.port or (465 if tls else 587 if user else 25)
        return cls(parts.hostname, port, tls, start_tls, user, password)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=self.start_tls,
            username=self.user,
            password=self.password,
            timeout=20,
        )

    async def deliver(
        self, sender: str, recipient: str, raw: bytes, on_data: Callable[[], Awaitable[None]]
    ) -> Attempt:
        """One attempt.

        Args:
            on_data: awaited just before the message is handed over: a crash after it leaves
                the outcome unknown, a crash before it has sent nothing.
        """
        client = self._client()
        try:
            try:
                async with asyncio.timeout(BEFORE_DATA_S):
                    await client.connect()
                    await client.mail(sender)
                    await client.rcpt(recipient)
            except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused) as error:
                return _answered(error.code)
            except aiosmtplib.SMTPAuthenticationError as error:
                return Attempt(SmtpResult.TEMPORARY, f"sign-in refused, {error.code}")
            except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
                return Attempt(SmtpResult.TEMPORARY, type(error).__name__)
            except UnicodeEncodeError:
                return Attempt(SmtpResult.PERMANENT, "address not writable")
            await on_data()
            try:
                async with asyncio.timeout(DATA_S):
                    await client.data(raw, timeout=DATA_S)
            except aiosmtplib.SMTPDataError as error:
                return _answered(error.code)
            except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
                return Attempt(SmtpResult.UNKNOWN, type(error).__name__)
            await _leave(client)
            return Attempt(SmtpResult.SENT)
        finally:
            client.close()


def _answered(code: int) -> Attempt:
    """4yz: try later; anything else is a no (RFC 5321, 4.2.1)."""
    later = 400 <= code < 500
    return Attempt(SmtpResult.TEMPORARY if later else SmtpResult.PERMANENT, str(code))


async def _leave(client: aiosmtplib.SMTP) -> None:
    """QUIT. The mail was already accepted: what happens now does not affect it."""
    try:
        async with asyncio.timeout(2.0):
            await client.quit()
    except (aiosmtplib.SMTPException, TimeoutError, OSError):
        pass  # the connection is closed by the caller

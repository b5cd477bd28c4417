"""Mail both ways: an SMTP sink for what the centre sends, and raw MIME posted to its inbound
address.

Nothing leaves this machine. Sources: RFC 5321 (envelope), RFC 5322 (message), RFC 7617 (Basic).
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

import aiohttp
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from channels.sandbox.clock import now
from channels.sandbox.options import Options

DOMAIN = "sandbox.example"
PHONE_MAIL = f"phone@{DOMAIN}"
MAX_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    """One message; the direction is the centre's (`out` = the centre sent it)."""

    id: int
    direction: str
    at: str
    from_: str
    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    in_reply_to: str
    raw: bytes

    def to_json(self) -> dict[str, Any]:
        """For the control API and the phone page (without the raw bytes)."""
        return {
            "id": self.id,
            "direction": self.direction,
            "at": self.at,
            "from": self.from_,
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "message_id": self.message_id,
            "in_reply_to": self.in_reply_to,
        }


class Mails:
    """The post office: keeps the last thousand messages."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.all: deque[Mail] = deque(maxlen=1000)
        self.readers: list[Callable[[Mail], None]] = []
        self.refuse = 0
        """How many of the next messages are refused with 451."""
        self._server: asyncio.Server | None = None
        self._count = 0

    async def open(self) -> int:
        """Listen for the centre's mail; returns the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname=DOMAIN, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True),
            self._options.host,
            self._options.smtp_port,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        """One message has come in over SMTP."""
        if self.refuse:
            self.refuse -= 1
            return "451 try again later"
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        self._keep("out", envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        return "250 kept by the sandbox"

    async def send(
        self,
        from_: str,
        subject: str,
        body: str,
        *,
        to: str = "",
        html: str = "",
        in_reply_to: str = "",
        name: str = "",
        auto: bool = False,
    ) -> tuple[Mail, int]:
        """A person writes to the centre. Returns the message and the HTTP status of the centre's
        answer."""
        to = to or self._options.email_to
        message = EmailMessage()
        message["From"] = f"{name} <{from_}>" if name else from_
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(now())
        message["Message-ID"] = make_msgid(domain=DOMAIN)
        if in_reply_to:
            message["In-Reply-To"] = in_reply_to
            message["References"] = in_reply_to
        if auto:
            message["Auto-Submitted"] = "auto-replied"
        message.set_content(body)
        if html:
            message.add_alternative(html, subtype="html")
        return await self.post(message.as_bytes(policy=policy.SMTP), from_, to)

    async def post(self, raw: bytes, envelope_from: str, envelope_to: str) -> tuple[Mail, int]:
        """Posts raw bytes to the centre's `/email/inbound`, as an inbound-parse service would."""
        kept = self._keep("in", envelope_from, (envelope_to,), raw)
        secret = b64encode(f"inbound:{self._options.email_secret}".encode()).decode()
        headers = {
            "Content-Type": "message/rfc822",
            "Authorization": f"Basic {secret}",
            "X-Envelope-To": envelope_to,
            "X-Envelope-From": envelope_from,
        }
        timeout = aiohttp.ClientTimeout(total=15)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(
                    f"{self._options.centre}/email/inbound", data=raw, headers=headers
                ) as answer,
            ):
                return kept, answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return kept, 0

    def _keep(self, direction: str, from_: str, to: tuple[str, ...], raw: bytes) -> Mail:
        self._count += 1
        message = message_from_bytes(raw, policy=policy.default)
        mail = Mail(
            id=self._count,
            direction=direction,
            at=now().isoformat(timespec="milliseconds"),
            from_=from_,
            to=to,
            subject=_header(message, "Subject"),
            text=_text(message),
            message_id=_header(message, "Message-ID"),
            in_reply_to=_header(message, "In-Reply-To"),
            raw=raw,
        )
        self.all.append(mail)
        for reader in self.readers:
            reader(mail)
        return mail


def _header(message: EmailMessage, name: str) -> str:
    """Empty if the header cannot be parsed: Python 3.11 fails on some headers of real mail."""
    try:
        return str(message[name] or "")
    except Exception:  # noqa: BLE001 - the parser raises whatever it meets
        return ""


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        return str(part.get_content()) if part is not None else ""
    except Exception:  # noqa: BLE001 - as above
        return ""

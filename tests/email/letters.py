"""Mails as they come over the wire."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from tests.email.conftest import OURS


def letter(
    text: str = "The sitter was late on Tuesday.",
    *,
    from_: str = "Maya Torres <maya@example.com>",
    to: str = OURS,
    subject: str = "About Tuesday",
    id_: str | None = None,
    html: str | None = None,
    **headers: str,
) -> bytes:
    """A plain letter of an S3 whoever reads it; more headers by name with '_' for '-'."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = from_, to, subject
    if id_:
        message["Message-ID"] = id_
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes(policy=SMTP)


def bounce(original_id: str, *, action: str = "failed", headers_only: bool = False) -> bytes:
    """A delivery report (RFC 3464) about the message with this id."""
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""\
From: Mail Delivery Subsystem <mailer-daemon@mx.example.com>
To: {OURS}
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn.{hash((original_id, action)) & 0xFFFFFF}@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

The mailbox is full.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; maya@example.com
Action: {action}
Status: 5.2.2

--b1
Content-Type: {kind}

From: {OURS}
To: maya@example.com
Subject: Re: About Tuesday
Message-ID: {original_id}

original text
--b1--
""".replace("\n", "\r\n").encode()

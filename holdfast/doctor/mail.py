"""Mail: the way out, and the secret of the way in."""

from __future__ import annotations

import asyncio

import aiosmtplib

from channels.email.smtp import Server
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.settings.environment import Settings

BUDGET_S = 8.0
CHECK = "mail"


async def mail(settings: Settings, faulty: bool) -> Finding:
    """Connects and signs in; sends nothing."""
    if faulty:
        return unknown(CHECK, "fix HOLDFAST_SMTP_URL first")
    answered = [line for line in settings.config.lines if line.mail]
    if not settings.smtp_url:
        if not answered:
            return ok(CHECK, "email is not set up, and no line has a mail address")
        mend = "If you want email, set HOLDFAST_SMTP_URL (and HOLDFAST_EMAIL_SECRET to receive it)."
        return warn(CHECK, "email is not set up: mail cannot be answered", mend)
    try:
        server = Server.from_url(settings.smtp_url)
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=server.start_tls,
            username=server.user,
            password=server.password,
            timeout=BUDGET_S,
        )
        try:
            async with asyncio.timeout(BUDGET_S):
                await client.connect()
                await client.noop()
        finally:
            client.close()
    except aiosmtplib.SMTPAuthenticationError as error:
        mend = "Correct the user and password in HOLDFAST_SMTP_URL (percent-encoded)."
        return fail(CHECK, f"{server.host} refuses the sign-in ({error.code})", mend)
    except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
        mend = "Check host, port and scheme (smtp:// or smtps://) in HOLDFAST_SMTP_URL."
        what = f"{server.host}:{server.port} cannot be used ({type(error).__name__})"
        return fail(CHECK, what, mend)
    if not settings.email_secret:
        mend = "Set HOLDFAST_EMAIL_SECRET, and give it to what posts mail to /email/inbound."
        return warn(CHECK, "mail can be sent, but not received", mend)
    return ok(CHECK, f"{server.host}:{server.port} accepts mail")

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
        return unknown(CHECK, "HOLDFAST_SMTP_URL comes first")
    answered = [line for line in settings.config.lines if line.mail]
    if not settings.smtp_url:
        if not answered:
            return ok(CHECK, "email not set up, and no line has a mail address")
        mend = "Set HOLDFAST_SMTP_URL (and HOLDFAST_EMAIL_SECRET for the way in) if you want it."
        return warn(CHECK, "email not set up: mail cannot be answered", mend)
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
        mend = "Mend user and password in HOLDFAST_SMTP_URL (percent-encoded)."
        return fail(CHECK, f"{server.host} refuses the sign-in ({error.code})", mend)
    except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
        mend = "Check host, port and smtp:// or smtps:// in HOLDFAST_SMTP_URL."
        what = f"{server.host}:{server.port} cannot be used ({type(error).__name__})"
        return fail(CHECK, what, mend)
    if not settings.email_secret:
        mend = "Set HOLDFAST_EMAIL_SECRET, and give it to what posts mail to /email/inbound."
        return warn(CHECK, "mail goes out, but none can come in", mend)
    return ok(CHECK, f"{server.host}:{server.port} takes mail")

"""Our public address as the carrier uses it: reachable, and signatures judged correctly."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

from channels.twilio.signature import SIGNATURE_HEADER
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.settings.checks import LOOPBACK

BUDGET_S = 6.0
REACHED, SIGNED = "public address", "signature"


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """The carrier's signature of a form POST (twilio.com/docs/usage/security), made by hand.

    Not made with the library that judges it: a round trip should meet two implementations.
    """
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


async def round_trip(
    public_url: str, tokens: tuple[str, ...], running: bool, *, pretended: bool
) -> list[Finding]:
    """POSTs the status of a call that does not exist, once signed correctly and once not.

    Args:
        running: a centre holds the data folder here, so that silence is a fault.
        pretended: a stand-in takes the carrier's place; it may reach loopback.
    """
    url = f"{public_url}/twilio/voice/status"
    form = {
        "CallSid": "CA" + secrets.token_hex(16),
        "AccountSid": "AC" + "0" * 32,
        "CallStatus": "ringing",  # changes nothing, even if there were such a call
    }
    token = tokens[0] if tokens else secrets.token_hex(16)
    try:
        async with asyncio.timeout(2 * BUDGET_S), aiohttp.ClientSession() as session:
            right = await _post(session, url, form, sign(token, url, form))
            wrong = await _post(session, url, form, sign(token + "?", url, form))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return [_silence(public_url, running, error), unknown(SIGNED, "nobody answers")]
    reached = _reached(public_url, right, running, pretended=pretended)
    if right not in (200, 403):
        return [reached, unknown(SIGNED, "the public address comes first")]
    return [reached, _judged(right, wrong, bool(tokens))]


async def _post(
    session: aiohttp.ClientSession, url: str, form: Mapping[str, str], signature: str
) -> int:
    headers = {SIGNATURE_HEADER: signature}
    async with session.post(url, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status


def _reached(public_url: str, status: int, running: bool, *, pretended: bool) -> Finding:
    parts = urlsplit(public_url)
    if 300 <= status < 400:
        return fail(
            REACHED,
            f"{public_url} sends requests elsewhere (HTTP {status})",
            "Set HOLDFAST_PUBLIC_URL to the address it leads to: signatures cover that address.",
        )
    if status in (502, 503, 504) and not running:
        what = f"a proxy answers (HTTP {status}), but the centre is not running"
        return unknown(REACHED, what, "Start `holdfast serve` and run doctor again.")
    if status not in (200, 403):
        return fail(
            REACHED,
            f"{public_url} answers HTTP {status}",
            "Let the proxy pass every path to the centre (deploy/Caddyfile).",
        )
    if parts.hostname in LOOPBACK and not pretended:
        return fail(
            REACHED,
            f"{public_url} exists on this machine only: no carrier can reach it",
            "Set HOLDFAST_PUBLIC_URL to the https address that the internet reaches.",
        )
    if parts.scheme == "https" and parts.port not in (None, 443):
        return warn(
            REACHED,
            f"{public_url} answers, but the carrier opens media streams on port 443 only",
            "Put the reverse proxy from deploy/ in front of it.",
        )
    return ok(REACHED, f"{public_url} answers")


def _silence(public_url: str, running: bool, error: Exception) -> Finding:
    if isinstance(error, aiohttp.ClientConnectorDNSError | socket.gaierror):
        host = urlsplit(public_url).hostname
        return fail(REACHED, f"no DNS name {host}", "Set its A/AAAA record, or correct the name.")
    if isinstance(error, aiohttp.ClientSSLError):
        return fail(REACHED, f"{public_url} has no valid TLS", "See 'certificate'.")
    if not running:
        what = "nobody answers because the centre is not running"
        return unknown(REACHED, what, "Start `holdfast serve` and run doctor again.")
    return fail(
        REACHED,
        f"{public_url} does not answer ({type(error).__name__})",
        "Check DNS, firewall and proxy: the carrier must reach it from the internet.",
    )


def _judged(right: int, wrong: int, have_token: bool) -> Finding:
    if wrong != 403:
        return fail(
            SIGNED,
            f"a wrongly signed request was accepted (HTTP {wrong})",
            "What answers there is not the centre, or something in front of it answers instead.",
        )
    if not have_token:
        return unknown(SIGNED, "a wrong one is refused; to test a right one, set TWILIO_AUTH_TOKEN")
    if right != 200:
        return fail(
            SIGNED,
            "our own, correctly signed request was refused",
            "The running centre needs the same HOLDFAST_PUBLIC_URL and TWILIO_AUTH_TOKEN "
            "(restart it), and a proxy must pass on path and query unchanged.",
        )
    return ok(SIGNED, "a right one is accepted, a wrong one refused")

"""TLS of the public address, as the carrier will see it: full chain, name, days left."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

from holdfast.clock import now_ms
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn

BUDGET_S = 6.0
WARN_DAYS = 14
CHECK = "certificate"

_EXPIRED, _SELF_SIGNED, _SELF_SIGNED_IN_CHAIN, _NO_ISSUER, _UNVERIFIED = 10, 18, 19, 20, 21
_WRONG_NAME, _WRONG_ADDRESS = 62, 64
"""Codes of OpenSSL's X509_verify_cert."""

_RENEW = "Renew it now (the proxy from deploy/ does so by itself)."
_MENDS = {
    _EXPIRED: _RENEW,
    _SELF_SIGNED: "The carrier refuses self-signed certificates: use one from a public authority.",
    _SELF_SIGNED_IN_CHAIN: "The carrier trusts public authorities only: use one from them.",
    _NO_ISSUER: "Serve the full chain (fullchain.pem), from a public authority.",
    _UNVERIFIED: "Serve the full chain (fullchain.pem), not the certificate alone.",
    _WRONG_NAME: "Get a certificate for the name in HOLDFAST_PUBLIC_URL.",
    _WRONG_ADDRESS: "Get a certificate for the name in HOLDFAST_PUBLIC_URL.",
}


async def chain(public_url: str) -> Finding:
    """One handshake with full verification against this machine's authorities."""
    parts = urlsplit(public_url)
    if parts.scheme != "https":
        return ok(CHECK, "not needed: http on loopback")
    try:
        async with asyncio.timeout(BUDGET_S):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or 443, ssl=ssl.create_default_context()
            )
    except ssl.SSLCertVerificationError as error:
        mend = _MENDS.get(error.verify_code, "Use a certificate from a public authority.")
        return fail(CHECK, error.verify_message, mend)
    except ssl.SSLError as error:
        why = (error.reason or str(error)).lower().replace("_", " ")
        return fail(CHECK, f"no TLS there: {why}", "Let the proxy speak TLS 1.2 or newer.")
    except (TimeoutError, OSError) as error:
        return unknown(CHECK, f"nobody answers there ({type(error).__name__})")
    try:
        certificate = writer.get_extra_info("peercert")
    finally:
        writer.transport.abort()
    days = int((ssl.cert_time_to_seconds(certificate["notAfter"]) - now_ms() / 1000) / 86_400)
    if days < WARN_DAYS:
        return warn(CHECK, f"valid, but for only {days} more days", _RENEW)
    return ok(CHECK, f"chain and name are valid, {days} days left")

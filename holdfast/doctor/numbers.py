"""Each line's number: that the account owns it, and where the carrier sends its events."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import aiohttp

from channels.twilio.client import CarrierClient, NumberInfo
from channels.twilio.errors import CarrierError
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.recovery.fallback import write_fallback

FETCH_S = 5.0


async def addresses(
    client: CarrierClient, number: str, public_url: str, data_dir: Path
) -> list[Finding]:
    """Four addresses of one number against ours; each is a check of its own."""
    try:
        info = await client.incoming_number(number)
    except CarrierError as error:
        return [unknown(number, f"the carrier did not answer: {error}", "Run doctor again.")]
    if info is None:
        mend = (
            "Buy it, or set one of the account's numbers in the configuration ([[lines]] number)."
        )
        return [fail(f"{number} owned", "the account does not have this number", mend)]
    found = [ok(f"{number} owned", "the account has it")]
    found.append(voice(info, public_url))
    found.append(await fallback(info, public_url, data_dir))
    found.append(
        _compare(
            f"{number} status",
            info.status_callback,
            info.status_callback_method,
            f"{public_url}/twilio/voice/status",
            "Voice, 'Call status changes'",
        )
    )
    if info.sms_application:
        mend = "Remove the application from the number (Messaging)."
        found.append(fail(f"{number} texts", "an application overrides its address", mend))
    else:
        found.append(
            _compare(
                f"{number} texts",
                info.sms_url,
                info.sms_method,
                f"{public_url}/twilio/sms",
                "Messaging, 'A message comes in'",
            )
        )
    return found


def voice(info: NumberInfo, public_url: str) -> Finding:
    """Where calls go; an application or trunk would make the carrier ignore the address."""
    check = f"{info.number} voice"
    if info.voice_application:
        mend = "Remove it from the number (Voice, 'Configure with': Webhook)."
        return fail(check, "an application or trunk overrides its address", mend)
    wanted = f"{public_url}/twilio/voice"
    return _compare(check, info.voice_url, info.voice_method, wanted, "Voice, 'A call comes in'")


def _compare(check: str, given: str, method: str, wanted: str, place: str) -> Finding:
    if given.partition("#")[0] != wanted:  # a fragment holds the carrier's own options
        is_now = f"is {given}" if given else "is empty"
        return fail(check, is_now, f"Set the number's {place} to: {wanted} (HTTP POST)")
    if method.upper() != "POST":
        return fail(check, f"is requested with {method}", f"Set {place} to HTTP POST.")
    return ok(check, f"is {wanted}")


async def of_dialled(url: str | None, public_url: str, data_dir: Path) -> Finding:
    """The same for the calls that we make (HOLDFAST_FALLBACK_URL)."""
    check = "fallback of our calls"
    document = _document(data_dir, public_url)
    mend = f"Host {document} on another host, and set HOLDFAST_FALLBACK_URL to its address."
    if not url or urlsplit(url).netloc == urlsplit(public_url).netloc:
        what = "is on our own host: while that is down, the people we call hear an error"
        return warn(check, what, mend)
    return await _fetched(check, url, "GET", public_url, mend)


def _document(data_dir: Path, public_url: str) -> str:
    try:
        return str(write_fallback(data_dir, public_url))
    except OSError:
        return "deploy/fallback.xml"


async def fallback(info: NumberInfo, public_url: str, data_dir: Path) -> Finding:
    """The document that callers hear while we do not answer; it should live on another host."""
    check = f"{info.number} fallback"
    given = info.voice_fallback_url.partition("#")[0]
    document = _document(data_dir, public_url)
    host_it = f"Host {document} on another host, and set 'Primary handler fails' to it (GET)."
    if not given:
        return fail(
            check, "is empty: while we are down, callers hear an error and are lost", host_it
        )
    if urlsplit(given).netloc == urlsplit(public_url).netloc:
        if given != f"{public_url}/twilio/voice/fallback":
            return fail(check, f"is {given}", host_it)
        return warn(check, "is on our own host: it helps only while that host answers", host_it)
    return await _fetched(check, given, info.voice_fallback_method, public_url, host_it)


async def _fetched(check: str, url: str, method: str, public_url: str, host_it: str) -> Finding:
    """Asks for the document as the carrier would."""
    try:
        async with (
            asyncio.timeout(FETCH_S),
            aiohttp.ClientSession() as session,
            session.request(method, url) as answer,
        ):
            body = (await answer.content.read(65_536)).decode("utf-8", "replace")
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return fail(check, f"{url} cannot be fetched ({type(error).__name__})", host_it)
    if status != 200:
        return fail(check, f"{method} {url} answers HTTP {status}", host_it)
    try:
        redirect = ElementTree.fromstring(body).find("Redirect")
    except ElementTree.ParseError:
        return fail(check, f"{url} is not a TwiML document", host_it)
    if redirect is None or not (redirect.text or "").strip().startswith(f"{public_url}/"):
        return warn(check, f"{url} does not lead callers back to {public_url}", host_it)
    return ok(check, f"another host answers: {url}")

"""`holdfast doctor --call NUMBER`: one real call, and what the carrier did with it.

Tried against the sandbox carrier in both of its behaviours; not on a real account.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from typing import Any

from channels.twilio import twiml
from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierError, CarrierRefused, NotFound, NotInProgress
from channels.twilio.reasons import not_dialled
from channels.voice.probe import probe_file
from holdfast.doctor import carrier
from holdfast.doctor.examine import is_running, settings_of
from holdfast.doctor.outcome import Finding, fail, ok, unknown, warn
from holdfast.host.data_folder import private
from holdfast.settings.environment import Settings
from router.core.current import Current

RING_S = 40
STEP_S = 12.0
"""How long each next step may take once it was answered."""
NAMES = ("call", "call: stream", "call: pings", "call: action", "call: redirect", "call: fallback")


async def prove(environment: Mapping[str, str], number: str, *, demo: bool) -> list[Finding]:
    """Dials `number` (your own) once; each thing that the call shows is a check."""
    settings, faults = settings_of(environment, demo=demo)
    lines = [line.number for line in settings.config.lines if line.number]
    if faults or not lines:
        return [unknown(NAMES[0], "fix the settings first: run `holdfast doctor`")]
    if words := Current(settings.config).dialling.words(number):
        return [
            fail(NAMES[0], f"{number!r} was not called: {words}", "Give one such as +12065550142.")
        ]
    if not is_running(settings.data_dir):
        why = "the centre, which must answer the carrier, does not run here"
        return [unknown(NAMES[0], why, "Run this on the centre's machine while the centre runs.")]
    token = secrets.token_hex(16)
    path = probe_file(settings.data_dir, token)
    private(path.parent)
    path.touch(mode=0o600)
    try:
        async with carrier.client_of(settings) as client:
            return await _call(client, settings, lines[0], number, token)
    finally:
        path.unlink(missing_ok=True)


async def _call(
    client: CarrierClient, settings: Settings, from_: str, number: str, token: str
) -> list[Finding]:
    def url(step: str) -> str:
        return f"{settings.public_url}/twilio/probe/{step}?t={token}"

    try:
        call = await client.dial(
            number, from_, url=url("start"), fallback_url=url("fallback"), timeout_s=RING_S
        )
    except CarrierRefused as error:
        return [fail(NAMES[0], not_dialled(error.code, error.message), "See the check above it.")]
    except CarrierError as error:
        mend = "The call may have been made: look in the carrier's log before you try again."
        return [unknown(NAMES[0], f"the carrier did not answer: {error}", mend)]
    steps = _Steps(settings, token)
    redirected = ""
    try:
        if not await _answered(client, call.sid, steps):
            return [fail(NAMES[0], "nobody answered", "Answer the call: it hangs up by itself.")]
        if await steps.until("action", "next", within_s=STEP_S):
            redirected = await _redirect(client, call.sid, url("target"))
            await steps.until("fallback", within_s=STEP_S)
    finally:
        await _end(client, call.sid)
    return [ok(NAMES[0], "answered"), *_found(steps.seen(), redirected)]


async def _answered(client: CarrierClient, sid: str, steps: _Steps) -> bool:
    """False if it was busy, not answered, or failed."""
    for _ in range(RING_S + 15):
        if await steps.until("start", within_s=1.0):
            return True
        try:
            info = await client.call(sid)
        except CarrierError:
            continue  # asked again in a moment
        if info is not None and info.status.over:
            return False
    return False


async def _redirect(client: CarrierClient, sid: str, url: str) -> str:
    """Empty if it was accepted, otherwise why not."""
    try:
        await client.redirect(sid, twiml=twiml.redirect(url))
    except CarrierError as error:
        return str(error)
    return ""


async def _end(client: CarrierClient, sid: str) -> None:
    try:
        await client.hang_up(sid)
    except (NotInProgress, NotFound):
        pass  # it has ended
    except CarrierError:
        pass  # it ends by itself after a minute


def _found(seen: dict[str, dict[str, Any]], redirected: str) -> list[Finding]:
    """The five things to be proven."""
    stream = seen.get("stream")
    proxy = "Let the proxy pass WebSockets on port 443 (deploy/Caddyfile)."
    if stream is None:
        found = [fail(NAMES[1], "no stream came, or its signature was wrong", proxy)]
        found.append(unknown(NAMES[2], "this needs the stream"))
    else:
        how = "as it was asked for" if stream["signature"] == "exact" else "with another slash"
        found = [ok(NAMES[1], f"signed over the wss address {how}; {stream['frames']} frames came")]
        found.append(
            ok(NAMES[2], "answered")
            if stream["pong"]
            else ok(NAMES[2], "not answered: only silence shows that a stream is dead")
        )
    if "action" in seen:
        found.append(ok(NAMES[3], "requested when our side closes the stream"))
    elif "next" in seen:
        found.append(ok(NAMES[3], "not requested: the next verb runs (we always write one)"))
    else:
        mend = "Report this to us: a caller whose stream ends would be lost."
        found.append(fail(NAMES[3], "neither the action nor the next verb was requested", mend))
    if "target" in seen:
        found.append(ok(NAMES[4], "a live call goes where it is sent"))
    else:
        why = redirected or "it was accepted, but the target was not requested"
        mend = "Until this works no caller reaches an agent: look at the carrier's debugger."
        found.append(fail(NAMES[4], why, mend))
    if seen.get("fallback", {}).get("code"):
        code = seen["fallback"]["code"]
        found.append(ok(NAMES[5], f"requested with error {code} when our address failed"))
    else:
        mend = "Callers would hear an error while we are down: check the fallback addresses."
        found.append(warn(NAMES[5], "was not requested", mend))
    return found


class _Steps:
    """The centre's observations."""

    def __init__(self, settings: Settings, token: str) -> None:
        self._path = probe_file(settings.data_dir, token)

    def seen(self) -> dict[str, dict[str, Any]]:
        """The first observation of each step."""
        found: dict[str, dict[str, Any]] = {}
        for line in self._path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.setdefault(one["step"], one)
        return found

    async def until(self, *steps: str, within_s: float) -> bool:
        """Whether one of them came in time."""
        try:
            async with asyncio.timeout(within_s):
                while not any(step in self.seen() for step in steps):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            return False
        return True

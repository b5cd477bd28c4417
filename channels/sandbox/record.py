"""The Record verb: a beep, the person's voice, then `action` with the recording's address.

An empty recording requests nothing: the next verb runs. A person who hangs up while recording still
leaves the message: `action` comes with Digits=hangup. `recordingStatusCallback` comes when the file
is ready, before or after the call's own end.
Source: twilio.com/docs/voice/twiml/record.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.sandbox import audio
from channels.sandbox.clock import until
from channels.sandbox.document import Verb
from channels.sandbox.model import API_VERSION
from channels.sandbox.signing import new_sid

if TYPE_CHECKING:
    from channels.sandbox.session import Session, Step
    from channels.sandbox.verbs import Keys

KEPT = 200
READY_S = 0.1
"""How long the file takes after the voice has ended."""


async def record(session: Session, verb: Verb) -> Step | None:
    """Until a key of `finishOnKey`, `timeout` s of silence, `maxLength` s, or the hang-up."""
    from channels.sandbox.session import Fetch
    from channels.sandbox.verbs import Keys

    if verb.attrs.get("playBeep", "true") == "true":
        await session.play(audio.tone(1000, 400), "beep")
    limit_s, quiet_s = verb.number("maxLength", 3600, 1), verb.number("timeout", 5, 1)
    session.keys = keys = Keys(1, "")
    session.call.note("record.started")
    session.party.on("record")
    sound = bytearray()
    try:
        await _listen(session, keys, sound, limit_s, quiet_s)
    except asyncio.CancelledError:
        how = session.carrier.faults.actions.record
        if not session.hung_up and how == "absent":
            raise
        if fields := _keep(session, sound):
            fields += (("Digits", "hangup" if session.hung_up else ""),)
            step = Fetch(verb.attrs.get("action") or session.document_url, verb.method(), fields)
            if session.hung_up:
                session.carrier.spawn(session.fetch(step))
            else:
                session.told = step
            late = session.carrier.faults.action_late_ms if how == "late" else 0
            _announce(session, verb, fields, late / 1000)
        raise
    finally:
        session.keys = None
    fields = _keep(session, sound)
    if not fields:
        return None
    _announce(session, verb, fields)
    extra = (*fields, ("Digits", keys.digits))
    return Fetch(verb.attrs.get("action") or session.document_url, verb.method(), extra)


async def _listen(
    session: Session, keys: Keys, sound: bytearray, limit_s: float, quiet_s: float
) -> None:
    loop = asyncio.get_running_loop()
    start, n, quiet = loop.time(), 0, 0
    while n * audio.FRAME_S < limit_s and quiet * audio.FRAME_S < quiet_s:
        if keys.first.is_set():
            return
        frame = session.party.speak()
        quiet = quiet + 1 if frame == audio.SILENCE else 0
        sound += frame
        n += 1
        await until(start + n * audio.FRAME_S)


def _keep(session: Session, sound: bytearray) -> tuple[tuple[str, str], ...]:
    """The fields that describe it; none for an empty recording."""
    if not set(sound) - set(audio.SILENCE):
        return ()
    carrier, call = session.carrier, session.call
    sid = new_sid("RE")
    carrier.recordings[sid] = audio.write_wav(bytes(sound))
    while len(carrier.recordings) > KEPT:
        carrier.recordings.popitem(last=False)
    seconds = max(1, round(len(sound) / audio.RATE))
    call.note("record.kept", sid=sid, seconds=seconds)
    where = f"{carrier.base_url}/{API_VERSION}/Accounts/{call.account_sid}/Recordings/{sid}"
    return (
        ("RecordingSid", sid),
        ("RecordingUrl", where),
        ("RecordingDuration", str(seconds)),
    )


def _announce(
    session: Session, verb: Verb, fields: tuple[tuple[str, str], ...], late_s: float = 0
) -> None:
    url = verb.attrs.get("recordingStatusCallback")
    if url:
        call = session.call
        told = [("AccountSid", call.account_sid), ("CallSid", call.sid), *fields]
        told += [("RecordingStatus", "completed"), ("RecordingChannels", "1")]
        method = verb.method("recordingStatusCallbackMethod")
        session.carrier.spawn(_send(session, url, told, method, late_s))


async def _send(
    session: Session, url: str, told: list[tuple[str, str]], method: str, late_s: float
) -> None:
    await asyncio.sleep(READY_S + late_s)
    await session.carrier.webhooks.send(url, told, method=method, kind="recording")

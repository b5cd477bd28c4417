"""The Dial verb: a second leg, and the two people's sound joined until one hangs up.

A Number's `url` is run at the called party's end first (a whisper): they are joined when that
document ends by itself, not when it hangs up. The vendor's pages do not say what DialCallStatus is
then: here it is `completed`, with DialBridged=false, so that nobody learns to trust it.

Sources: twilio.com/docs/voice/twiml/dial, twilio.com/docs/voice/twiml/number.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.sandbox import audio
from channels.sandbox.clock import until
from channels.sandbox.document import Verb

if TYPE_CHECKING:
    from channels.sandbox.party import Party
    from channels.sandbox.session import Session, Step


MOST_DIGITS = 15
"""The longest number (E.164)."""


async def dial(session: Session, verb: Verb) -> Step | None:
    """Ring the number; talk; then `action` with DialCallStatus, or the next verb."""
    from channels.sandbox.session import Fetch

    noun = verb.children[0] if verb.children else verb
    number, whisper = noun.text, noun.attrs.get("url", "")
    timeout_s = verb.number("timeout", 30, 1, 600)
    limit_s = verb.number("timeLimit", 14_400, 1, 14_400)
    session.open_action, session.open_method = verb.attrs.get("action"), verb.method()
    child = session.carrier.dial_leg(session, number, verb.attrs.get("callerId", ""))
    status, bridged = "failed", False
    refused = len(number.lstrip("+")) > MOST_DIGITS
    if refused:
        session.call.note("document.failed", code=32018, why="the number is too long")
    if not session.carrier.reaches(number):
        session.call.note("document.failed", code=21219, why="a trial account calls verified ones")
        refused = True
    try:
        status = "failed" if refused else await child.party.ring(timeout_s)
        if status == "in-progress":
            child.mark_answered()
            method = noun.method()
            bridged = not whisper or await child.screen(Fetch(whisper, method))
            if bridged:
                session.call.note("dial.bridged", child=child.call.sid)
                await _cross(session.party, child, limit_s)
            status = "completed"
    except asyncio.CancelledError:
        status = "canceled" if child.call.status == "ringing" else "completed"
        raise
    finally:
        child.end_with(status)
    session.open_action = None
    action = verb.attrs.get("action")
    if action is None:
        return None
    extra = (
        ("DialCallSid", child.call.sid),
        ("DialCallStatus", status),
        ("DialCallDuration", str(child.call.duration_s)),
        ("DialBridged", "true" if bridged else "false"),
    )
    return Fetch(action, verb.method(), extra)


async def _cross(near: Party, child: Session, limit_s: float) -> None:
    """Every 20 ms, each hears the other, until the far end hangs up or the limit comes."""
    loop = asyncio.get_running_loop()
    start, n = loop.time(), 0
    while not child.hung_up and loop.time() - start < limit_s:
        near_says, far_says = near.speak(), child.party.speak()
        near.hear(far_says)
        child.party.hear(near_says)
        n += 1
        await until(start + n * audio.FRAME_S)

"""Callers outside: the documents that send them there, and the carrier's reports about it.

The caller stays in the carrier's hands. The person who answers there hears words of their own and
presses a key; nothing else counts as an answer, and the carrier's DialCallStatus is never read as
one.
Sources: twilio.com/docs/voice/twiml/dial, /number, /record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import structlog

from channels.twilio import twiml
from channels.twilio.forms import VoiceForm
from channels.voice.limits import Writing
from channels.voice.lines import HOOKS as LINE_HOOKS
from channels.voice.lines import Lines
from channels.voice.prompts import spoken
from channels.voice.told import HOOKS as TOLD_HOOKS
from channels.voice.told import ToldByTelephone
from router.core.model import LiveContact
from router.core.states import BEYOND, State
from router.live.engine import Engine
from router.on_call import OutsideRouting

log = structlog.get_logger()

HOOKS = ("outside", "whisper", "ack", "done", "danger", "recording", *TOLD_HOOKS, *LINE_HOOKS)
"""Dial's action; the called party's document; their key; Record's action; the caller's key for an
emergency; the recording's file; those of calls that tell of a text or mail; those of
numbers asked in."""

DANGER = "1"
"""The key at the voicemail that makes the call an S1."""

CALLED_PARTY = ("whisper", "ack", "told", "told_key", "told_heard")
"""Hooks of whom we called: a caller's music has no place there."""

AGAIN_MS = 5_000
"""A caller who asks again so soon after being redirected may be on their way: they are asked to
wait."""


class Messages(Protocol):
    """Keeps what callers left, and promises to call them back."""

    async def left(self, contact: str, recording: str, seconds: int, call_sid: str) -> None: ...

    async def promise(self, contact: str, why: str) -> None: ...


class OutsideCalls:
    """Documents, hooks and effects of callers outside."""

    def __init__(
        self,
        engine: Engine,
        outside: OutsideRouting,
        messages: Messages,
        writing: Writing,
        told: ToldByTelephone | None = None,
        lines: Lines | None = None,
    ) -> None:
        """`told`: calls that tell of a text or mail; `lines`: numbers asked into a call."""
        self.told = told
        self.lines = lines
        self._engine = engine
        self._outside = outside
        self._messages = messages
        self._url, self._limits = writing.url, writing.limits
        self._prompts = writing.prompts

    # Documents --------------------------------------------------------------------------------

    def document(self, live: LiveContact) -> str:
        """What the carrier does with a caller who is outside, or leaves a message."""
        if live.state == State.VOICEMAIL:
            said = self._outside.voicemail_says(live, DANGER)
            return twiml.voicemail(
                self._prompts.says(live, *said),
                self._url(f"/done?c={live.id}"),
                self._url(f"/recording?c={live.id}"),
                limit_s=self._limits().message,
                key=DANGER if live.severity > 1 else "",
                key_url=self._url(f"/danger?c={live.id}"),
            )
        there = live.outside
        number = self._outside.number_of(there) if there else None
        if live.state != State.OUTSIDE or there is None or number is None:
            return twiml.pause_and_redirect(3, self._url("/wait?n=1"))
        query = f"?c={live.id}&f={there.fence}"
        return twiml.dial_out(
            number,
            caller_id=self._outside.caller_id(live.line),
            action_url=self._url("/outside" + query),
            whisper_url=self._url("/whisper" + query),
            timeout_s=self._limits().ring,
            limit_s=self._limits().talk,
        )

    def again(self, live: LiveContact, now_ms: int) -> str:
        """The same for a caller about whom the carrier asks again."""
        redirected = live.state == State.OUTSIDE and live.outside and not live.outside.inline
        if not redirected or now_ms - (live.state_at or 0) >= AGAIN_MS:
            return self.document(live)
        return twiml.pause_and_redirect(3, self._url("/wait?n=1"))

    def on_their_way(self) -> str:
        """Somebody here took them while they were there: a redirect brings them. The answer to the
        verb that it interrupts neither ends the call nor gets in its way."""
        return twiml.pause_and_redirect(1, self._url("/wait?n=1"))

    async def go_on(self, live: LiveContact | None, now_ms: int) -> str | None:
        """While a webhook is answered: out to the next number, if that is their way now."""
        if live is None or live.state != State.QUEUED or live.overflow_at is None:
            return None
        reply = await self._outside.go_on(live, inline=True)
        there = reply.contact
        if there is None or there.state not in BEYOND - {State.AWAY}:
            return None
        # Not ok: the same webhook came twice, or the index redirects them at this moment.
        return self.document(there) if reply.ok else self.again(there, now_ms)

    # The called party -------------------------------------------------------------------------

    async def called_party(self, hook: str, voice: VoiceForm, query: Mapping[str, str]) -> str:
        """Their document, and their key. Anything but the key ends their leg."""
        contact, fence = query.get("c", ""), query.get("f", "")
        if hook == "whisper":
            rings = await self._engine.step("outside_picked_up", contact=contact, fence=fence)
            live = rings.contact
            if not rings.ok or live is None or live.outside is None:
                return twiml.say_and_hang_up(spoken(self._outside.to_anybody("taken")))
            if live.outside.acknowledge and live.state != State.AWAY:  # else told twice
                return twiml.whisper(
                    spoken(self._outside.whisper(live)),
                    self._url(f"/ack?c={contact}&f={fence}"),
                    timeout_s=self._limits().acknowledge,
                )
        elif not voice.digits:
            return twiml.hang_up()
        reply = await self._engine.step("outside_answered", contact=contact, fence=fence)
        if not reply.ok:
            key = "hung_up" if reply.code == "caller_gone" else "taken"
            return twiml.say_and_hang_up(spoken(self._outside.to_anybody(key)))
        log.info("contact.taken_outside", contact=contact)
        return twiml.empty()  # their document ends, and the two are joined

    # The message ------------------------------------------------------------------------------

    async def message_over(self, contact: str, voice: VoiceForm) -> str:
        """Record's action, or its next verb when nothing was said."""
        said = "RecordingSid" in voice.raw
        reply = await self._engine.step(
            "message_over", contact=contact, cause="left_message" if said else "no_message"
        )
        if voice.status.over:
            return twiml.empty()
        if not reply.ok and reply.contact is not None:
            return self.on_their_way()
        key = "thanks" if said else "goodbye"
        if reply.contact is None:
            return twiml.say_and_hang_up(self._prompts.parts(self._prompts.of("").say(key)))
        return twiml.say_and_hang_up(self._prompts.says(reply.contact, (key, {})))

    async def recorded(self, contact: str, voice: VoiceForm) -> str:
        """recordingStatusCallback: the file can be fetched; it may come after the call's end."""
        seconds = voice.raw.get("RecordingDuration", "")
        if voice.raw.get("RecordingStatus", "completed") == "completed":
            await self._messages.left(
                contact,
                voice.raw.get("RecordingSid", ""),
                int(seconds) if seconds.isdecimal() else 0,
                voice.call_sid,
            )
        return twiml.empty()

    # Effects ----------------------------------------------------------------------------------

    async def overflow(self, live: LiveContact | None, now_ms: int) -> int | None:
        """The index asks for the next number. None: done; otherwise try again in this many ms."""
        if live is None or live.state != State.QUEUED or live.overflow_at is None:
            return None
        if (live.quiet_until or 0) > now_ms:
            return int((live.quiet_until or 0) - now_ms)  # a webhook is being answered
        await self._outside.go_on(live, inline=False)
        return None

    async def promise(self, contact: str) -> None:
        await self._messages.promise(contact, "nobody could take the call")

    async def not_sent(self, live: LiveContact) -> None:
        """The carrier refused to send them there: the next number."""
        if live.outside is not None:
            await self._engine.step(
                "outside_over",
                contact=live.id,
                fence=live.outside.fence,
                cause="refused",
                ringing=True,
            )

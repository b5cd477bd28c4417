"""What each TwiML verb does to a call. A verb returns the next step, or None to go on.

Sources: twilio.com/docs/voice/twiml/{say,play,gather,pause,redirect,connect,stream,dial,hangup};
Record is in record.py.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.sandbox import audio
from channels.sandbox.clock import until
from channels.sandbox.document import BadDocument, Verb
from channels.sandbox.webhooks import Failure, Reply

if TYPE_CHECKING:
    from channels.sandbox.party import Party
    from channels.sandbox.session import Session, Step

Answer = Reply | Failure
MAX_LOOPS = 1000


class Keys:
    """Collects the keys of one Gather."""

    def __init__(self, limit: int, finish: str) -> None:
        self._limit = limit
        self._finish = finish
        self.digits = ""
        self.complete = False
        self.first = asyncio.Event()
        self._news = asyncio.Event()

    def press(self, digit: str) -> None:
        """One key; ignored when the Gather is complete."""
        if self.complete:
            return
        if digit == self._finish:
            self.complete = True
        else:
            self.digits += digit
            self.complete = len(self.digits) >= self._limit
        self.first.set()
        self._news.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait until complete, or until no key came for `timeout_s`."""
        while not self.complete:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._news.wait()
            except TimeoutError:
                return
            self._news.clear()


async def perform(session: Session, verb: Verb) -> Step | None:
    """Run one verb."""
    from channels.sandbox.dial import dial
    from channels.sandbox.record import record
    from channels.sandbox.session import Fetch, Stop

    match verb.name:
        case "Say" | "Play" | "Pause":
            await _sound_of(session, verb, None)
        case "Gather":
            return await _gather(session, verb)
        case "Redirect":
            return Fetch(verb.text, verb.method())
        case "Connect":
            return await _connect(session, verb)
        case "Dial":
            return await dial(session, verb)
        case "Record":
            return await record(session, verb)
        case "Hangup":
            return Stop("completed", "hangup")
        case "Reject":
            return Stop("completed", "reject")
        case _:
            raise BadDocument(12200, f"{verb.name} is not for calls")
    return None


async def sound(party: Party, ulaw: bytes, stop: asyncio.Event | None) -> None:
    """Let the person hear it in real time: frame by frame if live, otherwise as one piece."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    if party.live:
        for n in range(0, len(ulaw), audio.FRAME):
            if stop is not None and stop.is_set():
                return
            frame = ulaw[n : n + audio.FRAME]
            party.hear(frame + audio.SILENCE[len(frame) :])
            await until(start + (n / audio.FRAME + 1) * audio.FRAME_S)
        return
    length_s = len(ulaw) / audio.RATE
    try:
        if stop is None:
            await asyncio.sleep(length_s)
        else:
            async with asyncio.timeout(length_s):
                await stop.wait()
    except TimeoutError:
        pass  # played to its end
    finally:
        party.hear(ulaw[: int((loop.time() - start) * audio.RATE)])


async def _sound_of(session: Session, verb: Verb, stop: asyncio.Event | None) -> None:
    """Say, Play or Pause; `stop` ends it early."""
    if verb.name == "Pause":
        await _pause(verb.number("length", 1), stop)
        return
    if verb.name == "Say":
        ulaw = audio.spoken(verb.text, session.carrier.options.letter_ms)
        what = "say: " + verb.text[:80]
    elif verb.attrs.get("digits"):
        ulaw, what = audio.tone(697, 200) * len(verb.attrs["digits"]), "digits"
    else:
        ulaw, what = await session.carrier.clip(verb.text), verb.text
    loops = verb.number("loop", 1, 0, MAX_LOOPS) or MAX_LOOPS
    for _ in range(loops if ulaw else 0):
        if stop is not None and stop.is_set():
            return
        await session.play(ulaw, what, stop)


async def _pause(seconds: int, stop: asyncio.Event | None) -> None:
    if stop is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass  # nobody pressed a key


async def _gather(session: Session, verb: Verb) -> Step | None:
    """Nested sound, then `timeout` s for the first and each further key.

    Without digits the document continues, unless actionOnEmptyResult.
    """
    from channels.sandbox.session import Fetch

    keys = Keys(verb.number("numDigits", 1000, 1), verb.attrs.get("finishOnKey", "#"))
    timeout_s = verb.number("timeout", 5, 0)
    session.keys = keys
    try:
        session.party.on("gather")
        for child in verb.children:
            await _sound_of(session, child, keys.first)
            if keys.first.is_set():
                break
        await keys.wait(timeout_s)
    finally:
        session.keys = None
    if not keys.digits and verb.attrs.get("actionOnEmptyResult", "false") != "true":
        return None
    url = verb.attrs.get("action") or session.document_url
    session.call.note("gather.done", digits=keys.digits)
    return Fetch(url, verb.method(), (("Digits", keys.digits),))


async def _connect(session: Session, verb: Verb) -> Step | None:
    """A stream until its end; then `action` as the fault table says for that kind of end."""
    from channels.sandbox.session import Fetch
    from channels.sandbox.stream import StreamClient

    action = verb.attrs.get("action")
    session.open_action, session.open_method = action, verb.method()
    session.stream = StreamClient(session, verb.children[0])
    ending = await session.stream.run()
    session.stream = None
    session.open_action = None
    if action is None:
        return None
    faults = session.carrier.faults
    how: str = getattr(faults.actions, ending.value)
    session.call.note("stream.action", ending=ending.value, how=how)
    if how == "missing":
        return None
    if how == "late":
        await asyncio.sleep(faults.action_late_ms / 1000)
    step = Fetch(action, verb.method())
    if how == "twice":
        session.carrier.spawn(session.fetch(step))
    return step

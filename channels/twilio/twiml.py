"""The documents with which we answer the carrier. Every URL in them is absolute.

A relative URL works in a webhook's answer but is refused in a live call's inline `Twiml` (15004);
with one rule for both, one function serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml.voice_response import VoiceResponse

INLINE_LIMIT = 4000
"""Characters of TwiML a REST request may carry (twilio.com/docs/voice/api/call-resource)."""

ANY_KEY = ""
"""finishOnKey: none. The default is the hash key, which then only ends the Gather, without a digit
(twilio.com/docs/voice/twiml/gather#finishonkey)."""

PARAMETER_LIMIT = 500
"""Characters of one Stream Parameter's name and value (twilio.com/docs/voice/twiml/stream)."""


def absolute(url: str, *schemes: str) -> str:
    """The URL unchanged; ValueError unless it is absolute with one of `schemes`."""
    parts = urlsplit(url)
    allowed = schemes or ("http", "https")
    if parts.scheme not in allowed or not parts.netloc:
        raise ValueError(f"not an absolute {'/'.join(allowed)} URL: {url!r}")
    return url


def inline(document: str) -> str:
    """The document unchanged; ValueError if it is too long to go into a REST request."""
    if len(document) > INLINE_LIMIT:
        raise ValueError(f"TwiML of {len(document)} characters, {INLINE_LIMIT} at most inline")
    return document


@dataclass(frozen=True, slots=True)
class Words:
    """Text that the carrier reads out (charged by letter), where there is no clip."""

    text: str
    language: str = "en-US"
    voice: str = ""
    """One of the carrier's; none: its usual one for the language."""


Part = str | Words
"""The address of a clip, or words."""


def _speak(into: Any, parts: Iterable[Part]) -> None:
    for part in parts:
        if isinstance(part, Words):
            into.say(part.text, language=part.language, voice=part.voice or None)
        else:
            into.play(absolute(part))


def connect_stream(
    stream_url: str,
    action_url: str,
    status_callback_url: str | None,
    params: Mapping[str, str],
    *,
    next_url: str | None = None,
) -> str:
    """A two-way media stream. Afterwards the carrier requests `action_url` or, if it does not,
    `next_url` (the same address unless given).

    stream_url: ws(s), without a query (the carrier drops it): identify by path and `params`.
    """
    if urlsplit(stream_url).query:
        raise ValueError("a Stream URL's query string is dropped by the carrier")
    for name, value in params.items():
        if len(name) + len(value) >= PARAMETER_LIMIT:
            raise ValueError(f"Stream parameter {name!r} is too long")
    document = VoiceResponse()
    connect = document.connect(action=absolute(action_url), method="POST")
    callback: dict[str, str] = {}
    if status_callback_url is not None:
        callback = {
            "status_callback": absolute(status_callback_url),
            "status_callback_method": "POST",
        }
    stream = connect.stream(url=absolute(stream_url, "ws", "wss"), **callback)
    for name, value in params.items():
        stream.parameter(name=name, value=value)
    # After a failed handshake, or if `action` is not requested, the next verb runs: without
    # one the call would end.
    document.redirect(absolute(next_url or action_url), method="POST")
    return str(document)


def hold_loop(
    parts: Sequence[Part],
    gather_action: str | None,
    next_url: str,
    *,
    timeout_s: int = 1,
) -> str:
    """One turn of waiting: clips and words, a key press heard at any moment, then `next_url`.

    gather_action: who gets the digit; None plays without listening.
    """
    document = VoiceResponse()
    if gather_action is None:
        into = document
    else:
        into = document.gather(
            input="dtmf",
            num_digits=1,
            finish_on_key=ANY_KEY,
            timeout=timeout_s,
            action=absolute(gather_action),
            method="POST",
        )
    _speak(into, parts)
    document.redirect(absolute(next_url), method="POST")
    return str(document)


def menu(
    parts: Sequence[Part],
    action_url: str,
    *,
    fallthrough_url: str,
    num_digits: int = 1,
    timeout_s: int = 5,
) -> str:
    """Ask for digits; without any, go on at `fallthrough_url`."""
    document = VoiceResponse()
    gather = document.gather(
        input="dtmf",
        num_digits=num_digits,
        finish_on_key=ANY_KEY,
        timeout=timeout_s,
        action=absolute(action_url),
        method="POST",
    )
    _speak(gather, parts)
    document.redirect(absolute(fallthrough_url), method="POST")
    return str(document)


def play_and_redirect(play_urls: Sequence[str], next_url: str) -> str:
    """Play, then request `next_url`."""
    return hold_loop(play_urls, None, next_url)


def redirect(next_url: str) -> str:
    """Request `next_url` at once."""
    return hold_loop((), None, next_url)


def pause_and_redirect(seconds: int, next_url: str) -> str:
    """Silence, then request `next_url`."""
    document = VoiceResponse()
    document.pause(length=seconds)
    document.redirect(absolute(next_url), method="POST")
    return str(document)


def stay_on_the_line(words: Sequence[Words], again: Sequence[Words], next_url: str) -> str:
    """Words, then three minutes on hold without us, with `again` every 20 s, then request
    `next_url`. No clip of ours: nobody here would serve it."""
    document = VoiceResponse()
    _speak(document, words)
    for _ in range(8):
        document.pause(length=20)
        _speak(document, again)
    document.redirect(absolute(next_url), method="POST")
    return str(document)


def say_and_hang_up(parts: Sequence[Part]) -> str:
    """Clips and words, then the end of the call."""
    document = VoiceResponse()
    _speak(document, parts)
    document.hangup()
    return str(document)


def dial_out(
    number: str,
    *,
    caller_id: str,
    action_url: str,
    whisper_url: str | None = None,
    timeout_s: int = 30,
    limit_s: int | None = None,
    play_urls: Sequence[str] = (),
) -> str:
    """Connect the caller to another number; `action_url` is told how it went.

    whisper_url: a document for the called party alone, before the two are joined; until then the
    caller hears it ring (answerOnBridge; twilio.com/docs/voice/twiml/number).
    """
    document = VoiceResponse()
    for url in play_urls:
        document.play(absolute(url))
    dial = document.dial(
        caller_id=caller_id,
        timeout=timeout_s,
        time_limit=limit_s,
        answer_on_bridge=True if whisper_url else None,
        action=absolute(action_url),
        method="POST",
    )
    if whisper_url:
        dial.number(number, url=absolute(whisper_url), method="POST")
    else:
        dial.number(number)
    return str(document)


def whisper(parts: Sequence[Part], ack_url: str, *, timeout_s: int) -> str:
    """Words for a called party, and a key that says "I take it"; without one the leg hangs up."""
    document = VoiceResponse()
    gather = document.gather(
        input="dtmf",
        num_digits=1,
        finish_on_key=ANY_KEY,
        timeout=timeout_s,
        action=absolute(ack_url),
        method="POST",
    )
    _speak(gather, parts)
    document.hangup()
    return str(document)


def voicemail(
    parts: Sequence[Part],
    done_url: str,
    recording_url: str,
    *,
    limit_s: int,
    key: str = "",
    key_url: str = "",
) -> str:
    """Words, a beep, the caller's message. Silence records nothing and continues at `done_url`.

    `key`: pressed during the words, it goes on at `key_url`; during the message, it ends that with
    this digit.
    """
    document = VoiceResponse()
    if key:
        gather = document.gather(
            input="dtmf",
            num_digits=1,
            timeout=1,
            action=absolute(key_url),
            method="POST",
        )
        _speak(gather, parts)
    else:
        _speak(document, parts)
    document.record(
        action=absolute(done_url),
        method="POST",
        timeout=5,
        max_length=limit_s,
        finish_on_key=f"{key}#",
        recording_status_callback=absolute(recording_url),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    document.redirect(done_url, method="POST")
    return str(document)


def pause(seconds: int) -> str:
    """Silence; then the call is over."""
    document = VoiceResponse()
    document.pause(length=seconds)
    return str(document)


def hang_up() -> str:
    """End the call."""
    document = VoiceResponse()
    document.hangup()
    return str(document)


def reject(*, busy: bool = False) -> str:
    """Do not take the call (not charged): a busy tone, or "not in service"."""
    document = VoiceResponse()
    document.reject(reason="busy" if busy else "rejected")
    return str(document)


def empty() -> str:
    """Nothing to do: for completed calls, status callbacks and texts."""
    return str(VoiceResponse())

"""The messages of Twilio Media Streams, in both directions.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Unknown fields are
ignored, numbers may arrive as strings (they do), and a message with an unknown event is still a
message: the vendor does not announce new ones.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

MAX_MESSAGE_BYTES: Final = 64 * 1024
SAMPLES_PER_MS: Final = 8


class MediaFormat(msgspec.Struct, frozen=True):
    """So far always audio/x-mulaw, 8000, 1."""

    encoding: str = "audio/x-mulaw"
    sampleRate: int = 8000
    channels: int = 1


class Start(msgspec.Struct, frozen=True):
    """`customParameters` are the <Parameter> names and values of our TwiML."""

    callSid: str
    accountSid: str = ""
    customParameters: dict[str, str] = {}
    mediaFormat: MediaFormat = MediaFormat()


class Media(msgspec.Struct, frozen=True):
    """`timestamp`: ms since the stream's start; `payload`: µ-law, base64."""

    payload: str
    timestamp: int = 0
    chunk: int = 0
    track: str = "inbound"


class Dtmf(msgspec.Struct, frozen=True):
    digit: str


class Mark(msgspec.Struct, frozen=True):
    name: str


class Inbound(msgspec.Struct, frozen=True):
    """Any message from the carrier: `event` says which part is there."""

    event: str
    streamSid: str = ""
    sequenceNumber: int = 0
    start: Start | None = None
    media: Media | None = None
    dtmf: Dtmf | None = None
    mark: Mark | None = None


class Heard(msgspec.Struct, frozen=True, gc=False):
    """The sound of a `media` message: `payload` is µ-law, read from base64 by the decoder."""

    payload: bytes
    timestamp: int = 0
    track: str = "inbound"


class Often(msgspec.Struct, frozen=True, gc=False):
    """A message of those that come all the time; of any other, only its event."""

    event: str
    media: Heard | None = None
    mark: Mark | None = None


class StreamError(ValueError):
    """The other side does not speak the protocol; the message repeats nothing of what it said."""


_decoder: Final = msgspec.json.Decoder(Inbound, strict=False)
_often: Final = msgspec.json.Decoder(Often, strict=False)
_PARTS: Final = frozenset({"start", "media", "dtmf", "mark"})


def decode(text: str | bytes) -> Inbound:
    """One message. Raises StreamError if it is not one, or lacks the part that its event
    promises."""
    try:
        message = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise StreamError("not a media stream message") from None
    if message.event in _PARTS and getattr(message, message.event) is None:
        raise StreamError("a message without its part")
    return message


def often(text: bytes) -> Often | None:
    """A message with sound or a mark; None: another one, or nonsense, which `decode` tells."""
    try:
        message = _often.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return None if getattr(message, message.event, None) is None else message


def audio(media: Media) -> tuple[bytes, int]:
    """(µ-law bytes, timestamp in samples). Raises StreamError if the payload is not base64."""
    try:
        return base64.b64decode(media.payload, validate=True), media.timestamp * SAMPLES_PER_MS
    except (binascii.Error, ValueError):
        raise StreamError("a payload that is not base64") from None


class Outbound:
    """Messages toward the carrier for one stream, built from prepared halves (1 µs per frame)."""

    def __init__(self, stream_sid: str) -> None:
        sid = msgspec.json.encode(stream_sid)
        self._media = b'{"event":"media","streamSid":' + sid + b',"media":{"payload":"'
        self._mark = b'{"event":"mark","streamSid":' + sid + b',"mark":{"name":"'
        self.clear: Final = b'{"event":"clear","streamSid":' + sid + b"}"

    def media(self, payload: bytes) -> bytes:
        """Takes any size; the carrier plays in order."""
        return b"".join((self._media, binascii.b2a_base64(payload, newline=False), b'"}}'))

    def mark(self, name: str) -> bytes:
        """`name`: letters, digits, hyphens (not escaped here)."""
        return self._mark + name.encode() + b'"}}'

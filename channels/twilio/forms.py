"""The carrier's webhook forms, read into types of our own.

New parameters appear unannounced and documented ones may be absent, so nothing here is
required: an unknown value becomes None or stays in `raw`, never an error.
Sources: twilio.com/docs/voice/twiml, twilio.com/docs/voice/api/call-resource,
twilio.com/docs/messaging/guides/webhook-request, twilio.com/docs/voice/twiml/stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum


class CallStatus(Enum):
    """Where a call stands. UNKNOWN: a word we do not know yet."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"
    UNKNOWN = "unknown"

    @property
    def over(self) -> bool:
        """True for the states a call never leaves."""
        return self in _OVER

    @classmethod
    def read(cls, word: str | None) -> CallStatus:
        """The status for the carrier's word; `initiated` and `answered` are its event names."""
        try:
            return cls(_EVENT_WORDS.get(word or "", word))
        except ValueError:
            return cls.UNKNOWN


_OVER = frozenset(
    {
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.FAILED,
        CallStatus.NO_ANSWER,
        CallStatus.CANCELED,
    }
)
_EVENT_WORDS = {"initiated": "queued", "answered": "in-progress"}


MOST_MEDIA = 30


@dataclass(frozen=True, slots=True)
class VoiceForm:
    """Any voice webhook: first request, action, status callback, stream status, fallback."""

    call_sid: str
    from_: str
    to: str
    status: CallStatus
    direction: str
    digits: str | None
    forwarded_from: str | None
    caller_name: str | None
    stir: str | None
    parent_call_sid: str | None
    answered_by: str | None
    duration_s: int | None
    sequence: int | None
    """Of a status callback, from 0: callbacks arrive in any order."""
    timestamp: datetime | None
    stream_sid: str | None
    stream_event: str | None
    stream_error: str | None
    error_code: int | None
    """Of a fallback request: why the carrier gave up our first URL."""
    error_url: str | None
    dial_status: CallStatus | None
    raw: Mapping[str, str] = field(repr=False)

    @property
    def inbound(self) -> bool:
        """True if the party called us."""
        return self.direction == "inbound"


@dataclass(frozen=True, slots=True)
class MediaItem:
    """One attachment of a text: fetch with HTTP Basic auth."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class TextForm:
    """An inbound text (twilio.com/docs/messaging/guides/webhook-request)."""

    sid: str
    from_: str
    to: str
    body: str
    media: tuple[MediaItem, ...]
    opt_out: str | None
    """STOP, START or HELP when the carrier handled the word itself, else None."""
    raw: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextStatusForm:
    """A delivery report; they arrive unordered. `status` is the carrier's word, unknown ones
    included."""

    sid: str
    status: str
    to: str
    error_code: int | None
    raw: Mapping[str, str] = field(repr=False)


def fold(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A form as a dict; if a name is repeated, its first value counts."""
    form: dict[str, str] = {}
    for name, value in pairs:
        form.setdefault(name, value)
    return form


def read_voice(form: Mapping[str, str]) -> VoiceForm:
    """Read a voice webhook. Missing words are empty strings or None."""
    dial = form.get("DialCallStatus")
    return VoiceForm(
        call_sid=form.get("CallSid", ""),
        from_=form.get("From", ""),
        to=form.get("To", ""),
        status=CallStatus.read(form.get("CallStatus")),
        direction=form.get("Direction", ""),
        digits=form.get("Digits") or None,
        forwarded_from=form.get("ForwardedFrom") or None,
        caller_name=form.get("CallerName") or None,
        stir=form.get("StirVerstat") or None,
        parent_call_sid=form.get("ParentCallSid") or None,
        answered_by=form.get("AnsweredBy") or None,
        duration_s=_number(form.get("CallDuration")),
        sequence=_number(form.get("SequenceNumber")),
        timestamp=_moment(form.get("Timestamp")),
        stream_sid=form.get("StreamSid") or None,
        stream_event=form.get("StreamEvent") or None,
        stream_error=form.get("StreamError") or None,
        error_code=_number(form.get("ErrorCode")),
        error_url=form.get("ErrorUrl") or None,
        dial_status=CallStatus.read(dial) if dial else None,
        raw=form,
    )


def read_text(form: Mapping[str, str]) -> TextForm:
    """Read an inbound text; media without an address are left out."""
    media = []
    for n in range(MOST_MEDIA):  # NumMedia may be missing, or say less than there is
        url = form.get(f"MediaUrl{n}")
        if url:
            media.append(MediaItem(url[:2_000], form.get(f"MediaContentType{n}", "")[:120]))
    return TextForm(
        sid=form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid") or "",
        from_=form.get("From", ""),
        to=form.get("To", ""),
        body=form.get("Body", ""),
        media=tuple(media),
        opt_out=form.get("OptOutType") or None,
        raw=form,
    )


def read_text_status(form: Mapping[str, str]) -> TextStatusForm:
    """Read a delivery report."""
    return TextStatusForm(
        sid=form.get("MessageSid") or form.get("SmsSid") or "",
        status=form.get("MessageStatus") or form.get("SmsStatus") or "unknown",
        to=form.get("To", ""),
        error_code=_number(form.get("ErrorCode")),
        raw=form,
    )


def _number(text: str | None) -> int | None:
    """Digits as an int; anything else is None (isdecimal: no signs, no underscores)."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)


def _moment(text: str | None) -> datetime | None:
    """RFC 2822 (or the ISO form of stream events) as UTC."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

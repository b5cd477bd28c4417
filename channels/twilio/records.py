"""What the carrier's REST API returns, in our own types, and how we sign in there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.message import MessageInstance

from channels.twilio.forms import CallStatus


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to sign in. With an API key, requests use it; webhooks are still signed by the token."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str | None = None
    api_secret: str | None = field(default=None, repr=False)
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None
    """TWILIO_API_BASE_URL: another host that speaks the same API (the sandbox carrier)."""


@dataclass(frozen=True, slots=True)
class CallInfo:
    """A call as REST sees it; it lags behind webhooks."""

    sid: str
    status: CallStatus
    from_: str
    to: str
    direction: str
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: int | None
    answered_by: str | None
    parent_sid: str | None


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """A text as REST sees it; `status` is the carrier's word."""

    sid: str
    status: str
    from_: str
    to: str
    body: str
    direction: str
    created_at: datetime | None
    error_code: int | None


@dataclass(frozen=True, slots=True)
class NumberInfo:
    """One of our numbers, and where the carrier sends its events. Empty = not set."""

    sid: str
    number: str
    voice_url: str
    voice_fallback_url: str
    status_callback: str
    sms_url: str
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"
    sms_method: str = "POST"
    voice_application: str = ""
    """An application or trunk that is set makes the carrier ignore the voice addresses."""
    sms_application: str = ""


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """The account behind the credentials."""

    sid: str
    name: str
    status: str
    kind: str
    """"Trial" or "Full"."""


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _whole(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def call_info(c: CallInstance) -> CallInfo:
    """The library's record of a call as one of ours."""
    return CallInfo(
        sid=c.sid or "",
        status=CallStatus.read(str(c.status)),
        from_=c._from or "",
        to=c.to or "",
        direction=c.direction or "",
        created_at=_utc(c.date_created),
        started_at=_utc(c.start_time),
        ended_at=_utc(c.end_time),
        duration_s=_whole(c.duration),
        answered_by=c.answered_by,
        parent_sid=c.parent_call_sid,
    )


def message_info(m: MessageInstance) -> MessageInfo:
    """The library's record of a text as one of ours."""
    return MessageInfo(
        sid=m.sid or "",
        status=str(m.status or "unknown"),
        from_=m.from_ or "",
        to=m.to or "",
        body=m.body or "",
        direction=str(m.direction or ""),
        created_at=_utc(m.date_created),
        error_code=_whole(m.error_code),
    )

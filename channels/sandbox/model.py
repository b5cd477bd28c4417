"""The carrier's records: calls, texts, numbers, and their shape in REST answers.

Sources: twilio.com/docs/voice/api/call-resource, twilio.com/docs/messaging/api/message-resource,
twilio.com/docs/phone-numbers/api/incomingphonenumber-resource.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.sandbox.clock import monotonic_ms, now, rfc2822

API_VERSION = "2010-04-01"
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(slots=True)
class Call:
    """One leg of a telephone call."""

    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    """inbound | outbound-api | outbound-dial."""
    status: str
    created: datetime
    forwarded_from: str = ""
    caller_name: str = ""
    stir: str = ""
    parent_sid: str | None = None
    started: datetime | None = None
    """Moment of answering."""
    started_ms: float | None = None
    ended: datetime | None = None
    answered_by: str | None = None
    number_sid: str | None = None
    error_code: int | None = None
    """Why the carrier ended it."""
    timeline: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The requests to the centre for this call, as the Events resource lists them."""
    created_ms: float = field(default_factory=monotonic_ms)

    @property
    def over(self) -> bool:
        """True once the call has ended for good."""
        return self.status in OVER

    @property
    def duration_s(self) -> int:
        """Whole seconds from answer to end; 0 when never answered."""
        if self.started is None:
            return 0
        return round(((self.ended or now()) - self.started).total_seconds())

    def note(self, event: str, **detail: Any) -> None:
        """Add to the timeline (bounded). `ms` counts from the call's creation."""
        if len(self.timeline) < 2000:
            at = round(monotonic_ms() - self.created_ms, 1)
            self.timeline.append({"ms": at, "event": event, **detail})

    def asked(self, method: str, url: str, params: list[tuple[str, str]]) -> None:
        """Keeps one request to the centre (bounded)."""
        if len(self.requests) < 1000:
            request = {"method": method, "url": url, "parameters": dict(params)}
            self.requests.append({"request": request, "response": {"date_created": rfc2822(now())}})

    def status_for_rest(self, lag_ms: float) -> str:
        """REST lags: a call that was just answered still reads `ringing`."""
        if (
            self.status == "in-progress"
            and self.started_ms is not None
            and monotonic_ms() - self.started_ms < lag_ms
        ):
            return "ringing"
        return self.status

    def to_json(self, lag_ms: float = 0) -> dict[str, Any]:
        """The REST representation."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "parent_call_sid": self.parent_sid,
            "phone_number_sid": self.number_sid,
            "from": self.from_,
            "from_formatted": self.from_,
            "to": self.to,
            "to_formatted": self.to,
            "status": self.status_for_rest(lag_ms),
            "direction": self.direction,
            "answered_by": self.answered_by,
            "api_version": API_VERSION,
            "caller_name": self.caller_name or None,
            "forwarded_from": self.forwarded_from or None,
            "stir_verstat": self.stir or None,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.started or self.created),
            "start_time": rfc2822(self.started) if self.started else None,
            "end_time": rfc2822(self.ended) if self.ended else None,
            "duration": str(self.duration_s) if self.ended else None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "group_sid": None,
            "trunk_sid": None,
            "annotation": None,
            "uri": uri + ".json",
            "subresource_uris": {"streams": uri + "/Streams.json"},
        }


@dataclass(slots=True)
class Text:
    """One text message."""

    sid: str
    account_sid: str
    from_: str
    to: str
    body: str
    direction: str
    """inbound | outbound-api | outbound-reply."""
    status: str
    created: datetime
    updated: datetime
    error_code: int | None = None
    error_message: str | None = None
    sent: datetime | None = None
    media: list[tuple[str, str]] = field(default_factory=list)
    """Sid and content type of each."""

    def to_json(self) -> dict[str, Any]:
        """The REST representation."""
        uri = f"/{API_VERSION}/Accounts/{self.account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "messaging_service_sid": None,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": self.direction,
            "num_segments": "1",
            "num_media": str(len(self.media)),
            "api_version": API_VERSION,
            "error_code": self.error_code,
            "error_message": self.error_message,
            "price": None,
            "price_unit": "USD",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.updated),
            "date_sent": rfc2822(self.sent) if self.sent else None,
            "uri": uri + ".json",
            "subresource_uris": {"media": uri + "/Media.json"},
        }


@dataclass(slots=True)
class Number:
    """One of the centre's numbers and where its events go. Empty address = not set."""

    sid: str
    account_sid: str
    number: str
    voice_url: str
    voice_fallback_url: str
    status_callback: str
    sms_url: str
    sms_fallback_url: str
    created: datetime
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"
    sms_method: str = "POST"
    sms_fallback_method: str = "POST"
    friendly_name: str = ""

    def to_json(self) -> dict[str, Any]:
        """The REST representation."""
        root = f"/{API_VERSION}/Accounts/{self.account_sid}/IncomingPhoneNumbers"
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "phone_number": self.number,
            "friendly_name": self.friendly_name or self.number,
            "voice_url": self.voice_url,
            "voice_method": self.voice_method,
            "voice_fallback_url": self.voice_fallback_url,
            "voice_fallback_method": self.voice_fallback_method,
            "status_callback": self.status_callback,
            "status_callback_method": self.status_callback_method,
            "sms_url": self.sms_url,
            "sms_method": self.sms_method,
            "sms_fallback_url": self.sms_fallback_url,
            "sms_fallback_method": self.sms_fallback_method,
            "voice_application_sid": "",
            "sms_application_sid": "",
            "trunk_sid": None,
            "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
            "api_version": API_VERSION,
            "origin": "sandbox",
            "beta": False,
            "status": "in-use",
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.created),
            "uri": f"{root}/{self.sid}.json",
        }

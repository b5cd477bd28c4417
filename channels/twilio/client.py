"""Requests to the carrier: our own types in and out; the vendor's errors are translated here.

Every call has a budget (`timeout_s`); when it runs out the result is `Unknown`, because the request
may have been carried out. Reads raise the same errors as writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import aiohttp
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.twilio import standing
from channels.twilio.codes import BAD_NUMBER, Code
from channels.twilio.errors import (
    AccountFault,
    BadNumber,
    Busy,
    CarrierError,
    CarrierRefused,
    NotFound,
    NotInProgress,
    OptedOut,
    Unauthorised,
    Unknown,
    Unreachable,
)
from channels.twilio.forms import CallStatus
from channels.twilio.reasons import ACCOUNT_FAULT
from channels.twilio.records import (
    AccountInfo,
    CallInfo,
    Credentials,
    MessageInfo,
    NumberInfo,
    call_info,
    message_info,
)
from channels.twilio.twiml import absolute, inline

__all__ = [
    "AccountInfo",
    "CallInfo",
    "CarrierClient",
    "Credentials",
    "MessageInfo",
    "NumberInfo",
]

T = TypeVar("T")

CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
LIVE = (CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)
LIST_LIMIT = 1000
REQUESTS_LIMIT = 50


class _Http(AsyncTwilioHttpClient):  # type: ignore[misc]
    """The library's own client loses the headers of a refusal, so a 429 ends here, with the pause
    that it asks for."""

    async def request(self, *args: Any, **named: Any) -> Response:
        answer = await super().request(*args, **named)
        if answer.status_code == 429:
            headers = getattr(answer, "headers", None) or {}
            raise Busy(
                "too many requests", _seconds(headers.get("Retry-After"), headers.get("Date"))
            )
        return answer


class CarrierClient:
    """The carrier's REST API. Build it inside the running loop; close it at the end."""

    def __init__(self, credentials: Credentials, *, timeout_s: float = 10.0) -> None:
        self._account_sid = credentials.account_sid
        self._timeout_s = timeout_s
        self._http = _Http()
        self._client = Client(
            credentials.api_key or credentials.account_sid,
            credentials.api_secret if credentials.api_key else credentials.auth_token,
            account_sid=credentials.account_sid,
            region=credentials.region,
            edge=credentials.edge,
            http_client=self._http,
            environment={"": ""},  # an empty one would make the library read os.environ
        )
        if credentials.base_url:
            for part in (self._client.api, self._client.trusthub, self._client.messaging):
                part.base_url = credentials.base_url.rstrip("/")

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._http.close()

    async def redirect(
        self,
        call_sid: str,
        *,
        twiml: str | None = None,
        url: str | None = None,
        fallback_url: str | None = None,
    ) -> CallInfo:
        """Send a live call to new TwiML at once, or to a URL of ours (exactly one of the two)."""
        if (twiml is None) == (url is None):
            raise ValueError("exactly one of twiml and url")
        call = await self._ask(
            lambda: self._client.calls(call_sid).update_async(
                twiml=inline(twiml) if twiml is not None else values.unset,
                url=_url(url),
                method="POST" if url is not None else values.unset,
                fallback_url=_url(fallback_url),
                fallback_method="POST" if fallback_url is not None else values.unset,
            )
        )
        return call_info(call)

    async def hang_up(self, call_sid: str) -> CallInfo:
        """End a call, ringing or in progress. NotInProgress: it had ended by itself."""
        call = await self._ask(
            lambda: self._client.calls(call_sid).update_async(status="completed")
        )
        return call_info(call)

    async def limit(self, call_sid: str, seconds: int) -> None:
        """How long a live call may last from its start, instead of the usual 4 h."""
        await self._ask(lambda: self._client.calls(call_sid).update_async(time_limit=seconds))

    async def call(self, call_sid: str) -> CallInfo | None:
        """The call as REST sees it now; None when it is not (or not yet) known there."""
        try:
            return call_info(await self._ask(lambda: self._client.calls(call_sid).fetch_async()))
        except NotFound:
            return None

    async def live_calls(
        self, *, to: str | None = None, statuses: Iterable[CallStatus] = LIVE
    ) -> list[CallInfo]:
        """Calls that are not over, one request per status (the API filters by one)."""
        found: dict[str, CallInfo] = {}
        for status in statuses:
            calls = await self._ask(
                lambda word=status.value: self._client.calls.list_async(  # type: ignore[misc]
                    to=values.unset if to is None else to, status=word, limit=LIST_LIMIT
                )
            )
            found.update((c.sid, c) for c in map(call_info, calls))
        return list(found.values())

    async def dial(
        self,
        to: str,
        from_: str,
        *,
        twiml: str | None = None,
        url: str | None = None,
        fallback_url: str | None = None,
        fallback_method: str = "POST",
        status_callback: str | None = None,
        events: Iterable[str] = CALL_EVENTS,
        timeout_s: int = 30,
        time_limit_s: int | None = None,
        machine_callback: str | None = None,
    ) -> CallInfo:
        """Dial a number. There is no idempotency key: on `Unknown` use `find_recent_calls`.

        machine_callback: is told whether a person or a machine answered, some seconds later; the
        call goes on meanwhile (twilio.com/docs/voice/answering-machine-detection, AsyncAmd).
        timeout_s: how long it may ring. Exactly one of twiml and url runs once answered.
        """
        if (twiml is None) == (url is None):
            raise ValueError("exactly one of twiml and url")
        call = await self._ask(
            lambda: self._client.calls.create_async(
                to=to,
                from_=from_,
                twiml=inline(twiml) if twiml is not None else values.unset,
                url=_url(url),
                fallback_url=_url(fallback_url),
                fallback_method=values.unset if fallback_url is None else fallback_method,
                status_callback=_url(status_callback),
                # A list: the library repeats the name, one value each. One joined value would
                # be taken with 201 and never call back.
                status_callback_event=list(events) if status_callback else values.unset,
                timeout=timeout_s,
                time_limit=values.unset if time_limit_s is None else time_limit_s,
                **(
                    {
                        "machine_detection": "Enable",
                        "async_amd": "true",
                        "async_amd_status_callback": absolute(machine_callback),
                        "async_amd_status_callback_method": "POST",
                    }
                    if machine_callback
                    else {}
                ),
            )
        )
        return call_info(call)

    async def find_recent_calls(
        self, to: str, from_: str, *, now: datetime, within_s: float = 300
    ) -> list[CallInfo]:
        """Calls between two numbers created in the last `within_s` seconds, newest first."""
        calls = await self._ask(lambda: self._client.calls.list_async(to=to, from_=from_, limit=50))
        since = now - timedelta(seconds=within_s)
        found = [call_info(c) for c in calls]
        return [c for c in found if c.created_at is None or c.created_at >= since]

    async def requests_of(self, call_sid: str) -> list[str]:
        """URLs that the carrier has requested from us for a call, oldest first
        (twilio.com/docs/voice/api/call-event-resource)."""
        events = await self._ask(
            lambda: self._client.calls(call_sid).events.list_async(limit=REQUESTS_LIMIT)
        )
        return [str((event.request or {}).get("url") or "") for event in events]

    async def recording(self, recording_sid: str) -> bytes:
        """The sound of a recording as a WAV file (twilio.com/docs/voice/api/recording)."""
        path = f"/2010-04-01/Accounts/{self._account_sid}/Recordings/{recording_sid}.wav"
        url = self._client.get_hostname(self._client.api.base_url) + path
        auth = aiohttp.BasicAuth(self._client.username, self._client.password)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                aiohttp.ClientSession(auth=auth) as session,
                session.get(url) as answer,
            ):
                if answer.status != 200:
                    raise _translate(answer.status, 0, "the recording cannot be read")
                return await answer.read()
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(str(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unknown(f"{type(error).__name__}: {error}") from error

    async def send_message(
        self,
        to: str,
        from_: str,
        body: str,
        *,
        status_callback: str | None = None,
        validity_s: int | None = None,
    ) -> MessageInfo:
        """Send a text. validity_s: give up (30036) when not delivered by then. No idempotency."""
        message = await self._ask(
            lambda: self._client.messages.create_async(
                to=to,
                from_=from_,
                body=body,
                status_callback=_url(status_callback),
                validity_period=values.unset if validity_s is None else validity_s,
            )
        )
        return message_info(message)

    async def find_recent_messages(
        self, to: str, from_: str, *, now: datetime, within_s: float = 300
    ) -> list[MessageInfo]:
        """Texts between two numbers created in the last `within_s` seconds, newest first."""
        messages = await self._ask(
            lambda: self._client.messages.list_async(to=to, from_=from_, limit=50)
        )
        since = now - timedelta(seconds=within_s)
        found = [message_info(m) for m in messages]
        return [m for m in found if m.created_at is None or m.created_at >= since]

    async def incoming_number(self, e164: str) -> NumberInfo | None:
        """One of our numbers with its webhook addresses; None if the account does not have it."""
        numbers = await self._ask(
            lambda: self._client.incoming_phone_numbers.list_async(phone_number=e164, limit=20)
        )
        # The filter also finds numbers that only contain this one.
        n = next((number for number in numbers if number.phone_number == e164), None)
        if n is None:
            return None
        return NumberInfo(
            sid=n.sid or "",
            number=n.phone_number or "",
            voice_url=n.voice_url or "",
            voice_fallback_url=n.voice_fallback_url or "",
            status_callback=n.status_callback or "",
            sms_url=n.sms_url or "",
            voice_method=n.voice_method or "POST",
            voice_fallback_method=n.voice_fallback_method or "POST",
            status_callback_method=n.status_callback_method or "POST",
            sms_method=n.sms_method or "POST",
            voice_application=n.voice_application_sid or n.trunk_sid or "",
            sms_application=n.sms_application_sid or "",
        )

    async def account(self) -> AccountInfo:
        """Proves the credentials."""
        a = await self._ask(
            lambda: self._client.api.v2010.accounts(self._account_sid).fetch_async()
        )
        return AccountInfo(
            sid=a.sid or "",
            name=a.friendly_name or "",
            status=str(a.status or ""),
            kind=str(a.type or ""),
        )

    async def profiles(self) -> list[standing.Profile]:
        """Customer profiles of the account."""
        return await standing.profiles(self._client, self._ask)

    async def campaigns(self) -> list[standing.Campaign]:
        """Campaigns for texts in the USA, with their numbers."""
        return await standing.campaigns(self._client, self._ask)

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """One request within the budget; every fault of the library, HTTP or TCP becomes one of
        ours."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await request()
        except TwilioRestException as error:
            raise _translate(error.status, error.code or 0, error.msg) from error
        except TwilioServiceException as error:
            raise _translate(error.status, error.code, error.detail or error.title) from error
        except TwilioException as error:
            raise _unreadable(error) from error
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(str(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unknown(f"{type(error).__name__}: {error}") from error


def _unreadable(error: TwilioException) -> CarrierError:
    """A list request fails with a bare TwilioException that carries the response."""
    response = error.args[1] if len(error.args) > 1 else None
    status = getattr(response, "status_code", 0)
    return _translate(status, 0, str(error.args[0] if error.args else error))


def _translate(status: int, code: int, message: str) -> CarrierError:
    """The vendor's status and code as one of our errors."""
    if status == 429 or code == Code.TOO_MANY_REQUESTS:
        return Busy(message)
    if status >= 500 or status == 0:
        return Unknown(f"HTTP {status}: {message}")
    kind: type[CarrierRefused] = CarrierRefused
    if status in (401, 403) or code == Code.AUTHENTICATE:
        kind = Unauthorised
    elif code == Code.NOT_IN_PROGRESS:
        kind = NotInProgress
    elif code == Code.OPTED_OUT:
        kind = OptedOut
    elif code in BAD_NUMBER:
        kind = BadNumber
    elif code in ACCOUNT_FAULT:
        kind = AccountFault
    elif status == 404 or code == Code.NOT_FOUND:
        kind = NotFound
    return kind(code, message, status)


def _seconds(text: str | None, date: str | None) -> float | None:
    """Retry-After: seconds, or a date after the answer's own `date` (RFC 9110, 10.2.3)."""
    if not text:
        return None
    try:
        return max(0.0, float(text)) if float(text) < 86_400 else None
    except ValueError:
        pass  # a date
    try:
        return max(0.0, _between(date or "", text))
    except (ValueError, TypeError):
        return None


def _between(earlier: str, later: str) -> float:
    return (parsedate_to_datetime(later) - parsedate_to_datetime(earlier)).total_seconds()


def _url(url: str | None) -> str | object:
    return values.unset if url is None else absolute(url)

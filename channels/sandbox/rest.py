"""What all REST resources share: authentication, the vendor's form of errors, pages of lists,
faults.

Sources: twilio.com/docs/usage/requests-to-twilio, twilio.com/docs/usage/twilios-response.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from channels.sandbox.carrier import Carrier

CARRIER = web.AppKey("carrier", Carrier)
ROOT = "/2010-04-01/Accounts/{account}"
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RestError(Exception):
    """A refused request: HTTP status, the vendor's code, words."""

    def __init__(
        self, status: int, code: int, message: str, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.status, self.code, self.message = status, code, message

    def response(self) -> web.Response:
        """The error as JSON."""
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if self.status == 401 else {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return web.json_response(
            {
                "code": self.code,
                "message": self.message,
                "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
                "status": self.status,
            },
            status=self.status,
            headers=headers,
        )


class Form:
    """The request's form fields, repeated ones kept."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = list(pairs)

    def get(self, name: str, default: str = "") -> str:
        """The first value."""
        return next((v for n, v in self._pairs if n == name), default)

    def has(self, name: str) -> bool:
        """True if the field was sent, even empty."""
        return any(n == name for n, _ in self._pairs)

    def all(self, name: str) -> list[str]:
        """Every value of a repeated field."""
        return [v for n, v in self._pairs if n == name]


async def form_of(request: web.Request) -> Form:
    """Read a POST's form. Only application/x-www-form-urlencoded is a form."""
    if request.content_type != "application/x-www-form-urlencoded":
        return Form(())
    text = (await request.read()).decode("utf-8", "replace")
    return Form(parse_qsl(text, keep_blank_values=True))


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Authentication, fault settings, and RestError as JSON, for paths of the API."""
    if not request.path.startswith(("/2010-04-01/", "/v1/")):
        return await handler(request)
    carrier = request.app[CARRIER]
    faults = carrier.faults
    try:
        request["test"] = _who(request, carrier) == "test"
        if faults.rest_delay_ms:
            await asyncio.sleep(faults.rest_delay_ms / 1000)
        wait_s = carrier.requests.retry_after_s(asyncio.get_running_loop().time())
        if wait_s is not None:
            raise RestError(429, 20429, "Too Many Requests", wait_s)
        if faults.take("rest_429"):
            raise RestError(429, 20429, "Too Many Requests", faults.retry_after_s)
        if request.method == "POST" and faults.take("rest_refuse"):
            raise RestError(400, faults.rest_code, "Refused")
        if faults.take("rest_500"):
            raise RestError(500, 20500, "An internal server error has occurred")
        if request.method == "POST" and faults.take("rest_hang_before"):
            await _hang(request)
        response = await handler(request)
        if request.method == "POST" and faults.take("rest_acts_then_hangs"):
            await _hang(request)
        if request.method == "POST" and faults.take("rest_acts_then_500"):
            raise RestError(500, 20500, "An internal server error has occurred")
        return response
    except RestError as error:
        return error.response()
    except web.HTTPNotFound:
        return RestError(
            404, 20404, f"The requested resource {request.path} was not found"
        ).response()


async def _hang(request: web.Request) -> None:
    """Never answer; wait until the client goes away (or a minute has passed)."""
    for _ in range(600):
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(0.1)


def _who(request: web.Request, carrier: Carrier) -> str:
    """ "live" or "test"; RestError 20003 for anybody else."""
    o = carrier.options
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        user = password = ""
    pairs = {(o.account_sid, o.auth_token): "live", (o.test_sid, o.test_token): "test"}
    who = pairs.get((user, password)) if scheme.lower() == "basic" else None
    if who is None:
        raise RestError(401, 20003, "Authenticate")
    account = request.match_info.get("account", user).removesuffix(".json")
    if account != user:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")
    return who


def live_only(request: web.Request) -> Carrier:
    """The carrier; RestError 20008 for test credentials (they reach three POSTs only)."""
    if request["test"]:
        raise RestError(403, 20008, "Resource not accessible with Test Account Credentials")
    return request.app[CARRIER]


def page(request: web.Request, key: str, items: Sequence[dict[str, Any]]) -> web.Response:
    """One page of a list: Page from 0, PageSize 50 (1000 at most)."""
    query = request.query
    try:
        size = min(1000, max(1, int(query.get("PageSize", "50"))))
        number = max(0, int(query.get("Page", "0")))
    except ValueError:
        raise RestError(400, 20001, "Invalid paging parameter") from None

    def uri(n: int) -> str:
        rest = [(k, v) for k, v in query.items() if k not in ("Page", "PageSize", "PageToken")]
        return f"{request.path}?{urlencode([*rest, ('PageSize', size), ('Page', n)])}"

    part = items[number * size : (number + 1) * size]
    more = len(items) > (number + 1) * size
    return web.json_response(
        {
            key: part,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": max(0, number * size + len(part) - 1),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if more else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }
    )


def check_url(form: Form, name: str) -> str:
    """A URL field; RestError 21205 unless it is absolute http(s) (or absent)."""
    value = form.get(name)
    if value and not re.match(r"https?://[^/?#]+", value):
        raise RestError(400, 21205, f"{name} is not a valid URL: {value}")
    return value

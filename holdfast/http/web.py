"""HTTP around the handlers: declared access, security headers, clear errors."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import ContentEncodingError

from holdfast.http.access import Open, Permission, Route, allowed
from holdfast.http.half import arriving
from holdfast.security.credentials import Sessions
from holdfast.settings.faults import UNCLEAR
from router.core.text import clean
from router.live.engine import IndexLost, IndexUnavailable
from router.records.accounts import Account
from router.records.database import RecordUnavailable

log = structlog.get_logger()

ACCOUNT: web.RequestKey[Account] = web.RequestKey("account", Account)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HALF_S: web.AppKey[float] = web.AppKey("half_s", float)
"""The rest of half a request, of its head or its body, is waited for so long."""

NOT_PACKED_SO = (web.RequestPayloadError, ContentEncodingError)
"""What reading a body raises if it claims to be gzip and is not."""

T = TypeVar("T")


class BadRequest(Exception):
    """The request cannot be read; the words say which part. Nothing was done."""


OF_PROBLEMS = ("Retry-After", "Idempotent-Replayed")
"""Headers that an error keeps in either shape."""


class Problem(web.Response):
    """An error: what happened, in words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.code, self.message = code, message
        told = {"error": {"code": code, "message": message}}
        super().__init__(text=json.dumps(told), status=status, content_type="application/json")

    def as_rfc_9457(self) -> web.Response:
        """The same for programs of /api/v1."""
        told = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.message,
            "code": self.code,
        }
        kept = {name: self.headers[name] for name in OF_PROBLEMS if name in self.headers}
        return web.Response(
            text=json.dumps(told),
            status=self.status,
            content_type="application/problem+json",
            headers=kept,
        )


def problem(status: int, code: str, message: str) -> web.Response:
    return Problem(status, code, message)


def policy(connect: Sequence[str]) -> str:
    """The content security policy; `connect` are further places that pages may talk to."""
    places = " ".join(("'self'", *connect))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
        f"connect-src {places}; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def headers_middleware(csp: str, *, secure: bool) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Security headers on every answer."""
    fixed = {
        "Content-Security-Policy": csp,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), speaker-selection=(self), camera=()",
    }
    if secure:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    async def on_prepare(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        response.headers[hdrs.SERVER] = "holdfast"
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")

    return on_prepare  # type: ignore[return-value]


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors in the words of the API that was asked."""
    answer = await _answer(request, handler)
    if isinstance(answer, Problem) and request.path.startswith("/api/v1/"):
        closing = answer.keep_alive is False
        answer = answer.as_rfc_9457()
        if closing:
            answer.force_close()
    return answer


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A fault becomes a clear answer and a log line; never a trace on the wire."""
    try:
        _sane_address(request)
        return await handler(request)
    except BadRequest as error:
        return _unreadable(request, str(error))
    except NOT_PACKED_SO:
        return _unreadable(request, "the body is not packed as its headers say")
    except web.HTTPException as error:
        if error.status >= 400 and request.path.startswith("/api/"):
            return problem(error.status, error.reason.lower().replace(" ", "_"), error.reason)
        raise
    except (IndexUnavailable, IndexLost):
        return problem(503, "not_ready", "The live store is away; calls are safe. Try again soon.")
    except RecordUnavailable as error:
        away = "The database is away; nothing was saved. Try again soon."
        return problem(503, "not_ready", UNCLEAR if error.unclear else away)
    except Exception:
        # A task root: aiohttp would answer with its own page; ours tells no internals either.
        log.exception("request.failed", path=request.path, method=request.method)
        return problem(500, "fault", "Something failed on our side. It has been logged.")


def _unreadable(request: web.Request, what: str) -> web.Response:
    answer = problem(400, "bad_request", f"This cannot be read: {what}. Nothing was done.")
    if not request.content.at_eof():
        answer.force_close()  # what follows is not a request
    return answer


def _sane_address(request: web.Request) -> None:
    """No id and no search holds control characters or halves of characters: a file system and
    PostgreSQL stumble over them."""
    words = (request.path, *request.query, *request.query.values())
    if any(clean(word) != word for word in words):
        raise BadRequest("the address holds control characters")


def body_arriving(request: web.Request) -> contextlib.AbstractAsyncContextManager[None]:
    """A body read in this block has to keep coming; see holdfast/http/half.py.

    Raises:
        TimeoutError: half of it came, and not the rest.
    """
    return arriving(request.content, request.app[HALF_S])


async def whole(request: web.Request) -> None:
    """Waits for the body, unpacked; its handler reads it at once then.

    Raises:
        HTTPRequestTimeout: only half of it came.
    """
    if not request.can_read_body:
        return
    try:
        async with body_arriving(request):
            await request.read()
    except TimeoutError:
        late = web.HTTPRequestTimeout()
        late.force_close()
        raise late from None


async def read_form(request: web.Request, form: type[T]) -> T:
    """The JSON body as `form`. Raises BadRequest with what is wrong, never with a value."""
    try:
        return msgspec.json.decode(await request.read(), type=form)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None
    except (msgspec.DecodeError, UnicodeError):
        raise BadRequest("the body is not JSON") from None
    except RecursionError:
        raise BadRequest("the body is nested too deeply") from None


UNLISTED = (
    "Nobody can sign in from this address. Open the centre by its own address (https, or "
    "http://localhost on its machine), or an administrator lists this one in HOLDFAST_DESK_ORIGINS."
)


class Gate:
    """Checks each route's declared access; a route without one cannot be registered."""

    def __init__(self, sessions: Sessions, origins: Sequence[str]) -> None:
        self._sessions = sessions
        self._origins = frozenset(origins)

    def refusal(self, request: web.Request) -> web.Response:
        """Why `same_site` said no, with the way in where there is one."""
        origin = request.headers.get("Origin")
        if request.headers.get("X-Holdfast") == "1" and origin and not self.origin_listed(origin):
            return problem(403, "origin", UNLISTED)
        return problem(403, "not_allowed", "This request did not come from our pages.")

    def guard(self, route: Route) -> Handler:
        """The handler behind its declared access."""
        access = route.access
        if access is Open.MAIL:
            return route.handler  # 25 MB, with a place and a time of its own
        if isinstance(access, Open) and access is not Open.SESSION:

            async def open_to_all(request: web.Request) -> web.StreamResponse:
                await whole(request)
                return await route.handler(request)

            return open_to_all  # public, or checked by its own signature, secret or ticket

        async def guarded(request: web.Request) -> web.StreamResponse:
            account = await self._sessions.account(request)
            if account is None:
                return problem(401, "signed_out", "Sign in first.")
            if isinstance(access, Permission) and not allowed(account.role, access):
                return problem(403, "not_allowed", "Your role does not allow this.")
            if request.method not in ("GET", "HEAD") and not self.same_site(request):
                return self.refusal(request)
            request[ACCOUNT] = account
            await whole(request)
            return await route.handler(request)

        return guarded

    def same_site(self, request: web.Request) -> bool:
        """A header that a cross-site form cannot send, and a listed Origin where one is given."""
        origin = request.headers.get("Origin")
        return request.headers.get("X-Holdfast") == "1" and (
            origin is None or self.origin_listed(origin)
        )

    def origin_listed(self, origin: str | None) -> bool:
        """Exact match; a missing Origin is not listed."""
        if not origin:
            return False
        parts = urlsplit(origin)
        return f"{parts.scheme}://{parts.netloc}" == origin and origin in self._origins

"""Errors of our pages that nothing in them caught, into the log: where in our files, and how often.

A page sends each once, without its values (static/page_errors.js); what does not look like that is
refused here.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
import structlog
from aiohttp import web

from holdfast import __version__
from holdfast.clock import now_ms
from holdfast.http.access import Access, Route
from holdfast.http.web import ACCOUNT, Gate, problem, read_form
from holdfast.security.tries import Tries

log = structlog.get_logger()

MOST_REPORTS: Final = 40
"""Of one account in ten minutes: four pages that each tell all they tell."""
WINDOW_MS: Final = 600_000

Word = Annotated[str, msgspec.Meta(pattern=r"\A\w{1,40}\Z")]
Message = Annotated[str, msgspec.Meta(pattern=r"\A[ -~]{0,200}\Z")]
Frame = Annotated[
    str, msgspec.Meta(pattern=r"\A[\w/.-]{1,80}\.m?js:\d{1,6}:\d{1,6}( [\w$.]{1,60})?\Z")
]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class PageError(msgspec.Struct, forbid_unknown_fields=True):
    """One error of one page."""

    page: Literal["desk", "board", "callers", "phone"]
    name: Word
    """Its type."""
    message: Message
    """Words of the browser that hold no values; otherwise empty."""
    stack: Annotated[list[Frame], msgspec.Meta(max_length=12)]
    """`desk/people.js:36:12 reveal`, the innermost first."""
    count: Count
    """How often it came until it was sent."""
    open_s: Count
    """For how long the page has been open: it may be older than this version."""


class PageErrors:
    """The route by which a page tells its errors."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._tries = Tries(MOST_REPORTS, now_ms, WINDOW_MS)

    def route(self, path: str, access: Access) -> Route:
        return Route("POST", path, self.take, access, "An error of a page", PageError)

    async def take(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.same_site(request):
            return self._gate.refusal(request)  # a route without a session asks nobody else
        account = request.get(ACCOUNT)
        who = account.id if account else ""
        if self._tries.take(who):
            return problem(429, "too_many", "Enough errors were told. They are in the log.")
        told = await read_form(request, PageError)
        log.error(
            "page.error",
            page=told.page,
            version=__version__,
            error=told.name,
            message=told.message,
            count=told.count,
            open_s=told.open_s,
            account=who or None,
            stack=" < ".join(told.stack),
        )
        return web.Response(status=204)

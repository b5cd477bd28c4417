"""Incident work over HTTP (`/api/v1`): the intents of the desk by another door.

Each POST carries an Idempotency-Key. Whoever repeats it with the same body gets the answer that was
given, for a day; with another body, 422. An act that was interrupted before its answer was kept is
done again, and each act is one by its own fence or key.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from aiohttp import web

from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.doors import DOORS, V1, Door
from holdfast.desk.hub import Page
from holdfast.desk.intents import INTENTS, Refused, read
from holdfast.desk.page_kinds import PAGE_KINDS, USUAL
from holdfast.http.access import Handler, Permission, Route
from holdfast.http.web import ACCOUNT, Problem, problem
from router.core.query import number_of
from router.core.text import clean
from router.records import answers, people, stays
from router.records.database import Database, RecordUnavailable

log = structlog.get_logger()

KEPT_MS = 24 * 3600 * 1000
SWEEP_S = 600.0
SWEPT = 500
PAGE, MOST = 100, 500
"""Lines of a timeline in one answer."""

STATUS = {
    "bad_request": 400, "not_allowed": 403, "restricted": 403, "unknown": 404, "not_recorded": 503,
    "too_many": 429, "too_often": 429, "too_fast": 429,
}  # fmt: skip
"""By the code of a refusal; any other: 409, it cannot be done as things stand."""
KEPT = (404, 409)
"""Refusals that a repeated request gets again, as what was done."""
AGAIN_S = "2"
INCIDENTS = {"incident", "stays"}
"""Names in a path that stand for an incident."""


class TimelineQuery(msgspec.Struct, frozen=True):
    cursor: str = ""
    limit: str = ""


class FindQuery(msgspec.Struct, frozen=True):
    q: str = ""
    filter: str = ""
    cursor: str = ""


class Rest:
    """The routes of DOORS, and the timeline."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk
        self._asked: set[tuple[str, str]] = set()

    def routes(self) -> list[Route]:
        timeline = f"{V1}/incidents/{{incident}}/timeline"
        return [
            *(self._route(door) for door in DOORS),
            Route(
                "GET",
                timeline,
                self._timeline,
                Permission.DESK_USE,
                "Its timeline, the oldest first, by cursor",
                TimelineQuery,
            ),
        ]

    def _route(self, door: Door) -> Route:
        intent = INTENTS[door.do]
        get = door.method == "GET"
        return Route(
            door.method,
            V1 + door.path,
            self._reading(door) if get else self._acting(door),
            intent.permission,
            door.summary,
            FindQuery if door.do == "incidents" else intent.form,
            None if get else door.by_key,
        )

    # Reading ----------------------------------------------------------------------------------

    def _reading(self, door: Door) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            raw = dict(request.query)
            ours = {"before": _opened(it) if (it := raw.pop("cursor", "")) else ""}
            found = await self._done(request, door, raw, ours if door.do == "incidents" else {})
            return web.json_response(_as_read(found))

        return self._refusing(handler)

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        async def handler(request: web.Request) -> web.StreamResponse:
            limit = request.query.get("limit", str(PAGE))
            if not re.fullmatch(r"[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST:
                raise Refused("bad_request", f"limit is a number from 1 to {MOST}.")
            cursor = request.query.get("cursor", "")
            after = _place(_opened(cursor)) if cursor else None

            found = await self._done(request, OPEN, {}, {})
            lines = [it for it in found["timeline"] if after is None or _at(it) > after]
            some = lines[: int(limit)]
            last = _closed(json.dumps(_at(some[-1]))) if len(lines) > len(some) else None
            return web.json_response({"rows": some, "next": last})

        return await self._refusing(handler)(request)

    # Acting -----------------------------------------------------------------------------------

    def _acting(self, door: Door) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            key = request.headers.get("Idempotency-Key", "")
            if not 1 <= len(key) <= 64 or clean(key) != key:
                raise Refused(
                    "bad_request",
                    "Send an Idempotency-Key of 1 to 64 letters, another one for each act.",
                )
            mine = (request[ACCOUNT].id, key)
            if mine in self._asked:
                return problem(409, "in_progress", "The same request is being carried out.")
            self._asked.add(mine)
            try:
                return await self._once(request, door, key)
            finally:
                self._asked.discard(mine)

        return self._refusing(handler)

    async def _once(self, request: web.Request, door: Door, key: str) -> web.StreamResponse:
        account, body = request[ACCOUNT].id, await request.read()
        about = f"{request.method} {request.path}\n".encode()
        asked = hashlib.sha256(about + body).hexdigest()
        async with self._database.read() as connection:
            before = await answers.given(connection, account, key)
        if before is not None:
            if before.asked != asked:
                return problem(
                    422, "key_reused", "This Idempotency-Key was sent with another request before."
                )
            return _repeated(before)
        ours = {"key": key, "note": _note_of(account, key)}
        status, told = 200, {}
        try:
            told = await self._done(
                request, door, _body(body), {it: ours[it] for it in (door.by_key,) if it}
            )
        except Refused as refusal:
            status = STATUS.get(refusal.code, 409)
            if status not in KEPT:
                raise
            told = {"code": refusal.code, "message": refusal.message}
        if door.file and status == 200:
            return _file(told, door.file)
        if not door.kept:
            return _answer(status, told)
        text = json.dumps(told)
        try:
            async with self._database.write() as connection:
                await answers.keep(
                    connection, account=account, key=key, asked=asked, status=status, text=text,
                    at=now_ms(),
                )  # fmt: skip
        except RecordUnavailable as error:  # what was done is done; a repetition finds it so
            log.warning("rest.answer_not_kept", do=door.do, error=type(error).__name__)
        return _answer(status, told)

    async def _done(
        self, request: web.Request, door: Door, raw: dict[str, Any], ours: Mapping[str, str]
    ) -> dict[str, Any]:
        """What the intent's own handler replies. `raw`: what they sent; `ours`: what we add.

        Raises:
            Refused: by it, or before it.
        """
        form = INTENTS[door.do].form
        theirs = set(form.__struct_fields__) - set(request.match_info) - set(ours)
        if unknown := sorted(set(raw) - theirs):
            raise Refused("bad_request", f"There is no field {unknown[0][:40]!r} here.")
        fields = {**raw, **ours, **request.match_info}
        for name in INCIDENTS & set(request.match_info):
            fields[name] = await self._incident(request, fields[name])
        page = Page(request[ACCOUNT], PAGE_KINDS[USUAL], "rest", request.host)
        return await self._desk.perform(page, door.do, read(form, fields))

    async def _incident(self, request: web.Request, name: str) -> str:
        """Its id; it may be named by its number.

        Raises:
            HTTPMovedPermanently: it was merged, and is only to be read.
        """
        async with self._database.read() as connection:
            if re.fullmatch(r"(?i)inc-\d{1,9}", name):
                found = await people.incident_by_number(connection, number_of(name) or 0)
                if found is None:
                    raise Refused("unknown", "No such incident.")
                now, merged = found.id, found.number != number_of(name)
            else:
                now = await stays.root(connection, name)
                merged = now != name
        if merged and request.method == "GET":
            there = request.rel_url.path.replace(f"/{name}", f"/{now}", 1)
            raise web.HTTPMovedPermanently(request.rel_url.with_path(there, keep_query=True))
        return now

    @staticmethod
    def _refusing(handler: Handler) -> Handler:
        async def refusing(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refused as refusal:
                return _answer(
                    STATUS.get(refusal.code, 409),
                    {"code": refusal.code, "message": refusal.message},
                )

        return refusing

    # Keeping ----------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Forgets what nobody repeats any more, until cancelled."""
        while True:
            try:
                async with self._database.write() as connection:
                    await answers.forget(connection, now_ms() - KEPT_MS, SWEPT)
            except RecordUnavailable as error:
                log.info("rest.sweep_waits", error=type(error).__name__)
            await asyncio.sleep(SWEEP_S)


OPEN = next(door for door in DOORS if door.do == "open")


def _as_read(found: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in found.items() if name != "timeline"}
    if found.get("next") and "rows" in found:
        found["next"] = _closed(found["next"])
    return found


def _answer(status: int, told: Mapping[str, Any]) -> web.Response:
    if status == 200:
        return web.json_response(told)
    refused = Problem(status, told["code"], told["message"])
    if status in (429, 503):
        refused.headers["Retry-After"] = AGAIN_S
    return refused


def _file(told: Mapping[str, Any], field: str) -> web.Response:
    """A PDF under its name. `X-First-SHA256`: of its first export, if that had other bytes."""
    headers = {
        "Content-Disposition": f'attachment; filename="{told["name"]}"',
        "Cache-Control": "no-store",
        "X-SHA256": told["sha256"],
    }
    if told["first"]:
        headers["X-First-SHA256"] = told["first"]["sha256"]
    body = base64.b64decode(told[field])
    return web.Response(body=body, content_type="application/pdf", headers=headers)


def _repeated(before: Any) -> web.Response:
    answer = _answer(before.status, json.loads(before.text))
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _body(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Refused("bad_request", "The body is not JSON.") from None
    if not isinstance(raw, dict):
        raise Refused("bad_request", "The body is not an object.")
    return raw


def _note_of(account: str, key: str) -> str:
    return f"rest-{hashlib.sha256(f'{account}:{key}'.encode()).hexdigest()[:40]}"


# Cursors: opaque, and stable while something is added before or behind --------------------------


def _at(line: Mapping[str, Any]) -> tuple[int, str]:
    return line["at"], line["id"]


def _closed(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars="-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refused("bad_request", "This cursor is none of ours.") from None


def _place(text: str) -> tuple[int, str]:
    try:
        at, of = msgspec.json.decode(text, type=tuple[int, str])
    except (msgspec.DecodeError, UnicodeError):
        raise Refused("bad_request", "This cursor is none of ours.") from None
    return at, of

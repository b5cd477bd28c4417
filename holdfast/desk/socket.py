"""The desk protocol's WebSocket: one task reads, one writes, one checks whether the page is
alive."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import msgspec
import structlog
from aiohttp import WSMsgType, web

from holdfast.clock import now_ms
from holdfast.desk.desk import Desk
from holdfast.desk.guard import SessionGuard
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import INTENTS, Refused, read
from holdfast.desk.pace import Pace
from holdfast.desk.page_kinds import PageKind
from holdfast.http.access import allowed
from holdfast.settings.faults import UNCLEAR
from router.live.engine import IndexLost, IndexUnavailable
from router.records.accounts import Account
from router.records.database import RecordUnavailable

log = structlog.get_logger()

PING_S = 4.0
SILENT_S = 15.0
"""A page that has not answered for this long is cut off; its lease (12 s) has lapsed before."""

MAX_BYTES = 64 * 1024
TOO_FAST = "This page asks for too much at once. Nothing was done; try again in a moment."


class _PageClosed(Exception):
    """Ends the connection's tasks."""


NOT_SAVED = "Not saved: the database is away. Try again soon."


class DeskSocket:
    """Serves one page after the other on `/api/desk/ws`."""

    def __init__(self, hub: Hub, desk: Desk, guard: SessionGuard) -> None:
        self._hub = hub
        self._desk = desk
        self._guard = guard

    async def serve(
        self, request: web.Request, account: Account, session: str, kind: PageKind
    ) -> web.StreamResponse:
        """The connection's whole life; `session` is the digest of the one that opened it."""
        ws = web.WebSocketResponse(
            max_msg_size=MAX_BYTES, compress=False, heartbeat=None, timeout=2.0
        )
        await ws.prepare(request)
        page = Page(account, kind, uuid.uuid4().hex[:12], request.host)
        self._hub.join(page)
        self._guard.watch(page, session)
        if kind.on_duty:
            await self._desk.online(page)
        await self._desk.watches(page)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write(ws, page), name="desk write")
                group.create_task(self._ping(page), name="desk ping")
                await self._read(ws, page, group)
        except* (_PageClosed, ConnectionError):
            pass  # the page went away
        finally:
            self._hub.leave(page)
            self._guard.leave(page)
            if not ws.closed:
                await ws.close()
            if kind.on_duty:
                await self._desk.gone(page)
            await self._desk.watched(page)
        return ws

    async def _read(
        self,
        ws: web.WebSocketResponse,
        page: Page,
        group: asyncio.TaskGroup,
    ) -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(loop.time)
        async for message in ws:
            if message.type is not WSMsgType.TEXT:
                break
            raw = _intent(message.data)
            do = raw["do"] if raw else ""
            if not pace.admits(do, len(message.data)):
                if not pace.bears():
                    log.warning("desk.cut_off", agent=page.account.id, view=page.kind.name)
                    break
                if do != "pong":
                    page.send(_refusal(raw and raw.get("id"), "too_fast", TOO_FAST))
                continue
            if raw is None:
                page.send(_refusal(None, "bad_request", "not an intent"))
                continue
            if do == "pong":
                page.answered_at = loop.time()
                group.create_task(self._desk.seen(page), name="desk seen")
                continue
            group.create_task(self._do(page, raw, pace), name=f"intent {do[:20]}")
        raise _PageClosed

    async def _do(self, page: Page, raw: dict[str, Any], pace: Pace) -> None:
        number = raw.get("id")
        try:
            async with pace.turn(raw["do"]):
                result = await self.perform(page, raw)
        except Refused as refusal:
            page.send(_refusal(number, refusal.code, refusal.message))
        except (IndexUnavailable, IndexLost):
            page.send(
                _refusal(
                    number,
                    "not_ready",
                    "The centre is recovering; calls are safe. Try again in a few seconds.",
                )
            )
        except RecordUnavailable as error:
            page.send(_refusal(number, "not_ready", UNCLEAR if error.unclear else NOT_SAVED))
        else:
            page.send({"type": "reply", "id": number, "ok": True, "result": result})

    async def perform(self, page: Page, raw: dict[str, Any]) -> dict[str, Any]:
        """One intent, checked for permission."""
        intent = INTENTS.get(raw["do"])
        if intent is None:
            raise Refused("bad_request", f"unknown intent {raw['do'][:40]!r}")
        if not allowed(page.account.role, intent.permission):
            raise Refused("not_allowed", "your role does not allow this")
        if intent.desk_only and not page.kind.on_duty:
            raise Refused("not_allowed", "do this at the desk")
        form = read(intent.form, raw)
        self._guard.check(page, raw["do"], form)
        return await self._desk.perform(page, raw["do"], form)

    async def _write(self, ws: web.WebSocketResponse, page: Page) -> None:
        while True:
            message = await page.outbox.get()
            if message is None or ws.closed:
                raise _PageClosed
            await ws.send_str(message.decode())
            if page.stale and page.outbox.empty():
                self._hub.snapshot(page)

    async def _ping(self, page: Page) -> None:
        loop = asyncio.get_running_loop()
        page.answered_at = loop.time()
        while True:
            await asyncio.sleep(PING_S)
            if loop.time() - page.answered_at > SILENT_S:
                raise _PageClosed
            page.send({"type": "ping", "now": now_ms()})


def _intent(text: str) -> dict[str, Any] | None:
    """A page's message; None if it is not an intent. An `id` that no page would give is left
    out."""
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # the last: 5,000 brackets
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("do"), str):
        return None
    number = raw.get("id")
    known = isinstance(number, int) or (isinstance(number, str) and len(number) <= 64)
    return raw if known else raw | {"id": None}


def _refusal(number: Any, code: str, message: str) -> dict[str, Any]:
    return {
        "type": "reply",
        "id": number,
        "ok": False,
        "error": {"code": code, "message": message},
    }

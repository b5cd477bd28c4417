"""A tiny centre for the contract tests: serves TwiML, checks signatures, records requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.kit.sandbox import AUTH_TOKEN, EMAIL_SECRET

Answer = str | Callable[[dict[str, str]], Any]
StreamHandler = Callable[["Stream"], Awaitable[None]]
EMPTY = "<Response/>"


@dataclass
class Seen:
    """One request that came."""

    path: str
    form: dict[str, str]
    genuine: bool
    query: dict[str, str] = field(default_factory=dict)


@dataclass
class Stream:
    """One media stream that was opened, seen from the centre."""

    ws: web.WebSocketResponse
    genuine: bool
    path_qs: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    sid: str = ""

    async def next(self, event: str, *, skip: bool = True) -> dict[str, Any]:
        """The next message of a kind (others are kept in `messages`)."""
        async with asyncio.timeout(60):
            while True:
                found: dict[str, Any] = json.loads(await self.ws.receive_str())
                self.messages.append(found)
                if found["event"] == event:
                    if event == "start":
                        self.sid = found["start"]["streamSid"]
                    return found
                assert skip, found

    async def send(self, event: str, **body: Any) -> None:
        """media(payload=…), mark(name=…) or clear()."""
        message: dict[str, Any] = {"event": event, "streamSid": self.sid}
        if body:
            message[event] = body
        await self.ws.send_json(message)


class Centre:
    """Answers by path: a document, or a function of the form that gives one."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.streams: dict[str, StreamHandler] = {}
        self.seen: list[Seen] = []
        self.files: dict[str, bytes] = {}
        self.mails: list[tuple[dict[str, str], bytes]] = []
        self.url = ""
        self.failures: list[BaseException] = []
        self.earlier: set[str] = set()
        """Calls and texts of earlier tests: what is still told of them is nobody's."""
        self._news = asyncio.Event()
        self._validator = RequestValidator(AUTH_TOKEN)
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        app = web.Application(client_max_size=40_000_000)
        app.router.add_post("/email/inbound", self._mail)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_get("/stream/{name}", self._stream)
        app.router.add_route("*", "/{path:.*}", self._any)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        if self.failures:
            raise self.failures[0]

    def reset(self) -> None:
        """Forget the last test."""
        self.answers, self.streams, self.files = {}, {}, {}
        self.seen, self.mails, self.failures = [], [], []

    def leave_out(self, earlier: set[str]) -> None:
        """What is told of these calls and texts is nobody's, also what has come since `reset`."""
        self.earlier = earlier
        self.seen = [one for one in self.seen if not self._is_earlier(one.form)]

    def _is_earlier(self, form: dict[str, str]) -> bool:
        return bool(self.earlier & {form.get("CallSid", ""), form.get("MessageSid", "")})

    def stream_url(self, name: str) -> str:
        return f"ws{self.url[4:]}/stream/{name}"

    def requests(self, path: str) -> list[Seen]:
        return [s for s in self.seen if s.path == path]

    async def wait_for(self, path: str, n: int = 1, timeout_s: float = 60) -> Seen:
        """The n-th request to a path."""
        async with asyncio.timeout(timeout_s):
            while len(self.requests(path)) < n:
                await self._news.wait()
                self._news.clear()
        return self.requests(path)[n - 1]

    async def _any(self, request: web.Request) -> web.StreamResponse:
        form = {k: str(v) for k, v in (await request.post()).items()}
        url = self.url + request.raw_path
        genuine = self._validator.validate(
            url, await request.post(), request.headers.get("X-Twilio-Signature", "")
        )
        if not self._is_earlier(form):
            self.seen.append(Seen(request.path, form, genuine, dict(request.query)))
            self._news.set()
        answer = self.answers.get(request.path, EMPTY)
        if callable(answer):
            answer = answer(form)
            if asyncio.iscoroutine(answer):
                answer = await answer
        if isinstance(answer, web.StreamResponse):
            return answer
        return web.Response(text=str(answer), content_type="text/xml")

    async def _file(self, request: web.Request) -> web.Response:
        body = self.files.get(request.match_info["name"])
        if body is None:
            return web.Response(status=404)
        return web.Response(body=body, content_type="audio/wav")

    async def _mail(self, request: web.Request) -> web.Response:
        import base64

        wanted = base64.b64encode(f"inbound:{EMAIL_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return web.Response(status=401)
        self.mails.append((dict(request.headers), await request.read()))
        return web.Response(status=202)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        handler = self.streams.get(request.match_info["name"])
        if handler is None:
            return web.Response(status=404)
        genuine = self._validator.validate(
            f"ws{self.url[4:]}{request.raw_path}",
            {},
            request.headers.get("X-Twilio-Signature", ""),
        )
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        try:
            await handler(Stream(ws, genuine, request.raw_path))
        except Exception as error:  # shown by the test that opened the stream
            self.failures.append(error)
        if not ws.closed:
            await ws.close()
        return ws

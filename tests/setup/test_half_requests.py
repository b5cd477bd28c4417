"""Half a request is ended, whoever drips it; one that is whole may take as long as it needs."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from channels.email.endpoint import AT_ONCE, SMALL, inbound_handler
from holdfast.http import server
from holdfast.http.access import Open, Route
from holdfast.http.static_files import StaticFiles
from holdfast.http.tls import ServerCertificate
from holdfast.http.web import HALF_S, Gate, body_arriving
from holdfast.security.credentials import Sessions
from tests.kit.record import new_sqlite
from tests.setup.authority import Authority

SHORT_S = 0.3
SECRET = "the secret of the tests"
RIGHT = b"Authorization: Basic " + base64.b64encode(f"inbound:{SECRET}".encode()) + b"\r\n"
HEAD = b"POST /form HTTP/1.1\r\nHost: x\r\n"
MAIL = b"POST /mail HTTP/1.1\r\nHost: x\r\n" + RIGHT
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
HALVES = {
    "nothing": b"",
    "half a head": HEAD + b"X-Slow: ",
    "half a body": HEAD + b"Content-Length: 100000\r\n\r\n{",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\nCallSid=",
    "half a mail": MAIL + b"Content-Length: 100000\r\n\r\nSubject: ",
    "half a chunk of a mail": MAIL + b"Transfer-Encoding: chunked\r\n\r\nffff\r\nSubject: ",
    "half a head in the packet of a whole one": LIVEZ + HEAD,
    "half a head in the packet of a body": (
        b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody" + HEAD
    ),
    "half a head behind three": LIVEZ * 3 + HEAD[:3],
    "half a head behind an upgrade that is refused": (
        b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        + HEAD
    ),
}
AFTER = "half after a whole one", "half while a whole one is answered"


@dataclass
class Small:
    """A server of ours with two routes."""

    port: int
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    in_hand: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[bytes] = field(default_factory=list)
    connection: Any = None
    """That of the last question whether it lives."""


@pytest_asyncio.fixture
async def small(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Small]:
    database = await new_sqlite(tmp_path / "holdfast.db")
    sock = socket.create_server(("127.0.0.1", 0))
    small = Small(sock.getsockname()[1])

    async def form(request: web.Request) -> web.StreamResponse:
        small.seen.append(await request.read())
        small.in_hand.set()
        await small.go_on.wait()
        return web.Response(text="done")

    async def livez(request: web.Request) -> web.StreamResponse:
        small.connection = request.protocol
        return web.Response(text="ok")

    class Mails:
        async def accept(self, raw: bytes, _to: str, _from: str) -> str:
            small.seen.append(raw)
            return "r1"

    async def talk(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data)
        return ws

    routes = [
        Route("POST", "/form", form, Open.PUBLIC),
        Route("GET", "/livez", livez, Open.PUBLIC),
        Route("POST", "/livez", livez, Open.PUBLIC),
        Route("POST", "/mail", inbound_handler(Mails(), SECRET, body_arriving), Open.MAIL),
        Route("GET", "/talk", talk, Open.TICKET),
    ]
    gate = Gate(Sessions(database, secure=False), [])
    app, _ = server.build(
        routes, gate, StaticFiles(tmp_path), public_url="http://127.0.0.1", connect=(), hsts=False
    )
    app[HALF_S] = getattr(request, "param", SHORT_S)
    async with server.served(app, sock, None):
        yield small
    await database.close()


@pytest.mark.parametrize("drips", [False, True])
@pytest.mark.parametrize("name", [*HALVES, *AFTER])
async def test_half_a_request_is_ended(small: Small, name: str, drips: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
    if name == "half after a whole one":
        writer.write(LIVEZ)
        await reader.readuntil(b"\r\n\r\nok")
        writer.write(HEAD)
    elif name == "half while a whole one is answered":
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await small.in_hand.wait()
        small.seen.clear()
        writer.write(HEAD)
        asyncio.get_running_loop().call_later(SHORT_S * 2, small.go_on.set)
    else:
        writer.write(HALVES[name])

    async def drip() -> None:
        while not writer.is_closing():
            await asyncio.sleep(SHORT_S / 5)
            writer.write(b"x")

    dripping = asyncio.create_task(drip()) if drips else None
    try:
        async with asyncio.timeout(60):
            while await reader.read(1000):
                pass
    except ConnectionError:
        pass  # ended, while we were dripping
    finally:
        if dripping is not None:
            dripping.cancel()
        writer.close()
    assert small.seen == []


async def test_a_whole_request_may_take_its_time_and_a_connection_may_rest(small: Small) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{small.port}"
        slow = asyncio.create_task(session.post(f"{url}/form", data=b"whole"))
        ws = await session.ws_connect(f"{url}/talk")
        reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
        writer.write(LIVEZ)
        await reader.readuntil(b"\r\n\r\nok")
        await asyncio.sleep(SHORT_S * 4)  # longer than half a request lives
        await ws.send_str("still here")
        assert await ws.receive_str() == "still here"
        writer.write(LIVEZ)  # on the same connection
        await reader.readuntil(b"\r\n\r\nok")
        small.go_on.set()
        assert await (await slow).text() == "done"
        writer.close()
        await ws.close()
    assert small.seen == [b"whole"]


def passes(connection: Any, s: float) -> None:
    """Time, as one connection sees it."""
    connection._since -= s
    if connection._half is not None:
        connection._half.cancel()
        connection._look()


PATIENT = pytest.mark.parametrize("small", [15.0], indirect=True)


@PATIENT
async def test_a_head_in_two_packets_has_its_time_from_its_own_first_byte(small: Small) -> None:
    """However long ago the request before it was answered."""
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
        writer.write(LIVEZ)
        await reader.readuntil(b"\r\n\r\nok")
        for begins in (14.0, 16.0, 1000.0):
            passes(small.connection, begins)
            writer.write(LIVEZ[:9])
            while small.connection._quiet:
                await asyncio.sleep(0)
            passes(small.connection, 14.0)
            writer.write(LIVEZ[9:])
            await reader.readuntil(b"\r\n\r\nok")
        writer.write(LIVEZ + LIVEZ[:9])
        await reader.readuntil(b"\r\n\r\nok")
        passes(small.connection, 14.0)
        writer.write(LIVEZ[9:])
        await reader.readuntil(b"\r\n\r\nok")
        writer.close()


@PATIENT
async def test_a_mail_on_a_bad_line_gets_in_and_small_ones_do_not_wait_behind_it(
    small: Small,
) -> None:
    """Eight large ones have every place there is, and nothing more of them comes for now."""
    size = 2 * SMALL
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        lines = [await asyncio.open_connection("127.0.0.1", small.port) for _ in range(AT_ONCE)]
        for _, writer in lines:
            writer.write(MAIL + f"Content-Length: {size}\r\n\r\n".encode() + bytes(size - 1))
            await writer.drain()
        auth = aiohttp.BasicAuth("inbound", SECRET)
        url = f"http://127.0.0.1:{small.port}/mail"
        async with session.post(url, data=b"Subject: bleeding", auth=auth) as answer:
            assert answer.status == 200
        assert small.seen == [b"Subject: bleeding"]
        for reader, writer in lines:
            writer.write(b"\n")
            assert b" 200 " in await reader.readline()
            writer.close()
    assert [len(raw) for raw in small.seen[1:]] == [size] * AT_ONCE


async def test_half_a_handshake_is_ended(tmp_path: Path) -> None:
    certificate = ServerCertificate(*map(str, Authority(tmp_path).issue()))
    sock = socket.create_server(("127.0.0.1", 0))
    app = web.Application()
    app[HALF_S] = SHORT_S
    async with server.served(app, sock, certificate):
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"\x16\x03\x01\x02")
        async with asyncio.timeout(60):
            try:
                assert await reader.read() == b""
            except ConnectionError:
                pass
        writer.close()

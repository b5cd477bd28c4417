"""Half a request is ended, whoever drips it; one that is whole may take as long as it needs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from holdfast import server
from holdfast.access import Open, Route
from holdfast.security import Sessions
from holdfast.tls import ServerCertificate
from holdfast.web import HALF_S, Gate
from tests.kit.record import new_sqlite
from tests.setup.authority import Authority

SHORT_S = 0.3
HEAD = b"POST /form HTTP/1.1\r\nHost: x\r\n"
HALVES = {
    "nothing": b"",
    "half a head": HEAD + b"X-Slow: ",
    "half a body": HEAD + b"Content-Length: 100000\r\n\r\n{",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\nCallSid=",
    "half after a whole one": b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
}


@dataclass
class Small:
    """A server of ours with two routes."""

    port: int
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[bytes] = field(default_factory=list)


@pytest_asyncio.fixture
async def small(tmp_path: Path) -> AsyncIterator[Small]:
    database = await new_sqlite(tmp_path / "holdfast.db")
    sock = socket.create_server(("127.0.0.1", 0))
    small = Small(sock.getsockname()[1])

    async def form(request: web.Request) -> web.StreamResponse:
        small.seen.append(await request.read())
        await small.go_on.wait()
        return web.Response(text="done")

    async def livez(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok")

    async def talk(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data)
        return ws

    routes = [
        Route("POST", "/form", form, Open.PUBLIC),
        Route("GET", "/livez", livez, Open.PUBLIC),
        Route("GET", "/talk", talk, Open.TICKET),
    ]
    gate = Gate(Sessions(database, secure=False), [])
    app, _ = server.build(
        routes, gate, tmp_path, public_url="http://127.0.0.1", connect=(), hsts=False
    )
    app[HALF_S] = SHORT_S
    async with server.served(app, sock, None):
        yield small
    await database.close()


@pytest.mark.parametrize("drips", [False, True])
@pytest.mark.parametrize("name", HALVES)
async def test_half_a_request_is_ended(small: Small, name: str, drips: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
    writer.write(HALVES[name])
    if name == "half after a whole one":
        await reader.readuntil(b"\r\n\r\nok")
        writer.write(HEAD)

    async def drip() -> None:
        while not writer.is_closing():
            await asyncio.sleep(SHORT_S / 5)
            writer.write(b"x")

    dripping = asyncio.create_task(drip()) if drips else None
    try:
        async with asyncio.timeout(20):
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
        writer.write(HALVES["half after a whole one"])
        await reader.readuntil(b"\r\n\r\nok")
        await asyncio.sleep(SHORT_S * 4)  # longer than half a request lives
        await ws.send_str("still here")
        assert await ws.receive_str() == "still here"
        writer.write(HALVES["half after a whole one"])  # on the same connection
        await reader.readuntil(b"\r\n\r\nok")
        small.go_on.set()
        assert await (await slow).text() == "done"
        writer.close()
        await ws.close()
    assert small.seen == [b"whole"]


async def test_half_a_handshake_is_ended(tmp_path: Path) -> None:
    certificate = ServerCertificate(*map(str, Authority(tmp_path).issue()))
    sock = socket.create_server(("127.0.0.1", 0))
    app = web.Application()
    app[HALF_S] = SHORT_S
    async with server.served(app, sock, certificate):
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        writer.write(b"\x16\x03\x01\x02")
        async with asyncio.timeout(20):
            try:
                assert await reader.read() == b""
            except ConnectionError:
                pass
        writer.close()

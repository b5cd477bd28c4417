"""A stream that is over is forgotten at once, whatever its other end still says."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from structlog.testing import capture_logs

from channels.voice import stream
from channels.voice.straight import StraightSocket
from tests.media.carrier import Owner, connected, media, served
from tests.media.wrong_frames import framed

UPGRADE = (
    b"GET /twilio/stream HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CLOSES = 0x88
"""First byte of a frame that closes."""


async def test_what_comes_after_the_end_keeps_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """aiohttp arms its heartbeat anew for whatever comes, closed or not: 335 ended streams a second
    were five thousand kept ones, and each search of that heap was a gap in everybody's sound."""
    alive: weakref.WeakSet[StraightSocket] = weakref.WeakSet()

    class Counted(StraightSocket):
        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            alive.add(self)

    monkeypatch.setattr(stream, "StraightSocket", Counted)
    async with served(Owner(), heartbeat_s=3_600) as url, asyncio.timeout(60):
        port = int(url.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(framed(connected()) + framed("nonsense"))
        assert (await reader.readexactly(1))[0] == CLOSES
        assert len(alive) == 1
        writer.write(framed(media(b"\x80" * 160, 1)))
        await writer.drain()
        await reader.read()  # until it has closed
        writer.transport.abort()
        while alive:
            gc.collect()
            await asyncio.sleep(0.01)


async def test_who_is_gone_before_the_upgrade_costs_a_line_and_no_trace(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = asyncio.Event()

    class Gone(StraightSocket):
        async def prepare(self, request: object) -> object:  # type: ignore[override]
            if request.transport is not None:  # type: ignore[attr-defined]
                request.transport.abort()  # type: ignore[attr-defined]
            await asyncio.sleep(0)
            try:
                return await super().prepare(request)  # type: ignore[arg-type]
            finally:
                gone.set()

    monkeypatch.setattr(stream, "StraightSocket", Gone)
    with capture_logs() as logs:
        async with served(Owner()) as url, asyncio.timeout(60):
            port = int(url.split(":")[2].split("/")[0])
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(UPGRADE)
            await gone.wait()
            writer.close()
    assert [entry["event"] for entry in logs] == ["stream.refused"]
    assert not caplog.records  # of aiohttp: each would be a page of trace

"""A carrier's end of a media stream, and a server that owns streams, for tests."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from aiohttp import web

from channels.voice import token
from channels.voice.stream import CarrierLeg, stream_handler

KEY = b"k" * 32
NOW_MS = 1_700_000_000_000


class Owner:
    """Implements channels.voice.stream.StreamOwner."""

    def __init__(self) -> None:
        self.legs: dict[str, CarrierLeg] = {}
        self.newest: dict[str, int] = {}
        self.ends: list[tuple[str, int, str]] = []
        self.digits: list[tuple[str, str]] = []
        self.changed = asyncio.Event()

    def admits(self, given: str, call_sid: str, contact: str, epoch: int) -> bool:
        return token.valid(
            KEY, given, call_sid=call_sid, contact=contact, epoch=epoch, now_ms=NOW_MS
        )

    def started(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg) -> bool:
        if epoch < self.newest.get(contact, -1):
            return False
        self.newest[contact] = epoch
        self.legs[contact] = leg
        self.changed.set()
        return True

    def ended(self, contact: str, epoch: int, call_sid: str, leg: CarrierLeg, cause: str) -> None:
        self.ends.append((contact, epoch, cause))
        self.changed.set()

    def digit(self, contact: str, digit: str) -> None:
        self.digits.append((contact, digit))
        self.changed.set()

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(60):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def served(owner: Owner, **options: Any) -> AsyncIterator[str]:
    """The stream's ws:// address."""
    app = web.Application()
    app.router.add_get("/twilio/stream", stream_handler(owner, **options))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"ws://127.0.0.1:{port}/twilio/stream"
    finally:
        await runner.cleanup()


def mint(contact: str = "c", epoch: int = 1, call: str = "CA1", life_ms: int = 30_000) -> str:
    return token.mint(KEY, call_sid=call, contact=contact, epoch=epoch, expires_ms=NOW_MS + life_ms)


def connected() -> str:
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(contact: str = "c", epoch: int = 1, call: str = "CA1", given: str | None = None) -> str:
    parameters = {"contact": contact, "epoch": str(epoch), "unknown": "x"}
    parameters["token"] = mint(contact, epoch, call) if given is None else given
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": f"MZ{contact}",
            "start": {
                "accountSid": "AC1",
                "callSid": call,
                "tracks": ["inbound"],
                "customParameters": parameters,
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        }
    )


def media(payload: bytes, number: int) -> str:
    """Numbers as strings, as the carrier sends them."""
    return json.dumps(
        {
            "event": "media",
            "sequenceNumber": str(number + 2),
            "streamSid": "MZc",
            "media": {
                "track": "inbound",
                "chunk": str(number + 1),
                "timestamp": str(number * 20),
                "payload": base64.b64encode(payload).decode(),
            },
        }
    )


async def call(url: str, contact: str = "c", epoch: int = 1) -> websockets.ClientConnection:
    ws = await websockets.connect(url, compression=None)
    await ws.send(connected())
    await ws.send(start(contact, epoch))
    return ws


async def read(ws: websockets.ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(60):
        return json.loads(await ws.recv())

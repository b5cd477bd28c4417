"""POST /email/inbound."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.email.endpoint import AT_ONCE, SMALL, authorised, inbound_handler
from router.records.database import RecordUnavailable

SECRET = "the secret of the tests"
URL = "/email/inbound"
RIGHT = {"Authorization": "Basic " + base64.b64encode(f"inbound:{SECRET}".encode()).decode()}


class Desk:
    """Takes what the handler gives."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str, str]] = []
        self.away = False

    async def accept(self, raw: bytes, envelope_to: str, envelope_from: str) -> str:
        if self.away:
            raise RecordUnavailable("away")
        self.taken.append((raw, envelope_to, envelope_from))
        return "r1"


async def post(
    desk: Desk, data: bytes, headers: dict[str, str], limit: int = 2_000_000
) -> tuple[int, str]:
    app = web.Application()  # its own limit of 1 MiB does not count here
    app.router.add_post(URL, inbound_handler(desk, SECRET, lambda _: nullcontext(), limit))
    async with (
        TestClient(TestServer(app)) as client,
        client.post(URL, data=data, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_mail_is_taken_with_its_envelope() -> None:
    desk = Desk()
    raw = b"Subject: x\r\n\r\n" + b"y" * 1_500_000
    headers = {**RIGHT, "X-Envelope-To": "help@x.example", "X-Envelope-From": "<>"}
    assert await post(desk, raw, headers) == (200, '{"id": "r1"}')
    assert desk.taken == [(raw, "help@x.example", "<>")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"inbound:wrong").decode()},
        {"Authorization": "Basic " + base64.b64encode(f"other:{SECRET}".encode()).decode()},
        {"Authorization": f"Bearer {SECRET}"},
    ],
)
async def test_wrong_or_missing_secret_is_401(headers: dict[str, str]) -> None:
    desk = Desk()
    assert (await post(desk, b"x", headers))[0] == 401
    assert desk.taken == []


async def test_other_faults_have_their_codes() -> None:
    desk = Desk()
    assert (await post(desk, b" \r\n", RIGHT))[0] == 400
    assert (await post(desk, b"x" * 101, RIGHT, limit=100))[0] == 413
    desk.away = True
    assert (await post(desk, b"x", RIGHT))[0] == 503
    assert desk.taken == []


def test_without_a_secret_nobody_is_let_in() -> None:
    nothing = "Basic " + base64.b64encode(b"inbound:").decode()
    assert not authorised(nothing, None)
    assert not authorised(nothing, "")
    assert authorised(RIGHT["Authorization"], SECRET)


async def test_of_large_mails_that_wait_for_their_turn_nothing_is_read() -> None:
    """A machine holds eight of 25 MB, not a part of everybody's."""
    begun: list[int] = []
    reads: list[int] = []
    go = asyncio.Event()

    class Slow(Desk):
        async def accept(self, raw: bytes, envelope_to: str, envelope_from: str) -> str:
            if len(raw) > SMALL:
                await go.wait()
            return await super().accept(raw, envelope_to, envelope_from)

    @contextlib.asynccontextmanager
    async def arriving(request: web.Request) -> AsyncIterator[None]:
        reads.append(request.content_length or 0)
        yield

    desk = Slow()
    handle = inbound_handler(desk, SECRET, arriving)

    async def counted(request: web.Request) -> web.StreamResponse:
        begun.append(request.content_length or 0)
        return await handle(request)

    app = web.Application()
    app.router.add_post(URL, counted)
    async with TestClient(TestServer(app)) as client, asyncio.TaskGroup() as group:
        for n in range(AT_ONCE + 4):
            group.create_task(client.post(URL, data=b"x" * (2 * SMALL + n), headers=RIGHT))
        async with asyncio.timeout(60):
            while len(begun) < AT_ONCE + 4:
                await asyncio.sleep(0.01)
            async with client.post(URL, data=b"small", headers=RIGHT) as answer:
                assert answer.status == 200
        waiting = {2 * SMALL + n for n in range(AT_ONCE + 4)} - set(reads)
        go.set()
    assert len(waiting) == 4
    assert len(desk.taken) == AT_ONCE + 5


async def test_a_packed_mail_is_read_to_its_end() -> None:
    """What its head tells is small; what it holds is not."""
    desk = Desk()
    raw = b"Subject: x\r\n\r\n" + b"y" * (3 * SMALL // 2)
    headers = {**RIGHT, "Content-Encoding": "gzip"}
    assert (await post(desk, gzip.compress(raw), headers))[0] == 200
    assert [got for got, _, _ in desk.taken] == [raw]

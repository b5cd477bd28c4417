"""POST /email/inbound."""

from __future__ import annotations

import base64
from contextlib import nullcontext

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.email.endpoint import authorised, inbound_handler
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

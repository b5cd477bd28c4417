"""Doctor, the public address: reached, signed, secured."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from holdfast.doctor import State
from holdfast.doctor.address import round_trip
from holdfast.doctor.certificate import chain
from tests.kit.centre import free_port
from tests.setup.authority import Authority
from tests.setup.conftest import Setup


async def test_proxy_that_answers_for_the_centre_fails_the_address(setup: Setup) -> None:
    async def gone(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=502)

    setup.proxy.bend = gone
    outcome = await setup.only("public address")
    assert "HTTP 502" in outcome.what


async def test_address_that_leads_elsewhere_fails(setup: Setup) -> None:
    async def moved(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=308, headers={"Location": "https://www.example.org/"})

    setup.proxy.bend = moved
    assert "HOLDFAST_PUBLIC_URL" in (await setup.only("public address")).mend


async def test_proxy_that_changes_the_path_fails_the_signature(setup: Setup) -> None:
    setup.proxy.add_query = "?via=proxy"
    outcome = await setup.only("signature")
    assert "correctly signed request was refused" in outcome.what


async def test_door_that_takes_forged_requests_fails_the_signature(setup: Setup) -> None:
    async def anything(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<Response/>")

    setup.proxy.bend = anything
    assert "wrongly signed" in (await setup.only("signature")).what


async def test_without_a_running_centre_silence_is_unknown(setup: Setup, tmp_path: Path) -> None:
    async def gone(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=502)

    setup.proxy.bend = gone
    found = await setup.examine(HOLDFAST_DATA_DIR=str(tmp_path), HOLDFAST_REDIS_URL=None)
    for check in ("public address", "signature", "store", "store eviction"):
        assert found[check].state is State.UNKNOWN, found[check]
    assert "not running" in found["public address"].what


async def test_nobody_there_fails_while_the_centre_runs() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    running, stopped = [
        (await round_trip(url, ("t",), running, pretended=True))[0] for running in (True, False)
    ]
    assert (running.state, stopped.state) == (State.FAIL, State.UNKNOWN)
    assert "firewall" in running.mend


async def test_name_that_does_not_exist_fails() -> None:
    found = await round_trip("https://desk.invalid", ("t",), False, pretended=True)
    assert found[0].state is State.FAIL
    assert "DNS" in found[0].what


async def test_loopback_fails_before_a_real_carrier(setup: Setup) -> None:
    token = setup.env["TWILIO_AUTH_TOKEN"]
    found = await round_trip(setup.proxy.url, (token,), True, pretended=False)
    assert found[0].state is State.FAIL
    assert "on this machine only" in found[0].what


@asynccontextmanager
async def https(authority: Authority, **wanted: object) -> AsyncIterator[str]:
    """A server with a certificate of this authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*authority.issue(**wanted))  # type: ignore[arg-type]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return made


async def test_good_certificate_tells_its_days(authority: Authority) -> None:
    async with https(authority, days=60) as url:
        outcome = await chain(url)
    assert outcome.state is State.OK, outcome
    assert "59 days" in outcome.what


@pytest.mark.parametrize(
    ("wanted", "state", "says"),
    [
        ({"days": 5}, State.WARN, "4 more days"),
        ({"days": -1}, State.FAIL, "expired"),
        ({"name": "other.example.org"}, State.FAIL, "mismatch"),
        ({"self_signed": True}, State.FAIL, "self-signed"),
        ({"through": True}, State.FAIL, "issuer"),
    ],
)
async def test_certificate_faults(
    authority: Authority, wanted: dict[str, object], state: State, says: str
) -> None:
    async with https(authority, **wanted) as url:
        outcome = await chain(url)
    assert outcome.state is state, outcome
    assert says in outcome.what.lower(), outcome
    assert outcome.mend


async def test_plain_http_behind_an_https_address_fails(setup: Setup) -> None:
    outcome = await chain(setup.proxy.url.replace("http:", "https:"))
    assert outcome.state is State.FAIL
    assert "no TLS" in outcome.what

"""TLS: the certificate is reread when it changes; the demo for a look from another machine."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from channels.sandbox.options import EMERGENCY_LINE
from holdfast.demo.sandbox_site import SandboxSite
from holdfast.http.selfsigned import own_addresses
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import Gate
from holdfast.settings.environment import load, static_dir
from tests.kit.sandbox import Sandbox
from tests.setup.authority import Authority
from tests.setup.processes import good, tree


def serial(port: int, authority: Path) -> str:
    """Serial number of the certificate in use, the chain verified."""
    context = ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        certificate = secured.getpeercert()
    assert certificate is not None
    return str(certificate["serialNumber"])


async def test_renewed_certificate_is_used_without_a_restart(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue()
    env = good(tmp_path / "data", HOLDFAST_TLS_CERT=str(cert), HOLDFAST_TLS_KEY=str(key))
    port = int(env["HOLDFAST_PORT"])
    env["HOLDFAST_PUBLIC_URL"] = f"https://localhost:{port}"
    async with tree("serve", tmp_path / "data", env) as centre:
        worker = (tmp_path / "data" / "worker.pid").read_text()
        first = await asyncio.to_thread(serial, port, authority.path)
        assert await asyncio.to_thread(serial, port, authority.path) == first
        # A connection that is open keeps what it has.
        context = ssl.create_default_context(cafile=str(authority.path))
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(connector=connector) as session:
            url = env["HOLDFAST_PUBLIC_URL"] + "/livez"
            async with session.get(url) as answer:
                assert answer.headers["Strict-Transport-Security"]
            authority.issue()
            second = await asyncio.to_thread(serial, port, authority.path)
            assert second != first
            key.write_text("half written")
            os.utime(key)
            assert await asyncio.to_thread(serial, port, authority.path) == second
            async with session.get(url) as answer:
                assert answer.status == 200
        assert (tmp_path / "data" / "worker.pid").read_text() == worker
        assert "tls.certificate_reread" in centre.words()
        assert "tls.certificate_not_reread" in centre.words()


async def test_demo_with_tls_is_reached_from_outside_and_takes_calls(tmp_path: Path) -> None:
    env = good(tmp_path)
    del env["HOLDFAST_HOST"], env["HOLDFAST_PUBLIC_URL"]
    port = env["HOLDFAST_PORT"]
    far = next((a for a in own_addresses() if a[:1].isdigit() and a != "127.0.0.1"), None)
    async with tree("demo --tls", tmp_path, env) as demo:
        assert demo.process.stdout is not None
        banner = (await demo.process.stdout.read(4000)).decode()
        assert f"https://localhost:{port}/desk" in banner
        key = tmp_path / "tls" / "key.pem"
        assert key.stat().st_mode & 0o077 == 0
        context = ssl.create_default_context(cafile=str(tmp_path / "tls" / "cert.pem"))
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(connector=connector) as session:
            for host in filter(None, ("localhost", "127.0.0.1", far)):
                origin = f"https://{host}:{port}"
                form = {"login": "priya", "password": "holdfast-demo"}
                headers = {"Origin": origin, "X-Holdfast": "1"}
                async with session.post(
                    f"{origin}/api/login", json=form, headers=headers
                ) as answer:
                    assert answer.status == 200, await answer.text()
                await _the_telephone_has_a_line(session, origin)
        if far:
            assert f"https://{far}:{port}/desk" in banner
        await _a_call_comes_through(tmp_path)


async def _the_telephone_has_a_line(session: aiohttp.ClientSession, origin: str) -> None:
    """Over the centre's own address, both ways; only for pages of ours."""
    async with session.get(f"{origin}/api/sandbox") as answer:
        path = (await answer.json())["ws"]
    assert path == "/sandbox/ws"
    async with session.ws_connect(origin + path, headers={"Origin": origin}) as line:
        ready = await line.receive_json(timeout=5)
        assert (ready["type"], ready["call"]) == ("ready", None)
        await line.send_bytes(b"\xff" * 160)
        await line.send_str("not an object")
        assert (await line.receive_json(timeout=5))["code"] == "bad_request"
    for strange in ({}, {"Origin": "https://evil.example"}):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(origin + path, headers=strange)


@pytest.mark.parametrize(
    ("public_url", "host", "ws"),
    [
        ("http://localhost:8080", "localhost:8080", "ws://127.0.0.1:4711/phone"),
        ("http://localhost:8080", "[::1]:8080", "ws://127.0.0.1:4711/phone"),
        ("http://localhost:8080", "192.0.2.7:8080", "/sandbox/ws"),
        ("https://desk.example.org", "127.0.0.1:8080", "/sandbox/ws"),
    ],
)
async def test_telephone_goes_straight_to_the_carrier_where_it_can(
    public_url: str, host: str, ws: str
) -> None:
    """Straight, it survives a restart of the worker."""
    settings = load(demo=True, environment={"HOLDFAST_PUBLIC_URL": public_url})
    gate = Gate(None, settings.desk_origins)  # type: ignore[arg-type]
    site = SandboxSite(settings, {"port": 4711}, gate, StaticFiles(static_dir()))
    answer = await site.sandbox(make_mocked_request("GET", "/api/sandbox", {"Host": host}))
    assert isinstance(answer, web.Response)
    assert json.loads(answer.text or "")["ws"] == ws


async def _a_call_comes_through(folder: Path) -> None:
    """The sandbox carrier trusts the certificate: its webhook is answered."""
    state = json.loads((folder / "sandbox.json").read_text())
    async with aiohttp.ClientSession() as session:
        sandbox = Sandbox(None, state["base_url"], 0, [], "", session)  # type: ignore[arg-type]
        call = await sandbox.call(to=EMERGENCY_LINE)
        await sandbox.wait_for(call, "play.started")
        assert {hook["status"] for hook in await sandbox.webhooks("voice")} == {200}
        await sandbox.hang_up(call)

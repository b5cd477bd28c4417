"""TLS: the certificate is reread when it changes; the demo for a look from another machine."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
from pathlib import Path

import aiohttp

from channels.sandbox.options import EMERGENCY_LINE
from holdfast.selfsigned import own_addresses
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
        if far:
            assert f"https://{far}:{port}/desk" in banner
        await _a_call_comes_through(tmp_path)


async def _a_call_comes_through(folder: Path) -> None:
    """The sandbox carrier trusts the certificate: its webhook is answered."""
    state = json.loads((folder / "sandbox.json").read_text())
    async with aiohttp.ClientSession() as session:
        sandbox = Sandbox(None, state["base_url"], 0, [], "", session)  # type: ignore[arg-type]
        call = await sandbox.call(to=EMERGENCY_LINE)
        await sandbox.wait_for(call, "play.started", timeout_s=10)
        assert [hook["status"] for hook in await sandbox.webhooks("voice")] == [200]
        await sandbox.hang_up(call)

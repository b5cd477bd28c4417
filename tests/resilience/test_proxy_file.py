"""deploy/Caddyfile, run by Caddy before a centre of role `web` and two processes with sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.flow.conftest import short_config, until_heard
from tests.kit.caddy import Caddy, running_caddy
from tests.kit.centre import Centre, free_port, running_centre
from tests.kit.desk import DeskClient
from tests.kit.media import Media, media

pytestmark = [pytest.mark.long, pytest.mark.asyncio]  # Caddy

CALLER, AGENT = 440, 700


@asynccontextmanager
async def behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Caddy, Centre, Media, Media]]:
    """Everybody comes by Caddy: pages, the carrier's requests and its streams."""
    port = free_port()
    async with running_caddy(folder, port) as caddy:
        monkeypatch.setenv("SSL_CERT_FILE", str(caddy.root))  # the carrier trusts it
        env = {
            "HOLDFAST_CONFIG": str(short_config(folder)),
            "HOLDFAST_PUBLIC_URL": caddy.url,
            "HOLDFAST_TRUSTED_PROXIES": "127.0.0.1",
        }
        carrier = ("--centre", caddy.url)
        async with (
            running_centre(folder / "d", carrier=carrier, port=port, role="web", **env) as centre,
            media(centre, 8101, HOLDFAST_MEDIA_URL=f"{caddy.url}/media/1") as one,
            media(centre, 8102, HOLDFAST_MEDIA_URL=f"{caddy.url}/media/2") as other,
        ):
            yield caddy, centre, one, other


async def statuses(http: aiohttp.ClientSession, url: str, *paths: str) -> dict[str, int]:
    found = {}
    for path in paths:
        async with http.get(url + path) as answer:
            found[path] = answer.status
    return found


@asynccontextmanager
async def page(caddy: Caddy, centre: Centre, login: str) -> AsyncIterator[DeskClient]:
    """An agent who is ready, by Caddy."""
    there = aiohttp.TCPConnector(ssl=caddy.trust())
    async with aiohttp.ClientSession(connector=there) as http:
        client = DeskClient(replace(centre, url=caddy.url), http)
        await client.sign_in(login)
        await client.connect()
        try:
            await client.sound(AGENT)
            await client.ready()
            yield client
        finally:
            await client.close()


async def taker(*agents: DeskClient) -> DeskClient:
    """Who is offered the call that just came first: its stream is where they are."""
    async with asyncio.timeout(60):
        while True:
            for agent in agents:
                if (live := agent.offer()) and live["offer"]["agents"][0] == agent.me["id"]:
                    return agent
            await asyncio.sleep(0.02)


async def talks(centre: Centre, agent: DeskClient, call: str) -> None:
    """The caller hears the agent, and the agent the caller."""
    await until_heard(centre, call, AGENT)
    agent.ear.samples = agent.ear.samples[:0]
    async with asyncio.timeout(60):
        while abs(agent.ear.hertz() - CALLER) >= 8:
            await asyncio.sleep(0.02)


async def test_pages_calls_and_their_streams_come_through_the_proxy_that_we_ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind(tmp_path, monkeypatch) as (caddy, centre, one, other):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=caddy.trust())) as http:
            pages = "/login", "/livez", "/media/1/livez", "/media/2/readyz"
            assert await statuses(http, caddy.url, *pages) == dict.fromkeys(pages, 200)
            figures = "/metrics", "/media/1/metrics", "/media/2/metrics"
            assert await statuses(http, caddy.url, *figures) == dict.fromkeys(figures, 404)
        async with page(caddy, centre, "priya") as first, page(caddy, centre, "tomas") as second:
            calls = []
            for _ in range(2):  # one at each process
                call = await centre.sandbox.call(talk="tone", hz=CALLER)
                taken = await taker(first, second)
                await taken.until_state(await taken.accept(), "active")
                await talks(centre, taken, call)
                calls.append((taken, call))
            assert {taken for taken, _ in calls} == {first, second}
            await one.until(calls=1, pages=1)
            await other.until(calls=1, pages=1)
            await caddy.reload()  # nobody hears it
            for taken, call in calls:
                await talks(centre, taken, call)
                assert not taken.cut
                told = [line["event"] for line in (await centre.sandbox.look(call))["timeline"]]
                assert told.count("stream.started") == 1

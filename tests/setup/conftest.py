"""One healthy set-up for all doctor tests: each breaks one thing of it, and puts it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from holdfast.doctor import Finding, State, examine
from holdfast.recovery.fallback import write_fallback
from tests.kit.centre import Centre, running_centre
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN
from tests.setup.relay import Relay, relay

LINE = "+12065550100"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Doctor's tests run on the session's loop, where the centre's pipes live."""
    for item in items:
        if not isinstance(item, pytest.Function) or not iscoroutinefunction(item.function):
            continue
        if "tests/setup/test_doctor" in str(item.path):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Setup:
    """A running centre behind a proxy, the carrier behind a relay, a fallback elsewhere."""

    centre: Centre
    proxy: Relay
    carrier: Relay
    elsewhere: Relay
    env: dict[str, str]
    numbers: dict[str, str] = field(default_factory=dict)

    async def examine(self, **env: str | None) -> dict[str, Finding]:
        """Doctor's findings by name, with settings changed (None takes one away)."""
        merged = {k: v for k, v in (self.env | env).items() if v is not None}
        found = await examine(merged)
        return {outcome.check: outcome for outcome in found}

    async def only(self, check: str, state: State = State.FAIL, **env: str | None) -> Finding:
        """Asserts that exactly this check is in `state` and nothing else fails or warns."""
        found = await self.examine(**env)
        bad = {n: o for n, o in found.items() if o.state in (State.FAIL, State.WARN)}
        if check != "sound buffer":  # what this machine gives is not this test's
            bad.pop("sound buffer", None)
        assert set(bad) == {check}, bad
        assert bad[check].state is state, bad
        assert bad[check].mend, "no mend"
        return bad[check]

    async def set_number(self, number: str = LINE, **fields: str) -> None:
        """Changes a number at the carrier, as its console would."""
        sid = self.numbers[number]
        url = f"{self.centre.sandbox.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}"
        auth = aiohttp.BasicAuth(ACCOUNT_SID, AUTH_TOKEN)
        async with aiohttp.ClientSession(auth=auth) as session:
            if not sid:
                async with session.get(f"{url}/IncomingPhoneNumbers.json") as answer:
                    for found in (await answer.json())["incoming_phone_numbers"]:
                        self.numbers[found["phone_number"]] = found["sid"]
                sid = self.numbers[number]
            path = f"{url}/IncomingPhoneNumbers/{sid}.json"
            async with session.post(path, data=fields) as answer:
                assert answer.status == 200, await answer.text()

    async def mend_number(self, number: str = LINE) -> None:
        """All addresses of a number as they should be."""
        await self.set_number(
            number,
            VoiceUrl=f"{self.proxy.url}/twilio/voice",
            VoiceMethod="POST",
            VoiceFallbackUrl=f"{self.elsewhere.url}/fallback.xml",
            VoiceFallbackMethod="GET",
            StatusCallback=f"{self.proxy.url}/twilio/voice/status",
            StatusCallbackMethod="POST",
            SmsUrl=f"{self.proxy.url}/twilio/sms",
            SmsMethod="POST",
        )


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def healthy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Setup]:
    folder = tmp_path_factory.mktemp("doctor")
    data = folder / "data"
    async with (
        relay() as proxy,
        relay() as carrier,
        relay() as elsewhere,
        running_centre(data, HOLDFAST_PUBLIC_URL=proxy.url) as centre,
    ):
        proxy.target = centre.url
        carrier.target = centre.sandbox.base_url
        env = centre.env | {
            "TWILIO_API_BASE_URL": carrier.url,
            "HOLDFAST_REDIS_URL": centre.redis_url,
            "HOLDFAST_FALLBACK_URL": f"{elsewhere.url}/fallback.xml",
            "HOLDFAST_DATABASE_URL": f"sqlite:///{data / 'holdfast.db'}",
        }
        numbers = dict.fromkeys(centre.sandbox.numbers, "")
        setup = Setup(centre, proxy, carrier, elsewhere, env, numbers)
        document = write_fallback(folder, proxy.url).read_text()

        async def host(request: web.Request) -> web.StreamResponse:
            found = request.path == "/fallback.xml" and request.method == "GET"
            if not found:  # a static host takes no POST
                return web.Response(status=405)
            return web.Response(text=document, content_type="text/xml")

        elsewhere.bend = host
        for number in centre.sandbox.numbers:
            await setup.mend_number(number)
        yield setup


@pytest_asyncio.fixture(loop_scope="session")
async def setup(healthy: Setup) -> AsyncIterator[Setup]:
    """The healthy set-up; what a test bends at relays or the first line is straight afterwards."""
    yield healthy
    healthy.proxy.straight()
    healthy.carrier.straight()
    await healthy.mend_number()


def words(found: Any) -> str:
    """Findings as text, for a failing test."""
    return "\n".join(f"{o.state} {o.check}: {o.what} | {o.mend}" for o in found)

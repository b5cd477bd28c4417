"""One sandbox process for the whole suite; a fresh centre state and a healthy carrier per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from channels.twilio.client import CarrierClient, Credentials
from tests.contract.centre import Centre
from tests.kit.sandbox import Sandbox, running_sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_centre() -> AsyncIterator[Centre]:
    centre = Centre()
    await centre.open()
    yield centre
    await centre.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_sandbox(module_centre: Centre) -> AsyncIterator[Sandbox]:
    async with running_sandbox(module_centre.url) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def centre(module_centre: Centre) -> AsyncIterator[Centre]:
    module_centre.reset()
    yield module_centre
    failures, module_centre.failures = module_centre.failures, []
    assert not failures, failures


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(module_sandbox: Sandbox, centre: Centre) -> AsyncIterator[Sandbox]:
    await module_sandbox.heal()
    calls, texts = await module_sandbox.calls(), await module_sandbox.texts()
    centre.leave_out({one["sid"] for one in (*calls, *texts)})
    yield module_sandbox
    for call in await module_sandbox.calls(live=True):
        await module_sandbox.hang_up(call["sid"])


@pytest_asyncio.fixture(loop_scope="module")
async def client(sandbox: Sandbox) -> AsyncIterator[CarrierClient]:
    client = CarrierClient(
        Credentials(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.base_url),
        timeout_s=3,
    )
    yield client
    await client.close()


@pytest.fixture
def line(sandbox: Sandbox) -> str:
    """The number that is called."""
    return sandbox.numbers[0]

"""One centre and two browsers for all tests on real pages: an agent's and another person's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.browser.kit import launch, tone_file
from tests.browser.pages import waiting
from tests.flow.conftest import short_config
from tests.kit.centre import Centre, free_port, running_centre
from tests.kit.line import Line, running_line

AGENT_HZ, OTHER_HZ = 700, 520
expect.set_options(timeout=60_000)  # a busy machine is late, not wrong


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def pw() -> AsyncIterator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def chromium(
    pw: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """The agent's browser: its microphone hears 700 Hz."""
    wav = tone_file(tmp_path_factory.mktemp("mic") / "agent.wav", AGENT_HZ)
    browser = await launch(pw, f"--use-file-for-fake-audio-capture={wav}")
    yield browser
    await browser.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def elsewhere(
    pw: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """Another machine's browser: its microphone hears 520 Hz."""
    wav = tone_file(tmp_path_factory.mktemp("mic") / "other.wav", OTHER_HZ)
    browser = await launch(pw, f"--use-file-for-fake-audio-capture={wav}")
    yield browser
    await browser.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running_here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("browser-centre")
    config = short_config(folder)
    text = config.read_text().replace('come_back = "6s"', 'come_back = "20s"')
    config.write_text(text.replace('ring_s1 = "5s"', 'ring_s1 = "8s"'))
    port = free_port()  # also reached by a name that is no loopback: over plain http
    origins = f"http://127.0.0.1:{port},http://desk.test:{port},http://127.0.0.1:{free_port()}"
    async with running_centre(
        folder / "data", port=port, HOLDFAST_CONFIG=str(config), HOLDFAST_DESK_ORIGINS=origins
    ) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def line(running_here: Centre) -> AsyncIterator[Line]:
    """A network between a browser and the centre."""
    *_, address = running_here.env["HOLDFAST_DESK_ORIGINS"].split(",")
    async with running_line(running_here.port, int(address.rpartition(":")[2])) as line:
        yield line


@pytest_asyncio.fixture(loop_scope="session")
async def real(
    running_here: Centre, chromium: Browser, elsewhere: Browser
) -> AsyncIterator[Centre]:
    """The shared centre; afterwards all pages that a test left open are closed, every call is hung
    up, every contact has ended and nobody is on duty."""
    yield running_here
    for browser in (chromium, elsewhere):
        for context in set(browser.contexts) - waiting():
            await context.close()
    await running_here.sandbox.heal()
    for call in await running_here.sandbox.calls(live=True):
        await running_here.sandbox.hang_up(call["sid"])
    await running_here.until_ready()
    async with asyncio.timeout(60):
        await running_here.end_everything()

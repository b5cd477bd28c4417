"""What a new user tripped over at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.browser.test_pages_consult import my_call
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MICROPHONES = """(() => { const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  globalThis.__opened = [];
  devices.getUserMedia = async (c) => {
    const stream = await open(c); globalThis.__opened.push(stream); return stream; }; })();"""
OPEN = "() => globalThis.__opened.at(-1)?.getAudioTracks()[0].enabled"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_whoever_is_muted_stays_so_over_a_reload_and_a_new_call_begins_unmuted(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", MICROPHONES)
    bar = page.get_by_role("region", name="Phone")
    mute = bar.get_by_role("button", name="ute")
    await expect(bar).to_contain_text("sound good")
    await page.keyboard.press("Alt+m")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(bar).to_contain_text("sound good")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate(OPEN) is False
    here = await desk.here()
    call = my_call(here)
    del here.scene["contacts"][call["id"]]
    new = {"another": call | {"id": "another"}}
    await here.event("contact.answered", {"contacts": new}, {"contacts": [call["id"]]})
    await expect(mute).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(OPEN) is True
    await page.reload()
    await expect(bar).to_contain_text("sound good")
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await close(page)

"""What a new user tripped over at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

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


async def test_a_name_is_found_without_its_accents(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {"agents": [], "skills": [], "numbers": [], "any_number": False, "interpreters": [],
                "queues": [{"name": n, "word": w, "open": True} for n, w in (
                    ("of", "Front desk"), ("to", "Tomás Vega’s own"))]}  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await page.keyboard.press("Alt+t")
    rows = page.get_by_role("option")
    await expect(rows).to_have_count(2)
    await page.get_by_role("combobox").fill("tomas vega's")
    await expect(rows.locator("b")).to_have_text(["Tomás Vega’s own"])
    await close(page)

"""The machine stays awake while its agent may be rung or talks, and no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LOCKS = """
  globalThis.awake = [];
  class Sentinel extends EventTarget {
    async release() { globalThis.awake.push('released'); this.dispatchEvent(new Event('release')); }
  }
  Object.defineProperty(navigator, 'wakeLock', { value: {
    request: async (what) => {
      globalThis.awake.push(what);
      return (globalThis.last = new Sentinel());
    },
  } });
"""
"""The browser's own, told on: headless Chromium has no screen that could sleep."""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def told(page: Page, *words: str) -> None:
    async def so() -> bool:
        return await page.evaluate("globalThis.awake") == list(words)

    await until(so, f"the lock: {words}")


async def test_while_ready_and_again_when_the_page_is_seen_again(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle", before=LOCKS)
    here = await desk.here()
    me = here.mine()
    await told(page, "screen")
    # A browser lets it go with the page that is hidden.
    await page.evaluate("globalThis.last.dispatchEvent(new Event('release'))")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await told(page, "screen", "screen")
    await here.event("agent.paused", {"agents": {me["id"]: me | {"choice": "paused"}}})
    await told(page, "screen", "screen", "released")
    await close(page)


async def test_in_a_call_though_paused(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", before=LOCKS)
    here = await desk.here()
    me = here.mine() | {"choice": "paused"}
    await here.event("agent.paused", {"agents": {me["id"]: me}})
    call = here.scene["contacts"]["c1"]
    await told(page, "screen")
    await here.event("contact.ended", {"agents": {me["id"]: me}}, {"contacts": [call["id"]]})
    await told(page, "screen", "released")
    await close(page)

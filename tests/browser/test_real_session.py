"""Twelve hours are over in the middle of a call: the page locks, nothing else happens."""

from __future__ import annotations

import re

import aiosqlite
import pytest
from playwright.async_api import Browser, WebSocket, expect

from tests.browser.kit import closed, hears
from tests.browser.test_real_centre import agent, bar, talking
from tests.flow.conftest import until_heard
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_session_that_ends_in_a_call_locks_the_page_over_its_open_socket(
    chromium: Browser, real: Centre
) -> None:
    page = await agent(chromium, real)
    call = await talking(page, real)
    sockets: list[WebSocket] = []
    page.on("websocket", lambda opened: sockets.append(opened))
    async with aiosqlite.connect(real.data_dir / "holdfast.db", timeout=10) as connection:
        await connection.execute("update session set created_at = 1")
        await connection.commit()
    locked = page.get_by_role("dialog", name="Sign in again")
    await expect(locked).to_be_visible()
    await page.wait_for_timeout(2_000)
    assert sockets == []
    await until_heard(real, call, 700)
    await page.get_by_label("Login").fill("priya")
    await page.get_by_label("Password").fill(PASSWORD)
    async with page.expect_websocket() as opened:
        await page.keyboard.press("Enter")
    await (await opened.value).wait_for_event("framereceived")
    await expect(locked).to_be_hidden()
    await expect(page.locator(".choice")).to_contain_text("Ready after this")
    await hears(page, 440)
    await bar(page).get_by_role("button", name=re.compile("Hold|On hold", re.IGNORECASE)).click()
    await expect(bar(page)).to_contain_text("they hear music")
    assert len(sockets) == 1
    await closed(page)

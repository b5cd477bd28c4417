"""`holdfast demo --tls`: the telephone's line goes over the centre's own address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, WebSocket, expect

from holdfast.http.selfsigned import own_addresses
from tests.setup.processes import good, tree

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_telephone_works_from_another_machine(elsewhere: Browser, tmp_path: Path) -> None:
    env = good(tmp_path)
    del env["HOLDFAST_HOST"], env["HOLDFAST_PUBLIC_URL"]
    far = (a for a in own_addresses() if a[:1].isdigit() and a != "127.0.0.1")
    url = f"https://{next(far, 'localhost')}:{env['HOLDFAST_PORT']}"
    async with tree("demo --tls", tmp_path, env):
        context = await elsewhere.new_context(ignore_https_errors=True)
        page = await context.new_page()
        lines: list[WebSocket] = []
        page.on("websocket", lambda opened: lines.append(opened))
        await page.goto(f"{url}/sandbox/phone")
        await expect(page.get_by_text("my number +1")).to_be_visible()
        assert [line.url for line in lines] == [f"{url.replace('https', 'wss')}/sandbox/ws"]
        await page.get_by_role("button", name=re.compile("^Call: ")).first.click()
        await expect(page.get_by_role("button", name="Hang up")).to_be_visible()
        await expect(page.locator(".handset")).to_have_class(re.compile("in-progress"))
        await context.close()

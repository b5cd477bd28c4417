"""What a desk costs the network when it is opened for the first and for the second time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def load(context: BrowserContext, url: str) -> dict[str, int]:
    """Opens the desk in a new tab: how many files came over the network, how many from the
    browser's own store, and how many bytes there were on the wire."""
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    asked: dict[str, str] = {}
    kept: set[str] = set()
    sizes: dict[str, float] = {}

    def responded(told: dict[str, Any]) -> None:
        if told["response"].get("fromDiskCache"):
            kept.add(told["requestId"])

    wire.on(
        "Network.requestWillBeSent",
        lambda it: asked.update({it["requestId"]: it["request"]["url"]}),
    )
    wire.on("Network.requestServedFromCache", lambda it: kept.add(it["requestId"]))
    wire.on("Network.responseReceived", responded)
    wire.on(
        "Network.loadingFinished",
        lambda it: sizes.update({it["requestId"]: it["encodedDataLength"]}),
    )
    await wire.send("Network.enable")
    await page.goto(url, wait_until="networkidle")
    await page.wait_for_selector(".desk")
    await page.close()
    files = {number for number, of in asked.items() if "/static/" in of}
    assert files <= sizes.keys()
    return {
        "asked": len(files - kept),
        "kept": len(files & kept),
        "bytes": round(sum(sizes[number] for number in files - kept)),
    }


async def test_the_second_time_a_desk_asks_for_no_file(chromium: Browser, real: Centre) -> None:
    context = await chromium.new_context()
    answer = await context.request.post(
        f"{real.url}/api/login",
        data={"login": "priya", "password": PASSWORD},
        headers={"X-Holdfast": "1"},
    )
    assert answer.ok
    first = await load(context, f"{real.url}/desk")
    second = await load(context, f"{real.url}/desk")
    await context.close()
    print(json.dumps({"first": first, "second": second}))
    assert first["asked"] > 50
    assert second == {"asked": 0, "kept": first["asked"] + first["kept"], "bytes": 0}
    assert first["bytes"] < 600_000

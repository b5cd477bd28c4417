"""Pages on the recorded scene, each as if it were new; a page that was closed well is used again.

A page asks for a hundred modules. One that stays where they came from has them in its memory, and
costs half. Whoever closes it leaves nothing in it: no cookie, nothing stored, no other tab, size
and colours of a new one. One that a test has failed with is never used again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page

SIZE: Any = {"width": 1366, "height": 768}
USES = 20
EMPTY = "() => { localStorage.clear(); sessionStorage.clear(); }"

_left: dict[Any, list[Page]] = {}
"""Pages that wait on an empty address, by browser and by what was asked for."""


async def opened(chromium: Browser, url: str, before: str = "", **options: Any) -> Page:
    """A page without a past; any error on it fails the test through ``page.faults``."""
    key = (chromium, before, *sorted(options.items()))
    page = next((page for page in _taken(key) if not page.is_closed()), None)
    if page is None:
        page = await _new(chromium, before, **options)
        page.key, page.uses = key, 0  # type: ignore[attr-defined]
    page.uses += 1  # type: ignore[attr-defined]
    page.faults = []  # type: ignore[attr-defined]
    await page.goto(url)
    await page.wait_for_selector("main")
    return page


def _taken(key: Any) -> Any:
    while _left.get(key):
        yield _left[key].pop()


async def _new(chromium: Browser, before: str, **options: Any) -> Page:
    context = await chromium.new_context(viewport=SIZE, reduced_motion="reduce", **options)
    if before:
        await context.add_init_script(before)
    page = await context.new_page()
    page.on("pageerror", lambda e: page.faults.append(str(e)))  # type: ignore[attr-defined]
    page.on("console", lambda m: m.type == "error" and page.faults.append(m.text))  # type: ignore[attr-defined]
    return page


async def close(page: Page) -> None:
    """It must not have failed."""
    assert page.faults == []  # type: ignore[attr-defined]
    if page.uses >= USES:  # type: ignore[attr-defined]
        await page.context.close()
        return
    for other in page.context.pages:
        if other is not page:
            await other.close()
    where = urlsplit(page.url)
    await page.goto(f"{where.scheme}://{where.netloc}/static/icon.svg")  # no script of ours
    await page.evaluate(EMPTY)
    await page.context.clear_cookies()
    await page.goto("about:blank")
    await page.set_viewport_size(SIZE)
    key = page.key  # type: ignore[attr-defined]
    colours = dict(key[2:]).get("color_scheme", "light")
    await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    _left.setdefault(key, []).append(page)

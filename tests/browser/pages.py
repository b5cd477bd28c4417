"""Pages that are each as if they were new; one that was closed well is used again. And those on the
recorded scene.

A page asks for a hundred modules. One that stays where they came from has them in its memory, and
costs half. Whoever closes it leaves nothing in it: no cookie, nothing stored, no other tab, no
script of the test, size and colours of a new one. One that a test has failed with is never used
again.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, expect

from tests.kit.fake_desk import FakeDesk

SIZE: Any = {"width": 1366, "height": 768}
USES = 60
QUIET = """if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () =>
  new MediaStream([new MediaStreamTrackGenerator({kind: 'audio'})]);"""
"""A microphone that is there and hears nothing: nobody listens on the recorded scene, and a tone
would be cleaned, measured and sent in each test. Sound is tested before the real centre."""
OURS = r"""globalThis.ours = (path) => import(document
  .querySelector('script[type=module]').src.match(/^.*\/static\/(?:[0-9a-f]{12}\/)?/)[0] + path);"""
"""`ours('desk/context.js')`: the module that the page itself has, at the address of its version."""
EMPTY = """() => { localStorage.clear(); sessionStorage.clear(); window.name = '';
  return matchMedia('(prefers-color-scheme: dark)').matches; }"""
"""Tells whether it is dark."""

_left: dict[Any, list[Page]] = {}
"""Pages that wait on a picture of the same place, by browser and by what was asked for: on an empty
address each would be in another process, which has no module in its memory."""


async def opened(chromium: Browser, url: str, before: str = "", **options: Any) -> Page:
    """A page without a past; any error on it fails the test through ``page.faults``."""
    page = await lent(chromium, f"{QUIET}\n{before}", **options)
    if page.uses == 1:  # type: ignore[attr-defined]
        page.on("pageerror", lambda e: page.faults.append(str(e)))  # type: ignore[attr-defined]
        page.on("console", lambda m: m.type == "error" and page.faults.append(m.text))  # type: ignore[attr-defined]
    page.faults = []  # type: ignore[attr-defined]
    await page.goto(url)
    await page.wait_for_selector("main")
    return page


async def lent(chromium: Browser, *before: str, of: str = "", **options: Any) -> Page:
    """An empty page with these scripts; its `uses` tell whether it is new. `of`: whose pages these
    are, since each listens to them in its own way."""
    key = (chromium, of, *sorted(options.items()))
    page = next((page for page in _taken(key) if not page.is_closed()), None)
    if page is None:
        context = await chromium.new_context(viewport=SIZE, reduced_motion="reduce", **options)
        page = await context.new_page()
        page.key, page.uses = key, 0  # type: ignore[attr-defined]
        page.before, page.scripts = None, AsyncExitStack()  # type: ignore[attr-defined]
    if page.before != before:  # type: ignore[attr-defined]
        await page.scripts.aclose()  # type: ignore[attr-defined]
        for script in (OURS, *before):
            added = await page.context.add_init_script(script)
            await page.scripts.enter_async_context(added)  # type: ignore[attr-defined]
        page.before = before  # type: ignore[attr-defined]
    page.uses += 1  # type: ignore[attr-defined]
    return page


def _taken(key: Any) -> Any:
    while _left.get(key):
        yield _left[key].pop()


def sent(desk: FakeDesk, do: str) -> list[dict[str, Any]]:
    """What the page asked the recorded centre to do, in order."""
    return [one for one in desk.intents if one["do"] == do]


def waiting() -> set[Any]:
    """The contexts of those that wait."""
    return {page.context for pages in _left.values() for page in pages}


async def close(page: Page) -> None:
    """It must not have failed."""
    assert page.faults == []  # type: ignore[attr-defined]
    await give_back(page)


async def give_back(page: Page) -> None:
    """Nothing of it is left, of the place where it is now; the next test may have it."""
    if page.uses >= USES:  # type: ignore[attr-defined]
        await page.context.close()
        return
    for other in page.context.pages:
        if other is not page:
            await other.close()
    where = urlsplit(page.url)
    await page.goto(f"{where.scheme}://{where.netloc}/static/icon.svg")  # no script of ours
    dark = await page.evaluate(EMPTY)
    await page.context.clear_cookies()
    if page.viewport_size != SIZE:
        await page.set_viewport_size(SIZE)
    key = page.key  # type: ignore[attr-defined]
    colours = dict(key[2:]).get("color_scheme", "light")
    if dark != (colours == "dark"):
        await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    _left.setdefault(key, []).append(page)


async def resolves_with(chromium: Browser, desk: FakeDesk) -> tuple[Page, Locator]:
    """A wrap-up whose outcome ends the incident, of which nothing else goes on; and its tick."""
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    here.scene["incidents"]["i1"]["contacts"] = []
    await here.next_is("i1", None)
    wrap = page.locator(".wrap")
    await wrap.get_by_role("radio", name="Advised").click()
    tick = wrap.get_by_role("checkbox", name="INC-20419 is resolved with it")
    await expect(tick).to_be_checked()
    return page, tick

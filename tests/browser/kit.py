"""Chromium as a person: a microphone that hears a tone, and ears that measure one."""

from __future__ import annotations

import asyncio
import math
import os
import re
import struct
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Playwright, expect

from tests.browser.pages import give_back, lent

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
SHELL, BROWSER = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
CHROMIUM = SHELL if SHELL.exists() and not LONG else BROWSER
"""The same engine; without its windows a page costs half. `make test-long` takes the whole one, and
so does a machine that has no other."""
FLAGS = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
         "--autoplay-policy=no-user-gesture-required", "--disable-background-networking",
         "--disable-component-update", "--allow-loopback-in-peer-connection",
         "--host-resolver-rules=MAP desk.test 127.0.0.1"]  # fmt: skip
AXE = (Path(__file__).parents[1] / "js" / "axe.min.js").read_text()
# Every rule in one theme; in the other those that colours decide.
AXE_RUN = """async (theme) => (await axe.run(document, {
  resultTypes: ['violations'], selectors: false, runOnly:
  theme === 'dark' ? {type: 'rule', values: ['color-contrast', 'link-in-text-block']} :
  ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations.map(
  v => [v.id, ...v.nodes.slice(0, 4).map(n => [n.html.slice(0, 120), n.any[0]?.message])])"""

# What a template shows of a condition that is no boolean: a value alone beside a wide block.
STRAY = """() => { const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const block = (e) => e instanceof HTMLElement && e.getBoundingClientRect().width > 200;
  const found = [];
  for (let t = texts.nextNode(); t; t = texts.nextNode())
    if (/^(0|NaN|null|undefined|true|false)$/.test(t.data.trim()) &&
        (block(t.previousSibling) || block(t.nextSibling)))
      found.push(`${t.data} in ${t.parentElement.outerHTML.slice(0, 120)}`);
  return found; }"""

# A pure tone is what noise suppression is made to remove: the microphones of the tests come raw.
RAW_MICROPHONE = """(() => { const devices = navigator.mediaDevices;
  if (!devices) return;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (c) => { globalThis.__asked = c; return open({...c, audio: {...c.audio,
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}}); }; })();"""
# Without windows nobody is asked and nobody can refuse: the answer of one who refused.
DENY = """navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));"""
DENIED = () if CHROMIUM == BROWSER and BROWSER.exists() else (DENY,)
# Whatever a page plays through Web Audio (the ring, the phone page's sound) is measured on its way.
TAP_SPEAKER = """(() => { const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const tap = this.context.createAnalyser();
      tap.fftSize = 8192; tap.smoothingTimeConstant = 0;
      connect.call(this, tap);
      globalThis.__played = tap;
    }
    return connect.call(this, to, ...more);
  }; })();"""
HERTZ = """(tap) => { const bins = new Float32Array(tap.frequencyBinCount);
  tap.getFloatFrequencyData(bins);
  let best = 8;
  for (let i = 8; i < bins.length; i += 1) if (bins[i] > bins[best]) best = i;
  return bins[best] > -60 ? best * tap.context.sampleRate / tap.fftSize : 0; }"""
HEAR_CALL = f"""() => {{ const audio = document.querySelector('audio');
  const track = audio?.srcObject?.getAudioTracks()[0];
  if (!track || track.readyState !== 'live') return 0;
  let ear = globalThis.__ear;
  if (ear?.track !== track) {{
    const context = ear?.context ?? new AudioContext();
    const tap = context.createAnalyser();
    tap.fftSize = 8192; tap.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(tap);
    ear = globalThis.__ear = {{track, context, tap}};
  }}
  return ({HERTZ})(ear.tap); }}"""
HEAR_PLAYED = f"() => globalThis.__played ? ({HERTZ})(globalThis.__played) : 0"


def tone_file(path: Path, hertz: float) -> Path:
    """Ten seconds of a tone, for Chromium to loop as its microphone."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        step = 2 * math.pi * hertz / 48_000
        out.writeframes(
            b"".join(struct.pack("<h", round(8000 * math.sin(step * n))) for n in range(480_000))
        )
    return path


async def launch(pw: Playwright, *more: str, without: tuple[str, ...] = ()) -> Browser:
    """Debian's Chromium where there is one, else Playwright's own."""
    path = str(CHROMIUM) if CHROMIUM.exists() else None
    flags = [flag for flag in FLAGS if flag not in without]
    return await pw.chromium.launch(executable_path=path, args=[*flags, *more])


async def of_its_own(browser: Browser, *scripts: str, **options: Any) -> Page:
    """An empty page, as if it were new, in a context of its own."""
    return await lent(browser, RAW_MICROPHONE, TAP_SPEAKER, *scripts, of="real", **options)


async def opened(browser: Browser, url: str, *scripts: str, **options: Any) -> Page:
    """A page in a context of its own; `page.faults` gathers errors and policy violations."""
    return await another(await of_its_own(browser, *scripts, **options), url)


async def another(page: Page, url: str) -> Page:
    """Opens `url` in this fresh page."""
    known = hasattr(page, "faults")
    page.faults = []  # type: ignore[attr-defined]

    def told(message: Any) -> None:
        # A killed centre refuses, and plain http has no opener policy: that is what is tested.
        expected = ("WebSocket connection", "The Cross-Origin-Opener-Policy", "Failed to load")
        if message.type == "error" and not message.text.startswith(expected):
            page.faults.append(message.text)  # type: ignore[attr-defined]

    if not known:
        page.on("pageerror", lambda e: page.faults.append(str(e)))  # type: ignore[attr-defined]
        page.on("console", told)
    await page.goto(url)
    return page


async def signed_in(
    browser: Browser, url: str, login: str, password: str, *scripts: str,
    path: str = "/desk", **options: Any,
) -> Page:  # fmt: skip
    """A page of somebody who has a session already; the form is shown by those who use it."""
    return await enter(await of_its_own(browser, *scripts, **options), url, login, password, path)


async def enter(page: Page, url: str, login: str, password: str, path: str = "/desk") -> Page:
    """Opens it in this empty page."""
    answer = await page.context.request.post(
        f"{url}/api/login",
        data={"login": login, "password": password},
        headers={"X-Holdfast": "1"},
    )
    assert answer.ok, await answer.text()
    await another(page, f"{url}{path}")
    await page.wait_for_selector(".desk, .board, .callers")
    return page


async def signed_in_by_form(
    browser: Browser, url: str, login: str, password: str, *, path: str = "/desk"
) -> Page:
    """Signs in by the form, with the keyboard."""
    page = await opened(browser, f"{url}/login?next={path}")
    await expect(page.get_by_label("Login")).to_be_focused()
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{path}")
    await page.wait_for_selector(".desk, .board, .callers")
    return page


async def closed(page: Page, *, changed: bool = False) -> None:
    """It must not have failed. Its context is over, if it has other pages, too, or was `changed` in
    a way that cannot be taken back."""
    assert page.faults == [], page.faults  # type: ignore[attr-defined]
    if changed or page.context.pages != [page] or not hasattr(page, "uses"):
        await page.context.close()
    else:
        await give_back(page)


async def go_ready(page: Page) -> None:
    """Ready by the command bar: no mouse. Who comes back soon has stayed so."""
    ready, pause = (page.get_by_role("button", name=name) for name in ("Ready", "Pause"))
    await expect(ready.or_(pause).first).to_be_visible()
    if not await pause.is_visible():
        await page.keyboard.press("Control+k")
        await page.keyboard.type("go ready")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await expect(page.locator(".phonebar")).to_contain_text("sound good")


async def open_transfer(page: Page) -> None:
    """By its key, once there is a call to be transferred: before, the key means nothing."""
    await expect(page.get_by_role("button", name=re.compile("^Transfer"))).to_be_visible()
    await page.keyboard.press("Alt+t")


async def ring_and_answer(page: Page, channel: str = "call") -> None:
    """Waits for an offer and takes it with Enter."""
    await expect(page.get_by_role("region", name=f"Incoming {channel}")).to_be_visible()
    await page.wait_for_timeout(250)  # the guard against an Enter that was already on its way
    await page.keyboard.press("Enter")


async def until(
    test: Callable[[], Awaitable[Any]], what: str, timeout_s: float = 60, every_s: float = 0.05
) -> Any:
    """Waits until `test` is true; says what it saw last."""
    seen: Any = None
    try:
        async with asyncio.timeout(timeout_s):
            while not (seen := await test()):
                await asyncio.sleep(every_s)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {timeout_s} s") from None
    return seen


async def hears(
    page: Page, hertz: float, how: str = HEAR_CALL, timeout_s: float = 60, within: float = 14
) -> None:
    """The page plays this tone."""
    seen = [0.0]

    async def test() -> bool:
        seen[0] = await page.evaluate(how)
        return abs(seen[0] - hertz) < within

    try:
        await until(test, f"page hears {hertz} Hz", timeout_s)
    except AssertionError as error:
        raise AssertionError(f"{error}; it hears {seen[0]:.0f} Hz") from None


async def axe(page: Page, name: str, found: dict[Any, Any]) -> None:
    """Adds what axe finds in both themes, and values that stand about as words."""
    if stray := await page.evaluate(STRAY):
        found[name, "stray"] = stray
    if not await page.evaluate("() => 'axe' in globalThis"):
        await page.evaluate(AXE)  # by the debugger: the page's own policy would refuse it, rightly
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        if faults := await page.evaluate(AXE_RUN, theme):
            found[name, theme] = faults

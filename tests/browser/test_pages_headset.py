"""The buttons and lamps of a headset (WebHID), against a scripted one.

It sends the reports that its own descriptor speaks of, and keeps those that light its lamps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk
from tests.kit.fake_scenes import build

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HOOK, MUTE, FLASH, REDIAL = 1, 8, 16, 32
OFF_HOOK, MUTED, RING, HOLD = 1, 4, 8, 16

SCRIPTED = """(() => {
  const real = performance.now.bind(performance);
  let fixed = null;  // a busy machine presses as late as it likes
  performance.now = () => fixed ?? real();
  globalThis.__later = (ms) => { fixed = performance.now() + ms; };
  const tel = (u) => 0x0b0000 + u, led = (u) => 0x080000 + u;
  const item = (usages, more) => ({ isAbsolute: true, isArray: false, isRange: false,
    hasPreferredState: true, usages, logicalMinimum: 0, reportSize: 1,
    reportCount: usages.length, ...more });
  const pad = (reportCount) => item([], { isConstant: true, reportCount });
  const make = (productName, hook) => ({
    productName, opened: false, oninputreport: null,
    collections: [{ usagePage: 0x0b, usage: 5, children: [],
      inputReports: [{ reportId: 2, items: [
        item([tel(0x20), tel(0x97)], { hasPreferredState: false, isAbsolute: hook === 'latches' }),
        pad(1), item([tel(0x2f), tel(0x21), tel(0x24)], { isAbsolute: false }), pad(2)] }],
      outputReports: [{ reportId: 2, items: [
        item([led(0x17), led(0x1e), led(0x09), led(0x18), led(0x20)]), pad(3)] }] }],
    async open() { if (hid.refuses) throw new DOMException('', 'NotAllowedError');
      this.opened = true; },
    async close() { this.opened = false; },
    async forget() { hid.known = hid.known.filter((one) => one !== this); },
    async sendReport(id, data) { if (hid.mute) throw new DOMException('', 'NetworkError');
      hid.lamps.push(data[0]); },
  });
  const events = new EventTarget();
  const hid = globalThis.__hid = { device: make('Evolve', 'latches'), lamps: [], known: [],
    asked: [], refuses: false, bits: 0, make,
    send(bits) { this.bits = bits; this.device.oninputreport?.(
      { reportId: 2, data: new DataView(new Uint8Array([bits]).buffer) }); },
    tap(bit) { const was = this.bits; this.send(was | bit); this.send(was & ~bit); },
    plug(type) { const e = new Event(type); e.device = this.device; events.dispatchEvent(e); } };
  Object.defineProperty(navigator, 'hid', { configurable: true, value: {
    addEventListener: (...all) => events.addEventListener(...all),
    getDevices: async () => JSON.parse(localStorage.getItem('__known') ?? 'false')
      ? [hid.device] : [],
    requestDevice: async (how) => { hid.asked.push(how); localStorage.setItem('__known', 'true');
      return [hid.device]; } } });
})();"""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def hook(page: Page, lifted: bool) -> None:
    await page.evaluate(f"__hid.send({int(lifted)})")


async def tap(page: Page, bit: int) -> None:
    await page.evaluate(f"__hid.tap({bit})")


async def later(page: Page, ms: int) -> None:
    await page.evaluate(f"__later({ms})")


async def lit(page: Page, bits: int) -> None:
    """What the headset was told last."""

    async def so() -> bool:
        return bool(await page.evaluate("__hid.lamps.at(-1)") == bits)

    await until(so, f"lamps {bits:b}")


async def group(page: Page) -> Any:
    await page.get_by_role("button", name="Priya Nair, menu").click()
    await page.get_by_role("menuitem", name="Sound").click()
    return page.get_by_role("dialog").get_by_role("group", name="Headset buttons")


async def with_headset(chromium: Browser, desk: FakeDesk, scene: str, how: str = "latches") -> Page:
    """At a desk where it was chosen before."""
    known = "localStorage.setItem('__known', 'true');"
    made = f"__hid.device = __hid.make('Evolve', '{how}');"
    page = await opened(chromium, f"{desk.url}/desk?scene={scene}", SCRIPTED + known + made)

    async def heard() -> bool:
        return bool(await page.evaluate("!!__hid.device.oninputreport"))

    await until(heard, "its buttons are heard")
    return page


def did(desk: FakeDesk, *what: str) -> list[str]:
    return [one["do"] for one in desk.intents if one["do"] in what]


async def done(desk: FakeDesk, what: str, times: int = 1) -> None:
    async def so() -> bool:
        return len(did(desk, what)) == times

    await until(so, f"{what}, {times} times")


STEERS = ("accept", "decline", "hang_up", "hold", "consult_end", "consult_answer")


async def test_it_is_chosen_once_remembered_and_let_go(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED)
    here = await group(page)
    await expect(page.get_by_text("Answer, mute and hang up with the buttons")).to_be_visible()
    await here.get_by_role("button", name="Choose the headset").click()
    await expect(here).to_contain_text("Evolve")
    await expect(page.get_by_role("dialog")).to_contain_text(
        "Its buttons: answer and hang up, mute, hold, redial."
    )
    assert await page.evaluate("__hid.asked") == [{"filters": [{"usagePage": 0x0B}]}]
    await lit(page, OFF_HOOK)
    await page.evaluate("__hid.plug('disconnect')")
    await expect(here).to_contain_text("Evolve (not plugged in)")
    await page.evaluate("__hid.plug('connect')")
    await expect(page.get_by_role("dialog")).to_contain_text("Its buttons")
    await page.reload()
    await lit(page, OFF_HOOK)  # without being asked
    assert await page.evaluate("__hid.asked") == []
    here = await group(page)
    await here.get_by_role("button", name="Stop using it").click()
    await expect(here.get_by_role("button", name="Choose the headset")).to_be_visible()
    assert not await page.evaluate("__hid.device.opened || !!__hid.device.oninputreport")
    await close(page)


async def test_what_is_wrong_with_it_is_said(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED)
    here = await group(page)
    told = page.get_by_role("dialog").get_by_role("alert")
    choose = here.get_by_role("button", name="Choose the headset")
    await page.evaluate("__hid.refuses = true")
    await choose.click()
    await expect(told).to_contain_text("Another program holds its buttons")
    await page.evaluate("__hid.refuses = false; __hid.collections = __hid.device.collections; "
                        "__hid.device.collections = []")  # fmt: skip
    await choose.click()
    await expect(told).to_contain_text("no telephone buttons")
    await page.evaluate("__hid.device.collections = __hid.collections; __hid.mute = true")
    await choose.click()
    await expect(told).to_contain_text("lamps may be wrong")
    await close(page)


async def test_a_browser_without_it_shows_nothing_of_it(chromium: Browser, desk: FakeDesk) -> None:
    gone = "Object.defineProperty(navigator, 'hid', { value: undefined });"
    page = await opened(chromium, f"{desk.url}/desk?scene=call", gone)
    await expect(await group(page)).to_have_count(0)
    await close(page)


@pytest.mark.parametrize("how", ["latches", "pressed"])
async def test_a_call_from_its_ring_to_its_end(chromium: Browser, desk: FakeDesk, how: str) -> None:
    page = await with_headset(chromium, desk, "ring", how)
    await lit(page, RING)
    await later(page, 400)  # nobody lifts what has only just begun to ring
    await (hook(page, True) if how == "latches" else tap(page, HOOK))
    await done(desk, "accept")
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_role("button", name="Hold")).to_be_enabled()
    await lit(page, OFF_HOOK)
    # A second press belongs to the first; a hook that says otherwise is put right.
    told = await page.evaluate("__hid.lamps.length")
    await (hook(page, False) if how == "latches" else tap(page, HOOK))
    assert did(desk, *STEERS) == ["accept"]
    if how == "latches":
        assert await page.evaluate("__hid.lamps.length") == told + 1
        await hook(page, True)  # as it answers
    await later(page, 1600)
    await (hook(page, False) if how == "latches" else tap(page, HOOK))
    await done(desk, "hang_up")
    await lit(page, 0)
    await later(page, 1600)
    await hook(page, True)  # in wrap-up
    await hook(page, False)
    await tap(page, FLASH)
    await tap(page, MUTE)
    assert did(desk, *STEERS) == ["accept", "hang_up"]
    await close(page)


async def test_an_enter_and_a_press_at_once_are_one_answer(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await with_headset(chromium, desk, "ring", "pressed")
    await lit(page, RING)
    await later(page, 400)
    await page.keyboard.press("Enter")
    await done(desk, "accept")
    await lit(page, OFF_HOOK)
    await tap(page, HOOK)
    assert did(desk, *STEERS) == ["accept"]
    await close(page)


async def test_what_has_only_just_begun_to_ring_is_not_answered(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await with_headset(chromium, desk, "idle")
    await later(page, 0)
    here = await desk.here()
    ring = build("ring", desk.now())
    offer = ring["contacts"]["o1"]
    me = here.mine() | {"offer": ring["agents"][here.mine()["id"]]["offer"], "state": "ringing"}
    await here.event("offer.made", {"contacts": {offer["id"]: offer}, "agents": {me["id"]: me}})
    await lit(page, RING)
    await hook(page, True)
    card = page.get_by_role("region", name="Incoming call")  # an alert says the same words
    await expect(card.get_by_text("It had only just begun to ring")).to_be_visible()
    assert did(desk, *STEERS) == []
    await hook(page, False)
    await later(page, 400)
    await hook(page, True)
    await done(desk, "accept")
    await close(page)


async def test_mute_is_the_same_here_and_there(chromium: Browser, desk: FakeDesk) -> None:
    page = await with_headset(chromium, desk, "call")
    await lit(page, OFF_HOOK)
    await hook(page, True)
    mute = page.get_by_role("region", name="Phone").get_by_role("button", name="ute")
    await tap(page, MUTE)
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await lit(page, OFF_HOOK | MUTED)
    await page.keyboard.press("Alt+m")
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await lit(page, OFF_HOOK)
    await mute.click()
    await lit(page, OFF_HOOK | MUTED)
    await tap(page, MUTE)
    await expect(mute).to_have_attribute("aria-pressed", "false")
    assert did(desk, *STEERS) == []
    await close(page)


async def test_nobody_on_hold_is_hung_up_by_it(chromium: Browser, desk: FakeDesk) -> None:
    page = await with_headset(chromium, desk, "call")
    await later(page, 0)
    await hook(page, True)
    await later(page, 1600)
    await tap(page, FLASH)
    await done(desk, "hold")
    await lit(page, OFF_HOOK | HOLD)
    await hook(page, False)
    await done(desk, "hold", 2)
    await lit(page, OFF_HOOK)
    assert [one["on"] for one in desk.intents if one["do"] == "hold"] == [True, False]
    assert did(desk, *STEERS) == ["hold", "hold"]
    await close(page)


async def test_at_idle_it_does_nothing(chromium: Browser, desk: FakeDesk) -> None:
    page = await with_headset(chromium, desk, "idle")
    await lit(page, 0)
    for bit in (HOOK, MUTE, FLASH):
        await tap(page, bit)
    await page.keyboard.press("n")
    assert did(desk, *STEERS) == []
    await close(page)

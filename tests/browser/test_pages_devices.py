"""Microphone, speaker and ring: chosen, unplugged, back under another id; and no microphone at all.

The devices are scripted: Chromium's own cannot be plugged in and out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import DENY, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCRIPTED = """(() => {
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  const device = (kind, deviceId, label) => ({ kind, deviceId, label, groupId: '' });
  globalThis.__asked = []; globalThis.__sinks = { ring: [], talk: [] };
  globalThis.__here = [
    device('audioinput', 'm1', 'Headset'), device('audioinput', 'm2', 'Camera'),
    device('audiooutput', 's1', 'Headset'), device('audiooutput', 's2', 'Loud box'),
  ];
  devices.enumerateDevices = async () => [...globalThis.__here];
  devices.getUserMedia = async (c) => {
    globalThis.__asked.push(c.audio.deviceId?.exact ?? 'default');
    return open({ audio: { ...c.audio, deviceId: undefined } });
  };
  globalThis.__plug = (list) => {
    globalThis.__here = list.map((one) => device(...one));
    devices.dispatchEvent(new Event('devicechange'));
  };
  AudioContext.prototype.setSinkId = async function (id) { globalThis.__sinks.ring.push(id); };
  HTMLMediaElement.prototype.setSinkId = async function (id) { globalThis.__sinks.talk.push(id); };
})();"""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def plug(page: Page, *devices: tuple[str, str, str]) -> None:
    await page.evaluate("(list) => globalThis.__plug(list)", [list(one) for one in devices])


async def last(page: Page, what: str, value: str | int) -> None:
    """The last device that the page asked for there is this one."""

    async def so() -> bool:
        return bool(await page.evaluate(f"globalThis.{what}.at(-1)") == value)

    await until(so, f"{what}: {value}")


async def sound(page: Page) -> Any:
    """The group of the sound's settings, opened from the menu."""
    await page.get_by_role("button", name="Priya Nair, menu").click()
    await page.get_by_role("menuitem", name="Sound").click()
    return page.get_by_role("dialog").get_by_role("group", name="Your sound")


async def test_a_headset_that_was_unplugged_is_taken_again_by_its_name(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED)
    await last(page, "__asked", "default")
    group = await sound(page)
    mic = group.get_by_role("combobox", name="Microphone", exact=True)
    await mic.select_option(label="Headset")
    await last(page, "__asked", "m1")
    await plug(page, ("audioinput", "m2", "Camera"), ("audiooutput", "s2", "Loud box"))
    await last(page, "__asked", "default")
    await expect(group.get_by_role("status")).to_contain_text("Until it is back")
    await expect(mic.locator("option:checked")).to_have_text("Headset (not plugged in)")
    await plug(page, ("audioinput", "m2", "Camera"), ("audioinput", "m9", "Headset"))
    await last(page, "__asked", "m9")
    await expect(mic.locator("option:checked")).to_have_text("Headset")
    await expect(group.get_by_role("status")).to_have_count(0)
    await page.reload()
    await last(page, "__asked", "m1")  # its first id again: the choice outlived the page
    await close(page)


async def test_it_rings_on_another_speaker_than_calls_are_heard_on(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED)
    group = await sound(page)
    await group.get_by_role("button", name="Play the ring").click()
    await group.get_by_role("combobox", name="Speaker", exact=True).select_option(label="Headset")
    await last(page, "__sinks.talk", "s1")
    await last(page, "__sinks.ring", "s1")  # where calls are heard, unless chosen otherwise
    await group.get_by_role("combobox", name="Ring", exact=True).select_option(label="Loud box")
    await last(page, "__sinks.ring", "s2")
    await last(page, "__sinks.talk", "s1")
    await plug(page, ("audiooutput", "s1", "Headset"))
    await last(page, "__sinks.ring", "")
    await plug(page, ("audiooutput", "s1", "Headset"), ("audiooutput", "s2", "Loud box"))
    await last(page, "__sinks.ring", "s2")
    await close(page)


@pytest.mark.parametrize("way", ["message", "card"])
async def test_without_a_microphone_texts_are_taken_all_the_same(
    chromium: Browser, desk: FakeDesk, way: str
) -> None:
    asked = "globalThis.__mic = 0; const deny = () => { globalThis.__mic += 1; return " + (
        DENY.split("=>", 1)[1].strip().removesuffix(";") + "; };"
        " navigator.mediaDevices.getUserMedia = deny;"
    )
    page = await opened(chromium, f"{desk.url}/desk?scene=paused", f"(() => {{ {asked} }})();")
    here = await desk.here()
    here.mine()["sound"] = False
    await page.get_by_role("button", name="Ready", exact=True).first.click()
    toast = page.locator(".toast", has_text="The microphone is not allowed")
    button = page.get_by_role("group", name="Your sound").get_by_role("button", name="texts only")
    await expect(page.get_by_text("the browser then asks")).to_have_count(0)  # it was asked
    await (toast.get_by_role("button", name="Texts only") if way == "message" else button).click()
    await expect(toast).to_have_count(0)  # neither way leaves it there
    choice = page.get_by_role("group", name="My state")
    await expect(choice).to_contain_text("texts only")
    assert [one["do"] for one in desk.intents].count("ready") == 1
    tried = await page.evaluate("globalThis.__mic")
    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog").get_by_text("Ready for calls too").click(timeout=5000)

    async def again() -> bool:
        return bool(await page.evaluate("globalThis.__mic") > tried)

    await until(again, "the microphone is asked for again")  # and refused again
    await expect(choice).to_contain_text("texts only")
    tried = await page.evaluate("globalThis.__mic")
    here.mine().update(testing=desk.now() + 5_000, missed=True)
    await here.event("agent.self_test", {"agents": {"a1": here.mine()}})

    async def passed() -> bool:
        return any(one["do"] == "selftest" and one["passed"] for one in desk.intents)

    await until(passed, "the test of a desk without sound is of its socket alone")
    assert await page.evaluate("globalThis.__mic") == tried
    await page.reload()
    await expect(page.get_by_role("group", name="My state")).to_be_visible()
    assert await page.evaluate("globalThis.__mic") == 0  # nobody is asked again after a reload
    await close(page)


async def test_how_loud_by_slider_and_by_key_and_an_s1_is_always_heard(
    chromium: Browser, desk: FakeDesk
) -> None:
    gains = """(() => { globalThis.__gains = [];
      const connect = AudioNode.prototype.connect;
      AudioNode.prototype.connect = function (to, ...more) {
        if (to instanceof AudioDestinationNode) globalThis.__gains.push(this.gain.value);
        return connect.call(this, to, ...more); }; })();"""
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED + gains)
    heard = "Math.round(document.querySelector('audio').volume * 1000)"
    await page.wait_for_function(f"() => document.querySelector('audio') && {heard} === 1000")
    await page.keyboard.type("she ")
    await page.keyboard.press("Alt+ArrowDown")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.locator(".toast")).to_have_text(re.compile("Call volume: 8 of 10"))
    assert await page.evaluate(heard) == 501  # -6 dB
    await expect(page.locator("textarea.pad")).to_have_value("she ")
    group = await sound(page)
    talk = group.get_by_role("slider", name="Call volume")
    await expect(talk).to_have_value("8")
    await expect(talk).to_have_css("padding", "0px")  # else full does not look full
    await talk.fill("1")
    assert await page.evaluate(heard) == 45
    ring = group.get_by_role("slider", name="Ring volume")
    await ring.fill("2")
    await expect(group).to_contain_text("An S1 rings at 5 at least")
    await last(page, "__gains.map((g) => Math.round(g * 1000))", 39)  # played as a sample: an S2
    await page.goto(f"{desk.url}/desk?scene=ring")  # an S1; the choice outlived the page
    await last(page, "__gains.map((g) => Math.round(g * 1000))", 110)
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.locator(".toast")).to_contain_text("An S1 rings at 5 at least")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator(".toast")).to_contain_text("Ring volume: 6 of 10")
    assert not [one for one in desk.intents if one["do"] in ("accept", "decline")]
    await close(page)

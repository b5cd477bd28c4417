"""Sound in a real page: the check before a shift by keys alone, and how a call sounds."""

from __future__ import annotations

import pprint
import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, closed, go_ready, ring_and_answer, signed_in
from tests.flow.conftest import until_heard
from tests.kit.centre import PASSWORD, Centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_check_by_keys_ends_in_a_verdict_that_is_kept(
    chromium: Browser, real: Centre
) -> None:
    found: dict[Any, Any] = {}
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    await expect(page.get_by_role("button", name="Check", exact=True)).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("check your sound")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Check your sound")
    await expect(dialog.get_by_role("button", name="Start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Do you hear the voice")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Check", exact=True).click()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Yes")).to_be_focused()
    await axe(page, "asked", found)
    await page.keyboard.press("r")
    await page.keyboard.press("y")
    await expect(dialog).to_contain_text("Do you hear the ring?")
    await page.keyboard.press("y")
    await expect(dialog).to_contain_text("Say a few words now")
    await axe(page, "speaks", found)
    await expect(dialog).to_contain_text("Now you hear yourself")
    await expect(dialog).to_contain_text("Did you hear yourself well?")
    await page.keyboard.press("n")
    await expect(dialog).to_contain_text("Please say nothing")
    await expect(dialog).to_contain_text("Not fit for calls yet.")
    row = dialog.locator(".checkrows div", has_text="Echo")
    await expect(row).to_contain_text("not checked")  # this microphone's loud tone covers it
    await expect(dialog).to_contain_text("You did not hear yourself.")
    await expect(dialog).to_contain_text(re.compile(r"speaks at -\d+ dB"))
    await expect(dialog).to_contain_text(re.compile(r"\d+ ms there and back"))
    await expect(dialog).to_contain_text(
        re.compile(r"(at least 20|\d+\.\d) Mbit/s out, (at least 20|\d+\.\d) in")
    )
    await axe(page, "verdict", found)
    assert not found, pprint.pformat(found, width=180)
    await real.until_rows(
        "select verdict, data like '%not_heard%' from sound_check order by at desc limit 1",
        [("poor", 1)],
    )
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    told = page.get_by_text(re.compile(r"Sound checked at .*: poor\. You did not hear yourself\."))
    await expect(told).to_be_visible()
    await closed(page)


@pytest.mark.long
async def test_a_call_says_how_it_sounds_and_keeps_it(chromium: Browser, real: Centre) -> None:
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    await go_ready(page)
    call = await real.sandbox.call(talk="tone", hz=440, from_="+14255550290")
    await ring_and_answer(page)
    await until_heard(real, call, 700)
    bar = page.get_by_role("region", name="Phone")
    mark = bar.get_by_role("button", name=re.compile("sound (good|fair|poor)"))
    await expect(mark).to_be_visible()
    await mark.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text(
        re.compile(r"They hear you\s*\d\.\d of 4\.4 · \d+\.\d % lost · \d+ ms")
    )
    await real.sandbox.fault(stream_mute=True)
    await expect(bar.get_by_role("alert")).to_contain_text("They may hear you")
    await real.sandbox.heal()
    await expect(bar.get_by_role("alert")).to_have_count(0)
    await real.sandbox.hang_up(call)
    report = page.get_by_role("button", name=re.compile("Sound: agent heard"))
    await expect(report).to_contain_text("agent heard nothing for")
    await report.click()
    picture = page.get_by_role("img", name=re.compile("How the call sounded"))
    await expect(picture).to_be_visible()
    await expect(picture.locator("rect.silent")).to_have_count(1)
    await expect(page.get_by_role("row", name=re.compile("Caller heard"))).to_be_visible()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await closed(page)


SPEED = "async () => (await ours('desk/speed.js')).speed(0)"


@pytest.mark.parametrize(
    ("up", "down"), [(1_000, 4_000), (100, 60), (None, None)], ids=["fair", "slow", "fast"]
)
async def test_how_quickly_data_go_each_way_is_measured(
    chromium: Browser, real: Centre, up: int | None, down: int | None
) -> None:
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    line = await page.context.new_cdp_session(page)
    limits = {"uploadThroughput": up, "downloadThroughput": down}
    of_bytes = {way: kbps * 125 if kbps else -1 for way, kbps in limits.items()}
    await line.send("Network.enable")
    await line.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": 0, **of_bytes}
    )
    best = {"up_kbps": 0, "down_kbps": 0}
    for _ in range(8):  # a busy machine is slower than its line, never quicker
        found = await page.evaluate(SPEED)
        best = {way: max(best[way], found[way]) for way in best}
        if all(_told(best[way], kbps) for way, kbps in zip(best, (up, down), strict=True)):
            break
    assert _told(best["up_kbps"], up), best
    assert _told(best["down_kbps"], down), best
    await closed(page, changed=True)


def _told(found: int, kbps: int | None) -> bool:
    if kbps is None:
        return found > 5_000  # the machine's own
    if kbps < 150:
        return found < 150  # too little for a call, and said so
    return found == pytest.approx(kbps, rel=0.4)


HELD_UP = """async () => {
  const real = { fetch, now: performance.now };
  let at = 0;
  const asked = [];
  performance.now = () => at;
  window.fetch = async (path, { body } = {}) => {
    const size = body ? body.length : Number(path.split('=')[1]);
    asked.push(size);
    const first = asked.filter((one) => one > 1).length === 1;
    at += first ? 400 : size / 1000; // 8 Mbit/s
    return new Response(body ? '{}' : new Uint8Array(size));
  };
  try {
    return { ...(await (await ours('desk/speed.js')).speed(0)), asked };
  } finally {
    window.fetch = real.fetch;
    performance.now = real.now;
  }
}"""


@pytest.mark.long
async def test_a_moment_in_which_the_line_is_held_up_is_not_its_speed(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "priya", PASSWORD)
    found = await page.evaluate(HELD_UP)
    assert (found["up_kbps"], found["down_kbps"]) == (8_000, 8_000)
    await closed(page, changed=True)

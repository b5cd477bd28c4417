"""Whether what the speaker plays comes back by the microphone: measured in Chromium, with a
microphone made in the page that hears the speaker or does not."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from itertools import product

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.pages import opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MEASURE = """async ([gain, delay, noise, room]) => {
  const {comesBack} = await ours('comes_back.js');
  const M = new AudioContext();
  await M.resume();
  const mic = M.createMediaStreamDestination();
  if (noise) {
    const hiss = M.createBuffer(1, M.sampleRate * 2, M.sampleRate);
    const data = hiss.getChannelData(0);
    for (let i = 0; i < data.length; i++) data[i] = (Math.random() * 2 - 1) * Math.sqrt(3) * noise;
    const source = M.createBufferSource();
    Object.assign(source, {buffer: hiss, loop: true});
    source.connect(mic);
    source.start();
  } else { const still = M.createConstantSource(); still.offset.value = 0;
    still.connect(mic); still.start(); }
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode && gain) {
      const tap = this.context.createMediaStreamDestination();
      connect.call(this, tap);
      const late = M.createDelay(1);
      const loud = M.createGain();
      late.delayTime.value = delay;
      loud.gain.value = gain;
      M.createMediaStreamSource(tap.stream).connect(late).connect(loud).connect(mic);
      if (room) { // two walls
        for (const [after, part] of [[0.003, 0.6], [0.006, 0.4]]) {
          const wall = M.createDelay(1), fainter = M.createGain();
          wall.delayTime.value = delay + after;
          fainter.gain.value = gain * part;
          M.createMediaStreamSource(tap.stream).connect(wall).connect(fainter).connect(mic);
        }
      }
    }
    return connect.call(this, to, ...more);
  };
  try { return await comesBack(mic.stream, {sink: 'default', gain: 1, faint: -35}); }
  finally { AudioNode.prototype.connect = connect; void M.close(); }
}"""

DELAYED = """async (given) => {
  const {backIn, rush} = await ours('comes_back.js');
  const sound = rush(48000);
  return given.map(([gain, noise, delay]) => {
    const heard = sound.map((_, i) => gain * sound[(i - delay + sound.length) % sound.length]
      + (Math.random() * 2 - 1) * Math.sqrt(3) * noise);
    return backIn(heard, sound, 48000);
  });
}"""
GAINS, NOISES, DELAYS = (1.0, 0.1, 0.02, 0.0), (0.0, 0.001, 0.02, 0.3), (0, 480, 4801, 20000, 32767)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """For all of this file: nothing of it stays in the page."""
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=idle")
        yield page
        await page.context.close()


async def back(page: Page, *of: float) -> float | None:
    found: float | None = await page.evaluate(MEASURE, list(of))
    return found


@pytest.mark.parametrize(("gain", "delay", "noise"), [(0.3, 0.12, 0.0), (0.1, 0.4, 0.004)])
async def test_how_loud_it_comes_back_after_a_while_and_in_noise(
    page: Page, gain: float, delay: float, noise: float
) -> None:
    found = await back(page, gain, delay, noise, 0)
    assert found == pytest.approx(20 * math.log10(gain), abs=2)


async def test_what_a_room_adds_belongs_to_it(page: Page) -> None:
    found = await back(page, 0.1, 0.05, 0.002, 1)
    assert found is not None
    assert -20 <= found <= -16


async def test_a_headset_gives_nothing_back(page: Page) -> None:
    found = await back(page, 0, 0, 0.002, 0)
    assert found is not None
    assert found < -35


async def test_at_any_delay_it_is_told_from_noise_or_nothing_is_claimed(page: Page) -> None:
    pairs = list(product(GAINS, NOISES))
    given = [  # two delays each: each delay meets some that are clear and some that are not
        (gain, noise, DELAYS[(n + more) % len(DELAYS)])
        for n, (gain, noise) in enumerate(pairs)
        for more in (0, 2)
    ]
    found = await page.evaluate(DELAYED, given)
    for (gain, noise, delay), one in zip(given, found, strict=True):
        said = f"{gain} in {noise} after {delay}: {one}"
        if gain and gain >= noise / 2:
            assert one["clear"], said
            assert one["db"] == pytest.approx(20 * math.log10(gain), abs=2), said
        elif not gain:
            assert not one["clear"], said
        else:  # too faint for so much noise: claimed only if it is true
            true = one["db"] == pytest.approx(20 * math.log10(gain), abs=4)
            assert not one["clear"] or true, said

"""The contract with Chromium: a tone each way, frequencies measured at both ends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from softphone import g711, tones
from softphone.pacer import Pacer
from softphone.peer import AgentPeer
from softphone.port import Ports
from tests.browser.kit import launch, tone_file

PAGE = """<!doctype html><title>peer</title><script>
async function call() {
  const mic = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const pc = window.pc = new RTCPeerConnection();
  const sender = pc.addTransceiver(mic.getAudioTracks()[0], {direction: 'sendrecv'});
  const alive = pc.createDataChannel('alive');
  alive.onmessage = e => alive.send(e.data);
  const context = new AudioContext();
  const analyser = window.analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  pc.ontrack = e => {
    const sound = new Audio(); sound.srcObject = e.streams[0] || new MediaStream([e.track]);
    sound.muted = true; sound.play();
    context.createMediaStreamSource(sound.srcObject).connect(analyser);
  };
  await pc.setLocalDescription(await pc.createOffer());
  if (pc.iceGatheringState !== 'complete')
    await new Promise(done => {
      pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
      setTimeout(done, 1000);
    });
  const offer = {method: 'POST', body: pc.localDescription.sdp};
  const answer = await (await fetch('/rtc', offer)).text();
  await pc.setRemoteDescription({type: 'answer', sdp: answer});
}
function loudest() {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  let best = 0;
  for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
  return {hertz: best * analyser.context.sampleRate / analyser.fftSize, db: bins[best]};
}
</script>"""


def loudest_hertz(payload: bytes) -> float:
    pcm = g711.to_pcm(payload).astype(float)
    return float(np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))).argmax() * 8000 / len(pcm))


COUNTED = """async () => {
  const found = {};
  for (const one of (await pc.getStats()).values())
    if (one.type === 'inbound-rtp') found.here = one.packetsLost;
    else if (one.type === 'remote-inbound-rtp') found.there = one.packetsLost;
  return found;
}"""
"""Packets that were lost: as the browser counts them, and as we have reported to it."""


class Centre:
    """Serves the page, and answers its offers."""

    def __init__(self) -> None:
        self.ports: Ports | None = None
        self.peers: asyncio.Queue[AgentPeer] = asyncio.Queue()

    async def rtc(self, request: web.Request) -> web.Response:
        offer = await request.text()
        peer, answer = await AgentPeer.answer(offer, page_host=request.host, ports=self.ports)
        audio = next(line for line in answer.splitlines() if line.startswith("m=audio"))
        assert audio.split()[3:] == ["0"]
        self.peers.put_nowait(peer)
        return web.Response(text=answer)

    async def page(self, _request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_get("/", self.page)
        app.router.add_post("/rtc", self.rtc)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://localhost:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()


@pytest.mark.browser
async def test_chromium_and_we_hear_each_others_tone(tmp_path: Path) -> None:
    """By our port, and by a socket of its own."""
    microphone = tone_file(tmp_path / "mic.wav", 700)
    ports, centre = Ports(), Centre()
    async with centre.served() as url, async_playwright() as playwright:
        browser = await launch(playwright, f"--use-file-for-fake-audio-capture={microphone}")
        for centre.ports in (ports, None):
            tab = await browser.new_page()
            await tab.goto(url)
            await tab.evaluate("call()")
            peer = await centre.peers.get()
            await hear_each_other(tab, peer)
            assert (peer._way is not None) is (centre.ports is not None)
        await browser.close()
    ports.close()


async def hear_each_other(tab: Page, peer: AgentPeer) -> None:
    heard = bytearray()
    stamps: list[int] = []
    enough = asyncio.Event()

    def listen(payload: bytes, timestamp: int) -> None:
        stamps.append(timestamp)
        heard.extend(payload)
        if len(heard) >= 16000:
            enough.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(peer.run())
        async with asyncio.timeout(60):
            while not peer.connected:
                await asyncio.sleep(0.01)
            peer.listen(listen)
            pacer = Pacer(peer, tones.tone(440, ms=1000)[160:-160], asyncio.get_running_loop())
            await enough.wait()
            found = {"hertz": 0.0, "db": -999.0}
            while abs(found["hertz"] - 440) > 6 or found["db"] < -50:
                await asyncio.sleep(0.1)
                found = await tab.evaluate("loudest()")
            while peer.rtt_ms is None:
                await asyncio.sleep(0.1)
            counted = await tab.evaluate(COUNTED)
            while "there" not in counted:
                await asyncio.sleep(0.1)
                counted = await tab.evaluate(COUNTED)
            assert counted == {"here": 0, "there": 0}
        pacer.stop()
        assert loudest_hertz(bytes(heard[-8000:])) == pytest.approx(700, abs=1)
        steps = {(b - a) % 2**32 for a, b in itertools.pairwise(stamps)}
        assert 160 in steps
        assert all(step % 160 == 0 for step in steps)
        await tab.close()
        async with asyncio.timeout(60):
            while not peer.closed:
                await asyncio.sleep(0.02)

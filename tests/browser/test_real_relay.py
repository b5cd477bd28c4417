"""A network that lets no sound through: a relay carries it, or the page says what to ask for."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Browser, Page, expect

from holdfast.http.selfsigned import make_certificate
from tests.browser.conftest import AGENT_HZ
from tests.browser.kit import HEAR_CALL, closed, signed_in, tone_file, until
from tests.flow.conftest import short_config, until_heard
from tests.kit.bare_browser import bare_browser, entered, press
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.relay import SECRET, RelayServer, running_relay

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CALLER_HZ = 440


@pytest_asyncio.fixture(loop_scope="session")
async def relay(tmp_path: Path) -> AsyncIterator[RelayServer]:
    async with running_relay(tmp_path) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def behind(tmp_path: Path, relay: RelayServer) -> AsyncIterator[Centre]:
    """A centre to whose pages nothing gets through but TCP to the relay."""
    env = {"HOLDFAST_TURN_URLS": relay.url("tcp"), "HOLDFAST_TURN_SECRET": SECRET}
    config = str(short_config(tmp_path))
    async with running_centre(
        tmp_path / "data", HOLDFAST_CONFIG=config, HOLDFAST_RELAY_ONLY="1", **env
    ) as centre:
        yield centre


def of_key(certificate: Path) -> str:
    """By which Chromium is told to trust it."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    key = read.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


@asynccontextmanager
async def behind_tls(folder: Path) -> AsyncIterator[tuple[Centre, str]]:
    """A centre to whose pages nothing gets through but TLS to the relay, and its certificate."""
    tls = make_certificate(folder / "tls", ["127.0.0.1"])
    async with (
        running_relay(folder, tls) as relay,
        running_centre(
            folder / "data", HOLDFAST_CONFIG=str(short_config(folder)), HOLDFAST_RELAY_ONLY="1",
            HOLDFAST_TURN_URLS=relay.url("tls"), HOLDFAST_TURN_SECRET=SECRET,
        ) as centre,
    ):  # fmt: skip
        yield centre, of_key(tls[0])


KIND = """async () => {
  const { connection } = await ours('softphone.js');
  const stats = [...(await connection().getStats()).values()];
  const pair = stats.find((one) => one.type === 'candidate-pair' && one.nominated);
  const mine = stats.find((one) => one.id === pair.localCandidateId);
  return [mine.candidateType, mine.relayProtocol];
}"""


async def on_duty(page: Page) -> None:
    mine = page.get_by_role("group", name="My state")
    await mine.get_by_role("button", name="Ready", exact=True).click()


@pytest.mark.long  # coturn
async def test_a_call_is_heard_both_ways_through_the_relay_alone(
    chromium: Browser, behind: Centre, relay: RelayServer
) -> None:
    page = await signed_in(chromium, behind.url, "priya", PASSWORD)
    await on_duty(page)
    sound = page.get_by_role("button", name="Answer")
    call = await behind.sandbox.call(talk="tone", hz=CALLER_HZ)
    await sound.click()
    await until_heard(behind, call, AGENT_HZ)

    async def heard() -> bool:
        return abs(await page.evaluate(HEAR_CALL) - CALLER_HZ) < 14

    await until(heard, "the agent hears the caller")
    assert await page.evaluate(KIND) == ["relay", "tcp"]
    await closed(page)


@pytest.mark.long  # coturn, the whole Chromium
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "another's certificate"])
async def test_a_call_is_heard_both_ways_through_the_relay_over_tls(
    tmp_path: Path, trusted: bool
) -> None:
    wav = tone_file(tmp_path / "agent.wav", AGENT_HZ)
    async with behind_tls(tmp_path) as (centre, key):
        trust = (f"--ignore-certificate-errors-spki-list={key}",) if trusted else ()
        microphone = f"--use-file-for-fake-audio-capture={wav}"
        async with bare_browser(tmp_path / "profile", microphone, *trust) as browser:
            tab = await entered(browser, centre.url)
            await tab.until(press("Ready"))
            if not trusted:
                await tab.until("document.body.innerText.includes('Your network blocks sound')")
                return
            await tab.until("document.querySelector('.phonebar').innerText.includes('sound good')")
            call = await centre.sandbox.call(talk="tone", hz=CALLER_HZ)
            await tab.until(press("Answer"))
            await until_heard(centre, call, AGENT_HZ)
            await tab.until(f"Math.abs(({HEAR_CALL})() - {CALLER_HZ}) < 14")
            assert await tab.ask(f"({KIND})()") == ["relay", "tls"]


async def test_a_network_that_blocks_sound_says_what_to_ask_the_administrator_for(
    chromium: Browser, tmp_path: Path
) -> None:
    """Neither the relay nor the centre's port answers: the words name both."""
    with socket.socket() as closed_port:
        closed_port.bind(("127.0.0.1", 0))  # nobody listens there
        there = f"127.0.0.1:{closed_port.getsockname()[1]}"
        config = str(short_config(tmp_path))
        async with running_centre(
            tmp_path / "data", HOLDFAST_CONFIG=config, HOLDFAST_RELAY_ONLY="1",
            HOLDFAST_TURN_URLS=f"turn:{there}?transport=tcp", HOLDFAST_TURN_SECRET=SECRET,
        ) as centre:  # fmt: skip
            page = await signed_in(chromium, centre.url, "priya", PASSWORD)
            await on_duty(page)
            sound = page.get_by_role("main")
            await expect(sound).to_contain_text("allow UDP to 127.0.0.1:")
            await expect(sound).to_contain_text(f"or TCP to {there}")
            toast = page.locator(".toast", has_text="Your network blocks sound")
            await expect(toast).to_contain_text(there)
            # It goes; the bar says so for as long as it is, and leads to what to ask for.
            bar = page.get_by_role("region", name="Phone")
            await bar.get_by_role("button", name="sound blocked: why?").click()
            why = page.get_by_role("dialog", name="Your sound")
            await expect(why).to_contain_text(f"or TCP to {there}")
            await closed(page)

"""The language that a caller needs: seen where they stand, and the interpreter is one key away."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.test_pages_consult import consult, done, my_call
from tests.browser.test_pages_look import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_whoever_does_not_speak_it_asks_the_interpreter_by_one_key(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call, bar = my_call(here), page.get_by_role("region", name="Phone", exact=True)
    ask = page.get_by_role("button", name="Ask the Spanish interpreter")
    await expect(ask).to_have_count(0)
    call["speaks"] = "es"
    put = {"contacts": {call["id"]: call}}
    await here.event("contact.recorded", put)
    await expect(bar.get_by_title("They speak Spanish")).to_have_text("español")
    await expect(ask).to_be_visible()
    await page.keyboard.press("Alt+u")
    await done(desk, "consult", contact=call["id"], interpreter="es")
    call["consult"] = consult(desk, "asked", "", until=None)
    await here.event("contact.consulted", put)
    await expect(ask).to_have_count(0)
    call["consult"] = None
    await here.event("contact.consult_over", put)
    await expect(ask).to_be_visible()
    call["speaks"] = "fr"  # there is none
    await here.event("contact.recorded", put)
    await expect(page.get_by_text("No fr interpreter: transfer, or speak slowly")).to_be_visible()
    await expect(ask).to_have_count(0)
    call["speaks"] = "es"
    here.mine()["skills"]["es"] = 3
    await here.event("agent.online", put | {"agents": {here.mine()["id"]: here.mine()}})
    await expect(page.get_by_text("No fr interpreter")).to_have_count(0)
    await expect(bar.get_by_title("They speak Spanish")).to_be_visible()
    await expect(ask).to_have_count(0)
    await close(page)


async def test_a_text_in_a_language_of_others_says_so_and_finds_who_speaks_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    text = here.scene["contacts"]["c2"]
    said = page.locator(".comp .writes")
    await expect(page.get_by_label("Text to")).to_be_visible()
    await expect(said).to_have_count(0)
    put = {"contacts": {"c2": text | {"speaks": "es"}}}
    await here.event("contact.recorded", put)
    await expect(said).to_contain_text(
        "They write Spanish. In a call, the interpreter is one key away."
    )
    await said.get_by_role("button", name="Find who speaks it").click()
    await expect(page.get_by_role("combobox")).to_have_value("es")
    await done(desk, "transfer_targets", contact="c2")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_role("combobox")).to_have_value("")
    await page.keyboard.press("Escape")
    here.mine()["skills"]["es"] = 3
    await here.event("agent.online", put | {"agents": {here.mine()["id"]: here.mine()}})
    await expect(said).to_have_count(0)
    await close(page)

"""What a new user tripped over at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import open_transfer
from tests.browser.pages import close, opened
from tests.browser.test_pages_consult import asked, consult, done, my_call
from tests.browser.test_pages_devices import SCRIPTED, last, plug
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MICROPHONES = """(() => { const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  globalThis.__opened = [];
  devices.getUserMedia = async (c) => {
    const stream = await open(c); globalThis.__opened.push(stream); return stream; }; })();"""
OPEN = "() => globalThis.__opened.at(-1)?.getAudioTracks()[0].enabled"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_whoever_is_muted_stays_so_over_a_reload_and_a_new_call_begins_unmuted(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call", MICROPHONES)
    bar = page.get_by_role("region", name="Phone")
    mute = bar.get_by_role("button", name="ute")
    await expect(bar).to_contain_text("sound good")
    await page.keyboard.press("Alt+m")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(bar).to_contain_text("sound good")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate(OPEN) is False
    here = await desk.here()
    call = my_call(here)
    del here.scene["contacts"][call["id"]]
    new = {"another": call | {"id": "another"}}
    await here.event("contact.answered", {"contacts": new}, {"contacts": [call["id"]]})
    await expect(mute).to_have_attribute("aria-pressed", "false")
    assert await page.evaluate(OPEN) is True
    await page.reload()
    await expect(bar).to_contain_text("sound good")
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await close(page)


async def test_a_name_is_found_without_its_accents(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {"agents": [], "skills": [], "numbers": [], "any_number": False, "interpreters": [],
                "queues": [{"name": n, "word": w, "open": True} for n, w in (
                    ("of", "Front desk"), ("to", "Tomás Vega’s own"))]}  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    rows = page.get_by_role("option")
    await expect(rows).to_have_count(2)
    await page.get_by_role("combobox").fill("tomas vega's")
    await expect(rows.locator("b")).to_have_text(["Tomás Vega’s own"])
    await close(page)


WHOLE = """(all) => all.filter((it) => it.scrollWidth > it.clientWidth
  || it.getBoundingClientRect().right > it.parentElement.getBoundingClientRect().right + 0.5)
  .map((it) => it.textContent)"""


async def test_with_two_beside_what_each_does_is_read_whole(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call = my_call(here)
    call["beside"] = [
        {"agent": a, "name": name, "mode": mode, "since": desk.now(), "board": False}
        for a, name, mode in (("u8", "Dana Reyes", "barge"), ("u9", "Ada Miller-Ross", "whisper"))
    ]
    await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
    lines = page.get_by_role("region", name="Phone").locator(".sees > span")
    await expect(lines).to_have_text(["Dana Reyes speaks to both", "Ada Miller-Ross speaks to you"])
    assert await lines.evaluate_all(WHOLE) == []
    boxes = [await line.bounding_box() for line in await lines.all()]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(set(tops))
    await close(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_keys_of_whoever_is_asked_in_are_read_whole(
    chromium: Browser, desk: FakeDesk, theme: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle", color_scheme=theme)
    await asked(desk, page)
    card = page.get_by_role("region", name="Priya Raman asks you in")
    buttons = card.locator("button")
    await expect(buttons.locator("kbd")).to_have_text(["Alt ↵", "Alt D"])
    assert await buttons.evaluate_all(WHOLE) == []
    assert await buttons.locator("kbd").evaluate_all(WHOLE) == []
    await close(page)


async def test_beside_who_cannot_take_it_enter_is_not_said_to_transfer(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        agents = [
            {"id": f"a{n}", "name": name, "skills": {}, "takes": takes, "free": takes,
             "asked_in": asked_in, "state": "ready" if takes else "paused",
             "choice": "ready" if takes else "paused", "pause_reason": "lunch"}
            for n, (name, takes, asked_in) in enumerate((
                ("Free One", True, True), ("Paused One", False, True), ("Away One", False, False)))
        ]  # fmt: skip
        return {"agents": agents, "queues": [], "skills": [], "numbers": [], "any_number": False,
                "interpreters": []}  # fmt: skip

    here.do_transfer_targets = targets  # type: ignore[attr-defined]
    await open_transfer(page)
    hint = page.get_by_role("dialog").locator(".between > .t0")
    await expect(page.get_by_role("option")).to_have_count(3)
    first = "Choose somebody first: type, or press ↓"
    await expect(hint).to_have_text(first)
    for key in ("Enter", "Shift+Enter"):
        await page.keyboard.press(key)  # never in silence
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(first)
        await page.get_by_role("combobox").fill("a")
        await page.get_by_role("combobox").fill("")
        await expect(hint).to_have_text(first)
    for typed, words in (
        ("free", "Enter transfers, Shift + Enter asks first"),
        ("paused one", "Not free now: Shift + Enter asks them in"),
        ("away", "Cannot take it now; choose somebody else"),
    ):
        await page.get_by_role("combobox").fill(typed)
        await expect(hint).to_have_text(words)
    await close(page)


async def test_a_typed_number_outside_the_centres_countries_is_asked_first_and_not_transferred_to(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()

    async def targets(_: dict[str, Any]) -> dict[str, Any]:
        return {"agents": [], "queues": [], "skills": [], "numbers": [], "interpreters": [],
                "any_number": True, "begin": ["+44"]}  # fmt: skip

    async def check(asked: dict[str, Any]) -> dict[str, Any]:
        number = asked["number"].replace(" ", "")
        return {"number": number, "country": None, "refusal": None, "name": None}

    here.do_transfer_targets, here.do_dial_check = targets, check  # type: ignore[attr-defined]
    await open_transfer(page)
    hint = page.get_by_role("dialog").locator(".between > .t0")
    for typed, words in (
        ("+44 20 7946 0175", "Enter transfers, Shift + Enter asks first"),
        ("+1 206 555 0175", "Enter asks them in"),
    ):
        await page.get_by_role("combobox").fill(typed)
        await expect(hint).to_have_text(words)
    await page.keyboard.press("Enter")
    await done(desk, "consult", contact=my_call(here)["id"], number="+1 206 555 0175")
    assert not [one for one in desk.intents if one["do"] == "transfer"]
    await close(page)


async def test_the_volume_is_found_and_the_help_scrolls_with_its_button_in_view(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    await desk.here()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("volume")
    await page.keyboard.press("Enter")
    sound = page.get_by_role("dialog", name="Your sound")
    await expect(sound.get_by_text("Call volume")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+?")
    help_ = page.get_by_role("dialog", name="Keys and help")
    await expect(help_.get_by_role("heading", name="Keys and help")).to_be_in_viewport(ratio=1)
    await expect(help_.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    last = help_.get_by_text("A reload or a lost network ends no call.")
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    await expect(last).to_contain_text("“?” too")
    await expect(help_.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    await close(page)


async def test_a_microphone_that_is_pulled_out_in_a_call_is_told(
    chromium: Browser, desk: FakeDesk
) -> None:
    chosen = "localStorage.setItem('holdfast.mic', JSON.stringify({id: 'm1', name: 'Headset'}));"
    page = await opened(chromium, f"{desk.url}/desk?scene=call", SCRIPTED + chosen)
    await last(page, "__asked", "m1")
    await expect(page.get_by_role("region", name="Phone")).to_contain_text("sound good")
    told = page.get_by_role("region", name="Messages").get_by_text("Headset is unplugged.")
    await expect(told).to_have_count(0)
    await plug(page, ("audioinput", "m2", "Camera"), ("audiooutput", "s2", "Loud box"))
    await expect(told).to_contain_text("is your microphone now")
    await plug(page, ("audioinput", "m2", "Camera"), ("audioinput", "m1", "Headset"))
    await last(page, "__asked", "m1")
    await expect(told).to_have_count(0)


@pytest.mark.parametrize("allowed", [False, True])
async def test_hand_over_is_offered_for_a_typed_number_only_where_it_is_allowed(
    chromium: Browser, desk: FakeDesk, allowed: bool
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    call = my_call(here)
    line = {"kind": "typed", "rings": False, "stays": not allowed}
    call["consult"] = consult(desk, "together", line=line) | {
        "agent": None, "name": "+1 206 ••• 0175"}  # fmt: skip
    await here.event("contact.consulted", {"contacts": {call["id"]: call}})
    bar = page.get_by_role("region", name="Number in this call")
    await expect(bar.get_by_role("button", name="Let +1 206 ••• 0175 go")).to_be_visible()
    await expect(bar.get_by_role("button", name="Hand over")).to_have_count(int(allowed))
    await expect(bar.get_by_text("you stay in the call")).to_have_count(int(not allowed))
    await page.keyboard.press("Alt+o")
    await page.keyboard.press("Alt+j")
    await done(desk, "consult_together", contact=call["id"])
    over = [one for one in desk.intents if one["do"] == "consult_hand_over"]
    assert len(over) == int(allowed)
    await close(page)

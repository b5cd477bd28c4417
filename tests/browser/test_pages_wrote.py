"""Whoever was written to first is whom the box is for afterwards, against the recorded scene."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.pages import close, opened
from tests.kit import fake_scenes
from tests.kit.fake_desk import Connection, FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

VET = "Dr. P. Novak, +1 206 ••• 0190"


async def write_to_the_vet(page: Page) -> None:
    people = page.get_by_role("region", name="People")
    await people.get_by_role("button", name=f"Text {VET}").click()
    box = page.get_by_role("group", name="Write to Dr. P. Novak")
    await box.get_by_label("Message").fill("How is Luna?")
    await page.keyboard.press("Control+Enter")
    await expect(box).to_have_count(0)
    await expect(page.locator(".toast", has_text="Sent to Dr. P. Novak.")).to_be_visible()


async def it_is_there(desk: FakeDesk, here: Connection) -> None:
    """Their conversation comes a moment behind the answer, first the contact."""
    now = desk.now()
    theirs: dict[str, Any] = fake_scenes.contact(
        "c77", now, "sms", 1, "parked", 0, 60_000, "Dr. P. Novak", "+1 206 ••• 0190", "vet",
        incident="i1", incident_no="INC-20419", agent="a1", parked_for="party",
    )  # fmt: skip
    await here.event("contact.written", {"contacts": {"c77": theirs}})
    known = here.scene["incidents"]["i1"]["contacts"]
    new = known[0] | {"id": "c77", "channel": "sms", "party": "p3", "address": "ad4"}
    await here.incident_is("i1", contacts=[*known, new])


async def test_the_box_is_for_whoever_was_written_to(chromium: Browser) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        await expect(page.get_by_label("Text to Maya Torres")).to_be_visible()
        await write_to_the_vet(page)
        await it_is_there(desk, here)
        await expect(page.get_by_label("Text to Dr. P. Novak")).to_be_visible()
        await expect(page.locator(".comp .reads")).to_contain_text("Only Dr. P. Novak (vet")
        await close(page)


async def test_what_is_typed_meanwhile_stays_under_the_hands_of_whoever_types(
    chromium: Browser,
) -> None:
    """A conversation that comes late, or hours later as they answer, takes no box away."""
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        await write_to_the_vet(page)
        await page.get_by_label("Text to Maya Torres").click()
        await page.keyboard.type("Maya, the key code is ")
        await it_is_there(desk, here)
        work = page.get_by_role("region", name="My work")
        await expect(work.get_by_text("Dr. P. Novak")).to_have_count(2)
        await page.keyboard.type("4711")
        box = page.get_by_label("Text to Maya Torres")
        await expect(box).to_be_focused()
        await expect(box).to_have_value(re.compile("Maya, the key code is 4711$"))
        await close(page)


async def test_a_call_stays_in_front_of_whoever_is_written_to_meanwhile(chromium: Browser) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call")
        here = await desk.here()
        await write_to_the_vet(page)
        await it_is_there(desk, here)
        work = page.get_by_role("region", name="My work")
        await expect(work.get_by_text("Dr. P. Novak")).to_have_count(2)
        await expect(work.locator("[aria-current=true]")).to_contain_text("talking")
        await close(page)

"""What an agent reads of an incident: the search for somebody in a line, notes under their call."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe
from tests.browser.pages import close, opened
from tests.kit import fake_scenes
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_a_message_without_words_says_so(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    connection = await desk.here()
    of = connection.scene["incidents"]["i1"]
    line = next(one for one in of["timeline"] if one["id"] == "e8")
    said = page.locator(".bub", has_text="Dr. P. Novak").last
    await expect(said).to_contain_text("We are ready.")
    line.update(text="", html='<p><img src="cid:1"></p>')
    await connection.say("incident", incident=of)
    await expect(said).to_contain_text("Dr. P. Novak (no words)")
    await expect(said).to_contain_text("Pictures in this email are not shown.")
    line.update(html=None)
    await connection.say("incident", incident=of)
    await expect(said).to_contain_text("Dr. P. Novak (no words)")
    await close(page)


async def test_the_search_for_somebody_is_one_line_that_opens_by_key_and_click(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=long")
    timeline = page.get_by_role("region", name="Timeline")
    fold = timeline.get_by_role("button", name="7 offers missed")
    await expect(fold).to_have_text(
        re.compile("^7 offers missed, 2 declined, 1 withdrawn, looked for more widely twice · 7:20")
    )
    await expect(fold).to_have_attribute("aria-expanded", "false")
    missed = timeline.get_by_text("offer missed by Sam Carter")
    await expect(missed).to_have_count(0)
    await expect(timeline.get_by_text("offer missed by Leo Martin")).to_have_count(1)  # alone
    for words in ("transferred by Elena", "finished by Tomás", "not reached at", "severity raised"):
        await expect(timeline.get_by_text(words)).to_be_visible()
    await fold.focus()
    await page.keyboard.press("Enter")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    await expect(missed).to_have_count(2)
    connection = await desk.here()
    incident = connection.scene["incidents"]["i1"]
    more = fake_scenes.entry("new", desk.now(), "event", text="caller put on hold")
    incident["timeline"].append(more)
    await connection.say("incident", incident=incident)
    await expect(timeline.get_by_text("caller put on hold")).to_be_visible()
    await expect(missed).to_have_count(2)  # it stays open while the incident goes on
    found: dict[Any, Any] = {}
    await axe(page, "an open fold", found)
    assert found == {}
    await fold.click()
    await expect(missed).to_have_count(0)
    await close(page)


async def test_notes_stand_under_their_call_by_whom_with_the_moment_in_the_call(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=long")
    notes = page.get_by_role("region", name="Notes so far")
    await expect(notes.get_by_role("heading")).to_have_count(3)
    heads = await notes.get_by_role("heading").all_inner_texts()
    assert [head.rsplit(", ", 1)[1] for head in heads] == ["Elena", "Tomás", "Priya"]
    assert all(head.startswith("Call ") for head in heads)
    lines = await notes.get_by_role("listitem").all_inner_texts()
    assert " ".join(lines[0].split()) == "+0:41 Seen at the clinic at noon, sent home"
    assert " ".join(lines[2].split()) == "+4:31 Owner drives there again, 20 min"
    await page.keyboard.type("she is calm now")
    await page.keyboard.press("Enter")
    mine = notes.locator("section").last.get_by_role("listitem")
    await expect(mine.last).to_contain_text("she is calm now")
    await expect(notes.get_by_role("heading")).to_have_count(3)
    await close(page)


async def test_what_was_said_last_stays_in_view_when_the_wrap_up_takes_its_room(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=long")
    note = page.get_by_role("region", name="Notes so far").get_by_role("listitem").last
    line = page.get_by_role("region", name="Timeline").get_by_role("listitem").last
    await expect(note).to_be_in_viewport(ratio=1)
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("region", name="Wrap-up")).to_be_visible()
    for one, box in ((note, ".lines"), (line, ".tl")):
        await expect(one).to_be_in_viewport(ratio=1)
        await page.wait_for_function(SHOWN, arg=box)
    lines = page.get_by_role("region", name="Notes so far")
    await lines.evaluate("e => { e.scrollTop = 0; }")  # whoever reads further up is left there
    await page.set_viewport_size({"width": 1366, "height": 700})
    await expect(lines).to_have_js_property("scrollTop", 0)
    await close(page)


SHOWN = """(box) => { const e = document.querySelector(box);
  return e.scrollHeight - e.scrollTop - e.clientHeight < 2; }"""

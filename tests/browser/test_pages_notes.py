"""Notes: what is typed is kept, what its author emptied is empty, and what is said is true."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def notes(desk: FakeDesk) -> list[dict[str, Any]]:
    return [one for one in desk.intents if one["do"] == "note"]


async def test_a_note_that_is_emptied_is_empty_at_the_centre_too(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    panel = page.get_by_role("region", name="Notes", exact=True)
    line = panel.get_by_role("button", name="Shaking, walking unsteadily")
    await line.click()
    box = panel.locator("textarea.pad")
    await expect(box).to_have_value("Shaking, walking unsteadily, awake")
    await box.fill("")
    await expect(panel.get_by_role("status")).to_have_text("✓ saved")
    assert [(one["note"], one["text"]) for one in notes(desk)] == [("e5", "")]
    await box.press("Enter")
    await box.press_sequentially("Sits up again")
    await box.press("Enter")
    await expect(panel.get_by_role("button", name="Sits up again")).to_be_visible()
    await expect(line).to_have_count(0)

    async def kept() -> bool:
        return notes(desk)[-1]["text"] == "Sits up again"

    await until(kept, "the new note is kept")
    assert notes(desk)[-1]["note"] != "e5"
    await close(page)


async def test_a_note_of_ones_own_that_was_saved_and_emptied_comes_back_nowhere(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    panel = page.get_by_role("region", name="Notes", exact=True)
    box = panel.locator("textarea.pad")
    await box.press_sequentially("Not this dog")
    await expect(panel.get_by_role("status")).to_have_text("✓ saved")
    await box.press("Enter")
    line = panel.get_by_role("button", name="Not this dog")
    await line.click()
    await box.fill("")

    async def emptied() -> bool:
        return notes(desk)[-1]["text"] == ""

    await until(emptied, "the note is emptied")
    await box.press("Enter")
    await expect(line).to_have_count(0)
    await expect(panel.get_by_role("status")).to_have_text("✓ saved")
    await box.press_sequentially("Of another dog")
    await box.press("Enter")
    moved = page.get_by_role("button", name="Of another dog")
    here = await desk.here()
    await expect(page.locator(".mid").get_by_text("Of another dog")).to_be_visible()
    timeline = here.scene["incidents"]["i1"]["timeline"]
    stays = [one for one in timeline if one.get("text") != "Of another dog"]
    assert len(stays) < len(timeline)
    await here.incident_is("i1", timeline=stays)  # it was moved to another incident
    await expect(moved).to_have_count(0)
    await close(page)


async def test_what_was_never_sent_and_is_gone_is_not_saving(
    chromium: Browser, desk: FakeDesk
) -> None:
    hold = """(() => { const later = window.setTimeout;
      window.setTimeout = (act, ms, ...more) => ms === 900 ? 7 : later(act, ms, ...more); })();"""
    page = await opened(chromium, f"{desk.url}/desk?scene=call", hold)
    panel = page.get_by_role("region", name="Notes", exact=True)
    box = panel.locator("textarea.pad")
    await box.press_sequentially("x")
    await expect(panel.get_by_role("status")).to_have_text("saving …")
    await box.press("Backspace")
    await expect(panel.get_by_role("status")).to_have_text("")
    assert notes(desk) == []
    await close(page)


@pytest.mark.parametrize(
    ("event", "title"),
    [("contact.transferred", "Handed on"), ("contact.taken_from_agent", "Taken over")],
)
async def test_notes_of_a_call_that_was_handed_on_go_into_its_incident_not_the_text_in_hand(
    chromium: Browser, desk: FakeDesk, event: str, title: str
) -> None:
    """Found by a user: they went into a stranger's text, which came to the front by itself."""
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    me, call = here.mine(), here.scene["contacts"]["c1"]
    text = here.scene["contacts"]["c4"] | {"incident": "i2"}
    await here.event("contact.moved", {"contacts": {"c4": text}}, {"contacts": ["c2", "c3"]})
    for gone in ("c2", "c3"):
        del here.scene["contacts"][gone]
    number, other = (here.scene["incidents"][c["incident"]]["number"] for c in (call, text))
    panel = page.get_by_role("region", name="Notes", exact=True)
    card = page.get_by_role("region", name="My work").locator(".card")
    await card.filter(has_text=text["who"]["name"]).first.click()
    await expect(panel).to_contain_text(f"into {other}")
    at = desk.now()
    me.update(state="wrapup", handed={"contact": call["id"], "at": at, "until": at + 30_000})
    me["contacts"] = [one for one in me["contacts"] if one != call["id"]]
    await here.event(event, {"agents": {me["id"]: me}}, {"contacts": [call["id"]]})
    call["agent"] = "a3"
    wrap = page.get_by_role("region", name=title, exact=True)
    await expect(wrap).to_be_visible()
    await expect(panel).to_contain_text(f"into {number}")
    await panel.locator("textarea.pad").press_sequentially("Vet is told")
    await expect(panel.get_by_role("status")).to_have_text("✓ saved")
    assert (notes(desk)[-1]["incident"], notes(desk)[-1]["text"]) == (
        call["incident"], "Vet is told")  # fmt: skip
    # Whoever chooses the text has it, and comes back.
    await card.filter(has_text=text["who"]["name"]).first.click()
    await expect(panel).to_contain_text(f"into {other}")
    await wrap.get_by_role("button", name="Show its incident").click()
    await expect(panel).to_contain_text(f"into {number}")
    await expect(wrap.get_by_role("button", name="Show its incident")).to_have_count(0)
    me.update(state="messages", handed=None)
    await here.event("agent.handed_done", {"agents": {me["id"]: me}})
    await expect(panel).to_contain_text(f"into {other}")
    await close(page)

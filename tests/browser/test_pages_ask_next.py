"""What is typed into "What is next?" is lost by nothing: no end of a time, no colleague."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened, resolves_with, sent
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COLLAR = "Police want the collar, call Sgt Ruiz at 9"
WHAT = "What has to happen?"


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_words_in_the_question_get_more_time_and_are_there_after_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    here = await desk.here()
    await here.next_is("i1", None)
    desk.asks_next = True
    await page.locator(".mid .tl").click()
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("3")
    await dialog.get_by_label(WHAT).fill(COLLAR)
    mine = next(c for c in here.scene["contacts"].values() if c["state"] == "wrapup")

    async def ends() -> None:
        mine["until"] = desk.now() + 500
        await here.event("contact.described", {"contacts": {mine["id"]: mine}})

    async def extended() -> bool:
        return len(sent(desk, "extend")) == 1

    await ends()
    await until(extended, "more time")
    await expect(dialog.get_by_label(WHAT)).to_have_value(COLLAR)
    assert [one.get("anyway") for one in sent(desk, "wrapped")] == [None]
    desk.refuse["extend"] = "not_ready"  # there is no more
    await ends()
    await expect(page.locator(".wrap")).to_have_count(0)
    await expect(dialog).to_have_count(0)
    assert [one.get("anyway") for one in sent(desk, "wrapped")] == [None, True]
    assert not sent(desk, "plan_next")  # they had not done with it
    await page.get_by_role("button", name="Say what is next").click()
    await expect(dialog.get_by_label(WHAT)).to_have_value(COLLAR)
    await close(page)


async def test_whoever_has_done_it_second_is_told_and_their_words_are_there(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    desk.asks_next = True
    await page.locator(".nextbar").get_by_role("button", name="Done").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("3")
    await dialog.get_by_label(WHAT).fill(COLLAR)
    theirs = {"id": "x2", "what": "Wait for the lab", "agent": "a2", "agent_name": "Tomás Vega",
              "due": desk.now() + 60_000, "by_name": "Tomás Vega"}  # fmt: skip
    await here.next_is("i1", theirs)
    await expect(page.locator(".nextbar")).to_contain_text("Wait for the lab")
    desk.refuse["next_done"] = "too_late"  # as the centre does: a colleague has done x1
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast.warn")).to_be_visible()
    await expect(dialog).to_contain_text("What is next in INC-20419?")
    await expect(dialog.get_by_label(WHAT)).to_have_value(COLLAR)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    (plan,) = sent(desk, "plan_next")
    assert (plan["what"], plan["before"]) == (COLLAR, "x2")
    await close(page)


async def resolved_chosen(chromium: Browser, desk: FakeDesk) -> Page:
    """The outcome ends the incident, with its tick; then something else is looked up."""
    page, tick = await resolves_with(chromium, desk)
    await page.get_by_text("Sitter bitten on the hand").first.click()
    await expect(tick).to_have_count(0)
    return page


async def test_resolved_counts_while_another_incident_is_in_view(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await resolved_chosen(chromium, desk)
    await page.locator(".wrap").get_by_role("button", name="Done").click()
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    (wrapped,) = sent(desk, "wrapped")
    assert (wrapped["disposition"], wrapped["resolves"]) == ("advised", "resolved")
    assert not sent(desk, "close_incident")  # the centre does both, whatever becomes of this page
    await close(page)


async def test_resolved_counts_when_the_time_runs_out(chromium: Browser, desk: FakeDesk) -> None:
    page = await resolved_chosen(chromium, desk)
    here = await desk.here()
    mine = next(c for c in here.scene["contacts"].values() if c["state"] == "wrapup")
    mine["until"] = desk.now() + 500
    await here.event("contact.described", {"contacts": {mine["id"]: mine}})
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    (wrapped,) = sent(desk, "wrapped")
    assert (wrapped["anyway"], wrapped["resolves"]) == (True, "resolved")
    await close(page)


async def test_an_outcome_chosen_while_its_incident_is_not_in_view_is_asked_about(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=wrapup")
    desk.asks_next = True
    here = await desk.here()
    await here.next_is("i1", None)
    await page.get_by_text("Sitter bitten on the hand").first.click()
    wrap = page.locator(".wrap")
    await wrap.get_by_role("radio", name="Advised").click()
    await wrap.get_by_role("button", name="Done").click()
    dialog = page.get_by_role("dialog", name="INC-20419 stays open. What is next?")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    asked, done = sent(desk, "wrapped")
    assert (asked.get("resolves"), done["resolves"]) == (None, "resolved")
    await close(page)


@pytest.mark.parametrize("severity", [1, 2, 3])
async def test_an_s1_or_s2_is_resolved_by_a_second_step(
    chromium: Browser, desk: FakeDesk, severity: int
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    desk.asks_next = True
    await here.incident_is("i1", severity=severity)
    await page.locator(".nextbar").get_by_role("button", name="Done").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Nothing: it is resolved")).to_be_visible()
    await page.keyboard.press("1")
    if severity <= 2:
        await expect(dialog).to_contain_text(f"INC-20419 is S{severity}. Resolved, it is on nobody")
        await page.keyboard.press("1")  # the same key again does nothing
        assert not sent(desk, "close_incident")
        await expect(dialog.get_by_role("button", name="Yes, it is resolved")).to_be_focused()
        await page.keyboard.press("Enter")
    await expect(page.locator(".toast", has_text="INC-20419 is resolved.")).to_be_visible()
    assert len(sent(desk, "close_incident")) == 1
    await close(page)

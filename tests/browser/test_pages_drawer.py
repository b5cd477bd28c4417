"""The board's drawer: an incident is read there and worked, against the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.pages import close, opened, sent
from tests.kit import fake_scenes
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def drawn(page: Page) -> Locator:
    """The drawer with INC-20419 in it."""
    await page.get_by_role("button", name="Incidents", exact=True).click()
    await page.get_by_role("button", name="INC-20419").click()
    drawer = page.locator(".drawer")
    await expect(drawer).to_contain_text("Labrador ate sugar-free gum")
    return drawer


async def test_what_is_merged_into_another_is_shown_as_that_one_and_leads_to_what_it_names(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    drawer = await drawn(page)
    one = fake_scenes.other(desk.now())
    one["linked"] = [
        {"id": "i1", "number": "INC-20419", "title": "Labrador", "state": "merged",
         "why": "merged", "filing": "f1"},
    ]  # fmt: skip
    split = {"id": "f2", "what": "split", "undo": False, "link": {"id": "i1", "number": "INC-9"}}
    one["timeline"].append(
        fake_scenes.entry("filing:f2", desk.now(), "event", text="split off", filing=split)
    )
    await here.say("incident", incident=one)
    await expect(drawer).to_contain_text("INC-20431")
    await drawer.get_by_role("button", name="INC-9", exact=False).click()
    await expect(drawer).to_contain_text("Labrador ate sugar-free gum")
    await close(page)


async def test_the_board_has_one_link_its_own(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await drawn(page)
    loaded = await page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    desks = [name for name in loaded if name.endswith("/desk/context.js")]
    assert loaded
    assert not desks
    await close(page)


async def test_a_supervisor_gives_it_to_somebody_and_a_refusal_stands_where_it_was_asked(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    drawer, dialog = await drawn(page), page.locator("dialog")
    owner = drawer.get_by_role("button", name="owner")
    await owner.focus()
    await page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Whose is INC-20419?")
    await dialog.get_by_label("Give it to").select_option(label="Tomás Vega")
    desk.refuse["give_incident"] = "taken"
    await dialog.get_by_role("button", name="Give it", exact=True).click()
    await expect(
        dialog.get_by_label("Give it to").locator("..").get_by_role("alert")
    ).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)
    del desk.refuse["give_incident"]
    await dialog.get_by_role("button", name="Give it", exact=True).click()
    await expect(dialog).to_have_count(0)
    given = sent(desk, "give_incident")[-1]
    assert (given["incident"], given["agent"], given["before"]) == ("i1", "a2", "a1")
    await (await desk.here()).incident_is("i1", owner="a2", owner_name="Tomás Vega")
    await expect(owner).to_contain_text("Tomás Vega")
    await expect(owner).to_be_focused()
    await page.keyboard.press("Escape")  # of the drawer, once nothing lies on it
    await expect(drawer).to_have_count(0)
    await close(page)


async def test_a_supervisor_lowers_its_severity_with_a_reason_and_says_for_whom_it_waits(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    drawer, dialog = await drawn(page), page.locator("dialog")
    await drawer.get_by_role("button", name="S1 life. Change how severe").press("Enter")
    await page.keyboard.press("2")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("✕ Say why.")
    assert not sent(desk, "incident_severity")
    await page.keyboard.type("she is stable")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    desk.refuse["incident_severity"] = "too_late"
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("What you typed is still here.")
    await expect(page.locator(".toast")).to_have_count(0)
    del desk.refuse["incident_severity"]
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(drawer).to_contain_text("S2 urgent")
    rated = sent(desk, "incident_severity")[-1]
    assert (rated["severity"], rated["before"], rated["reason"]) == (2, 1, "she is stable")
    await drawer.get_by_role("button", name="active").click()
    await dialog.get_by_role("button", name="Save").click()  # what it is already: nothing to say
    await expect(dialog).to_have_count(0)
    await drawer.get_by_role("button", name="active").click()
    await page.keyboard.press("2")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(drawer).to_contain_text("waiting on a party")
    here = await desk.here()
    await here.incident_is("i1", status="waiting_third", severity=4)  # the longest there are
    await expect(drawer).to_contain_text("waiting on a third party")
    number = await drawer.locator("header .mono").bounding_box()
    assert number
    assert number["height"] < 24  # in one line
    shut = await drawer.get_by_role("button", name="Close").bounding_box()
    waits = await drawer.get_by_role("button", name="waiting on a third").bounding_box()
    assert waits
    assert shut
    assert waits["x"] + waits["width"] <= shut["x"]
    await close(page)


async def test_why_it_cannot_be_resolved_stands_in_its_dialog(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    drawer, dialog = await drawn(page), page.locator("dialog")
    ended = [one | {"state": "ended"} for one in here.scene["incidents"]["i1"]["contacts"]]
    await here.incident_is("i1", contacts=ended, callback=None)
    await drawer.get_by_role("button", name="Resolve").click()
    await dialog.get_by_label("In your own words").press("Enter")
    said = dialog.get_by_role("alert")
    await expect(said).to_have_text("✕ Choose how it ended first (1 to 5).")
    await page.keyboard.press("1")
    await expect(said).to_have_count(0)
    desk.refuse["close_incident"] = "not_ready"
    await dialog.get_by_role("button", name="Resolve").click()
    await expect(said).to_contain_text("✕ ")
    await expect(page.locator(".toast")).to_have_count(0)
    await close(page)


async def test_what_is_typed_of_what_is_next_stays_while_an_s1_comes_in_and_is_planned(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    drawer, dialog = await drawn(page), page.locator("dialog")
    bar = drawer.locator(".nextbar")
    await expect(bar).to_contain_text("Call Dr. Novak for the blood result")
    await bar.get_by_role("button", name="Change").click()
    what = dialog.get_by_label("What has to happen?")
    await what.fill("Ask the sitter ")
    await here.say("notice", level="alarm", code="s1.unanswered", text="An S1 waits for 40 s.")
    worst = next(c for c in here.scene["contacts"].values() if c["state"] == "queued")
    one = worst | {"id": "c77", "severity": 1, "incident": "i77", "incident_no": "INC-20999"}
    await here.event("contact.queued", {"contacts": {"c77": one}})
    await expect(dialog.locator(".toast")).to_contain_text("An S1 waits")
    await page.keyboard.type("for the care sheet")
    await expect(what).to_have_value("Ask the sitter for the care sheet")
    await dialog.get_by_role("button", name="1 h", exact=True).click()
    desk.refuse["plan_next"] = "too_late"
    await dialog.get_by_role("button", name="Save").click()
    said = dialog.get_by_role("alert").filter(has_text="Not saved")
    await expect(said).to_contain_text("What you typed is still here.")
    del desk.refuse["plan_next"]
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(bar).to_contain_text("Ask the sitter for the care sheet")
    plan = sent(desk, "plan_next")[-1]
    assert (plan["incident"], plan["agent"]) == ("i1", "a1")
    await close(page)

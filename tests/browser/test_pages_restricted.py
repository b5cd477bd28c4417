"""Who may see an incident: its list at the desk, what whoever is not on it sees, and the board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe
from tests.browser.pages import close, opened, sent
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PEOPLE = [{"id": "a1", "name": "Priya Nair"}, {"id": "a2", "name": "Tomás Vega"}]
HIDDEN = {
    "restricted": "hidden", "who": {"name": None, "address": None, "role": None}, "about": None,
    "incident": None, "incident_no": None, "grounds": None, "rule": "",
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_a_list_and_a_reason_are_said_and_the_head_shows_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    head = page.locator("header.inc")
    await head.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Restrict …").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Priya Nair")).to_be_checked()
    await dialog.get_by_label("Find a colleague").fill("tomas")
    await dialog.get_by_label("Tomás Vega").check()
    await dialog.get_by_label("Find a colleague").fill("")
    await expect(dialog).to_contain_text("2 people")
    go = dialog.get_by_role("button", name="Restrict to 2 people")
    await go.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say why.")
    assert not sent(desk, "restrict")
    found: dict[Any, Any] = {}
    await axe(page, "restrict", found)
    assert found == {}
    await dialog.get_by_label("Why (they all").fill("about one of us")
    await go.click()
    await expect(dialog).to_have_count(0)
    (order,) = sent(desk, "restrict")
    assert (order["people"], order["before"], order["reason"]) == (
        ["a1", "a2"], [], "about one of us"
    )  # fmt: skip
    here = await desk.here()
    await here.incident_is("i1", restricted={"whole": True, "people": PEOPLE})
    await head.get_by_role("button", name="Restricted · 2").click()
    await dialog.get_by_label("Priya Nair").uncheck()
    await expect(dialog).to_contain_text("you will not see it any more")
    await dialog.get_by_label("Why (they all").fill("it was nothing")
    await dialog.get_by_role("button", name="Lift the restriction").click()
    await expect(dialog).to_have_count(0)
    assert sent(desk, "restrict")[-1]["people"] == []
    assert sent(desk, "restrict")[-1]["before"] == ["a1", "a2"]
    await close(page)


async def test_who_has_one_contact_of_it_reads_so_and_opens_more_by_a_reason(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await here.incident_is("i1", restricted={"whole": False, "people": []}, title="Restricted")
    await expect(
        page.get_by_role("status").filter(has_text="you see this contact alone")
    ).to_be_visible()
    await page.get_by_role("button", name="Open all of it …").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Open it").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Say why.")
    await dialog.get_by_label("Why you have to see it").fill("she bleeds")
    await dialog.get_by_role("button", name="Open it").click()
    await expect(dialog).to_have_count(0)
    assert [one["reason"] for one in sent(desk, "open_restricted")] == ["she bleeds"]
    await close(page)


async def test_it_is_given_and_planned_for_those_on_its_list_alone(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await here.incident_is("i1", owner="a1", restricted={"whole": True, "people": PEOPLE[:1]})
    dialog = page.get_by_role("dialog")
    await page.locator("header.inc").get_by_role("button", name="owner").click()
    await expect(dialog.get_by_text("Restricted: only its 1 person.")).to_be_visible()
    await expect(dialog.get_by_role("option", name="Tomás Vega")).to_have_count(0)
    await here.incident_is("i1", owner="a1", restricted={"whole": True, "people": PEOPLE})
    await expect(dialog.get_by_text("Restricted: only its 2 people.")).to_be_visible()
    await expect(dialog.get_by_role("option", name="Tomás Vega")).to_have_count(1)
    await here.incident_is("i1", owner="a1", restricted=None)
    await expect(dialog.get_by_text("Restricted:")).to_have_count(0)
    await page.keyboard.press("Escape")
    await here.incident_is("i1", owner="a1", restricted={"whole": True, "people": PEOPLE[:1]})
    await page.locator(".mid .tl").click()
    await page.keyboard.press("p")
    await expect(dialog.get_by_text("Restricted: only its 1 person.")).to_be_visible()
    await expect(dialog.get_by_role("option")).to_have_count(1)  # oneself
    await close(page)


async def test_one_that_is_restricted_to_others_is_shut(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=text")
    here = await desk.here()
    await expect(page.locator("header.inc")).to_be_visible()  # else nothing is shut
    await here.say("shut", incident="i1")
    await expect(page.get_by_text("you are not on its list")).to_be_visible()
    await expect(page.locator("header.inc")).to_have_count(0)
    await close(page)


async def test_a_board_says_that_there_is_one_and_no_more(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    (first, *_rest) = [c for c in here.scene["contacts"].values() if c["state"] == "queued"]
    name = first["who"]["name"]
    await expect(page.get_by_text(name).first).to_be_visible()
    await here.event("contact.described", {"contacts": {first["id"]: first | HIDDEN}})
    row = page.get_by_role("row").filter(has_text="Restricted")
    await expect(row).to_have_count(1)
    await expect(row.get_by_role("button", name="Open …")).to_be_visible()
    found: dict[Any, Any] = {}
    await axe(page, "board with a restricted row", found)
    assert found == {}
    await row.get_by_role("button", name="Open …").click()
    await page.get_by_label("Why you have to see it").fill("nobody is here")
    await page.get_by_role("button", name="Open it").click()
    await expect(page.get_by_role("dialog", name="Open a restricted")).to_have_count(0)
    assert [one["contact"] for one in sent(desk, "open_restricted")] == [first["id"]]
    await close(page)

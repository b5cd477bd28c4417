"""What is typed into a dialog about an incident is there again, whatever took the dialog away."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened, sent
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AT, NAME = "Telephone number or mail address", "Name"
ANOTHER = "Another number or mail address"


async def test_somebody_begun_in_one_incident_is_there_after_somebody_was_added_in_another(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        other = {"id": "i2", "number": "INC-20431", "title": "Beagle", "state": "open",
                 "why": "person", "filing": None}  # fmt: skip
        await here.incident_is("i1", linked=[other])
        dialog = page.get_by_role("dialog")
        add = page.get_by_role("region", name="People").get_by_role("button", name="Add …")

        async def ring_over() -> None:
            """As when an S1 is answered: its incident comes into view."""
            await here.incident_is("i1", state="closed")
            await expect(dialog).to_have_count(0)
            await here.incident_is("i1", state="open")

        await add.click()
        await dialog.get_by_label(AT).fill("(206) 555-0188")
        await dialog.get_by_label(NAME).fill("Officer Lee")
        await dialog.get_by_label("Who they are").select_option("police")
        await ring_over()
        await page.get_by_role("button", name="Open INC-20431").click()
        await add.click()
        await expect(dialog.get_by_label(AT)).to_have_value("")
        await dialog.get_by_label(AT).fill("(206) 555-0199")
        await dialog.get_by_role("button", name="Add", exact=True).click()
        await expect(dialog).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("region", name="INC-20419")).to_be_visible()
        await add.click()
        await expect(dialog.get_by_label(AT)).to_have_value("(206) 555-0188")
        await expect(dialog.get_by_label(NAME)).to_have_value("Officer Lee")
        await expect(dialog.get_by_label("Who they are")).to_have_value("police")
        await page.keyboard.press("Escape")

        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await dialog.get_by_label(NAME).fill("Jonah B. Lind")
        await ring_over()
        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await expect(dialog.get_by_label(NAME)).to_have_value("Jonah B. Lind")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await expect(dialog.get_by_label(NAME)).to_have_value("Jonah Lind")
        await close(page)


async def test_what_was_typed_undoes_no_word_that_a_colleague_said_meanwhile(
    chromium: Browser,
) -> None:
    """What nobody typed over is what it is now; the rest goes against what was shown then."""
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        dialog = page.get_by_role("dialog")
        name, role = dialog.get_by_label(NAME), dialog.get_by_label("Who they are")
        records = dialog.get_by_role("group", name="May we record calls?")

        async def colleague(**said: Any) -> None:
            parties = here.scene["incidents"]["i1"]["parties"]
            now = [one | (said if one["id"] == "p2" else {}) for one in parties]
            await here.incident_is("i1", state="closed")
            await expect(dialog).to_have_count(0)
            await here.incident_is("i1", state="open", parties=now)

        async def saved() -> None:
            await dialog.get_by_role("button", name="Save").click()
            await expect(dialog).to_have_count(0)

        await page.get_by_role("button", name="Change Jonah Lind …").click()
        await dialog.get_by_label(ANOTHER).fill("(206) 555-0177")
        await records.get_by_label("yes").check()
        no = {"says": "no", "by_name": "Elena Costa", "at": desk.now()}
        await colleague(name="Jonas Lindt", given_name="Jonas Lindt", role="vet",
                        consent={"record": no})  # fmt: skip
        await page.get_by_role("button", name="Change Jonas Lindt …").click()
        await expect(name).to_have_value("Jonas Lindt")
        await expect(role).to_have_value("vet")
        await expect(records.get_by_label("no", exact=True)).to_be_checked()
        await expect(dialog.get_by_label(ANOTHER)).to_have_value("(206) 555-0177")
        await saved()
        assert not sent(desk, "change_party") + sent(desk, "consent")
        assert [one["at"] for one in sent(desk, "add_address")] == ["(206) 555-0177"]

        await page.get_by_role("button", name="Change Jonas Lindt …").click()
        await name.fill("Jonas B. Lindt")
        await colleague(name="Jonas Lind", given_name="Jonas Lind", role="sitter")
        await page.get_by_role("button", name="Change Jonas Lind …").click()
        await expect(name).to_have_value("Jonas B. Lindt")
        await saved()
        (order,) = sent(desk, "change_party")
        assert (order["was_name"], order["was_role"]) == ("Jonas Lindt", "sitter")
        assert (order["name"], order["role"]) == ("Jonas B. Lindt", "sitter")
        await close(page)


async def test_a_fact_that_was_typed_goes_against_what_was_shown_then(chromium: Browser) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        dialog = page.get_by_role("dialog")
        edit = page.get_by_role("group", name="What is known").get_by_role("button")
        facts = here.scene["incidents"]["i1"]["facts"]
        await edit.click()
        await dialog.get_by_label("Booking").fill("88-1921")
        await here.incident_is("i1", state="closed")
        await expect(dialog).to_have_count(0)
        theirs = {"booking": "88-1999", "place": "Fremont"}
        await here.incident_is("i1", state="open", facts=facts | theirs)
        await edit.click()
        await expect(dialog.get_by_label("Booking")).to_have_value("88-1921")
        await expect(dialog.get_by_label("Place")).to_have_value("Fremont")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)
        (order,) = sent(desk, "incident_fact")
        assert (order["value"], order["before"]) == ("88-1921", facts["booking"])
        await close(page)

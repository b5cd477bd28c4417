"""What belongs where, put right at a desk, against the recorded scene: merged, moved, undone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.pages import close, opened, sent
from tests.kit import fake_scenes
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def more(page: Page, item: str) -> None:
    """From the menu of the incident's head."""
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name=item).click()


async def test_two_incidents_are_merged_one_is_shown_and_the_timeline_undoes_it(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call")
        here = await desk.here()
        dialog = page.get_by_role("dialog")
        await more(page, "Merge …")
        await dialog.get_by_role("textbox").fill("INC-20431")
        await page.keyboard.press("Enter")
        await expect(dialog).to_contain_text("INC-20431 is found as INC-20419 from now on")
        await dialog.get_by_role("radio", name="Beagle").click()  # the other one stays
        await expect(dialog).to_contain_text("INC-20419 is found as INC-20431 from now on")
        await dialog.get_by_role("button", name="Merge INC-20419 into INC-20431").click()
        await expect(dialog).to_have_count(0)
        order = sent(desk, "merge_incidents")[0]
        assert (order["stays"], order["goes"], order["next"]) == ("i2", "i1", None)

        # Who looks at the one that goes sees the one that stays: its number, what it had, an undo.
        one = fake_scenes.other(desk.now())
        one["linked"] = [
            {"id": "i1", "number": "INC-20419", "title": "Labrador", "state": "merged",
             "why": "merged", "filing": "f1"},
        ]  # fmt: skip
        act = {"id": "f1", "what": "merged", "undo": True, "link": None}
        one["timeline"].append(
            fake_scenes.entry("filing:f1", desk.now(), "event", text="merged here", filing=act)
        )
        await here.say("incident", incident=one)
        await expect(page.get_by_role("region", name="INC-20431")).to_be_visible()
        await expect(page.get_by_role("region", name="Linked incidents · 1")).to_contain_text(
            "INC-20419"
        )

        # What came since is asked about, each with the side that is proposed.
        here.scene["since"] = [
            {"id": "c9", "kind": "contact", "at": desk.now(), "side": "goes", "channel": "sms",
             "text": None},
            {"id": "n9", "kind": "note", "at": desk.now(), "side": "stays", "channel": None,
             "text": "Dog is stable"},
        ]  # fmt: skip
        await page.get_by_role("button", name="Undo: merged here").click()
        sides = dialog.get_by_role("combobox")
        await expect(sides).to_have_count(2)
        await expect(sides.first).to_have_value("goes")
        await sides.last.select_option("goes")
        await dialog.get_by_role("button", name="Undo the merge").click()
        await expect(dialog).to_have_count(0)
        assert sorted(sent(desk, "undo_filing")[0]["back"]) == ["c9", "n9"]
        await close(page)


async def test_a_call_is_split_off_and_two_people_are_joined(chromium: Browser) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call")
        dialog = page.get_by_role("dialog")
        await more(page, "Move …")
        await dialog.get_by_role("button", name="Split off").click()
        await expect(page.locator(".toast", has_text="Choose what is to go.")).to_be_visible()
        await dialog.get_by_role("checkbox").first.check()
        await dialog.get_by_role("button", name="Split off").click()
        await expect(dialog).to_have_count(0)
        order = sent(desk, "move_contacts")[0]
        assert (len(order["contacts"]), order["notes"], order["to"]) == (1, [], None)
        await expect(
            page.locator(".toast", has_text="It is in a new incident now.")
        ).to_be_visible()
        await more(page, "Move …")
        await dialog.get_by_role("checkbox").first.check()
        await dialog.get_by_role("textbox", name="In another one:").fill("20418")
        await page.keyboard.press("Enter")
        there = sent(desk, "merge_look")[0]
        assert there["other"] == "20418"
        await expect(page.locator(".toast", has_text="It is in INC-")).to_be_visible()
        await page.get_by_role("button", name="Join …").click()
        people = dialog.get_by_role("combobox")
        join, said = (
            dialog.get_by_role("button", name="Join", exact=True),
            dialog.get_by_role("alert"),
        )
        await join.click()
        await expect(said).to_contain_text("Choose two people")
        await people.first.select_option(index=1)
        await people.last.select_option(index=2)
        await expect(said).to_have_count(0)
        desk.refuse["join_parties"] = "too_late"
        await join.click()
        await expect(said).to_contain_text("Nothing was joined: ")
        del desk.refuse["join_parties"]
        await dialog.get_by_role("button", name="Join", exact=True).click()
        await expect(dialog).to_have_count(0)
        joined = sent(desk, "join_parties")[0]
        assert joined["one"] != joined["party"]
        await close(page)


async def test_once_a_split_is_undone_nothing_offers_to_open_what_it_began(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=call")
        here = await desk.here()
        dialog = page.get_by_role("dialog")
        await more(page, "Move …")
        await dialog.get_by_role("checkbox").first.check()
        await dialog.get_by_role("button", name="Split off").click()
        await expect(dialog).to_have_count(0)
        new = {"id": "i2", "number": "INC-20431", "title": "Gate", "state": "open",
               "why": "split", "filing": None}  # fmt: skip
        others = here.scene["incidents"]["i1"]["linked"]
        await here.incident_is("i1", linked=[*others, new])
        await expect(page.get_by_role("button", name="Open INC-20431")).to_be_visible()
        said = page.locator(".toast", has_text="It is in a new incident now.")
        await expect(said).to_be_visible()
        await here.incident_is("i1", linked=others)
        await expect(page.get_by_role("button", name="Open INC-20431")).to_have_count(0)
        for _ in range(2):
            await page.evaluate("() => new Promise((seen) => requestAnimationFrame(seen))")
        assert await said.count() == 0  # with it, long before it would leave by itself
        await close(page)


async def test_an_incident_of_the_same_booking_is_proposed_and_a_person_merges_it(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        rows = [
            {"id": f"i{n}", "number": f"INC-2043{n}", "title": "Beagle", "state": "open",
             "why": why, "filing": None}
            for n, why in ((2, "booking"), (3, "named"), (4, "person"))
        ]  # fmt: skip
        await here.incident_is("i1", linked=rows)
        linked = page.get_by_role("region", name="Linked incidents · 3")
        await expect(linked).to_contain_text("same booking")
        await expect(linked).to_contain_text("named in it")
        await expect(linked.get_by_role("button", name="Merge with")).to_have_count(2)
        assert not [one for one in desk.intents if one["do"].startswith("merge")]
        await linked.get_by_role("button", name="Merge with INC-20432 …").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("from now on")
        assert sent(desk, "merge_look")[0]["other"] == "i2"
        await dialog.get_by_role("button", name="Cancel").click()
        await more(page, "Merge …")
        await expect(dialog.get_by_role("textbox")).to_be_focused()  # any other one
        await close(page)

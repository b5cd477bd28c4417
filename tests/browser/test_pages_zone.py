"""Where an incident is, and what time it is there, against the recorded scene."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

THERE = re.compile(r"^\s*\d\d:\d\d there\s*$")


async def test_the_zone_is_proposed_from_place_and_numbers_and_the_time_there_is_shown(
    chromium: Browser,
) -> None:
    async with FakeDesk() as desk:
        page = await opened(chromium, f"{desk.url}/desk?scene=text")
        here = await desk.here()
        facts = here.scene["incidents"]["i1"]["facts"]
        await here.incident_is("i1", facts=facts | {"zone": "", "place": ""})
        known = page.get_by_role("group", name="What is known")
        await expect(known).not_to_contain_text("there")
        await known.get_by_role("button", name="Edit").click()
        dialog = page.get_by_role("dialog")
        proposed = dialog.get_by_role("group", name="Proposed:").get_by_role("button")
        # Maya's number; the vet's is somewhere else.
        await expect(proposed).to_have_text([re.compile(r"America/Los_Angeles, \d\d:\d\d there")])
        await dialog.get_by_label("Place").fill("16th St, Denver")
        await expect(proposed).to_have_count(2)
        await proposed.first.click()
        await expect(dialog.get_by_label("Time zone there")).to_have_value("America/Denver")
        await expect(proposed).to_have_count(0)
        await expect(dialog.get_by_role("status")).to_have_text(THERE)
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)
        await expect(known).to_contain_text(re.compile(r"Denver\s*\d\d:\d\d there"))
        saved = {one["name"]: one["value"] for one in desk.intents if one["do"] == "incident_fact"}
        assert saved == {"place": "16th St, Denver", "zone": "America/Denver"}
        await close(page)

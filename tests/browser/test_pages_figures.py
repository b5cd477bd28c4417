"""The board's figures and alarms, against the recorded scene."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_the_days_table_has_who_left_who_is_late_and_closed_hours_apart(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    tile = page.locator(".tile.s3")
    await expect(tile.locator(".share")).to_have_text("89.2 %")
    await expect(tile).to_contain_text("181 / 203")  # 194 answered, 5 - 3 gave up, 6 left, 1 late
    await page.get_by_role("button", name="Today", exact=True).click()
    row = page.get_by_role("table", name="Today, by severity").get_by_role("row").nth(3)
    await expect(row).to_be_visible()
    told = [" ".join(text.split()) for text in await row.get_by_role("cell").all_inner_texts()]
    assert told == [
        "S3 report", "205", "194 181 in target", "5 3 within 5 s", "6", "1", "89.2 % 181 / 203",
        "87.9 % 181 / 206",
    ]  # fmt: skip
    words = page.get_by_text("Calls in closed hours (not above)")
    said = " ".join((await words.inner_text()).split())
    assert said == "Calls in closed hours (not above): 2 answered 7 left 1 gave up"
    said = " ".join((await page.get_by_text("Callbacks:").inner_text()).split())
    assert said == "Callbacks: 7 reached their person 1 did not after all tries"
    kinds = page.locator("details").filter(has_text="Callbacks today, by severity and kind")
    await kinds.locator("summary").click()
    last = kinds.get_by_role("listitem").last
    await expect(last).to_contain_text("for a set time")
    await expect(last).to_contain_text("3 kept (0 late), 1 given up")
    await expect(last).to_contain_text("INC-20431")
    said = " ".join((await page.get_by_text("Late now, not above").inner_text()).split())
    assert said.startswith("Late now, not above: 2 (callbacks, calls in closed hours,")
    found: dict[Any, Any] = {}
    await axe(page, "the day", found)
    assert found == {}
    connection = await desk.here()
    tally = connection.scene["tally"]
    tally["today"]["1"] |= {"short": 1, "abandoned": 2, "level": [75, 77], "all": [75, 78]}
    await connection.event("tally", {"tally": tally})
    life = page.locator(".tile.s1")
    await expect(life).to_contain_text("97.4 %")
    await expect(life).to_contain_text("of all 96.2 %")
    await close(page)


async def test_no_tab_and_no_filter_hides_an_alarm(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    alarms = page.get_by_role("table", name="Alarms, whatever is filtered")
    await expect(alarms).to_contain_text("Agent lost in an S1")
    lost = alarms.get_by_role("row").filter(has_text="Grace Achebe")
    await expect(lost).to_contain_text("Leo was lost")
    connection = await desk.here()
    waits = next(c for c in connection.scene["contacts"].values() if c["severity"] == 3)
    waits.update(alarm="untaken")
    await connection.event("contact.overflow", {"contacts": {waits["id"]: waits}})
    untaken = alarms.get_by_role("row").filter(has_text=waits["who"]["name"])
    await expect(untaken).to_be_visible()
    head, tile = page.locator(".list > .head"), page.locator(".tile.s4 .waits")
    await head.get_by_role("button", name="Emails").click()
    await tile.click()
    for tab in ("In progress", "Gave up", "Today", "Corrections", "Waiting ·"):
        await head.get_by_role("button", name=tab).click()
        await expect(lost).to_be_visible()
        await expect(untaken).to_be_visible()
    told = {"level": "alarm", "code": "contact.agent_lost", "contact": "w2"}
    await connection.say("notice", text="S1 Grace Achebe: Leo lost their connection", **told)
    words = page.locator(".toast", has_text="Leo lost their connection")
    await expect(words).to_be_visible()
    call = connection.scene["contacts"]["w2"]
    call.update(alarm=None, fault=None, until=None)
    await connection.event("contact.agent_sound_back", {"contacts": {"w2": call}})
    await expect(lost).to_have_count(0)
    await expect(words).to_have_count(0, timeout=10_000)  # by itself it stays twice as long
    await head.get_by_role("button", name="In progress").click()
    await head.get_by_role("button", name="All", exact=True).click()
    await tile.click()
    await expect(page.get_by_role("row").filter(has_text="Grace Achebe")).to_be_visible()
    await close(page)


async def test_a_figure_opens_its_contacts_by_key_and_the_list_its_incident(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Today", exact=True).click()
    left = page.get_by_role("button", name="Left today, S3: 6")
    await left.focus()
    await page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Left today")
    rows = box.get_by_role("row")
    await expect(rows).to_have_count(7)  # and their heads
    await expect(rows.nth(1)).to_contain_text("Maya Torres")
    await expect(rows.nth(2)).to_contain_text("29 s")
    await expect(rows.nth(2)).not_to_contain_text("in all")
    await expect(rows.nth(4)).to_contain_text("47 s here, 2:57 in all")
    asked = [one for one in desk.intents if one["do"] == "figure"]
    assert [(one["figure"], one["severity"]) for one in asked] == [("left", 3)]
    found: dict[Any, Any] = {}
    await axe(page, "the contacts of a figure", found)
    assert found == {}
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await expect(left).to_be_focused()
    tile = page.locator(".tile.s3")
    await tile.get_by_role(
        "button", name="In target today, of all who count, S3: 89.2 % 181 / 203"
    ).click()
    await expect(
        page.get_by_role("dialog", name="In target today, of all who count")
    ).to_be_visible()
    await page.get_by_role("row").get_by_role("button", name="INC-20419").first.click()
    await expect(page.get_by_role("dialog", name="INC-20419")).to_be_visible()
    await expect(page.get_by_role("dialog", name="In target today")).to_have_count(0)
    (await desk.here()).scene["listed"] = 0
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Gave up today, S3: 5").click()
    await expect(page.get_by_text("Nobody just now: the figure has moved.")).to_be_visible()
    await close(page)


async def test_older_shows_the_rows_that_follow_and_newest_leads_back(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    (await desk.here()).scene.update(listed=9, listed_at_once=4)
    await page.locator(".tile.s3 .fig").click()
    box = page.get_by_role("dialog", name="In target today, of all who count")
    times = box.locator("tbody td:first-child")
    seen = []
    for count, says in ((4, "the newest 4 contacts"), (4, "the next 4 contacts")):
        await expect(box.get_by_role("status")).to_have_text(says)
        await expect(times).to_have_count(count)
        seen += await times.all_inner_texts()
        await box.get_by_role("button", name="Older").click()
    await expect(box.get_by_role("status")).to_have_text("the last 1 contact")
    seen += await times.all_inner_texts()
    assert len(seen) == 9
    at = [int(h) * 3600 + int(m) * 60 + int(s) for h, m, s in (one.split(":") for one in seen)]
    # Seven minutes apart, also over midnight; they were asked for one page after the other.
    assert all(0 < (one - next_) % 86_400 <= 7 * 60 for one, next_ in pairwise(at))
    await expect(box.get_by_role("button", name="Older")).to_have_count(0)
    found: dict[Any, Any] = {}
    await axe(page, "older contacts of a figure", found)
    assert found == {}
    await box.get_by_role("button", name="Newest").click()
    await expect(box.get_by_role("status")).to_have_text("the newest 4 contacts")
    await close(page)


async def test_a_tile_leads_to_the_list_that_it_counts(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    await page.get_by_role("button", name="Today", exact=True).click()
    tile = page.locator(".tile.s2 .waits")
    await tile.click()
    await expect(tile).to_have_attribute("aria-pressed", "true")
    table = page.get_by_role("table", name="Waiting and ringing")
    await expect(table.get_by_role("row").filter(has_text="Jonas Weber")).to_be_visible()
    await expect(table.get_by_role("row").filter(has_text="T. Nguyen")).to_have_count(0)
    await tile.click()
    await expect(table.get_by_role("row").filter(has_text="T. Nguyen")).to_be_visible()
    await close(page)


async def test_a_promised_call_of_closed_hours_waits_from_when_we_open(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    named = [c for c in connection.scene["contacts"].values() if c["who"] and c["who"]["name"]]
    waits = next(c for c in named if c["state"] == "queued")
    row = page.get_by_role("row").filter(has_text=waits["who"]["name"])
    for ahead, words in ((2 * 3_600_000, "in 2:00 h / 1:00"), (30_000, "0 s / 1:00")):
        opens = desk.now() + ahead
        waits.update(waits_from=opens, answer_by=opens + 60_000)
        await connection.event("contact.recorded", {"contacts": {waits["id"]: waits}})
        await expect(row.locator(".wait")).to_contain_text(words)
    await close(page)

"""The board before the whole real centre: it asks for nothing, and what it shows is true."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from playwright.async_api import Browser, expect

from tests.browser.kit import closed, signed_in, signed_in_by_form
from tests.kit.centre import PASSWORD, Centre
from tests.kit.desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WATCH_S = 30 if os.environ.get("HOLDFAST_TEST_LONG") else 8
# The page's own module instance: what it had folded when a fresh snapshot came, and that one.
FOLDED_AND_FRESH = """async () => {
  const { link, state } = await ours('board/context.js');
  const picture = ({ contacts, agents, tally, abandoned }) =>
    JSON.parse(JSON.stringify({ contacts, agents, tally, abandoned }));
  let last = state.peek(), found = null;
  const end = state.subscribe((now) => {
    if (now.me !== last.me) found ??= [picture(last), picture(now), last.gap];
    last = now;
  });
  await link.send('snapshot');
  end();
  return found;
}"""


async def test_the_board_makes_no_request_while_things_move_and_equals_a_fresh_snapshot(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in_by_form(chromium, real.url, "dana", PASSWORD, path="/board")
    await expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sandbox, began = real.sandbox, time.monotonic()
    rows = page.get_by_role("table", name="Waiting and ringing").get_by_role("row")
    async with desk(real, "noah") as agent:
        await agent.do("pause", reason="recovering")  # not even an S1 rings for them
        calls = [
            await sandbox.call(from_=f"+1425555{n:04d}", to="+12065550101", keys=[str(n % 4 + 1)])
            for n in range(8)
        ]
        await sandbox.text("my dog ate chocolate", from_="+14255550051", to="+12065550101")
        await sandbox.text("where is my invoice", from_="+14255550052", to="+12065550101")
        await sandbox.mail(
            "Water everywhere", "The tap is still running.", from_="ade@mail.example"
        )
        await expect(rows.filter(has_text="place")).to_have_count(11)
        words = await rows.filter(has_text="place").all_text_contents()
        assert [w.split("place ")[1][0] for w in words[:9]] == list("123456789")
        tiers = [min(int(w.strip()[1]), 3) for w in words]  # S3 and S4 share a tier, by deadline
        assert tiers == sorted(tiers)
        await sandbox.hang_up(calls[0])
        await expect(rows.filter(has_text="place")).to_have_count(10)  # it is gone here, too
        await agent.ready()
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await expect(page.get_by_role("table", name="Agents")).to_contain_text("on a call")
        await expect(rows.filter(has_text="place")).to_have_count(9)
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
        while time.monotonic() - began < WATCH_S:
            await sandbox.text("one more thing", from_="+14255550052", to="+12065550101")
            await asyncio.sleep(0.7)
        folded, fresh, gap = await page.evaluate(FOLDED_AND_FRESH)
        assert not gap
        assert len(fresh["contacts"]) >= 8
        assert fresh["abandoned"]
        assert folded == fresh
    assert asked == [], f"in {WATCH_S} s"
    await closed(page)


async def test_severity_changed_on_the_board_moves_the_row_and_keeps_the_waiting_time(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    for n in (1, 2, 3):
        await real.sandbox.call(from_=f"+1206555013{n}", to="+12065550101", keys=["3"])
        row = page.get_by_role("row").filter(has_text=f"013{n}")
        await expect(row).to_contain_text(f"place {n}")
    since = await row.locator("time").first.get_attribute("title")
    await row.get_by_role("button").first.click()
    await page.get_by_role("menuitemradio", name="S1 life").click()
    await expect(row).to_contain_text("place 1")
    await expect(row).to_contain_text("set by Dana Reyes")
    assert await row.locator("time").first.get_attribute("title") == since
    await closed(page)


async def test_the_place_of_a_row_is_that_of_its_explanation_and_of_who_waits(
    chromium: Browser, real: Centre
) -> None:
    page = await signed_in(chromium, real.url, "dana", PASSWORD, path="/board")
    async with desk(real, "noah") as agent:  # no safety: an S2 is before an S3, but not in its way
        await real.sandbox.call(from_="+12065550141", to="+12065550101", keys=["3"])
        await agent.until_state(await agent.accept(), "active")
        for number, key, place in (("0142", "2", 1), ("0143", "3", 1), ("0144", "3", 2)):
            await real.sandbox.call(from_=f"+1206555{number}", to="+12065550101", keys=[key])
            row = page.get_by_role("row").filter(has_text=number)
            told = f"place {place}" if number == "0142" else f"told {place}"
            await expect(row).to_contain_text(told)
        table = page.get_by_role("table", name="Waiting and ringing")
        shown = table.get_by_role("button", name="place")
        words = ["place 1", "place 2 told 1", "place 3 told 2"]
        assert [" ".join(text.split()) for text in await shown.all_text_contents()] == words
        calls = {"urgent": (2, 1), "general": (3, 2)}
        await agent.until(
            lambda: (
                {name: (q["severity"], q["calls"]) for name, q in agent.tally["queues"].items()}
                == calls
            )
        )
        told = await agent.do("waiting")
        assert [(row["order"], row["place"]) for row in told["rows"]] == [(1, 1), (2, 1), (3, 2)]
        for at, place in enumerate((1, 2, 3)):
            await shown.nth(at).click()
            why = page.get_by_role("dialog", name="Why here, why now")
            await expect(why.get_by_text(f"place {place}", exact=True)).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(why).to_be_hidden()
    await closed(page)

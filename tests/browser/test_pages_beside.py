"""A supervisor beside an agent who talks: the menu on the board, and what the agent sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import Connection, FakeDesk
from tests.kit.fake_scenes import build

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def test_the_agent_sees_who_is_beside_them_and_how(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    calls = (c for c in here.scene["contacts"].values() if c["channel"] == "voice")
    call = next(c for c in calls if c["state"] == "active" and c["agent"] == here.mine()["id"])
    bar = page.get_by_role("region", name="Phone")
    for mode, words in (
        ("listen", "Dana Reyes listens"),
        ("whisper", "Dana Reyes speaks to you"),
        ("barge", "Dana Reyes speaks to both"),
    ):
        call["beside"] = [
            {"agent": "u9", "name": "Dana Reyes", "mode": mode, "since": desk.now(), "board": False}
        ]
        await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
        await expect(bar.get_by_text(words)).to_be_visible()
    call["beside"] = []
    await here.event("contact.left_beside", {"contacts": {call["id"]: call}})
    await expect(bar.get_by_text("Dana Reyes")).to_have_count(0)
    await close(page)


async def test_their_own_desk_says_what_is_heard_of_them_and_lets_them_leave(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=idle")
    here = await desk.here()
    me = here.mine()
    call = build("call", desk.now())["contacts"]["c1"] | {"agent": "a3"}
    bar = page.get_by_role("region", name="Phone")
    await expect(bar.get_by_text("No call")).to_be_visible()
    me["beside"] = call["id"]
    who = call["who"]["name"]
    for mode, words in (
        ("listen", f"You listen to the call with {who}"),
        ("whisper", f"The agent with {who} hears you"),
        ("barge", f"{who} and the agent hear you"),
    ):
        call["beside"] = [
            {
                "agent": me["id"],
                "name": me["name"],
                "mode": mode,
                "since": desk.now(),
                "board": False,
            }
        ]
        put = {"contacts": {call["id"]: call}, "agents": {me["id"]: me}}
        await here.event("contact.sat_beside", put)
        await expect(bar.get_by_text(words)).to_be_visible()
    await expect(bar.get_by_text("No call")).to_have_count(0)
    await expect(page.get_by_text("No open work.")).to_be_visible()
    await bar.get_by_role("button", name="Leave the call").click()

    async def asked() -> bool:
        return any(one["do"] == "leave_beside" for one in desk.intents)

    await until(asked, "they leave")
    me["beside"] = None
    await here.event("contact.left_beside", {"agents": {me["id"]: me}}, {"contacts": [call["id"]]})
    await expect(bar.get_by_text("No call")).to_be_visible()
    await close(page)


async def talking(here: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
    """An agent of the board and their call."""
    contacts, me = here.scene["contacts"], here.mine()["id"]
    call = next(
        c for c in contacts.values()
        if c["state"] == "active" and c["channel"] == "voice" and c["agent"] not in (None, me)
    )  # fmt: skip
    agent = here.scene["agents"][call["agent"]]
    agent["contacts"] = [call["id"]]
    await here.event("agent.ready", {"agents": {agent["id"]: agent}})
    return agent, call


async def test_who_has_a_call_or_a_wrapup_of_their_own_is_not_offered_to_listen(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    agent, call = await talking(here)
    menu = page.get_by_role("button", name=f"{agent['name']}, menu")
    await expect(menu).to_be_visible()
    me = here.mine()
    own = call | {"id": "own", "agent": me["id"]}
    me["contacts"] = ["own"]
    row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has_text=me["name"])
    for state, mine, words in (("active", "talking", "on a call"), ("wrapup", "wrapup", "wrap-up")):
        own["state"], me["state"] = state, mine
        await here.event("contact.moved", {"contacts": {"own": own}, "agents": {me["id"]: me}})
        await expect(row).to_contain_text(words)
        await menu.click()
        items = page.locator("[popover]")
        await expect(items).to_contain_text("end your own call and its wrap-up first")
        await expect(items.get_by_role("menuitem", name="Listen")).to_have_count(0)
        await expect(items.get_by_role("menuitem", name="Take the call over")).to_have_count(0)
        await page.keyboard.press("Escape")
    me["state"] = "ready"
    await here.event("contact.ended", {"agents": {me["id"]: me}}, {"contacts": ["own"]})
    await expect(row).to_contain_text("ready")
    await menu.click()
    await expect(page.get_by_role("menuitem", name="Listen")).to_be_visible()
    await close(page)


async def test_the_menu_of_an_agent_who_talks_has_what_a_supervisor_may_do_there(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    me, agents = here.mine()["id"], here.scene["agents"]
    agent, call = await talking(here)

    async def items() -> list[str]:
        await page.get_by_role("button", name=f"{agent['name']}, menu").click()
        return await page.locator("[popover] button:visible").all_inner_texts()

    asked = ["Listen", "Whisper to them", "Take part", "Take the call over"]
    assert [item for item in await items() if item in asked] == asked
    await page.keyboard.press("Escape")
    call["beside"] = [
        {"agent": me, "name": "Dana Reyes", "mode": "listen", "since": desk.now(), "board": True}
    ]
    await here.event("contact.sat_beside", {"contacts": {call["id"]: call}})
    bar = page.get_by_role("region", name="Beside an agent")
    who = call["who"]["name"]
    await expect(bar).to_contain_text(f"You listen to the call with {who}")
    await expect(bar).to_contain_text("on another page")
    agents[me]["beside"] = call["id"]
    await here.event("contact.sat_beside", {"agents": {me: agents[me]}})
    first = agent["name"].split()[0]
    await expect(page.get_by_role("table", name="Agents")).to_contain_text(f"beside {first}")
    assert "Listen" not in await items()
    await page.get_by_role("menuitem", name="Leave the call").click()
    await expect(page.locator(".toast", has_text="You have left")).to_be_visible()
    assert [one["do"] for one in desk.intents][-1] == "leave_beside"
    await close(page)

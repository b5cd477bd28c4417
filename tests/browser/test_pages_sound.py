"""How a call sounds, at the desk and on the board: a word, what is at fault, both ways."""

from __future__ import annotations

import pprint
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GOOD = {"mos": 4.37, "sounds": "good", "where": None, "lost": 0.001, "delay_ms": 82}
POOR = {"mos": 2.9, "sounds": "poor", "where": "network", "lost": 0.071, "delay_ms": 140}


def way(of: dict[str, Any], *, missing: bool = False, dead: bool = False) -> dict[str, Any]:
    return {**of, "missing": missing, "dead": dead}


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def sounds(desk: FakeDesk, page: Page, contact: str, sound: dict[str, Any] | None) -> None:
    connection = await desk.here()
    connection.scene["contacts"][contact]["sound"] = sound
    put = {"contacts": {contact: connection.scene["contacts"][contact]}}
    await connection.event("contact.sound_changed", put)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_phone_bar_says_how_it_sounds_and_what_to_do(
    chromium: Browser, desk: FakeDesk, theme: Any
) -> None:
    found: dict[Any, Any] = {}
    page = await opened(
        chromium,
        f"{desk.url}/desk?scene=call",
        color_scheme=theme,
    )
    bar = page.locator(".phonebar")
    await expect(bar).to_contain_text("sound good")
    await sounds(desk, page, "c1", {"agent": way(GOOD), "caller": way(GOOD)})
    mark = bar.get_by_role("button", name="sound good")
    await expect(mark).to_be_visible()
    tip = page.get_by_role("tooltip")
    await expect(tip).to_be_hidden()
    await mark.focus()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Tab")
    await expect(tip).to_contain_text("They hear you")
    await expect(tip).to_contain_text("4.4 of 4.4 · 0.1 % lost · 82 ms")
    await page.keyboard.press("Escape")
    await expect(tip).to_be_hidden()

    await sounds(desk, page, "c1", {"agent": way(GOOD), "caller": way(POOR)})
    await expect(bar).to_contain_text("sound poor")
    await expect(bar).to_contain_text("Your network loses part of what you say.")
    await bar.get_by_role("button", name="sound poor").hover()
    await expect(tip).to_contain_text("Use a network cable")
    await axe(page, "sound poor", found)
    await page.mouse.move(600, 600)

    await sounds(desk, page, "c1", {"agent": way(GOOD, missing=True), "caller": way(GOOD)})
    await expect(bar).to_contain_text("you do not hear them")
    await expect(bar.get_by_role("alert")).to_contain_text("They may hear you")
    await axe(page, "nothing comes", found)
    assert not found, pprint.pformat(found, width=180)

    await sounds(desk, page, "c1", {"agent": way(GOOD), "caller": way(GOOD, dead=True)})
    await expect(bar).to_contain_text("Is the headset muted?")
    await page.keyboard.press("Alt+m")
    await expect(bar).not_to_contain_text("Is the headset muted?")
    await page.keyboard.press("Alt+m")

    contact = (await desk.here()).scene["contacts"]["c1"]
    contact.update(held=True)
    await sounds(desk, page, "c1", None)
    await expect(bar).not_to_contain_text("you do not hear them")
    await expect(bar.get_by_role("alert")).to_have_count(0)
    await close(page)


async def test_the_board_marks_whose_call_sounds_bad(chromium: Browser, desk: FakeDesk) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    of = next(
        c for c in connection.scene["contacts"].values()
        if c["state"] == "active" and c["channel"] == "voice" and c["agent"]
    )  # fmt: skip
    name = connection.scene["agents"][of["agent"]]["name"]
    row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has_text=name)
    await sounds(desk, page, of["id"], {"agent": way(GOOD), "caller": way(POOR)})
    await expect(row).to_contain_text("poor: agent’s network")
    await expect(row.get_by_title("caller hears: 2.9 of 4.4")).to_be_visible()
    await sounds(desk, page, of["id"], {"agent": way(GOOD, missing=True), "caller": way(POOR)})
    await expect(row).to_contain_text("agent hears nothing")
    await row.get_by_role("button").first.click()
    drawer = page.get_by_role("dialog", name=name)
    await expect(drawer).to_contain_text("agent hears: nothing comes")
    await close(page)


async def test_the_board_marks_whose_check_was_not_good_and_says_why(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    agent = connection.scene["agents"]["a1"]
    row = page.get_by_role("table", name="Agents").get_by_role("row").filter(has_text=agent["name"])
    for verdict, faults in (("good", []), ("poor", ["silent"])):
        agent["check"] = {"at": desk.now(), "verdict": verdict, "faults": faults}
        await connection.event("agent.sound_checked", {"agents": {"a1": agent}})
        await expect(row.get_by_text("poor sound check")).to_have_count(len(faults))
    await row.get_by_role("button", name=agent["name"]).click()
    drawer = page.get_by_role("dialog", name=agent["name"])
    await expect(drawer).to_contain_text("poor")
    await expect(drawer).to_contain_text("The microphone gives silence.")
    await close(page)


async def test_of_whoever_else_is_in_it_the_figures_stand_there_and_an_absence_is_told(
    chromium: Browser, desk: FakeDesk
) -> None:
    found: dict[Any, Any] = {}
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.locator(".phonebar").first
    await expect(bar).to_contain_text("sound good")
    here = await desk.here()
    call = here.scene["contacts"]["c1"]
    call["beside"] = [{"agent": "u9", "name": "Dana Reyes", "mode": "barge", "since": desk.now(),
                       "board": True, "hidden": False}]  # fmt: skip
    other = {"who": "u9", "role": "beside", "hears": way(POOR), "heard": way(GOOD)}
    both = {"agent": way(GOOD), "caller": way(GOOD)}
    await sounds(desk, page, "c1", both | {"others": [other]})
    await bar.get_by_role("button", name="sound good").hover()
    tip = page.get_by_role("tooltip")
    await expect(tip).to_contain_text("Dana Reyes hears:2.9 of 4.4")
    await expect(tip).to_contain_text("heard of Dana Reyes:4.4 of 4.4")
    await axe(page, "others", found)
    gone = other | {"heard": way(GOOD, missing=True)}
    await sounds(desk, page, "c1", both | {"others": [gone]})
    await expect(bar.get_by_role("alert")).to_have_text("Nothing comes from Dana Reyes.")
    assert not found, pprint.pformat(found, width=180)
    await close(page)


async def test_the_sign_of_the_sound_opens_what_can_be_done_about_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.locator(".phonebar").first
    sound = page.get_by_role("dialog", name="Your sound")
    for measured in (False, True):  # by the page's own figures, and by the centre's verdict
        if measured:
            await sounds(desk, page, "c1", {"agent": way(GOOD), "caller": way(GOOD)})
            await expect(bar.get_by_role("button", name="sound good")).to_have_attribute(
                "aria-describedby", "soundtip"
            )
        await bar.get_by_role("button", name="sound good").click()
        await expect(sound).to_be_visible()
        await expect(sound.locator("button.quality:not([aria-describedby])")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(sound).to_be_hidden()
    await close(page)


async def test_while_the_caller_is_on_hold_it_is_said_how_agent_and_colleague_hear_each_other(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    bar = page.locator(".phonebar").first
    await expect(bar).to_contain_text("sound good")
    call = (await desk.here()).scene["contacts"]["c1"]
    call |= {"held": True, "consult": {
        "at": "apart", "agent": "a2", "line": None, "name": "Ana Ruiz", "by_name": "Priya Raman",
        "since": desk.now(), "until": None,
    }}  # fmt: skip
    colleague = {"who": "a2", "role": "second", "hears": way(GOOD), "heard": way(GOOD)}
    mine = {"who": call["agent"], "role": "agent", "hears": way(POOR), "heard": way(GOOD)}
    apart = {"agent": None, "caller": None}
    await sounds(desk, page, "c1", apart | {"others": [mine, colleague]})
    mark = bar.get_by_role("button", name="sound poor")
    await expect(mark).to_contain_text("Your network loses part of what they say.")
    await mark.hover()
    tip = page.get_by_role("tooltip")
    await expect(tip).to_contain_text("You hear Ana Ruiz2.9 of 4.4")
    await expect(tip).to_contain_text("Ana Ruiz hears:4.4 of 4.4")
    await expect(tip).to_contain_text("The calleron hold")
    await axe(page, "apart", found := {})
    assert found == {}
    mine["heard"] = way(GOOD, missing=True)
    await sounds(desk, page, "c1", apart | {"others": [mine, colleague]})
    await expect(bar.get_by_role("alert")).to_contain_text("The caller is on hold and safe.")
    await bar.locator("button.quality").hover()
    await expect(tip).to_contain_text("Heard of younothing comes")
    word = bar.get_by_text("they do not hear you")  # never cut to "they do not …"
    assert await word.evaluate("it => it.scrollWidth <= it.clientWidth")
    box, sign = await word.bounding_box(), await bar.locator("button.quality").bounding_box()
    assert box
    assert sign
    assert box["x"] + box["width"] <= sign["x"] + sign["width"]
    await sounds(desk, page, "c1", None)  # nobody was asked in: it is a plain hold
    await expect(bar.get_by_role("alert")).to_have_count(0)
    await close(page)


async def test_a_caller_who_was_handed_over_outside_and_hears_nothing_stands_above_all(
    chromium: Browser, desk: FakeDesk
) -> None:
    """Nobody of ours is in that call: the board is who must see it."""
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    connection = await desk.here()
    of = next(
        c for c in connection.scene["contacts"].values()
        if c["state"] == "active" and c["channel"] == "voice" and c["agent"]
    )  # fmt: skip
    of |= {
        "state": "away", "agent": None, "alarm": None,
        "outside": {"kind": "joined", "word": "Green Valley Vet", "by": "a1"},
        "consult": {"at": "handed", "agent": None, "line": {"kind": "number", "rings": True},
                    "name": "Green Valley Vet", "by_name": "Priya", "since": 0, "until": None},
    }  # fmt: skip
    alarms = page.get_by_role("table", name="Alarms")
    row = alarms.get_by_role("row").filter(has_text="Green Valley Vet")
    await sounds(desk, page, of["id"], {"agent": way(GOOD), "caller": way(GOOD)})
    await expect(row).to_have_count(0)
    missing = way(GOOD | {"where": "line"}, missing=True)
    await sounds(desk, page, of["id"], {"agent": missing, "caller": way(GOOD)})
    await expect(alarms).to_contain_text("Handed over outside, and one of the two hears nothing")
    await expect(row).to_contain_text("Green Valley Vet hears nothing")
    await axe(page, "handed over, unheard", found := {})
    assert found == {}
    await sounds(desk, page, of["id"], {"agent": way(GOOD), "caller": missing})
    await expect(row).to_contain_text("caller hears nothing")
    await sounds(
        desk, page, of["id"], {"agent": way(GOOD), "caller": way(POOR | {"where": "line"})}
    )
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="In progress").click()
    work = page.get_by_role("table", name="In progress").get_by_role("row")
    work = work.filter(has_text="Green Valley Vet")
    await expect(work).to_contain_text("poor: line of Green Valley Vet")
    of |= {"consult": None, "sound": None}  # handed over by the carrier alone
    await connection.event("contact.sent_outside", {"contacts": {of["id"]: of}})
    unmeasured = "sound not measured here: it is between the carrier and the number"
    await expect(work).to_contain_text(unmeasured)
    await close(page)


async def test_a_path_that_the_centre_has_given_up_is_built_anew_though_it_looks_sound(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=paused")
    await page.locator(".top").get_by_role("button", name="Ready").click()
    await expect(page.locator(".phonebar")).to_contain_text("sound good")

    async def asked(what: str, times: int) -> None:
        async def test() -> bool:
            return [one["do"] for one in desk.intents].count(what) == times

        await until(test, f"{times} times {what}")

    await (await desk.here()).ws.close()  # the path is another matter
    await asked("rtc_state", 1)
    await asked("rtc", 1)
    desk.hears = False
    await (await desk.here()).ws.close()
    await asked("rtc", 2)
    await expect(page.locator(".phonebar")).to_contain_text("sound good")
    await close(page)

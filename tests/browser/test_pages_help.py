"""One key asks for help: at the desk of whoever asks, and at every page of a supervisor."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import axe, until
from tests.browser.pages import close, opened, sent
from tests.kit.fake_desk import Connection, FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


def request(at: int, **more: Any) -> dict[str, Any]:
    """A request for help as the centre tells it."""
    told = {"agent": "u9", "name": "Dana Whitfield"}
    return {
        "id": "h1", "agent": "a2", "name": "Lena Hoff", "at": at, "stage": "one", "told": told,
        "contact": "c1", "channel": "voice", "severity": 1, "incident": "i1",
        "incident_no": "INC-20419", "who": {"name": "Maya Torres"}, "restricted": False,
        "has": "talks",
        "listens": [], "here": True, "seen": None, "rings": None, "again": None, "ends": None,
    } | more  # fmt: skip


async def tells(here: Connection, *those: dict[str, Any]) -> None:
    await here.event("help.changed", {"helps": {one["id"]: one for one in those}})


TWICE = """() => {
  for (const _ of [1, 2])
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {
      key: 'q', code: 'KeyQ', altKey: true, bubbles: true, cancelable: true,
    }));
}"""
"""The key before any answer can come. Between two that a hand presses one may have come: then the
centre makes them one."""


async def test_one_key_asks_while_one_types_and_again_is_never_nothing(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene=call")
    here = await desk.here()
    await page.keyboard.press("Alt+n")
    await page.keyboard.type("she says it is not")
    await page.evaluate(TWICE)
    await page.keyboard.type(" breathing")
    notes = page.get_by_role("textbox", name="Write a note")
    await expect(notes).to_have_value("she says it is not breathing")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    async def asked() -> bool:
        return bool(sent(desk, "help_ask"))

    await until(asked, "it asks")
    mine = request(desk.now(), agent=here.mine()["id"], name=here.mine()["name"])
    await tells(here, mine)
    bar = page.get_by_role("region", name="Help", exact=True)
    await expect(bar).to_contain_text("Help asked · Dana Whitfield is told")
    assert len(sent(desk, "help_ask")) == 1
    await page.keyboard.press("Alt+q")
    await expect(page.get_by_role("region", name="Messages")).to_contain_text(
        "You have asked already: Dana Whitfield is told."
    )
    await tells(here, mine | {"stage": "all"})
    await expect(bar).to_contain_text("Help asked · all supervisors are told")
    await tells(here, mine | {"stage": "telephone", "rings": "Night lead"})
    await expect(bar).to_contain_text("Night lead’s telephone rings")
    seen = {"by": "u9", "name": "Dana Whitfield", "at": desk.now(), "how": "said"}
    await tells(here, mine | {"seen": seen})
    await expect(bar).to_contain_text("Seen by Dana Whitfield")
    there = {"agent": "u9", "name": "Dana Whitfield", "mode": "listen"}
    await tells(here, mine | {"seen": seen, "listens": [there]})
    await expect(bar).to_contain_text("Dana Whitfield is listening")
    await page.keyboard.press("Alt+q")

    async def anew() -> bool:
        return len(sent(desk, "help_ask")) == 3

    await until(anew, "it asks anew")
    await bar.get_by_role("button", name="Not needed any more").click()

    async def taken_back() -> bool:
        return [one["help"] for one in sent(desk, "help_take_back")] == ["h1"]

    await until(taken_back, "it is taken back")
    await here.event("help.ended", {}, {"helps": ["h1"]})
    await expect(bar).to_have_count(0)
    await close(page)


@pytest.mark.parametrize("scene", ["idle", "paused", "wrapup", "text", "ring"])
async def test_the_button_and_the_command_are_always_there(
    chromium: Browser, desk: FakeDesk, scene: str
) -> None:
    page = await opened(chromium, f"{desk.url}/desk?scene={scene}")
    button = page.locator("button.askhelp")
    await expect(button).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("supervisor")
    await page.keyboard.press("Enter")

    async def asked() -> bool:
        return len(sent(desk, "help_ask")) == 1

    await until(asked, "it asks")
    await close(page)


@pytest.mark.parametrize("view", ["board?scene=board", "desk?scene=idle"])
async def test_a_supervisor_hears_it_and_one_press_has_it(
    chromium: Browser, desk: FakeDesk, view: str
) -> None:
    page = await opened(chromium, f"{desk.url}/{view}")
    here = await desk.here()
    me = here.scene["me"]
    row = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    other = request(desk.now(), agent="a9")
    await tells(here, other)
    await expect(row).to_contain_text("Dana Whitfield is told")
    sounds = "async () => (await globalThis.ours('alarm_sound.js')).sounds()"
    assert not await page.evaluate(sounds), "somebody else is told first"
    mine = other | {"told": {"agent": me["id"], "name": me["name"]}, "has": "theirs"}
    await tells(here, mine)
    await expect(row).to_contain_text("Lena Hoff asks for help")
    await expect(row).to_contain_text("S1")
    await expect(row).to_contain_text("Maya Torres · INC-20419")
    await expect(row).to_contain_text("You are told")
    assert await page.evaluate(sounds)
    await expect(page.get_by_role("alert")).to_have_text(
        "Lena Hoff asks for help. Maya Torres, INC-20419"
    )
    await page.keyboard.press("Alt+v")

    async def on_it() -> bool:
        return [one["help"] for one in sent(desk, "help_see")] == ["h1"]

    await until(on_it, "they are on it")
    seen = {"by": me["id"], "name": me["name"], "at": desk.now(), "how": "said"}
    await tells(here, mine | {"seen": seen})
    await expect(row).to_contain_text("You have it")
    assert not await page.evaluate(sounds)
    await row.get_by_role("button", name="Done").click()

    async def done() -> bool:
        return [one["help"] for one in sent(desk, "help_done")] == ["h1"]

    await until(done, "it is done")
    await close(page)


async def test_listen_at_the_board_is_the_listening_that_there_is(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    call = next(c for c in here.scene["contacts"].values() if c["state"] == "active")
    await tells(here, request(desk.now(), contact=call["id"], agent=call["agent"], stage="all"))
    row = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    await row.get_by_role("button", name="Listen").click()

    async def sits() -> bool:
        return [(i["contact"], i["mode"]) for i in sent(desk, "sit_beside")] == [
            (call["id"], "listen")
        ]

    await until(sits, "they listen")
    await close(page)


async def test_who_whispers_there_already_goes_on_and_has_it(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    me = here.scene["me"]
    there = {"agent": me["id"], "name": me["name"], "mode": "whisper"}
    await tells(here, request(desk.now(), stage="all", listens=[there]))
    row = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    await expect(row.get_by_role("button", name="I’m on it")).to_be_visible()
    await expect(row.get_by_role("button", name="Listen")).to_have_count(0)
    await page.keyboard.press("Alt+v")

    async def on_it() -> bool:
        return [one["help"] for one in sent(desk, "help_see")] == ["h1"]

    await until(on_it, "they are on it")
    assert sent(desk, "sit_beside") == []
    await close(page)


COVERED = """(button) => {
  const { left, top, width, height } = button.getBoundingClientRect();
  const there = document.elementFromPoint(left + width / 2, top + height / 2);
  return button.contains(there) ? '' : there?.outerHTML.slice(0, 120) ?? 'nothing';
}"""
"""What lies over the middle of a button."""


@pytest.mark.parametrize(
    ("path", "opens"),
    [
        ("board?scene=board", "drawer"),
        ("board?scene=board", "agent"),
        ("board?scene=board", "find"),
        ("board?scene=board", "dialog of the drawer"),
        ("desk?scene=idle", "find"),
    ],
)
async def test_a_supervisor_has_it_at_hand_in_any_layer(
    chromium: Browser, desk: FakeDesk, path: str, opens: str
) -> None:
    page = await opened(chromium, f"{desk.url}/{path}")
    here = await desk.here()
    if opens == "find":
        await page.keyboard.press("/")
    elif opens == "agent":
        await page.locator(".agents .agentbtn").first.click()
    else:
        await page.get_by_role("button", name="Incidents", exact=True).click()
        await page.get_by_role("button", name="INC-20419").click()
    over = page.get_by_role("dialog").first
    await expect(over).to_be_visible()
    if opens.startswith("dialog"):
        await page.get_by_role("button", name="Summary").click()
        await expect(page.get_by_role("dialog", name="Summary")).to_be_visible()
    both = [request(desk.now(), id=id, stage="all", agent=id, has="theirs") for id in ("h1", "h2")]
    await tells(here, *both)
    rows = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    for row in await rows.all():
        mine = row.get_by_role("button", name="I’m on it")
        await expect(mine).to_be_in_viewport(ratio=1)
        assert await mine.evaluate(COVERED) == ""
    top = page.get_by_role("dialog").last
    if opens.startswith("dialog"):
        assert await top.locator(".summarybox").evaluate(
            "(e) => e.getBoundingClientRect().bottom <= innerHeight"
        ), "no button of it is below the window"
    for shuts in await top.get_by_role("button", name=re.compile("^(Close|Shut|Cancel)")).all():
        if await shuts.is_visible():
            await shuts.scroll_into_view_if_needed()
            assert await shuts.evaluate(COVERED) == "", "nor does it cover the way back"
    await rows.first.get_by_role("button", name="I’m on it").click()

    async def on_it() -> bool:
        return [one["help"] for one in sent(desk, "help_see")] == ["h1"]

    await until(on_it, "they are on it")
    await close(page)


async def test_whoever_is_second_sees_who_has_it_and_hears_nothing(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await opened(chromium, f"{desk.url}/board?scene=board")
    here = await desk.here()
    seen = {"by": "u9", "name": "Dana Whitfield", "at": desk.now(), "how": "listened"}
    there = {"agent": "u9", "name": "Dana Whitfield", "mode": "listen"}
    await tells(here, request(desk.now(), stage="all", seen=seen, listens=[there]))
    row = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    await expect(row).to_contain_text("Dana Whitfield has it · Dana Whitfield is listening")
    await expect(row.get_by_role("button", name="I’m on it")).to_have_count(0)
    assert not await page.evaluate("async () => (await ours('alarm_sound.js')).sounds()")
    await close(page)


async def test_axe_finds_nothing_in_it(chromium: Browser, desk: FakeDesk) -> None:
    found: dict[Any, Any] = {}
    for path in ("desk?scene=call", "board?scene=board"):
        page = await opened(chromium, f"{desk.url}/{path}")
        here = await desk.here()
        mine = request(desk.now(), id="h2", agent=here.scene["me"]["id"])
        await tells(here, mine, request(desk.now(), stage="all", agent="a9"))
        region = page.get_by_role("region", name="Who asks for help")
        await expect(region).to_contain_text("asks for help")
        await axe(page, path, found)
        await close(page)
    assert not found, found


@pytest.mark.parametrize(("path", "width"), [("board?scene=board", 390), ("desk?scene=call", 1024)])
async def test_the_longest_names_make_no_page_wider(
    chromium: Browser, desk: FakeDesk, path: str, width: int
) -> None:
    page = await opened(chromium, f"{desk.url}/{path}")
    await page.set_viewport_size({"width": width, "height": 800})
    here = await desk.here()
    name = "Maximiliana Wolfeschlegelsteinhausen-Bergerdorff"
    mine = request(desk.now(), id="h2", agent=here.scene["me"]["id"], rings=name)
    await tells(
        here,
        mine | {"stage": "telephone"},
        request(desk.now(), stage="all", agent="a9", name=name, who={"name": name}),
    )
    row = page.get_by_role("region", name="Who asks for help").get_by_role("listitem")
    for word in ("Listen", "I’m on it"):
        await expect(row.get_by_role("button", name=word)).to_be_in_viewport(ratio=1)
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
    await close(page)

"""What lies on top has the keys at once and gives them back: before the next picture."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Promises settle within this turn; the next picture, and with it a late effect, does not come.
STEP = """async ([opener, key, inside]) => {
  const settle = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };
  const at = () => document.activeElement;
  const press = (on, keys) => on.dispatchEvent(
    new KeyboardEvent('keydown', {...keys, bubbles: true, cancelable: true}));
  const from = document.querySelector(opener);
  from.focus();
  if (key) press(from, key); else from.click();
  await settle();
  const in_ = !!at().closest(inside);
  const there = document.querySelectorAll(inside).length;
  press(at(), {key: 'Escape'});
  await settle();
  return {in: in_, there, left: document.querySelectorAll(inside).length, back: at() === from};
}"""
OVERLAYS = {
    "account menu": ("paused", '[aria-label$=", menu"]', None, '[role="menu"]'),
    "pause menu": ("call", '.choice [aria-haspopup="menu"]', None, '[role="menu"]'),
    "keypad": ("call", '[aria-expanded]:not([aria-haspopup])', None, ".keypad"),
    "finder": ("paused", ".glance", {"key": "/"}, ".dialog.finder"),
    "command bar": ("paused", ".glance", {"key": "k", "ctrlKey": True}, ".dialog.commands"),
    "help": ("paused", ".glance", {"key": "?"}, ".dialog"),
    "who waits": ("paused", ".glance", None, ".dialog.linebox"),
    "transfer": ("call", ".glance", {"key": "t", "code": "KeyT", "altKey": True}, ".dialog.finder"),
    "severity menu": ("board", ".sevbtn", None, '[role="menu"]'),
    "an incident": ("board", "button.no", None, ".drawer"),
    "why": ("board", "button.why", None, ".dialog"),
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


async def at_scene(chromium: Browser, desk: FakeDesk, scene: str) -> Page:
    page = await opened(
        chromium, f"{desk.url}/{'board' if scene == 'board' else 'desk'}?scene={scene}"
    )
    await expect(page.get_by_role("button", name="Priya Nair, menu")).to_be_visible()
    if scene == "call":
        await expect(
            page.locator(".phonebar.live").get_by_role("button", name="Keypad")
        ).to_be_enabled()
    return page


@pytest.mark.parametrize("name", OVERLAYS)
async def test_focus_goes_in_at_once_and_comes_back_at_once(
    chromium: Browser, desk: FakeDesk, name: str
) -> None:
    scene, opener, key, inside = OVERLAYS[name]
    page = await at_scene(chromium, desk, scene)
    if opener == "button.no":
        await page.get_by_role("button", name="Gave up").click()
    await expect(page.locator(opener).first).to_be_visible()
    seen = await page.evaluate(STEP, [opener, key, inside])
    assert seen == {"in": True, "there": 1, "left": 0, "back": True}
    await close(page)


async def test_one_overlay_after_another_never_takes_the_keys_from_the_newer(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "paused")
    await page.locator(".glance").focus()
    await page.keyboard.press("/")
    await page.keyboard.press("Control+k")  # the newer one is drawn before the older one goes
    await page.keyboard.type("help")
    await expect(page.locator(".dialog input")).to_have_value("help")
    await page.keyboard.press("Escape")
    await expect(page.locator(".glance")).to_be_focused()
    await close(page)


@pytest.mark.parametrize("elsewhere", ["tab", "row"])
async def test_what_closes_takes_no_focus_from_where_somebody_went_meanwhile(
    chromium: Browser, desk: FakeDesk, elsewhere: str
) -> None:
    """An incident lies beside the board, which goes on being used; Escape closes it from there."""
    page = await at_scene(chromium, desk, "board")
    gave_up = page.get_by_role("button", name="Gave up")
    await gave_up.click()
    await page.locator("button.no").first.click()
    await expect(page.locator(".drawer")).to_be_visible()
    there = gave_up if elsewhere == "tab" else page.get_by_role("table", name="Gave up")
    await there.focus()
    await page.keyboard.press("Escape")
    await expect(page.locator(".drawer")).to_have_count(0)
    await expect(there).to_be_focused()
    await close(page)


async def test_an_enter_right_behind_a_click_chooses_in_the_menu(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "board")
    for _ in range(5):
        await page.get_by_role("button", name="Priya Nair, menu").click()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Priya Nair, menu")).to_be_focused()
        await expect(page.get_by_role("menu")).to_have_count(0)
    await close(page)


async def test_a_press_beside_a_dialog_gives_the_focus_back_too(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "paused")
    await page.locator(".glance").focus()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.mouse.click(4, 400)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator(".glance")).to_be_focused()
    await close(page)


SPEAK = """async () => {
  const [{ toast }, { announce }] = await Promise.all(
    [ours('toasts.js'), ours('announce.js')]);
  toast('said', 'ok', { label: 'Undo', act: () => { window.undone = true; }, ms: 60000 });
  announce('S1 rings', 'assertive');
}"""


async def test_below_a_dialog_nothing_is_reached_and_in_it_messages_are_seen_heard_and_pressed(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "paused")
    await page.locator(".glance").focus()
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await page.evaluate(SPEAK)
    await expect(dialog.get_by_role("alert")).to_have_text("S1 rings")
    await dialog.get_by_role("button", name="Undo").click()
    assert await page.evaluate("window.undone")
    await page.locator(".glance").evaluate("(el) => el.focus()")  # inert: it gets nothing
    assert await page.evaluate("!document.activeElement.closest('.glance')")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.locator(".glance")).to_be_focused()
    await page.evaluate(SPEAK)
    await expect(page.get_by_role("region", name="Messages")).to_contain_text("said")
    await close(page)


async def test_what_may_not_be_closed_is_there_however_often_escape_is_pressed(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "paused")
    await page.evaluate(
        "ours('desk/context.js').then(({ link }) => { link.status.value = 'locked'; })"
    )
    locked = page.get_by_role("dialog", name="Sign in again")
    await expect(locked).to_be_visible()
    for _ in range(4):
        await page.keyboard.press("Escape")
        await page.evaluate("document.activeElement.blur()")
    await expect(locked).to_be_visible()
    await close(page)


# A change of the floor is drawn; before the page's next picture the button is pressed.
CHANGE_THEN_FREE = """async (agent) => {
  const { state } = await ours('board/context.js');
  const { freeButtons } = await ours('board/free.js');
  const drawn = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };
  state.value = { ...state.peek() };
  await drawn();
  const of = Object.values(state.peek().agents).find((one) => one.name === agent);
  freeButtons(of).at(-1).props.onClick();
  await drawn();
  for (let i = 0; i < 3; i += 1) {
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  }
  return document.querySelector('dialog[open] h2')?.textContent ?? '';
}"""


async def test_what_is_opened_just_as_the_floor_changes_stays_open(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "board")
    await expect(page.get_by_role("table", name="Agents")).to_contain_text("Elena Popov")
    assert await page.evaluate(CHANGE_THEN_FREE, "Elena Popov") == "Free Elena Popov?"
    await close(page)


@pytest.mark.parametrize("key", ["Control+;", "Control+k"])
async def test_after_a_dialog_is_left_the_words_are_written_where_the_focus_is(
    chromium: Browser, desk: FakeDesk, key: str
) -> None:
    page = await at_scene(chromium, desk, "text")
    box = page.locator("#reply")
    await box.fill("")
    for twice in (False, True):
        await box.focus()
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        if twice:  # the second one is the box's own: it leaves it
            await page.keyboard.press("Escape")
            await expect(box).not_to_be_focused()
            await page.keyboard.press("r")
        await expect(box).to_be_focused()
        await page.keyboard.type("We come. ")
    await expect(box).to_have_value("We come. We come. ")
    await close(page)


async def test_after_a_dialog_was_taken_away_words_are_written_too(
    chromium: Browser, desk: FakeDesk
) -> None:
    page = await at_scene(chromium, desk, "text")
    box = page.locator("#reply")
    await box.fill("")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.evaluate(  # as an S1 that is answered over it does
        "ours('desk/context.js').then(({ layer }) => { layer.value = null; })"
    )
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(box).to_be_focused()
    await page.keyboard.type("We come.")
    await expect(box).to_have_value("We come.")
    await close(page)

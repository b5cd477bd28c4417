"""While nothing happens, nothing is drawn: a page that is open all day leaves the machine alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.pages import close, opened
from tests.kit.fake_desk import FakeDesk

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TICKS = 12
# Which parts are drawn anew while the clock ticks so often, and how often each.
DRAWN = """async (ticks) => {
  const {options} = await ours('vendor/preact.mjs');
  const {now} = await ours('clock.js');
  const drawn = {}, {diffed} = options;
  options.diffed = (part) => {
    const name = part.type?.name;
    if (name) drawn[name] = (drawn[name] ?? 0) + 1;
    diffed?.(part);
  };
  await new Promise((done) => {
    let left = ticks;
    now.subscribe(() => { left -= 1; if (!left) done(); });
  });
  return drawn; }"""


@pytest_asyncio.fixture(loop_scope="session")
async def desk() -> AsyncIterator[FakeDesk]:
    async with FakeDesk() as fake:
        yield fake


@pytest.mark.parametrize(
    ("path", "tab"),
    [
        ("/desk?scene=call", None),
        ("/desk?scene=ring", None),
        ("/desk?scene=wrapup", None),
        ("/desk?scene=idle", None),
        ("/board?scene=board", None),
        ("/board?scene=board", "Incidents"),
    ],
)
async def test_no_part_of_a_page_is_drawn_with_each_tick_of_the_clock(
    chromium: Browser, desk: FakeDesk, path: str, tab: str | None
) -> None:
    page = await opened(chromium, desk.url + path)
    await desk.here()
    if tab:
        await page.get_by_role("button", name=tab, exact=True).click()
        await expect(page.get_by_role("table", name=tab)).to_contain_text("INC-")
    drawn = await page.evaluate(DRAWN, TICKS)
    assert {part: times for part, times in drawn.items() if times >= TICKS - 1} == {}
    await close(page)

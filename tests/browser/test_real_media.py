"""A page whose sound is in a process of its own: that one dies, and the page is back by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.kit import closed, go_ready, hears, ring_and_answer, signed_in
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import PASSWORD, Centre, running_centre
from tests.kit.media import media

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def apart(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("apart")
    config = short_config(folder)
    async with running_centre(folder / "d", role="web", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest.mark.long
async def test_a_page_is_back_by_itself_when_the_process_with_its_sound_dies(
    chromium: Browser, apart: Centre
) -> None:
    async with media(apart) as one:
        page = await signed_in(chromium, apart.url, "priya", PASSWORD)
        await go_ready(page)
        call = await apart.sandbox.call(talk="tone", hz=440)
        await ring_and_answer(page)
        await until_heard(apart, call, 700)
        await hears(page, 440)
        async with media(apart) as other:
            one.kill()
            await other.until(calls=1, pages=1)
            await until_heard(apart, call, 700)
            await hears(page, 440)
            board = await signed_in(chromium, apart.url, "dana", PASSWORD, path="/board")
            await board.get_by_role("button", name="Dana Reyes").click()
            await board.get_by_role("menuitem", name="Sound processes").click()
            row = board.get_by_role("dialog", name="Sound processes").get_by_role("row").nth(1)
            await expect(row.get_by_role("cell").first).to_have_text("1")
            await closed(board)
        await closed(page)

"""What nothing in a page caught is found in the centre's log, without what anybody said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.browser.kit import signed_in
from tests.flow.conftest import short_config
from tests.kit.centre import PASSWORD, Centre, free_port, running_centre

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

BROKEN = """function drawn(people) { return people.map(String); }
addEventListener('broken', () => drawn(null));
addEventListener('said', () => { throw new Error('Maya Reyes +12065550142'); });
addEventListener('parsed', () => JSON.parse('Maya Reyes'));
addEventListener('denied', async () => { await null; null.name; });
addEventListener('many', ({ detail }) => null['a' + detail]);"""
UNREADABLE = "export const x = ;"
FIRE = """([what, times]) => { for (let n = 0; n < times; n += 1)
  dispatchEvent(new CustomEvent(what, { detail: n })); }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("errors")
    port = free_port()
    async with running_centre(
        folder / "data",
        port=port,
        HOLDFAST_CONFIG=str(short_config(folder)),
    ) as centre:
        yield centre


VERSION = "/static/0123456789ab/"
"""No place in a stack holds it: the same fault has the same words after an upgrade."""


async def with_file(page: Page, words: str, name: str = "broken") -> None:
    """The page loads a module that is as one of ours."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=words, content_type="text/javascript")

    await page.route(f"**{VERSION}{name}.js", answer)
    await page.evaluate(
        """(src) => new Promise((done) => document.head.append(Object.assign(
           document.createElement('script'), {src, type: 'module', onload: done, onerror: done})))
           .then(() => {})""",
        f"{VERSION}{name}.js",
    )


async def told(centre: Centre, page: str, most: int = 1) -> list[dict[str, Any]]:
    """Lines about this kind of page, once there are so many."""
    path: Path = centre.data_dir / "centre.log"
    async with asyncio.timeout(60):
        while True:
            lines = [line for line in path.read_text().splitlines() if '"page.error"' in line]
            found = [line for line in map(json.loads, lines) if line["page"] == page]
            if len(found) >= most:
                return found
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "kind", ["desk", *(pytest.param(it, marks=pytest.mark.long) for it in ("board", "callers"))]
)
async def test_an_error_is_told_once_with_its_place(
    chromium: Browser, alone: Centre, kind: str
) -> None:
    url = alone.url
    page = await signed_in(chromium, url, "ada", PASSWORD, path=f"/{kind}")
    await with_file(page, BROKEN)
    await page.evaluate(FIRE, ["broken", 4])
    await page.evaluate(FIRE, ["said", 1])
    await page.evaluate(FIRE, ["parsed", 1])
    await page.evaluate(FIRE, ["denied", 1])
    await with_file(page, UNREADABLE, "unreadable")
    found = await told(alone, kind, 5)
    first = next(line for line in found if "'map'" in line["message"])
    assert first["message"] == "Cannot read properties of null (reading 'map')"
    assert first["stack"].startswith("broken.js:1:40 drawn < broken.js:2:")
    assert (first["error"], first["count"]) == ("TypeError", 4)
    kinds = {(line["error"], line["message"]) for line in found}
    assert kinds > {("Error", ""), ("SyntaxError", "")}  # their words would hold what was said
    assert {line["stack"].split(":")[0] for line in found} == {"broken.js", "unreadable.js"}
    assert "Maya" not in json.dumps(found)
    assert "0142" not in "".join(line["message"] + line["stack"] for line in found)
    await page.context.close()


async def test_a_page_that_leaves_tells_at_once_and_never_more_than_ten(
    chromium: Browser, alone: Centre
) -> None:
    before = len(await told(alone, "desk", 0))
    page = await signed_in(chromium, alone.url, "noah", PASSWORD)
    await with_file(page, BROKEN)
    await page.evaluate(FIRE, ["many", 30])
    await page.goto("about:blank")
    lines = (await told(alone, "desk", before + 10))[before:]
    names = [f"a{n}" for n in range(10)]
    assert sorted(line["message"].split("'")[1] for line in lines) == names
    await page.context.close()

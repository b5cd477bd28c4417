"""The pure modules of the pages: tests/js/*.test.mjs in Chromium, so that no machine needs node.

`node --test tests/js/*.test.mjs` runs the same files while one works on them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
FILES = sorted(path.name for path in (ROOT / "tests" / "js").glob("*.test.mjs"))

# The little of node:test and node:assert/strict that the files use.
TESTING = """const all = globalThis.__tests ??= [];
export default (name, body) => { all.push([name, body]); };"""
ASSERT = """const plain = (x) => JSON.stringify(x, (k, v) => (
  v && typeof v === 'object' && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v));
const fail = (words, note) => { throw new Error(`${note ?? ''} ${words}`); };
export default {
  ok: (x, note) => { if (!x) fail('not true', note); },
  equal: (a, b, note) => { if (!Object.is(a, b)) fail(`${a} is not ${b}`, note); },
  notEqual: (a, b, note) => { if (Object.is(a, b)) fail(`${a} is ${b}`, note); },
  deepEqual: (a, b, note) => { if (plain(a) !== plain(b))
    fail(`${plain(a)} is not ${plain(b)}`, note); },
};"""
PAGE = """<!doctype html><script type="importmap">{"imports": {"node:test": "/node/test.js",
"node:assert/strict": "/node/assert.js"}}</script>"""
RUN = """async (file) => { globalThis.__tests = [];
  await import(`/tests/js/${file}`);
  const told = [];
  for (const [name, body] of globalThis.__tests) {
    try { await body(); told.push([name, null]); }
    catch (e) { told.push([name, String(e.stack ?? e)]); }
  }
  return told; }"""


async def answer(route: Route) -> None:
    path = "/" + route.request.url.split("/", 3)[3]
    script: dict[str, Any] = {"content_type": "text/javascript"}
    if path == "/":
        await route.fulfill(body=PAGE, content_type="text/html")
    elif path == "/node/test.js":
        await route.fulfill(body=TESTING, **script)
    elif path == "/node/assert.js":
        await route.fulfill(body=ASSERT, **script)
    elif path.startswith(("/tests/js/", "/static/")) and (ROOT / path[1:]).is_file():
        await route.fulfill(body=(ROOT / path[1:]).read_text(), **script)
    else:
        await route.fulfill(status=404)


@pytest.mark.parametrize("file", FILES)
async def test_in_chromium(chromium: Browser, file: str) -> None:
    page = await chromium.new_page()
    await page.route("**/*", answer)
    await page.goto("http://modules.test/")
    told = await page.evaluate(RUN, file)
    await page.context.close()
    assert len(told) >= 3  # they ran
    assert [name for name, fault in told if fault] == [], json.dumps(told, indent=1)


IMPORTS = re.compile(r"^(?:import|export)\b[^;]*?from '(\.[^']+)'", re.MULTILINE)


def loaded(first: Path) -> set[Path]:
    """All modules that a page of this script loads."""
    found, left = set[Path](), [first]
    while left:
        path = left.pop()
        if path not in found and path.parent.name != "vendor":
            found.add(path)
            names = IMPORTS.findall(path.read_text(encoding="utf-8"))
            left += [(path.parent / name).resolve() for name in names]
    return found


async def test_a_board_takes_nothing_of_the_desk_that_would_connect_it_as_a_desk() -> None:
    """A context connects its page, and says to every dialog which page it is on."""
    desk, board = loaded(STATIC / "desk" / "app.js"), loaded(STATIC / "board" / "app.js")
    assert STATIC / "desk" / "context.js" in desk
    assert STATIC / "desk" / "context.js" not in board
    assert STATIC / "board" / "context.js" not in desk


def ours() -> list[Path]:
    """The pages' own files: not vendored."""
    return [
        path
        for path in sorted(STATIC.rglob("*"))
        if path.suffix in (".js", ".html", ".css") and path.parent.name != "vendor"
    ]


async def test_pages_hold_no_inline_script_no_eval_and_no_address_of_another_host() -> None:
    for path in ours():
        text, name = path.read_text(), str(path.relative_to(STATIC))
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), name
        if not name.startswith("strings"):
            assert not re.search(r"https?://(?!www\.w3\.org)", text), name
        assert not re.search(r"\beval\(|new Function\(|innerHTML", text), name


WORDS = """async () => {
  const shape = (x) => x && typeof x === 'object' && !Array.isArray(x)
    ? Object.fromEntries(Object.entries(x).map(([key, value]) => [key, shape(value)])) : null;
  const [{ t }, ...pages] = await Promise.all(
    ['en', ...%s].map((file) => import(`/static/strings/${file}.js`)));
  return [shape(t), pages.map((page) => Object.keys(Object.values(page)[0]))];
}"""


def paths(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, bool]]:
    """Every place among the words, and whether words stand there (or more places)."""
    for key, below in tree.items():
        yield f"{above}.{key}", below is None
        if below is not None:
            yield from paths(below, f"{above}.{key}")


async def test_every_word_is_written_once_and_used_and_none_is_asked_for_that_is_not_there(
    chromium: Browser,
) -> None:
    files = [f"en/{path.stem}" for path in sorted((STATIC / "strings" / "en").glob("*.js"))]
    page = await chromium.new_page()
    await page.route("**/*", answer)
    await page.goto("http://modules.test/")
    words, pages = await page.evaluate(WORDS % json.dumps(files))
    await page.context.close()

    keys = [key for page_keys in pages for key in page_keys]
    assert sorted(keys) == sorted(words), "a page of words is not registered, or two have one key"

    texts = [path.read_text() for path in ours() if path.suffix == ".js"]
    asked = {
        re.sub(r"[\s?]|\[$", "", found): found.endswith("[")
        for text in texts
        if "/strings/en.js'" in text
        for found in re.findall(r"(?<![\w.$])t((?:\s*\??\.\w+)+\s*(?:\?\.)?\[?)", text)
    }
    there = dict(paths(words))
    # Asked for by a name that comes from elsewhere, or handed on: all of it may be shown.
    whole = {path for path, by_name in asked.items() if by_name or there.get(path) is False}
    unused = {path for path, leaf in there.items() if leaf and path not in asked}
    unused -= {path for path in unused for w in whole if path.startswith(f"{w}.")}
    unused -= {path for path in unused for a in asked if a.startswith(f"{path}.")}  # its own .map
    assert unused == set()

    def nearest(path: str) -> str:
        return path if path in there or not path else nearest(path.rpartition(".")[0])

    # Below a word stands what every text and every function has: length, map.
    assert {path for path in asked if path not in there and not there.get(nearest(path))} == set()


async def test_no_key_of_the_desk_has_two_meanings() -> None:
    """A dialog's letter is its chord with Alt, too: no other has it, nor has the call."""
    files = [path.read_text() for path in (STATIC / "desk").glob("*.js")]
    dialogs = [key for text in files for key in re.findall(r"^ {2}key: '(.)',$", text, re.M)]
    of_the_call = {key for text in files for key in re.findall(r"\bKey([A-Z]): \{", text)}
    assert len(dialogs) > 3
    assert len(of_the_call) > 8
    assert sorted(set(dialogs)) == sorted(dialogs)
    assert of_the_call.isdisjoint(dialogs)

"""Errors of pages come into the log: where in our files, without values, and not endlessly."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from holdfast.desk.page_errors import MOST_REPORTS
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

PATH = "/api/page_errors"
OURS = {"X-Holdfast": "1"}
TOLD: dict[str, Any] = {
    "page": "desk",
    "name": "TypeError",
    "message": "Cannot read properties of null (reading 'map')",
    "stack": ["desk/people.js:36:12 reveal", "vendor/preact.mjs:1:4711"],
    "count": 4,
    "open_s": 61,
}


async def status_of(who: DeskClient, centre: Centre, **other: Any) -> int:
    url = centre.url + PATH
    async with who._session.post(url, json={**TOLD, **other}, headers=OURS) as answer:
        await answer.read()
        return answer.status


def told(centre: Centre) -> list[dict[str, Any]]:
    lines = (centre.data_dir / "centre.log").read_text().splitlines()
    return [json.loads(line) for line in lines if '"page.error"' in line]


async def test_where_and_how_often_is_in_the_log(centre: Centre) -> None:
    async with desk(centre, "noah", sound=False) as page:
        assert await status_of(page, centre) == 204
        assert page.agent() is not None  # the page's own connection goes on
    line = told(centre)[-1]
    assert line["stack"] == "desk/people.js:36:12 reveal < vendor/preact.mjs:1:4711"
    assert {**TOLD, "error": "TypeError"}.items() >= {
        key: line[key] for key in ("page", "error", "message", "count", "open_s")
    }.items()
    assert line["version"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": "elsewhere"},
        {"name": "Maya Reyes"},
        {"message": "x" * 201},
        {"message": "Two\nlines"},
        {"stack": ["desk/people.js:36:12 Maya Reyes called"]},
        {"stack": ["https://x.example/y.js:1:1"]},
        {"stack": TOLD["stack"] * 7},
        {"count": -1},
        {"text": "what they typed"},
    ],
    ids=str,
)
async def test_what_is_no_such_report_is_refused(centre: Centre, wrong: dict[str, Any]) -> None:
    async with desk(centre, "tomas", sound=False) as page:
        before = len(told(centre))
        assert await status_of(page, centre, **wrong) == 400
        assert len(told(centre)) == before


async def test_one_account_tells_only_so_many(centre: Centre) -> None:
    async with desk(centre, "dana", sound=False) as page:
        found = [await status_of(page, centre) for _ in range(MOST_REPORTS + 1)]
        assert (found[0], found[-1]) == (204, 429)
    async with desk(centre, "priya", sound=False) as other:
        assert await status_of(other, centre) == 204


async def test_strangers_and_other_sites_tell_nothing(centre: Centre) -> None:
    url = centre.url + PATH
    async with (
        aiohttp.ClientSession() as nobody,
        nobody.post(url, json=TOLD, headers=OURS) as answer,
    ):
        assert answer.status == 401
    async with (
        desk(centre, "ada", sound=False) as page,
        page._session.post(url, json=TOLD) as answer,
    ):
        assert answer.status == 403

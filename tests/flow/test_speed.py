"""How quickly data go each way: what the centre gives and takes for the check before a shift."""

from __future__ import annotations

import aiohttp

from holdfast.desk.speed_routes import MOST_BYTES, MOST_REQUESTS
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

PATH = "/api/desk/speed"
OURS = {"X-Holdfast": "1"}


async def status_of(
    page: DeskClient, centre: Centre, method: str, path: str, data: bytes | None = None
) -> int:
    url = centre.url + path
    async with page._session.request(method, url, headers=OURS, data=data) as answer:
        await answer.read()
        return answer.status


async def test_as_much_as_is_asked_for_comes_and_goes_and_no_more(centre: Centre) -> None:
    async with desk(centre, "noah", sound=False) as page:
        for size in (1, 8 << 10, MOST_BYTES):
            async with page._session.get(f"{centre.url}{PATH}?bytes={size}") as answer:
                assert (answer.status, len(await answer.read())) == (200, size)
            async with page._session.post(
                centre.url + PATH, data=bytes(size), headers=OURS
            ) as answer:
                assert (answer.status, await answer.json()) == (200, {"bytes": size})
        for wrong in ("", "0", "-1", "x", "1.5", str(MOST_BYTES + 1), "9" * 5000,
                      "0" * 9 + "1", "000000001" + "9" * 9, "000000001" + "9" * 5000):  # fmt: skip
            assert await status_of(page, centre, "GET", f"{PATH}?bytes={wrong}") == 400
        assert await status_of(page, centre, "POST", PATH, bytes(2 << 20)) == 413
        assert page.agent() is not None  # the page's own connection goes on
    async with aiohttp.ClientSession() as nobody:
        async with nobody.get(f"{centre.url}{PATH}?bytes=1") as answer:
            assert answer.status == 401
        async with nobody.post(centre.url + PATH, data=b"x", headers=OURS) as answer:
            assert answer.status == 401


async def test_one_account_measures_only_so_often(centre: Centre) -> None:
    async with desk(centre, "noah", sound=False) as page:
        found = [
            await status_of(page, centre, "GET", f"{PATH}?bytes=1")
            for _ in range(MOST_REQUESTS + 1)
        ]
        assert (found[0], found[-1]) == (200, 429)
        assert await status_of(page, centre, "POST", PATH, bytes(64 << 10)) == 429
    async with desk(centre, "tomas", sound=False) as other:
        assert await status_of(other, centre, "GET", f"{PATH}?bytes=1") == 200

"""Sessions end: after 30 minutes without a request or an open page, after 12 hours in any case,
with their account, their contract, and when somebody signs out. Every way of asking agrees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from holdfast.security import credentials
from holdfast.security.credentials import ABSOLUTE_MS, IDLE_MS, SEEN_EVERY_MS, Sessions
from router.core.terms import Terms
from router.records import accounts
from router.records.accounts import Account
from router.records.database import Database
from tests.kit.record import new_sqlite

MINUTE = 60_000


@dataclass
class Browser:
    """Somebody who is signed in; time is what the test says."""

    sessions: Sessions
    database: Database
    account: Account
    now: list[int]
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def request(self) -> web.Request:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return make_mocked_request("GET", "/", headers={"Cookie": cookie})

    async def sign_in(self) -> None:
        response = web.Response()
        assert await self.sessions.open(response, self.account)
        self.cookies = {name: morsel.value for name, morsel in response.cookies.items()}

    async def goes_on(self) -> bool:
        """Whether its session counts: for the guard of open pages, then for a request."""
        digest = self.sessions.digest(self.request)
        page = digest in await self.sessions.good([digest, "another"])
        asked = await self.sessions.account(self.request)
        assert page == (asked is not None)
        return page


@pytest_asyncio.fixture
async def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    now = [1_800_000_000_000]
    monkeypatch.setattr(credentials, "now_ms", lambda: now[0])
    database = await new_sqlite(tmp_path / "holdfast.db")
    async with database.write() as connection:
        account = await accounts.add(
            connection, login="priya", name="Priya", role="agent", password_hash="x", skills={},
            now=1,
        )  # fmt: skip
    assert account is not None
    found = Browser(Sessions(database, secure=False), database, account, now)
    await found.sign_in()
    yield found
    await database.close()


@pytest.mark.parametrize(("idle", "counts"), [(IDLE_MS, True), (IDLE_MS + 1, False)])
async def test_thirty_minutes_without_a_request(browser: Browser, idle: int, counts: bool) -> None:
    browser.now[0] += idle
    assert await browser.goes_on() == counts


async def test_a_request_begins_the_thirty_minutes_again(browser: Browser) -> None:
    for _ in range(4):
        browser.now[0] += IDLE_MS - MINUTE
        assert await browser.goes_on()
    browser.now[0] += SEEN_EVERY_MS  # asked again so soon, it is not written down anew
    assert await browser.goes_on()
    browser.now[0] += IDLE_MS - SEEN_EVERY_MS + 1
    assert not await browser.goes_on()


async def test_an_open_page_is_not_idle(browser: Browser) -> None:
    digest = browser.sessions.digest(browser.request)
    for _ in range(4):
        browser.now[0] += IDLE_MS - MINUTE
        await browser.sessions.keep([digest, digest])
    browser.now[0] += MINUTE
    assert await browser.goes_on()


@pytest.mark.parametrize(("after", "counts"), [(ABSOLUTE_MS, True), (ABSOLUTE_MS + 1, False)])
async def test_twelve_hours_in_any_case(browser: Browser, after: int, counts: bool) -> None:
    digest = browser.sessions.digest(browser.request)
    began = browser.now[0]
    while browser.now[0] + IDLE_MS < began + after:
        browser.now[0] += IDLE_MS
        await browser.sessions.keep([digest])
    browser.now[0] = began + after
    assert await browser.goes_on() == counts


@pytest.mark.parametrize("how", ["signed out", "account ended", "contract over", "not begun"])
async def test_it_ends_at_once(browser: Browser, how: str) -> None:
    assert await browser.goes_on()
    if how == "signed out":
        await browser.sessions.close(browser.request, web.Response())
    else:
        day = {"contract over": Terms(contract_to="2020-01-01")}
        day["not begun"] = Terms(contract_from="2099-01-01")
        async with browser.database.write() as connection:
            if how == "account ended":
                await accounts.set_active(connection, browser.account.id, False)
            else:
                await accounts.set_terms(connection, browser.account.id, day[how])
    assert not await browser.goes_on()


async def test_who_signs_out_here_stays_signed_in_elsewhere(browser: Browser) -> None:
    elsewhere = Browser(browser.sessions, browser.database, browser.account, browser.now)
    await elsewhere.sign_in()
    await browser.sessions.close(browser.request, web.Response())
    assert not await browser.goes_on()
    assert await elsewhere.goes_on()


@pytest.mark.parametrize("token", ["", "x", "a" * 43])
async def test_a_cookie_of_nobody_is_nobody(browser: Browser, token: str) -> None:
    browser.cookies = {browser.sessions.cookie: token} if token else {}
    assert await browser.sessions.account(browser.request) is None

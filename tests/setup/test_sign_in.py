"""Signing in under attack: no guess is free, nobody waits long, no stranger locks anybody out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer, make_mocked_request

from holdfast.accounts.sign_in import Keys, SignIn
from holdfast.http.proxies import Proxies
from holdfast.http.web import HALF_S, Gate, errors
from holdfast.security.credentials import AT_ONCE, QUEUE, Passwords, Sessions
from holdfast.security.tries import ADDRESS_TRIES, LOGIN_TRIES, Devices
from holdfast.settings import checks
from router.live.engine import Engine
from router.records import accounts, schema
from router.records.database import Database
from tests.kit.record import new_sqlite
from tests.kit.store import centre_of

RIGHT, WRONG = "a long test password", "a long wrong password"
STRANGER, FRIEND = "203.0.113.66", "203.0.113.9"


class CountingPasswords(Passwords):
    """The real ones, which tell how many were looked at."""

    looked = 0

    async def verify(self, stored: str | None, password: str) -> bool:
        async with self._turn():
            self.looked += 1
        return await super().verify(stored, password)


@dataclass
class House:
    """The sign-in of a centre, at a time that a test moves."""

    url: str
    database: Database
    passwords: CountingPasswords
    now: list[int] = field(default_factory=lambda: [1_700_000_000_000])
    in_call: set[str] = field(default_factory=set)
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)

    def browser(self) -> aiohttp.ClientSession:
        jar = aiohttp.CookieJar(unsafe=True)
        self.sessions.append(
            aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0))
        )
        return self.sessions[-1]

    async def post(
        self, browser: aiohttp.ClientSession, path: str, address: str = FRIEND, **form: Any
    ) -> tuple[int, str | None]:
        """Status and Retry-After."""
        headers = {"X-Holdfast": "1", "X-Forwarded-For": address}
        async with browser.post(f"{self.url}{path}", json=form, headers=headers) as answer:
            return answer.status, answer.headers.get("Retry-After")

    async def sign_in(
        self,
        browser: aiohttp.ClientSession,
        login: str,
        password: str = RIGHT,
        address: str = FRIEND,
    ) -> int:
        return (await self.post(browser, "/api/login", address, login=login, password=password))[0]

    async def me(self, browser: aiohttp.ClientSession) -> int:
        async with browser.get(f"{self.url}/api/me") as answer:
            return answer.status


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = await new_sqlite(tmp_path / "holdfast.db")
    passwords = CountingPasswords()
    hashed = await Passwords().hash(RIGHT)
    async with database.write() as connection:
        for login in ("priya", "tomas"):
            await accounts.add(
                connection,
                login=login,
                name=login.title(),
                role="agent",
                password_hash=hashed,
                skills={},
                now=1,
            )
    house = House("", database, passwords)
    sessions = Sessions(database, secure=False)
    gate = Gate(sessions, [])
    site = SignIn(
        centre_of(database, Engine("unix:///nowhere"), clock=lambda: house.now[0]),
        Keys(passwords, sessions, Devices(b"k" * 32, secure=False)),
        gate,
        Proxies(checks.networks("127.0.0.1", [])),
        lambda account: account in house.in_call,
    )
    app = web.Application(middlewares=[errors])
    app[HALF_S] = 15.0
    for route in site.routes():
        app.router.add_route(route.method, route.path, gate.guard(route))
    async with TestServer(app) as server:
        house.url = str(server.make_url("")).rstrip("/")
        yield house
        for browser in house.sessions:
            await browser.close()
    await database.close()


async def test_guesses_in_parallel_are_counted_before_any_is_looked_at(house: House) -> None:
    browser = house.browser()
    answers = Counter(
        await asyncio.gather(
            *(house.sign_in(browser, "priya", WRONG, STRANGER) for _ in range(520))
        )
    )
    assert answers[401] + answers[503] == LOGIN_TRIES
    assert answers[429] == 520 - LOGIN_TRIES
    assert house.passwords.looked <= LOGIN_TRIES


async def test_guesses_at_many_logins_are_counted_by_address(house: House) -> None:
    browser = house.browser()
    for n in range(ADDRESS_TRIES):
        assert await house.sign_in(browser, f"nobody {n}", WRONG, STRANGER) == 401
    assert await house.sign_in(browser, "another", WRONG, STRANGER) == 429
    assert await house.sign_in(browser, "another", WRONG, "203.0.113.67") == 401


async def test_who_is_refused_is_told_when_to_come_again(house: House) -> None:
    browser = house.browser()
    form = {"login": "priya", "password": WRONG}
    for _ in range(LOGIN_TRIES):
        await house.post(browser, "/api/login", STRANGER, **form)
    house.now[0] += 50_000
    assert await house.post(browser, "/api/login", STRANGER, **form) == (429, "10")
    house.now[0] += 10_000
    assert (await house.post(browser, "/api/login", STRANGER, **form))[0] == 401


async def test_right_passwords_are_never_counted(house: House) -> None:
    for _ in range(LOGIN_TRIES + 2):
        assert await house.sign_in(house.browser(), "priya") == 200


async def test_strangers_guesses_do_not_lock_out_a_known_device(house: House) -> None:
    at_home, abroad = house.browser(), house.browser()
    assert await house.sign_in(at_home, "priya") == 200
    for _ in range(LOGIN_TRIES + 2):
        await house.sign_in(house.browser(), "priya", WRONG, STRANGER)
    assert await house.sign_in(at_home, "priya") == 200
    assert await house.sign_in(at_home, "priya", address=STRANGER) == 200
    assert await house.sign_in(abroad, "priya") == 429  # as yet unknown


async def test_a_device_is_known_for_whoever_signed_in_on_it_and_for_nobody_else(
    house: House,
) -> None:
    shared = house.browser()
    for login in ("priya", "tomas"):
        assert await house.sign_in(shared, login) == 200
    for login in ("priya", "tomas", "mallory"):
        for _ in range(LOGIN_TRIES):
            await house.sign_in(house.browser(), login, WRONG, f"198.51.100.{ord(login[0])}")
    assert await house.sign_in(shared, "priya") == 200  # also who was there before the last
    assert await house.sign_in(shared, "tomas") == 200
    assert await house.sign_in(shared, "mallory") == 429


async def test_guesses_on_a_known_device_are_counted_there(house: House) -> None:
    stolen = house.browser()
    assert await house.sign_in(stolen, "priya") == 200
    for _ in range(LOGIN_TRIES):
        assert await house.sign_in(stolen, "priya", WRONG) == 401
    assert await house.sign_in(stolen, "priya") == 429
    assert await house.sign_in(house.browser(), "priya") == 200  # elsewhere nobody is locked out


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "a" * 5000, "é.ü", "~~~", '"\x7f".x'])
async def test_a_cookie_that_is_not_ours_makes_no_device_known(house: House, cookie: str) -> None:
    browser = house.browser()
    browser.cookie_jar.update_cookies({"holdfast-device": cookie})
    assert await house.sign_in(browser, "priya", WRONG) == 401
    assert await house.sign_in(browser, "priya") == 200


async def test_hashing_has_a_bounded_queue_and_says_when_to_come_again(house: House) -> None:
    browser = house.browser()
    count = AT_ONCE + QUEUE + 20
    answers = await asyncio.gather(
        *(
            house.post(browser, "/api/login", f"10.0.{n}.1", login=f"login{n}", password=WRONG)
            for n in range(count)
        )
    )
    statuses = Counter(status for status, _ in answers)
    assert set(statuses) == {401, 503}
    assert {after for status, after in answers if status == 503} == {"2"}
    busy = next(n for n, (status, _) in enumerate(answers) if status == 503)
    for _ in range(LOGIN_TRIES):  # what was never looked at was no try
        assert await house.sign_in(browser, f"login{busy}", WRONG, f"10.0.{busy}.1") == 401
    assert await house.sign_in(browser, f"login{busy}", WRONG, f"10.0.{busy}.1") == 429
    assert await house.sign_in(browser, "priya") == 200


@pytest.mark.parametrize(
    "form",
    [
        {"login": "priya"},
        {"login": "priya", "password": "x" * 5000},
        {"login": "x" * 5000, "password": "x"},
        {"login": None, "password": RIGHT},
    ],
)
async def test_a_form_that_is_none_is_refused_before_anything_is_hashed(
    house: House, form: dict[str, Any]
) -> None:
    assert (await house.post(house.browser(), "/api/login", **form))[0] == 400
    assert house.passwords.looked == 0


# One's own password ---------------------------------------------------------------------------


async def test_own_password_is_changed_and_every_older_session_ends(house: House) -> None:
    here, elsewhere, other = house.browser(), house.browser(), house.browser()
    for browser, login in ((here, "priya"), (elsewhere, "priya"), (other, "tomas")):
        assert await house.sign_in(browser, login) == 200
    [old] = [c.value for c in here.cookie_jar if c.key == "holdfast"]
    change = {"old": RIGHT, "new": "another long password"}
    assert await house.post(here, "/api/password", **change) == (204, None)
    assert await house.me(here) == 200
    assert [await house.me(elsewhere), await house.me(other)] == [401, 200]
    stolen = house.browser()
    stolen.cookie_jar.update_cookies({"holdfast": old})
    assert await house.me(stolen) == 401
    assert await house.sign_in(house.browser(), "priya") == 401
    assert await house.sign_in(house.browser(), "priya", "another long password") == 200
    async with house.database.read() as connection:
        priya = await accounts.by_login(connection, "priya")
        rows = (await connection.execute(schema.audit.select())).all()
    assert priya is not None
    assert [row.action for row in rows if row.actor == row.subject == priya.id] == [
        "session.opened", "session.opened", "account.password_set", "session.opened",
        "session.opened",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (WRONG, "another long password", 403),
        (RIGHT, "too short", 400),
        (RIGHT, "x" * 5000, 400),
        (RIGHT, RIGHT, 400),
        (RIGHT, "            ", 400),
    ],
)
async def test_a_password_that_cannot_be_changed_stays(
    house: House, old: str, new: str, status: int
) -> None:
    browser = house.browser()
    await house.sign_in(browser, "priya")
    assert (await house.post(browser, "/api/password", old=old, new=new))[0] == status
    assert await house.me(browser) == 200
    assert await house.sign_in(house.browser(), "priya") == 200


async def test_guesses_at_the_old_password_of_an_open_desk_are_counted(house: House) -> None:
    browser = house.browser()
    await house.sign_in(browser, "priya")
    change = {"old": WRONG, "new": "another long password"}
    statuses = [
        (await house.post(browser, "/api/password", **change))[0] for _ in range(LOGIN_TRIES + 1)
    ]
    assert statuses == [403] * LOGIN_TRIES + [429]


async def test_nobody_changes_the_password_in_a_call_or_without_a_session(house: House) -> None:
    browser = house.browser()
    change = {"old": RIGHT, "new": "another long password"}
    assert (await house.post(browser, "/api/password", **change))[0] == 401
    await house.sign_in(browser, "priya")
    async with house.database.read() as connection:
        account = await accounts.by_login(connection, "priya")
    assert account is not None
    house.in_call.add(account.id)
    url, headers = f"{house.url}/api/password", {"X-Holdfast": "1", "X-Forwarded-For": FRIEND}
    async with browser.post(url, json=change, headers=headers) as answer:
        assert answer.status == 409
        assert "wrap-up" in await answer.text(), "it is refused until that is over, too"
    assert await house.me(browser) == 200


@pytest.mark.parametrize("change", ["password", "end", "both"])
async def test_a_password_that_was_right_a_moment_ago_opens_nothing(
    house: House, change: str
) -> None:
    """It is still being looked at while somebody changes it, or ends the account."""
    sessions = Sessions(house.database, secure=False)
    async with house.database.write() as connection:
        looked_at = await accounts.by_login(connection, "priya")
        assert looked_at is not None
        if change != "end":
            await accounts.set_password(connection, looked_at.id, "another")
        if change != "password":
            await accounts.set_active(connection, looked_at.id, False)
    response = web.Response()
    assert not await sessions.open(response, looked_at)
    assert not response.cookies
    async with house.database.read() as connection:
        assert (await connection.execute(schema.session.select())).first() is None


@pytest.mark.parametrize("secure", [False, True])
async def test_no_script_reads_a_cookie_of_ours_and_no_other_site_sends_it(
    house: House, secure: bool
) -> None:
    """Those of a session, of a new password, of a device; and what takes one away again."""
    sessions = Sessions(house.database, secure=secure)
    async with house.database.read() as connection:
        priya = await accounts.by_login(connection, "priya")
    assert priya is not None
    opened, changed, known, closed = (web.Response() for _ in range(4))
    request = make_mocked_request("GET", "/")
    assert await sessions.open(opened, priya)
    await sessions.change_password(changed, priya, priya.password_hash)
    Devices(b"k" * 32, secure=secure).remember(request, known, "priya")
    await sessions.close(request, closed)
    for response in (opened, changed, known, closed):
        (cookie,) = response.cookies.values()
        assert cookie["httponly"]
        assert (cookie["path"], cookie["domain"]) == ("/", "")
        assert bool(cookie["secure"]) == cookie.key.startswith("__Host-") == secure
        assert response is closed or cookie["samesite"] == "Lax"

"""Signing in, the signed-in account, and changing one's own password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
import structlog
from aiohttp import hdrs, web

from holdfast.desk.hub import me
from holdfast.http.access import Open, Route
from holdfast.http.proxies import Proxies, throttle_key
from holdfast.http.web import ACCOUNT, Gate, problem, read_form
from holdfast.security.credentials import HashingBusy, Passwords, Sessions, password_fault
from holdfast.security.tries import ADDRESS_TRIES, LOGIN_TRIES, Devices, SharedTries
from router.centre import Centre
from router.core.terms import barred
from router.live.shared import Shared
from router.records import accounts

log = structlog.get_logger()

AGAIN_S = 2
"""When to come again while too many passwords are being checked."""

Word = Annotated[str, msgspec.Meta(max_length=120)]
Password = Annotated[str, msgspec.Meta(max_length=1024)]


class Login(msgspec.Struct):
    login: Word
    password: Password


class PasswordChange(msgspec.Struct):
    old: Password
    new: Password


@dataclass(frozen=True, slots=True)
class Keys:
    """The body of a sign-in."""

    passwords: Passwords
    sessions: Sessions
    devices: Devices


class SignIn:
    """`POST /api/login`, `POST /api/password`, `GET /api/me`."""

    def __init__(
        self,
        centre: Centre,
        keys: Keys,
        gate: Gate,
        proxies: Proxies,
        in_call: Callable[[str], bool],
    ) -> None:
        """`in_call`: whether the desk of this account has a call in hand."""
        self._database = centre.database
        self._passwords = keys.passwords
        self._sessions = keys.sessions
        self._devices = keys.devices
        self._gate = gate
        self._proxies = proxies
        self._in_call = in_call
        shared = Shared(centre.engine)
        self._logins = SharedTries(shared, "login", LOGIN_TRIES, centre.clock)
        self._addresses = SharedTries(shared, "address", ADDRESS_TRIES, centre.clock)

    def routes(self) -> list[Route]:
        return [
            Route("POST", "/api/login", self.login, Open.PUBLIC, "Sign in", Login),
            Route("GET", "/api/me", self.whoami, Open.SESSION, "Who is signed in"),
            Route(
                "POST",
                "/api/password",
                self.change,
                Open.SESSION,
                "Change one's own password",
                PasswordChange,
            ),
        ]

    async def whoami(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"me": me(request[ACCOUNT])})

    async def login(self, request: web.Request) -> web.StreamResponse:
        if not self._gate.same_site(request):
            return self._gate.refusal(request)
        form = await read_form(request, Login)
        login = form.login.strip().casefold()
        counted = self._buckets(request, login)
        if wait_s := await _take(counted):
            return _too_many(wait_s)
        looked = right = False
        try:
            async with self._database.read() as connection:
                account = await accounts.by_login(connection, login)
            stored = account.password_hash if account and account.active else None
            right = await self._passwords.verify(stored, form.password)
            looked = True
        except HashingBusy:
            return _busy()
        finally:
            if right or not looked:
                await _give_back(counted)
        if not right or account is None:
            log.warning("session.refused")
            return problem(401, "wrong", "Login or password is wrong.")
        closed = barred(account.terms, self._sessions.today())
        if closed is not None:
            return problem(403, "not_allowed", closed)
        response = web.json_response({"me": me(account)})
        if not await self._sessions.open(response, account):
            return problem(401, "wrong", "Login or password is wrong.")
        self._devices.remember(request, response, login)
        return response

    def _buckets(self, request: web.Request, login: str) -> list[tuple[SharedTries, str]]:
        """Where this try counts: on a known device only there, otherwise by login and by
        address."""
        mark = self._devices.known(request, login)
        if mark is not None:
            return [(self._logins, f"device {mark}")]
        address = throttle_key(self._proxies.client(request))
        return [(self._addresses, address), (self._logins, f"login {login}")]

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Changes the password: every session of the account ends; this browser goes on with a new
        one."""
        account = request[ACCOUNT]
        form = await read_form(request, PasswordChange)
        fault = password_fault(form.new)
        if fault is None and form.new == form.old:
            fault = "the new password is the old one"
        if fault is not None:
            return problem(400, "bad_request", f"Nothing was changed: {fault}.")
        if self._in_call(account.id):
            return problem(
                409, "in_call", "Nothing was changed: finish your call and its wrap-up first."
            )
        counted = [(self._logins, f"own {account.id}")]
        if wait_s := await _take(counted):
            return _too_many(wait_s)
        looked = right = False
        try:
            right = await self._passwords.verify(account.password_hash, form.old)
            looked = True
            hashed = await self._passwords.hash(form.new) if right else ""
        except HashingBusy:
            return _busy()
        finally:
            if right or not looked:
                await _give_back(counted)
        if not right:
            log.warning("account.password_refused", agent=account.id)
            return problem(403, "wrong", "The old password is wrong. Nothing was changed.")
        response = web.Response(status=204)
        await self._sessions.change_password(response, account, hashed)
        log.info("account.password_set", agent=account.id)
        return response


async def _take(counted: list[tuple[SharedTries, str]]) -> int:
    """Counts in each, or in none; returns the seconds to wait."""
    for n, (tries, key) in enumerate(counted):
        if wait_s := await tries.take(key):
            await _give_back(counted[:n])
            return wait_s
    return 0


async def _give_back(counted: list[tuple[SharedTries, str]]) -> None:
    for tries, key in counted:
        await tries.give_back(key)


def _later(response: web.Response, wait_s: int) -> web.Response:
    response.headers[hdrs.RETRY_AFTER] = str(wait_s)
    return response


def _too_many(wait_s: int) -> web.Response:
    words = f"Too many tries. Try again in {wait_s} s, or use a device you signed in on before."
    return _later(problem(429, "too_many", words), wait_s)


def _busy() -> web.Response:
    words = f"Many people are signing in right now. Try again in {AGAIN_S} s."
    return _later(problem(503, "busy", words), AGAIN_S)

"""Passwords, sessions, tickets.

Hashing runs in a thread, two at once at most: a burst of sign-ins never stalls anybody's sound.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from holdfast.clock import now_ms
from router.core.terms import day_of
from router.live.engine import IndexUnavailable
from router.live.shared import Shared
from router.records import accounts, audit
from router.records.accounts import Account
from router.records.database import Database

IDLE_MS = 30 * 60_000
ABSOLUTE_MS = 12 * 3_600_000
SEEN_EVERY_MS = 60_000
TICKET_MS = 20_000
AT_ONCE = 2
QUEUE = 40
"""At most this many wait for a hash: a second or two. The others are told to come again."""
WAIT_S = 4.0
"""The longest wait on a machine that is busy with something else."""
SHORTEST, LONGEST = 12, 1024

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DUMMY = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$a/xmtqNeG/Q5Vp8Gczsp7A$QOWBehO0UyocGwBUB8CtZ3oP0w2G2KqNUumvXh8NYnQ"
)
"""Of random words that nobody kept, with the hasher's own cost: for logins that do not exist."""


def password_fault(password: str) -> str | None:
    """Why this cannot be a password; None if it can (NIST 800-63B: length, no classes)."""
    if len(password) < SHORTEST:
        return f"the password needs at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"the password has more than {LONGEST} characters"
    if len(set(password)) < 4:
        return "the password is the same few characters again and again"
    return None


class HashingBusy(Exception):
    """Too many passwords are being checked; this one was not. Try again in a moment."""


class Passwords:
    """argon2id, at least 19 MiB and two passes (OWASP)."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._here = 0

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._here >= AT_ONCE + QUEUE:
            raise HashingBusy
        self._here += 1
        try:
            try:
                async with asyncio.timeout(WAIT_S):
                    await self._slots.acquire()
            except TimeoutError:
                raise HashingBusy from None
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._here -= 1

    async def hash(self, password: str) -> str:
        """Raises HashingBusy."""
        async with self._turn():
            return await asyncio.to_thread(_hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """The same time for an unknown login as for a wrong password. Raises HashingBusy."""
        async with self._turn():
            return await asyncio.to_thread(self._check, stored or _DUMMY, password) and bool(stored)

    @staticmethod
    def _check(stored: str, password: str) -> bool:
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Signed-in accounts by cookie; idle 30 min, 12 h at most."""

    def __init__(
        self, database: Database, *, secure: bool, zone: Callable[[], str] = lambda: "UTC"
    ) -> None:
        """`zone`: whose calendar says on which day a contract begins and ends."""
        self._database = database
        self._zone = zone
        self._secure = secure
        self.cookie = "__Host-holdfast" if secure else "holdfast"

    def today(self) -> str:
        """The day of the centre's calendar."""
        return day_of(now_ms(), self._zone())

    async def open(self, response: web.StreamResponse, account: Account) -> bool:
        """False: since it was read the account was closed, or has another password."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            now = await accounts.hold(connection, account.id)
            if now is None or not now.active or now.password_hash != account.password_hash:
                return False
            await accounts.begin_session(connection, _digest(token), account.id, now_ms())
        self._give(response, token)
        return True

    async def change_password(
        self, response: web.StreamResponse, account: Account, hashed: str
    ) -> None:
        """Ends every session of the account; the browser that gets this response has a new one."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            await accounts.set_password(connection, account.id, hashed)
            await audit.append(
                connection,
                actor=account.id,
                action="account.password_set",
                subject=account.id,
                now=now_ms(),
            )
            await accounts.begin_session(connection, _digest(token), account.id, now_ms())
        self._give(response, token)

    def _give(self, response: web.StreamResponse, token: str) -> None:
        response.set_cookie(
            self.cookie,
            token,
            max_age=ABSOLUTE_MS // 1000,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path="/",
        )

    async def account(self, request: web.Request) -> Account | None:
        token = request.cookies.get(self.cookie)
        if not token:
            return None
        now = now_ms()
        async with self._database.read() as connection:
            found = await accounts.session_account(
                connection,
                _digest(token),
                idle_since=now - IDLE_MS,
                begun_since=now - ABSOLUTE_MS,
                today=self.today(),
            )
        if found is None:
            return None
        account, seen_at = found
        if now - seen_at > SEEN_EVERY_MS:
            async with self._database.write() as connection:
                await accounts.see_sessions(connection, [_digest(token)], now)
        return account

    def digest(self, request: web.Request) -> str:
        """The session that this request shows (by name, never the token); "" for none."""
        token = request.cookies.get(self.cookie)
        return _digest(token) if token else ""

    async def good(self, digests: Iterable[str]) -> set[str]:
        """Those of these sessions that still are signed in."""
        now = now_ms()
        async with self._database.read() as connection:
            return await accounts.good_sessions(
                connection,
                set(digests),
                idle_since=now - IDLE_MS,
                begun_since=now - ABSOLUTE_MS,
                today=self.today(),
            )

    async def keep(self, digests: Iterable[str]) -> None:
        """An open page is not idle."""
        async with self._database.write() as connection:
            await accounts.see_sessions(connection, digests, now_ms())

    async def enabled(self, account_id: str) -> bool:
        """False: the account was closed."""
        async with self._database.read() as connection:
            account = await accounts.by_id(connection, account_id)
        return account is not None and account.active

    async def training(self, account_ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
        """Stage and buddy of each of these accounts."""
        async with self._database.read() as connection:
            return await accounts.training(connection, account_ids)

    async def close(self, request: web.Request, response: web.StreamResponse) -> None:
        token = request.cookies.get(self.cookie)
        if token:
            async with self._database.write() as connection:
                await accounts.close_session(connection, _digest(token))
        response.del_cookie(self.cookie, path="/", secure=self._secure, httponly=True)


class Tickets:
    """Single-use tickets for a WebSocket: an upgrade request carries no custom header. Whichever
    process is asked takes them; while the store is away, the one that gave them."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._open: OrderedDict[str, tuple[str, str, int]] = OrderedDict()

    async def issue(self, account_id: str, session: str) -> str:
        """`session` is the digest of the one that asked: the socket lives as long as that
        session."""
        ticket = secrets.token_urlsafe(24)
        try:
            await self._shared.keep(_named(ticket), f"{account_id} {session}", TICKET_MS)
        except IndexUnavailable:
            now = now_ms()
            while self._open and next(iter(self._open.values()))[2] < now:
                self._open.popitem(last=False)
            self._open[ticket] = (account_id, session, now + TICKET_MS)
        return ticket

    async def redeem(self, ticket: str) -> tuple[str, str] | None:
        """Account and session of a ticket, once and in time."""
        account_id, session, expires = self._open.pop(ticket, ("", "", 0))
        if account_id:
            return (account_id, session) if now_ms() <= expires else None
        try:
            found = await self._shared.take(_named(ticket))
        except IndexUnavailable:
            return None
        account_id, _, session = (found or "").partition(" ")
        return (account_id, session) if session else None


def _named(ticket: str) -> str:
    """The store keeps no tickets."""
    return f"ticket/{hashlib.sha256(ticket.encode()).hexdigest()}"


def same(given: str, expected: str) -> bool:
    """Constant-time comparison of secrets."""
    return hmac.compare_digest(given.encode(), expected.encode())

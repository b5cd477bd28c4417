"""How often somebody may try to sign in, and from which device they have done so before.

A try is counted before the password is checked: simultaneous guesses find the count that the
previous one left. A person who has signed in on a device before is counted on that device only, so
that nobody is locked out by a stranger's guesses (OWASP, "Slow Down Online Guessing Attacks with
Device Cookies").
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable

from aiohttp import web

from router.live.engine import IndexUnavailable
from router.live.shared import Shared

LOGIN_TRIES = 10
ADDRESS_TRIES = 50
"""Per minute: many people may sit behind one address, a login or a device belongs to one."""

WINDOW_MS = 60_000
MOST_KEYS = 10_000
DEVICE_S = 180 * 86_400
MOST_PEOPLE = 8
"""People who are remembered on one shared device; the one who was longest away is forgotten."""


class Tries:
    """Tries per key and minute (or another window) that count."""

    def __init__(self, limit: int, clock: Callable[[], int], window_ms: int = WINDOW_MS) -> None:
        """`clock`: ms since 1970."""
        self._limit = limit
        self._clock = clock
        self._window_ms = window_ms
        self._at: OrderedDict[str, list[int]] = OrderedDict()

    def take(self, key: str, limit: int | None = None) -> int:
        """0: counted, go on. Else nothing is counted; the seconds until the next one may come.
        `limit`: the one that holds now, where it is not always the same."""
        now = self._clock()
        times = [at for at in self._at.pop(key, []) if at > now - self._window_ms]
        wait_s = 0
        if len(times) >= (self._limit if limit is None else limit):
            first = times[0] if times else now
            wait_s = max(1, -(-(first + self._window_ms - now) // 1000))
        else:
            times.append(now)
        self._at[key] = times
        while len(self._at) > MOST_KEYS:
            self._at.popitem(last=False)
        return wait_s

    def give_back(self, key: str) -> bool:
        """The try was correct, or was never checked. False: none was counted here."""
        times = self._at.get(key)
        if not times:
            return False
        times.pop()
        return True


class SharedTries:
    """The same for all processes of a centre, and over a restart. While the store is away each
    counts by itself."""

    def __init__(
        self,
        shared: Shared,
        name: str,
        limit: int,
        clock: Callable[[], int],
        window_ms: int = WINDOW_MS,
    ) -> None:
        """`name`: what is tried; the rest as for Tries."""
        self._shared, self._name = shared, name
        self._limit, self._clock, self._window_ms = limit, clock, window_ms
        self._here = Tries(limit, clock, window_ms)

    async def take(self, key: str, limit: int | None = None) -> int:
        """As Tries.take."""
        most = self._limit if limit is None else limit
        try:
            wait_ms = await self._shared.count(self._of(key), most, self._window_ms, self._clock())
        except IndexUnavailable:
            return self._here.take(key, limit)
        return -(-wait_ms // 1000)

    async def give_back(self, key: str) -> None:
        """As Tries.give_back."""
        if not self._here.give_back(key):
            with contextlib.suppress(IndexUnavailable):
                await self._shared.uncount(self._of(key))

    def _of(self, key: str) -> str:
        """The store keeps no logins and no addresses."""
        return f"tries/{self._name}/{hashlib.sha256(key.encode()).hexdigest()[:32]}"


class Devices:
    """A cookie of random marks, each with our MAC over it and a login; it names nobody."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key = hmac.digest(key, b"devices", hashlib.sha256)
        self._secure = secure
        self.cookie = "__Host-holdfast-device" if secure else "holdfast-device"

    def known(self, request: web.Request, login: str) -> str | None:
        """The mark of this device, when `login` has signed in on it before."""
        for mark, mac in self._pairs(request):
            if hmac.compare_digest(mac.encode(), self._mac(mark, login).encode()):
                return mark
        return None

    def remember(self, request: web.Request, response: web.StreamResponse, login: str) -> None:
        """From now on this device is known for `login`, beside those who came before."""
        mark = self.known(request, login) or secrets.token_urlsafe(12)
        mine = (mark, self._mac(mark, login))
        pairs = [mine, *(pair for pair in self._pairs(request) if pair != mine)][:MOST_PEOPLE]
        response.set_cookie(
            self.cookie,
            "~".join(".".join(pair) for pair in pairs),
            max_age=DEVICE_S,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            path="/",
        )

    def _pairs(self, request: web.Request) -> list[tuple[str, str]]:
        parts = request.cookies.get(self.cookie, "")[:1000].split("~")[:MOST_PEOPLE]
        cut = (part.split(".") for part in parts if part.isascii())
        return [(pair[0], pair[1]) for pair in cut if len(pair) == 2 and all(pair)]

    def _mac(self, mark: str, login: str) -> str:
        said = f"{mark} {login}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:32]

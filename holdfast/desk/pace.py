"""How much one page may ask for: a page that runs wild slows down nobody but itself.

A person and their page ask for a few things a second, and for some dozens at once after a
reconnection. Anything beyond is refused (`too_fast`), and a page that goes on is cut off. Intents
that keep a call going have a share of their own: a page that drowns in drafts can still answer and
hang up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

PER_S, AT_ONCE = 20.0, 100.0
"""Tokens of a page: an intent costs one (COSTS: more), and one more for each 8 KiB."""
QUICK_PER_S, QUICK_AT_ONCE = 10.0, 40.0
SOUND_PER_S, SOUND_AT_ONCE = 0.5, 8.0
"""A new media peer costs 20 ms of the worker; a flapping network asks for one each few seconds."""
SIZE = 8 * 1024
COSTS = {"figure": 5}
"""Tokens of an intent that costs the record more than others: a list from a whole day's events."""
IN_FLIGHT = 4
"""Intents of one page that the record works on at a time; its others wait behind them."""
IN_LINE = 100
"""Others that wait so; more are refused, or a record that hangs heaps up whatever a page asks."""
MOST_REFUSED = 300
"""Refusals until the page is cut off; they are forgotten at the rate of intents."""

QUICK = frozenset(
    {"pong", "accept", "decline", "hang_up", "hold", "digits", "ready", "pause", "snapshot"}
    | {"relays", "rtc_state", "selftest", "help_ask", "help_take_back", "help_see"}
)
"""They ask the live index or the sound, and never the record."""


SAVED = frozenset({"note"})
"""What a page saves by itself, and again until it is kept: it waits in a line of its own, so that a
call can be handed on although the record takes no note."""


class Bucket:
    """A bucket that fills at a rate, up to a limit."""

    def __init__(self, per_s: float, most: float, clock: Callable[[], float]) -> None:
        """`clock`: seconds, as the loop's."""
        self._per_s, self._most, self._clock = per_s, most, clock
        self._has, self._at = most, clock()

    def take(self, cost: float = 1.0) -> bool:
        """False: it does not have this much now, and nothing was taken."""
        now = self._clock()
        self._has = min(self._most, self._has + (now - self._at) * self._per_s)
        self._at = now
        if self._has < cost:
            return False
        self._has -= cost
        return True


class _Line:
    """Intents that the record is working on, and those that wait for it."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._here = 0

    @property
    def full(self) -> bool:
        return self._here >= IN_FLIGHT + IN_LINE

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        self._here += 1
        try:
            async with self._slots:
                yield
        finally:
            self._here -= 1


class Pace:
    """The pace of one page."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._words = Bucket(PER_S, AT_ONCE, clock)
        self._quick = Bucket(QUICK_PER_S, QUICK_AT_ONCE, clock)
        self._sound = Bucket(SOUND_PER_S, SOUND_AT_ONCE, clock)
        self._patience = Bucket(PER_S, MOST_REFUSED, clock)
        self._saves, self._others = _Line(), _Line()

    def admits(self, do: str, size: int) -> bool:
        """`size`: characters of the message."""
        if do in QUICK:
            return self._quick.take()
        if do == "rtc":
            return self._sound.take()
        return not self._line(do).full and self._words.take(COSTS.get(do, 1) + size // SIZE)

    def _line(self, do: str) -> _Line:
        return self._saves if do in SAVED else self._others

    def bears(self) -> bool:
        """Counts a refusal; False: it was one too many."""
        return self._patience.take()

    @asynccontextmanager
    async def turn(self, do: str) -> AsyncIterator[None]:
        """An intent for the record waits until this page has fewer in progress."""
        if do in QUICK or do == "rtc":
            yield
            return
        async with self._line(do).turn():
            yield

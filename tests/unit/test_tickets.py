"""A ticket for the socket while the store is away: once, for 20 s, for the session that asked.

With it: tests/live/test_shared.py.
"""

from __future__ import annotations

import pytest

from holdfast.security import credentials
from holdfast.security.credentials import TICKET_MS, Tickets
from router.live.engine import Engine
from router.live.shared import Shared

AWAY = Shared(Engine("unix:///nowhere"))


class Clock:
    """Only a test moves it."""

    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(credentials, "now_ms", found)
    return found


async def test_it_names_its_account_and_its_session_once(clock: Clock) -> None:
    tickets = Tickets(AWAY)
    first, second = await tickets.issue("u1", "s1"), await tickets.issue("u2", "s2")
    assert await tickets.redeem(second) == ("u2", "s2")
    assert await tickets.redeem(second) is None
    assert await tickets.redeem(first) == ("u1", "s1")


@pytest.mark.parametrize(("after", "good"), [(0, True), (TICKET_MS, True), (TICKET_MS + 1, False)])
async def test_it_ends_after_twenty_seconds(clock: Clock, after: int, good: bool) -> None:
    tickets = Tickets(AWAY)
    ticket = await tickets.issue("u1", "s1")
    clock.now += after
    assert (await tickets.redeem(ticket) is not None) == good
    assert await tickets.redeem(ticket) is None


@pytest.mark.parametrize("text", ["", "x", "None", "\x00"])
async def test_what_is_no_ticket_opens_nothing(clock: Clock, text: str) -> None:
    tickets = Tickets(AWAY)
    await tickets.issue("u1", "s1")
    assert await tickets.redeem(text) is None


async def test_those_that_nobody_used_are_not_kept(clock: Clock) -> None:
    tickets = Tickets(AWAY)
    for _ in range(100):
        await tickets.issue("u1", "s1")
    clock.now += TICKET_MS + 1
    ticket = await tickets.issue("u1", "s1")
    assert list(tickets._open) == [ticket]

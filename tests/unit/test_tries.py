"""Tries within a window, of a limit that may change."""

from __future__ import annotations

from holdfast.security.tries import Tries

HOUR_MS = 3_600_000


def test_a_limit_that_is_asked_each_time_holds_at_once() -> None:
    now = 0
    tries = Tries(0, lambda: now, HOUR_MS)
    assert [tries.take("ana", 2) for _ in range(3)] == [0, 0, 3600]
    assert tries.take("ben", 2) == 0  # each has their own
    assert tries.take("ana", 3) == 0  # the configuration was edited
    now = HOUR_MS - 500
    assert tries.take("ana", 3) == 1
    now = HOUR_MS
    assert tries.take("ana", 1) == 0  # those of an hour ago count no more
    tries.give_back("ana")
    assert tries.take("ana", 1) == 0


def test_none_at_all_is_refused_without_a_try_before() -> None:
    assert Tries(0, lambda: 0, HOUR_MS).take("ana", 0) == 3600

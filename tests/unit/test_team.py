"""Whose incidents somebody looks after."""

from __future__ import annotations

from router.core.team import Member, team_of

FLOOR = [
    Member("priya", "pets", "dana"),
    Member("noah", "pets", "dana"),
    Member("leo", "home", "elena"),
    Member("sam", "", None),
    Member("dana", "", None),
    Member("elena", "home", None),
]


def test_a_team_is_who_has_the_same_one_and_whom_one_leads() -> None:
    assert team_of("priya", FLOOR, steers=False) == {"noah"}
    assert team_of("elena", FLOOR, steers=False) == {"leo"}
    assert team_of("sam", FLOOR, steers=False) == set()


def test_a_supervisor_has_whoever_has_neither_team_nor_lead() -> None:
    assert team_of("dana", FLOOR, steers=True) == {"priya", "noah", "sam"}
    assert team_of("nobody", FLOOR, steers=False) == set()

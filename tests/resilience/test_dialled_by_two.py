"""Two workers look at the same promises, and some die: nobody is called twice, and none is lost."""

from __future__ import annotations

from pathlib import Path

from tests.bench_callbacks import promised_calls, together


async def test_two_workers_on_one_record_call_each_person_once_a_try(tmp_path: Path) -> None:
    """`python -m tests.bench_callbacks` is the same with two hundred promises and twenty deaths."""
    found = await promised_calls(tmp_path, promises=10, seconds=2, workers=2, kills=2)
    assert (found.twice, found.lost) == ([], [])
    assert found.promises == sum(found.states.values()) == 10
    assert found.states.get("reached", 0) >= 3, "whoever answers is reached"
    assert found.calls >= found.tries - found.unclear > 10, "whose line is busy is called again"


def test_two_calls_to_one_person_at_a_time_are_seen() -> None:
    first = {"began_at": 1.0, "ended_at": 5.0}
    assert together([{"began_at": 4.0, "ended_at": 6.0}, first])
    assert together([first, {"began_at": 2.0, "ended_at": None}])
    assert not together([first, {"began_at": 5.0, "ended_at": None}])

"""As many calls a second as the account starts: in order, in words; nobody waits for a ghost."""

from __future__ import annotations

from channels.voice.turns import LATE_MS, Turns


def asked(turns: Turns, key: str, now: int, severity: int = 3) -> tuple[int, int] | None:
    wait = turns.ask(key, severity, now)
    return None if wait is None else (wait.before, wait.ms)


def test_one_a_second_in_the_order_in_which_they_came() -> None:
    turns = Turns(lambda: 1.0)
    assert asked(turns, "a", 0) is None
    assert asked(turns, "b", 0) == (0, 1000)
    assert asked(turns, "c", 100) == (1, 1900)
    assert asked(turns, "b", 1000) is None
    assert asked(turns, "c", 2000) is None
    assert asked(turns, "d", 5000) is None


def test_an_emergency_goes_before_those_who_wait() -> None:
    turns = Turns(lambda: 1.0)
    assert asked(turns, "a", 0) is None
    assert asked(turns, "b", 0) == (0, 1000)
    assert asked(turns, "s1", 10, severity=1) == (0, 990)
    assert asked(turns, "b", 20) == (1, 1980)
    assert asked(turns, "s1", 1000, severity=1) is None


def test_whoever_does_not_come_back_keeps_nobody_waiting() -> None:
    turns = Turns(lambda: 1.0)
    assert asked(turns, "a", 0) is None
    assert asked(turns, "gone", 0) == (0, 1000)
    assert asked(turns, "c", 0) == (1, 2000)
    assert asked(turns, "c", 2000) == (1, 1000)
    assert asked(turns, "c", 1001 + LATE_MS) is None


def test_a_pause_that_the_carrier_asks_for_is_everybodys() -> None:
    turns = Turns(lambda: 0.0)
    assert [asked(turns, it, 0) for it in "abc"] == [None, None, None]
    turns.hold(0, 3000)
    assert asked(turns, "d", 1000) == (0, 2000)
    assert asked(turns, "d", 3000) is None


def test_it_is_told_in_words_and_once() -> None:
    turns = Turns(lambda: 1.0)
    assert turns.ask("a", 3, 0) is None
    first, second, third = (turns.ask(it, 3, 0) for it in "bcd")
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.words, first.first) == ("Dialled in about 1 s.", True)
    assert second.words == "One call is dialled before yours: about 2 s."
    assert third.words == "2 calls are dialled before yours: about 3 s."
    again = turns.ask("d", 3, 10)
    assert again is not None
    assert again.first is False

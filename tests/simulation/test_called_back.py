"""Callers who ask by a key to be called back: who presses, who is called, what the figures say."""

from __future__ import annotations

from router.simulation import figures
from router.simulation.scenario import Asking
from router.simulation.wire import Wire
from tests.simulation.test_simulation import person, played, told

ALL = Asking(share=1.0, after="30s", answered=1.0, ring="10s")
BUSY = person("busy", 3, 0, handling=60_000)


def test_a_caller_keeps_their_place_and_is_called(wire: Wire) -> None:
    one = played(wire, [BUSY, person("asks", 3, 1_000), person("later", 3, 35_000)], asking=ALL)
    assert told(one, "busy").answered_at == 0
    assert told(one, "asks").left
    assert told(one, "asks").answered_at is None
    # 60 s of talk and no wrap-up, then 10 s until they pick up: before the one who came later.
    assert told(one, "asks.1").answered_at == 70_000
    assert (told(one, "later.1").answered_at or 0) > 70_000
    found = figures.of_run(one)
    assert found["S3 voice/people"] == 3
    assert found["S3 voice/abandoned"] == 0
    assert round(found["S3 voice/left"], 3) == round(2 / 3, 3)
    assert found["called back S3/people"] == 2
    assert found["called back S3/reached"] == 1
    assert found["called back S3/p50_s"] == 69.0
    assert "S3 calls who asked to be called back: 2 a run" in figures.table(figures.means([found]))


def test_who_does_not_pick_up_is_called_again_and_then_no_more(wire: Wire) -> None:
    never = Asking(share=1.0, after="30s", answered=0.0)
    one = played(wire, [BUSY, person("asks", 2, 1_000)], asking=never)
    tries = {name: told for name, told in one.told.items() if told.promised}
    assert sorted(tries) == ["asks.1", "asks.2", "asks.3"]
    # Not before a quarter of an hour after the first try has ended, three after the second.
    assert tries["asks.1"].gone_at == 85_000
    assert tries["asks.2"].gone_at == 85_000 + 900_000 + 25_000
    assert tries["asks.3"].gone_at == 1_010_000 + 2_700_000 + 25_000
    assert figures.of_run(one)["called back S2/reached"] == 0


def test_nobody_with_an_emergency_and_nobody_who_was_answered_asks(wire: Wire) -> None:
    people = [BUSY, person("s1", 1, 1_000), person("text", 3, 2_000, channel="sms")]
    one = played(wire, people, asking=ALL)
    assert not any(told.promised for told in one.told.values())
    assert not any(name.startswith("called back") for name in figures.of_run(one))


def test_who_hangs_up_first_is_not_called(wire: Wire) -> None:
    one = played(wire, [BUSY, person("gone", 3, 1_000, patience=20_000)], asking=ALL)
    assert set(one.told) == {"busy", "gone"}
    assert figures.of_run(one)["S3 voice/abandoned"] == 0.5

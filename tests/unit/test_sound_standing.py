"""When a process that carries sound is full, and what is read of others."""

from __future__ import annotations

import msgspec
import pytest

from holdfast.sound.standing import FULL_CORE, FULL_LATE_MS, About, Load, known


def looked(core: float, late_ms: float, late_looks: int = 100) -> Load:
    """A process that used so much of its core for five seconds; of a hundred looks so many were
    late."""
    load = Load()
    for n in range(100):
        load.look(late_ms / 1000 if n < late_looks else 0.0, n * 0.05, n * 0.05 * core)
    return load


def test_nobody_has_looked_yet() -> None:
    assert (Load().core, Load().late_ms, Load().full) == (0.0, 0.0, False)


@pytest.mark.parametrize("core", [0.0, 0.2, FULL_CORE - 0.01])
def test_a_process_with_room_takes_more(core: float) -> None:
    load = looked(core, 0.3)
    assert load.core == pytest.approx(core)
    assert not load.full


def test_it_is_full_by_its_share_of_a_core() -> None:
    assert looked(FULL_CORE + 0.01, 0.0).full


def test_it_is_full_when_its_loop_is_late_however_little_it_does() -> None:
    load = looked(0.05, FULL_LATE_MS + 1, late_looks=3)
    assert load.late_ms == pytest.approx(FULL_LATE_MS + 1)
    assert load.full


def test_one_late_moment_is_nothing() -> None:
    assert not looked(0.05, 80.0, late_looks=1).full


def test_what_was_long_ago_does_not_count() -> None:
    load = looked(1.0, 50.0)
    for n in range(100, 200):
        load.look(0.0, n * 0.05, 5.0)
    assert not load.full


def test_one_of_another_version_that_cannot_be_read_is_left_out() -> None:
    good = msgspec.json.encode(About("unix:/a", "https://a.test"))
    more = b'{"link": "unix:/b", "url": "https://b.test", "news": 1}'
    found = known({"a": good, "b": more, "c": b"{}", "d": b"no"})
    assert sorted(found) == ["a", "b"]

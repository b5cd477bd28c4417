"""One hears oneself: five seconds, measured and played back, kept nowhere."""

from __future__ import annotations

import gc

import pytest

from softphone import g711, tones
from softphone.echo import Spoken
from softphone.exchange import Exchange
from softphone.pacer import Pacer
from softphone.plans import Event, Joined
from tests.media.fakes import FakeLeg, VirtualClock

VOICE = tones.tone(440, ms=20)
CLIPPING = b"\x00\x80" * 80


class Desk:
    """An agent's sound, and no call."""

    def __init__(self) -> None:
        self.clock, self.told = VirtualClock(), list[Event]()
        self.exchange = Exchange(None, None, self.clock, self.told.append)
        self.leg = FakeLeg("a")
        self.exchange.attach_agent("a", 1, self.leg)
        self.spoken: list[Spoken] = []

    def echo(self) -> bool:
        return self.exchange.echo("a", self.spoken.append)

    def says(self, seconds: float, payload: bytes = VOICE, lose: int = 0) -> None:
        for number in range(round(seconds * 50)):
            if not lose or number % lose:
                self.leg.says(payload, number * 160)
            self.clock.advance(0.02)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_one_says_for_five_seconds_is_heard_back_once(desk: Desk) -> None:
    assert desk.echo()
    desk.says(5)
    assert len(desk.spoken) == 1
    assert (desk.spoken[0].frames, desk.spoken[0].lost) == (250, 0)
    desk.clock.advance(10)
    assert b"".join(desk.leg.heard) == VOICE * 250
    assert desk.leg.sink is None
    assert desk.clock.pending == 0


def test_what_gets_lost_on_the_way_is_counted_and_heard_as_a_gap(desk: Desk) -> None:
    desk.echo()
    desk.says(5, lose=10)
    assert desk.spoken[0].lost == pytest.approx(0.1, abs=0.005)
    desk.clock.advance(10)
    assert desk.leg.heard.count(g711.SILENCE) == 24


def test_a_page_that_sends_too_much_is_not_kept_and_plays_no_longer_than_one_can_speak(
    desk: Desk,
) -> None:
    """Each packet claims a second of silence before it, and there are ten times too many."""
    desk.echo()
    for number in range(2500):
        desk.leg.says(VOICE, number * 8000)
        desk.clock.advance(0.002)
    desk.clock.advance(1000)
    assert len(b"".join(desk.leg.heard)) <= 6 * g711.RATE


def test_once_it_was_played_nothing_of_it_is_kept(desk: Desk) -> None:
    def playing() -> set[int]:
        gc.collect()
        return {id(one) for one in gc.get_objects() if isinstance(one, Pacer)}

    before = playing()
    desk.echo()
    desk.says(5)
    desk.clock.advance(10)
    assert playing() <= before


@pytest.mark.parametrize(
    ("payload", "level", "clipped"),
    [(g711.SILENCE, -96, 0), (CLIPPING, 0, 1)],
    ids=["dead", "loud"],
)
def test_how_loud_it_was(desk: Desk, payload: bytes, level: float, clipped: float) -> None:
    desk.echo()
    desk.says(5, payload)
    assert desk.spoken[0].level_db == pytest.approx(level, abs=1)
    assert desk.spoken[0].clipped == clipped


def test_a_microphone_that_sends_nothing_is_measured_too(desk: Desk) -> None:
    desk.echo()
    desk.clock.advance(6)
    assert desk.spoken == [Spoken(0, 1.0, 0.0, -96.0, 0.0)]


@pytest.mark.parametrize("after_s", [1, 7], ids=["while they speak", "while they hear it"])
def test_a_call_ends_it_and_hears_nothing_of_it(desk: Desk, after_s: int) -> None:
    desk.echo()
    desk.says(after_s)
    caller = FakeLeg("caller")
    desk.exchange.attach_caller("c", 1, caller)
    desk.exchange.plan("c", Joined("a"))
    desk.leg.heard.clear()
    caller.heard.clear()
    desk.clock.advance(0.02)
    assert desk.leg.heard == []
    caller.says(b"\x90" * 160)
    desk.leg.says(b"\x91" * 160)
    desk.clock.advance(10)
    assert desk.leg.heard == [b"\x90" * 160]
    assert caller.heard == [b"\x91" * 160]


def test_there_is_none_in_a_call_nor_without_sound(desk: Desk) -> None:
    assert not desk.exchange.echo("nobody", desk.spoken.append)
    desk.exchange.plan("c", Joined("a"))
    assert not desk.echo()


@pytest.mark.parametrize("end", ["asked", "page gone", "signed out", "new page"])
def test_what_was_said_is_forgotten_with_it(desk: Desk, end: str) -> None:
    desk.echo()
    desk.says(2)
    match end:
        case "asked":
            desk.exchange.end_echo("a")
        case "page gone":
            desk.exchange.detach_agent("a", desk.leg, "gone")
        case "signed out":
            desk.exchange.forget_agent("a")
        case _:
            desk.exchange.attach_agent("a", 2, FakeLeg("a.2"))
    desk.clock.advance(20)
    assert desk.leg.heard == []
    assert desk.spoken == []

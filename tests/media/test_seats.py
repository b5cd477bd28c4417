"""Who hears whom, in samples, while somebody listens, whispers or takes part beside an agent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from router.core.beside import Beside, Mode, board_leg
from softphone import g711
from softphone.plans import Bridged, Joined, OneWay, OnHold, decide
from softphone.room import ONE_WAY_S
from softphone.seats import AGENT, CALLER, TALK, Edge, Role, Seat
from tests.media.fakes import FakeLeg
from tests.media.test_exchange import HOLD, IDLE, Stage

COACH = Seat(Role.BESIDE, "s")
OTHER_COACH = Seat(Role.BESIDE, "t")
PEOPLE = ("caller", "agent", "s", "t")
PART = g711.FRAME_BYTES // len(PEOPLE)


def frame(who: str) -> bytes:
    """Each speaks in a part of a frame of their own, so that any sum tells who was in it."""
    sound = np.zeros(g711.FRAME_BYTES, np.int16)
    start = PEOPLE.index(who) * PART
    sound[start : start + PART] = 8000
    return g711.from_pcm(sound)


def beside(**modes: str) -> frozenset[Beside]:
    return frozenset(Beside(who, Mode(mode)) for who, mode in modes.items())


class Call:
    """Caller c and agent a talk; s and t have a desk of their own."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.caller, self.agent = self.stage.talking()
        self.legs = {"caller": self.caller, "agent": self.agent}
        for who in ("s", "t"):
            self.legs[who] = self.stage.agent(agent=who)
        self.plan(Joined("a"))

    def plan(self, plan: Joined | OnHold) -> None:
        self.stage.exchange.plan("c", plan)

    def second(self) -> dict[str, set[str]]:
        """Everybody talks for a second; whom each has heard in it, once the mix has begun."""
        for number in range(60):
            if number == 10:
                for leg in self.legs.values():
                    leg.heard.clear()
            for who, leg in self.legs.items():
                leg.says(frame(who), number * 160)
            self.stage.clock.advance(0.02)
        return {who: self._whom(leg) for who, leg in self.legs.items()}

    @staticmethod
    def _whom(leg: FakeLeg) -> set[str]:
        found: set[str] = set()
        for payload in leg.heard:
            if not {*payload} <= {*HOLD}:
                parts = np.abs(g711.to_pcm(payload)).reshape(len(PEOPLE), PART).max(axis=1)
                found |= {who for who, part in zip(PEOPLE, parts, strict=True) if part > 1000}
        return found


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.mark.parametrize(
    ("modes", "caller", "agent", "s", "t"),
    [
        ({}, "agent", "caller", "", ""),
        ({"s": "listen"}, "agent", "caller", "caller agent", ""),
        ({"s": "whisper"}, "agent", "caller s", "caller agent", ""),
        ({"s": "barge"}, "agent s", "caller s", "caller agent", ""),
        ({"s": "whisper", "t": "listen"}, "agent", "caller s", "caller agent", "caller agent s"),
        ({"s": "listen", "t": "barge"}, "agent t", "caller t", "caller agent t", "caller agent"),
        (
            {"s": "barge", "t": "whisper"},
            "agent s",
            "caller s t",
            "caller agent t",
            "caller agent s",
        ),
    ],
)
def test_who_hears_whom(
    call: Call, modes: dict[str, str], caller: str, agent: str, s: str, t: str
) -> None:
    call.plan(Joined("a", beside(**modes)))
    heard = call.second()
    wanted = {"caller": caller, "agent": agent, "s": s, "t": t}
    assert heard == {who: set(names.split()) for who, names in wanted.items()}


@pytest.mark.parametrize("mode", ["listen", "whisper"])
def test_nobody_beside_touches_a_frame_of_what_the_caller_hears(call: Call, mode: str) -> None:
    call.plan(Joined("a", beside(s=mode)))
    said = [bytes([number % 256]) * 160 for number in range(100)]
    for number, payload in enumerate(said):
        call.legs["s"].says(frame("s"), number * 160)
        call.agent.says(payload, number * 160)
        call.stage.clock.advance(0.02)
    assert call.caller.heard == said
    assert call.caller.stamps[-100:] == [number * 160 for number in range(100)]
    assert all(heard is payload for heard, payload in zip(call.caller.heard, said, strict=True))


def test_coming_and_going_beside_them_is_no_new_joining_and_takes_nothing_back(call: Call) -> None:
    told, clears = len(call.stage.told), (call.caller.clears, call.agent.clears)
    for mode in ("listen", "whisper", "barge", "listen"):
        call.plan(Joined("a", beside(s=mode)))
        call.second()
    call.plan(Joined("a"))
    assert not [e for e in call.stage.told[told:] if isinstance(e, Bridged)]
    assert (call.caller.clears, call.agent.clears) == clears
    assert call.second() == {"caller": {"agent"}, "agent": {"caller"}, "s": set(), "t": set()}
    assert call.legs["s"].sink is None  # they are with nobody, and nobody expects sound from them
    assert call.stage.clock.pending == 1  # no tick is left


def test_on_hold_nobody_beside_hears_the_caller_or_is_heard_by_them(call: Call) -> None:
    call.plan(OnHold("a", beside(s="barge")))
    heard = call.second()
    assert heard == {"caller": set(), "agent": {"s"}, "s": {"agent"}, "t": set()}


def test_who_takes_part_goes_on_with_the_caller_when_the_agents_page_is_gone(call: Call) -> None:
    call.plan(Joined("a", beside(s="barge")))
    call.stage.exchange.detach_agent("a", call.agent, "page closed")
    heard = call.second()
    assert (heard["caller"], heard["s"]) == ({"s"}, {"caller"})
    assert HOLD not in call.caller.heard


@pytest.mark.parametrize("mode", ["listen", "whisper"])
def test_whom_the_caller_does_not_hear_leaves_them_the_hold_clip(call: Call, mode: str) -> None:
    call.plan(Joined("a", beside(s=mode)))
    call.stage.exchange.detach_agent("a", call.agent, "page closed")
    assert call.caller.heard == [HOLD]
    back = call.stage.agent(epoch=2)
    call.legs["agent"] = back
    heard = call.second()
    assert (heard["caller"], "caller" in heard["agent"]) == ({"agent"}, True)


def test_who_sits_beside_one_call_leaves_the_other_as_it_was(call: Call) -> None:
    call.plan(Joined("a", beside(s="whisper")))
    other = FakeLeg("d")
    assert call.stage.exchange.attach_caller("d", 1, other)
    third = call.stage.agent(agent="b")
    call.stage.exchange.plan("d", Joined("b", beside(s="listen")))
    heard = call.second()
    assert (heard["caller"], heard["agent"]) == ({"agent"}, {"caller"})
    third.says(frame("agent"))
    assert other.heard[-1] == frame("agent")


def test_a_key_is_heard_by_the_caller_in_place_of_what_is_mixed_for_them(call: Call) -> None:
    call.plan(Joined("a", beside(s="barge")))
    call.second()
    call.caller.heard.clear()
    assert call.stage.exchange.digit("c", "5")
    for number in range(12):
        call.agent.says(frame("agent"), number * 160)
        call.stage.clock.advance(0.02)
    assert len(call.caller.heard) == 1 + 12 - 9  # the key's 180 ms, and three frames after it


def test_the_alarm_is_about_caller_and_agent_alone(call: Call) -> None:
    """Who listens is silent, and that is right."""
    call.plan(Joined("a", beside(s="listen")))
    call.second()
    told = len(call.stage.told)
    for _ in range(int(ONE_WAY_S) + 2):
        call.second()
    assert not [event for event in call.stage.told[told:] if isinstance(event, OneWay)]


@pytest.mark.parametrize("up", [[], [CALLER], [AGENT], [CALLER, AGENT]], ids=len)
@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("plan", [Joined, OnHold])
def test_the_table(up: list[Seat], mode: Mode, plan: Callable[..., Joined | OnHold]) -> None:
    """Never silence toward a caller; nobody hears a whisper but the agent and who sits beside."""
    people = beside(s=mode.value, t="listen")
    wiring = decide(plan("a", people), [*up, COACH, OTHER_COACH], hold=HOLD, idle=IDLE)
    to_caller = {edge.source for edge in wiring.edges if edge.target == CALLER}
    assert (CALLER in wiring.clips) is (CALLER in up and not to_caller)
    assert to_caller <= {AGENT, COACH}
    if mode is not Mode.BARGE:
        assert COACH not in to_caller
    assert OTHER_COACH not in {edge.source for edge in wiring.edges}
    if plan is OnHold:
        assert not any(CALLER in edge for edge in wiring.edges)
    elif len(up) == 2:
        assert wiring.edges >= TALK | {Edge(CALLER, COACH), Edge(AGENT, COACH)}


def test_nobody_expects_sound_from_whoever_only_listens(call: Call) -> None:
    """They may have no microphone; of an agent it is expected also while nobody hears them."""
    for mode, expected in (("listen", False), ("whisper", True), ("listen", False)):
        call.plan(Joined("a", beside(s=mode)))
        assert (call.legs["s"].sink is not None) is expected
    call.plan(OnHold("a", beside(s="listen")))
    assert call.agent.sink is not None


def test_the_sound_of_a_board_and_of_the_same_persons_desk_are_two(call: Call) -> None:
    board = call.stage.agent(agent=board_leg("s"))
    call.plan(Joined("a", frozenset({Beside("s", Mode.WHISPER, board=True)})))
    for number in range(60):
        call.legs["s"].says(frame("s"), number * 160)
        board.says(frame("t"), number * 160)
        call.agent.says(frame("agent"), number * 160)
        call.caller.says(frame("caller"), number * 160)
        call.stage.clock.advance(0.02)
    heard = [call._whom(leg) for leg in (board, call.legs["s"], call.agent, call.caller)]
    assert heard == [{"caller", "agent"}, set(), {"caller", "t"}, {"agent"}]

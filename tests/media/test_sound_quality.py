"""How each way sounds: counted each second, judged over five, said with what is at fault."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace

import pytest

from router.core.beside import Beside, Mode
from softphone.exchange import Exchange
from softphone.far_hops import PageSays
from softphone.plans import Event, Handed, Joined, Measured, OneWay, OnHold, Second
from softphone.quality import FarHop, Quality, mos
from softphone.room import Direction, Want
from softphone.seats import Role
from softphone.verdict import Sounds, Where, Window, judge
from tests.media.fakes import FakeLeg, VirtualClock

VOICE = b"\x80" * 160
DEAD = b"\xff" * 160
MUTED_OR_QUIET = DEAD
TO_AGENT, TO_CALLER = Direction.FROM_CALLER, Direction.FROM_AGENT


class Talk:
    """A caller and an agent who hear each other, on virtual time."""

    def __init__(self) -> None:
        self.clock, self.told = VirtualClock(), list[Event]()
        self.exchange = Exchange(None, None, self.clock, self.told.append)
        self.caller, self.agent = FakeLeg("caller"), FakeLeg("agent")
        self.exchange.attach_caller("c", 1, self.caller)
        self.exchange.attach_agent("a", 1, self.agent)
        self.exchange.plan("c", Joined("a"))
        self.sent = 0
        self.others: list[FakeLeg] = []

    def speaks(
        self,
        seconds: float,
        caller: bytes | None = VOICE,
        agent: bytes | None = VOICE,
        silent: Collection[FakeLeg] = (),
    ) -> None:
        """`silent`: others of whom nothing comes."""
        for _ in range(round(seconds * 50)):
            for leg, payload in ((self.caller, caller), (self.agent, agent)):
                if payload is not None:
                    leg.says(payload, self.sent * 160)
            for leg in self.others:
                if leg not in silent:
                    leg.says(VOICE, self.sent * 160)
            self.sent += 1
            self.clock.advance(0.02)

    def another(self, who: str) -> FakeLeg:
        """Somebody else with a page."""
        leg = FakeLeg(who)
        assert self.exchange.attach_agent(who, 1, leg)
        self.others.append(leg)
        return leg

    def one_way(self) -> list[tuple[Direction, Want | None]]:
        return [(e.direction, e.want) for e in self.told if isinstance(e, OneWay)]

    def measured(self) -> list[Measured]:
        return [event for event in self.told if isinstance(event, Measured)]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def second(**fields: float) -> Quality:
    far = FarHop(rtt_ms=40.0, buffer_ms=40.0)
    return replace(Quality(50, 0, 0, 1.0, -20.0, far), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", [TO_AGENT, TO_CALLER])
@pytest.mark.parametrize("still_s", [0.0, 0.02, 0.4, 0.5, 0.98])
def test_that_nothing_comes_is_told_within_three_seconds(
    talk: Talk, way: Direction, still_s: float
) -> None:
    talk.speaks(2 + still_s)
    silent = {"caller": None} if way is TO_AGENT else {"agent": None}
    talk.speaks(1.8, **silent)
    assert talk.one_way() == []
    talk.speaks(1.2, **silent)
    assert talk.one_way() == [(way, Want.FRAMES)]
    talk.speaks(30, **silent)
    assert len(talk.one_way()) == 1
    talk.speaks(1.1)
    assert talk.one_way()[1:] == [(way, None)]


def test_four_seconds_of_nothing_that_come_all_at_once_are_told_and_then_over(talk: Talk) -> None:
    """Each frame goes on as it came and when it came; a few seconds later all is good again."""
    talk.speaks(10)
    heard = len(talk.agent.heard)
    talk.speaks(4, caller=None)
    assert talk.one_way() == [(TO_AGENT, Want.FRAMES)]
    late = [n.to_bytes(2, "big") + VOICE[2:] for n in range(200)]
    for n, payload in enumerate(late):
        talk.caller.says(payload, (talk.sent - 200 + n) * 160)
    assert talk.agent.heard[heard:] == late
    talk.speaks(6)
    assert len(talk.agent.heard) == heard + 200 + 300
    assert [stamp // 160 for stamp in talk.agent.stamps] == list(range(talk.sent))
    assert talk.one_way() == [(TO_AGENT, Want.FRAMES), (TO_AGENT, None)]
    window = Window(from_caller=True)
    verdicts = [window.add(one.ways[TO_AGENT]) for one in talk.measured()]
    assert verdicts[-1].sounds is Sounds.GOOD


def test_whoever_is_muted_or_quiet_is_not_absent(talk: Talk) -> None:
    talk.speaks(10, caller=MUTED_OR_QUIET)
    talk.speaks(10, agent=MUTED_OR_QUIET)
    assert Want.FRAMES not in [want for _, want in talk.one_way()]


@pytest.mark.parametrize(
    "apart",
    [OnHold("a"), OnHold("a", second=Second("b")), Joined("b"), None],
    ids=["hold", "consult", "transfer to somebody not there yet", "over"],
)
def test_whoever_is_not_to_be_heard_is_not_missed(
    talk: Talk, apart: OnHold | Joined | None
) -> None:
    talk.speaks(3)
    if apart is None:
        talk.exchange.forget("c")
    else:
        talk.exchange.plan("c", apart)
    talk.speaks(10, caller=None, agent=None)
    assert talk.one_way() == []


def test_an_alarm_is_over_when_they_are_parted(talk: Talk) -> None:
    talk.speaks(5, caller=None)
    talk.exchange.plan("c", OnHold("a"))
    assert talk.one_way() == [(TO_AGENT, Want.FRAMES), (TO_AGENT, None)]
    talk.exchange.plan("c", Joined("a"))
    talk.speaks(1.5, caller=None)
    assert len(talk.one_way()) == 2  # it begins anew
    talk.speaks(1.5, caller=None)
    assert talk.one_way()[2:] == [(TO_AGENT, Want.FRAMES)]


def test_each_second_of_two_who_talk_is_measured_and_no_other(talk: Talk) -> None:
    talk.speaks(4.5)
    assert [len(event.ways) for event in talk.measured()] == [2] * 4
    assert all(way.frames in (49, 50, 51) for e in talk.measured()[1:] for way in e.ways.values())
    talk.exchange.plan("c", OnHold("a"))
    talk.speaks(5)
    assert len(talk.measured()) == 4


def test_what_the_page_and_the_carrier_say_of_their_hop_counts_in_the_way_of_it(talk: Talk) -> None:
    talk.agent.page_says = PageSays(talk.clock.time(), 100.0, 0.1, 12.0, 60.0)  # type: ignore[attr-defined]
    talk.caller.standing_ms = 300.0  # type: ignore[attr-defined]
    talk.speaks(2.5)
    ways = talk.measured()[-1].ways
    assert ways[TO_AGENT].lost == pytest.approx(0.1)
    assert ways[TO_AGENT].delay_ms == 50 + 60 + 20
    assert ways[TO_CALLER].lost == 0
    assert ways[TO_CALLER].delay_ms == pytest.approx(50 + 300 + 20, abs=2)
    talk.speaks(8)  # it says no more: what it said is old
    assert talk.measured()[-1].ways[TO_AGENT].lost == 0


def test_one_lost_frame_is_no_verdict_and_a_few_are() -> None:
    window = Window(from_caller=False)
    for _ in range(10):
        assert window.add(second(far=FarHop(concealed=False))).sounds is Sounds.GOOD
    assert window.add(second(gaps=1, far=FarHop(concealed=False))).sounds is Sounds.GOOD
    bad = second(gaps=4, far=FarHop(concealed=False))
    assert [window.add(bad).sounds for _ in range(4)][-1] is Sounds.POOR


@pytest.mark.parametrize(
    ("from_caller", "one", "where"),
    [
        (True, second(gaps=6), Where.LINE),
        (True, second(far=FarHop(lost=0.1)), Where.NETWORK),
        (True, second(far=FarHop(rtt_ms=900)), Where.NETWORK),
        (False, second(gaps=6, far=FarHop(concealed=False)), Where.NETWORK),
        (False, second(far=FarHop(backlog_ms=600, concealed=False)), Where.BACKLOG),
    ],
)
def test_what_is_at_fault_is_where_most_is_lost(
    from_caller: bool, one: Quality, where: Where
) -> None:
    verdict = judge([one], from_caller=from_caller)
    assert verdict.sounds is not Sounds.GOOD
    assert verdict.where is where


def test_a_second_without_a_frame_is_lost_as_a_whole() -> None:
    assert second(frames=0).mos < 1.3
    assert judge([second(frames=0)], from_caller=True).where is Where.LINE


@pytest.mark.parametrize(
    ("r", "score"), [(93.2, 4.41), (90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)]
)
def test_the_score_is_that_of_the_recommendation(r: float, score: float) -> None:
    """G.107, table B.1."""
    delay_ms = (93.2 - r) / 0.024 if 93.2 - r <= 4.2552 else (93.2 - r + 0.11 * 177.3) / 0.134
    assert mos(one_way_ms=delay_ms, loss=0) == pytest.approx(score, abs=0.011)


@pytest.mark.parametrize("apart_s", [0.0, 0.05])
def test_calls_are_measured_one_after_the_other_and_not_all_at_once(apart_s: float) -> None:
    clock, told = VirtualClock(), list[tuple[float, str]]()

    def hear(event: Event) -> None:
        if isinstance(event, Measured):
            told.append((clock.time(), event.contact))

    exchange = Exchange(None, None, clock, hear)
    for number in range(40):
        exchange.attach_caller(f"c{number}", 1, FakeLeg("c"))
        exchange.attach_agent(f"a{number}", 1, FakeLeg("a"))
        exchange.plan(f"c{number}", Joined(f"a{number}"))
        clock.advance(apart_s)
    clock.advance(3.0)
    told.clear()
    clock.advance(1.1)
    assert sorted({contact for _, contact in told}) == sorted(f"c{n}" for n in range(40))
    at_once = [[at for at, _ in told].count(moment) for moment, _ in told]
    assert max(at_once) <= 5


async def test_measuring_needs_no_more_than_the_one_timer(talk: Talk) -> None:
    talk.speaks(3)
    await asyncio.sleep(0)
    assert talk.clock.pending == 1


def beside(who: str, mode: str) -> frozenset[Beside]:
    return frozenset({Beside(who, Mode(mode))})


def test_whoever_else_is_in_a_call_is_measured_both_ways(talk: Talk) -> None:
    talk.another("b")
    ear = talk.another("s")
    ear.page_says = PageSays(talk.clock.time(), rtt_ms=80, lost=0.1)
    plan = Joined("a", beside=beside("s", "listen"), second=Second("b", together=True))
    talk.exchange.plan("c", plan)
    talk.speaks(3)
    last = talk.measured()[-1]
    assert set(last.ways) == {TO_AGENT, TO_CALLER}
    assert set(last.others) == {"b", "s"}
    colleague, listener = last.others["b"], last.others["s"]
    assert (colleague.hears and colleague.hears.frames, colleague.absent) == (50, False)
    assert (colleague.heard and colleague.heard.frames, listener.heard) == (50, None)
    assert listener.hears is not None
    assert (listener.hears.far.rtt_ms, listener.hears.lost) == (80, pytest.approx(0.1))


def test_what_comes_to_others_is_the_worst_of_what_they_hear(talk: Talk) -> None:
    talk.another("s")
    talk.exchange.plan("c", Joined("a", beside=beside("s", "listen")))
    talk.speaks(2)
    talk.speaks(1.2, caller=None)
    hears = talk.measured()[-1].others["s"].hears
    assert hears is not None
    assert hears.near_lost > 0.9


def test_that_nothing_comes_from_them_is_known_within_three_seconds_and_so_is_its_end(
    talk: Talk,
) -> None:
    colleague = talk.another("b")
    talk.exchange.plan("c", Joined("a", second=Second("b", together=True)))
    talk.speaks(2)
    talk.speaks(2.99, silent=[colleague])
    assert talk.measured()[-1].others["b"].absent
    assert talk.one_way() == []
    talk.speaks(1.1)
    assert not talk.measured()[-1].others["b"].absent


def test_somebody_who_only_listens_and_says_nothing_is_not_missed(talk: Talk) -> None:
    listener = talk.another("s")
    talk.exchange.plan("c", Joined("a", beside=beside("s", "listen")))
    talk.speaks(6, silent=[listener])
    assert not any(one.others["s"].absent for one in talk.measured())


def test_who_just_came_is_judged_by_what_they_say_and_not_by_what_they_could_not(
    talk: Talk,
) -> None:
    talk.speaks(1.4)
    newcomer = talk.another("b")
    talk.exchange.plan("c", Joined("a", second=Second("b", together=True)))
    talk.speaks(0.8, silent=[newcomer])
    assert talk.measured()[-1].others["b"].heard is None
    talk.speaks(2)
    assert min(one.others["b"].heard.near_lost for one in talk.measured()[-1:]) == 0  # type: ignore[union-attr]


def test_agent_and_colleague_are_measured_while_the_caller_is_on_hold(talk: Talk) -> None:
    colleague = talk.another("b")
    talk.speaks(2)
    talk.exchange.plan("c", OnHold("a", second=Second("b")))
    talk.told.clear()
    talk.speaks(2)
    last = talk.measured()[-1]
    assert (last.ways, set(last.others)) == ({}, {"a", "b"})
    agent = last.others["a"]
    assert agent.role is Role.AGENT
    assert agent.hears
    assert agent.heard
    assert (agent.hears.frames, agent.heard.frames, agent.absent) == (50, 50, False)
    talk.speaks(2.99, silent=[colleague])
    assert talk.measured()[-1].others["b"].absent


# Handed over to a number outside ----------------------------------------------------------------


def handed_over(talk: Talk) -> FakeLeg:
    """The caller is with a number, and nobody of ours is."""
    number = talk.another("n")
    talk.exchange.plan("c", Joined("a", second=Second("n", together=True, line=True)))
    talk.speaks(2)
    talk.exchange.plan("c", Handed(Second("n", line=True)))
    talk.told.clear()
    return number


def test_a_caller_with_a_number_is_measured_both_ways_as_two_telephones_are(talk: Talk) -> None:
    number = handed_over(talk)
    number.standing_ms, talk.caller.standing_ms = 120.0, 40.0
    talk.speaks(2, agent=None)
    last = talk.measured()[-1]
    assert (last.agent, dict(last.others), set(last.ways)) == ("n", {}, {TO_AGENT, TO_CALLER})
    assert [last.ways[way].far.backlog_ms for way in (TO_AGENT, TO_CALLER)] == [120, 40]
    assert not any(one.far.concealed for one in last.ways.values())
    assert all(one.frames == 50 for one in last.ways.values())


@pytest.mark.parametrize("way", [TO_AGENT, TO_CALLER])
def test_that_one_of_two_telephones_gives_nothing_is_told_within_three_seconds(
    talk: Talk, way: Direction
) -> None:
    number = handed_over(talk)
    talk.speaks(2, agent=None)
    caller, silent = (None, []) if way is TO_AGENT else (VOICE, [number])
    talk.speaks(1.8, caller=caller, agent=None, silent=silent)
    assert talk.one_way() == []
    talk.speaks(1.2, caller=caller, agent=None, silent=silent)
    assert talk.one_way() == [(way, Want.FRAMES)]
    talk.speaks(1.1, agent=None)
    assert talk.one_way()[1:] == [(way, None)]


@pytest.mark.parametrize(
    ("lost", "where"), [({"gaps": 5}, Where.LINE), ({"jitter_ms": 300.0}, Where.LINE)], ids=str
)
@pytest.mark.parametrize("from_caller", [True, False])
def test_between_two_telephones_no_network_of_ours_is_at_fault(
    lost: dict[str, float], where: Where, from_caller: bool
) -> None:
    bad = replace(second(**lost), far=FarHop(concealed=False))
    told = judge([bad] * 5, from_caller=from_caller, at_telephones=True)
    assert (told.sounds is Sounds.GOOD, told.where) == (False, where)

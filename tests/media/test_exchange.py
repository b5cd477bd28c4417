"""Playbooks: who hears whom, as legs come and go and plans change."""

from __future__ import annotations

import asyncio

import pytest

from holdfast.switchboard import plan_of
from router.core.model import LiveContact
from router.core.states import State
from softphone import tones
from softphone.exchange import Exchange
from softphone.plans import (
    AgentLost,
    AgentUp,
    Bridged,
    CallerLost,
    CallerUp,
    Dialing,
    Event,
    FirstAudio,
    Joined,
    Live,
    OneWay,
    OnHold,
    Plan,
    Ringing,
    Waiting,
    Wiring,
    decide,
)
from softphone.quality import Meter
from softphone.room import Direction, Want
from softphone.seats import AGENT, CALLER, TALK
from tests.media.fakes import FakeLeg, VirtualClock

HOLD = b"\x11" * 16000
IDLE = b"\x22" * 16000
VOICE = b"\x80" * 160
OTHER = b"\x90" * 160
DEAD = b"\xff" * 160


class Stage:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.told: list[Event] = []
        self.exchange = Exchange(HOLD, IDLE, self.clock, self.told.append)

    def caller(self, epoch: int = 1) -> FakeLeg:
        leg = FakeLeg(f"caller.{epoch}")
        assert self.exchange.attach_caller("c", epoch, leg)
        return leg

    def agent(self, epoch: int = 1, agent: str = "a") -> FakeLeg:
        leg = FakeLeg(f"{agent}.{epoch}")
        assert self.exchange.attach_agent(agent, epoch, leg)
        return leg

    def talking(self) -> tuple[FakeLeg, FakeLeg]:
        caller, agent = self.caller(), self.agent()
        self.exchange.plan("c", Joined("a"))
        caller.heard.clear()
        agent.heard.clear()
        return caller, agent

    async def closings(self) -> None:
        """Let the exchange close what it has dismissed."""
        task = asyncio.create_task(self.exchange.run())
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_caller_without_a_plan_hears_the_connecting_clip(stage: Stage) -> None:
    caller = stage.caller()
    assert caller.heard == [IDLE]
    assert stage.told == [CallerUp("c", 1)]


def test_clips_run_on_in_two_second_chunks_ahead_of_their_end(stage: Stage) -> None:
    caller = stage.caller()
    stage.clock.advance(1.79)
    assert len(caller.heard) == 1
    stage.clock.advance(0.02)
    assert len(caller.heard) == 2
    stage.clock.advance(20)
    assert len(caller.heard) == 12
    assert stage.clock.pending == 1


def test_joined_legs_hear_each_other_untouched_without_any_timer_of_their_own(
    stage: Stage,
) -> None:
    caller, agent = stage.talking()
    caller.says(VOICE, 1600)
    agent.says(OTHER, 320)
    assert (agent.heard, agent.stamps) == ([VOICE], [1600])
    assert caller.heard == [OTHER]
    assert agent.heard[0] is VOICE
    assert stage.clock.pending == 1  # the one watch of the whole process


def test_accept_clears_the_clip_and_tells_how_long_it_took(stage: Stage) -> None:
    caller, agent = stage.caller(), stage.agent()
    stage.exchange.plan("c", Ringing())
    assert caller.heard == [IDLE]  # the connecting clip simply goes on
    stage.clock.advance(0.5)
    stage.exchange.plan("c", Joined("a"))
    assert caller.heard == [IDLE, b"clear"]
    stage.clock.advance(0.03)
    caller.says(VOICE)
    stage.clock.advance(0.01)
    agent.says(OTHER)
    agent.says(OTHER)
    assert stage.told[2:] == [
        Bridged("c", "a", 0.0),
        FirstAudio("c", Direction.FROM_CALLER, pytest.approx(30)),
        FirstAudio("c", Direction.FROM_AGENT, pytest.approx(40)),
    ]


def test_the_stream_that_comes_after_accept_is_joined_at_once(stage: Stage) -> None:
    agent = stage.agent()
    stage.exchange.plan("c", Joined("a"))
    stage.clock.advance(0.7)
    caller = stage.caller()
    assert caller.heard == []
    caller.says(VOICE)
    assert agent.heard == [VOICE]
    assert Bridged("c", "a", pytest.approx(700)) in stage.told


def test_the_same_plan_twice_changes_nothing(stage: Stage) -> None:
    caller, agent = stage.talking()
    told, sink = list(stage.told), caller.sink
    stage.exchange.plan("c", Joined("a"))
    assert stage.told == told
    assert (caller.sink, caller.heard, agent.heard) == (sink, [], [])


def test_an_older_epoch_is_refused_and_disturbs_nobody(stage: Stage) -> None:
    caller, agent = stage.caller(epoch=3), stage.agent(epoch=7)
    stage.exchange.plan("c", Joined("a"))
    assert not stage.exchange.attach_caller("c", 2, FakeLeg("late"))
    assert not stage.exchange.attach_agent("a", 6, FakeLeg("late"))
    caller.says(VOICE)
    assert agent.heard == [VOICE]


async def test_the_newest_epoch_wins_and_the_superseded_leg_is_closed(stage: Stage) -> None:
    old, agent = stage.talking()
    new = stage.caller(epoch=2)
    old.says(VOICE)
    new.says(OTHER)
    assert agent.heard == [OTHER]
    await stage.closings()
    assert old.ended == "superseded"
    stage.exchange.detach_caller("c", old, "closed by us")
    assert not [event for event in stage.told if isinstance(event, CallerLost)]
    agent.says(VOICE)
    assert new.heard[-1] is VOICE


def test_a_second_stream_of_the_same_epoch_takes_over(stage: Stage) -> None:
    first, agent = stage.talking()
    second = stage.caller(epoch=1)
    stage.exchange.detach_caller("c", first, "stopped by the carrier")
    second.says(VOICE)
    assert agent.heard == [VOICE]


def test_agent_gone_gives_hold_and_agent_back_gives_speech_after_a_clear(stage: Stage) -> None:
    caller, agent = stage.talking()
    stage.exchange.detach_agent("a", agent, "page closed")
    assert caller.heard == [HOLD]
    assert AgentLost("a", 1, "page closed") in stage.told
    stage.clock.advance(2.5)
    assert caller.heard == [HOLD, HOLD]
    back = stage.agent(epoch=2)
    assert caller.heard[-1] == b"clear"
    assert stage.told[-2:] == [AgentUp("a", 2), Bridged("c", "a", pytest.approx(2500))]
    caller.says(VOICE)
    assert back.heard == [VOICE]
    stage.clock.advance(1.5)
    assert HOLD not in caller.heard[3:]


def test_a_refreshed_page_takes_over_without_the_caller_hearing_hold(stage: Stage) -> None:
    caller, agent = stage.talking()
    fresh = stage.agent(epoch=2)
    fresh.says(VOICE)
    agent.says(OTHER)
    assert caller.heard == [VOICE]


def test_hold_and_resume(stage: Stage) -> None:
    caller, agent = stage.talking()
    stage.exchange.plan("c", OnHold("a"))
    agent.says(OTHER)
    caller.says(VOICE)
    assert (caller.heard, agent.heard) == ([HOLD], [])
    assert agent.sink is not None  # the agent's path is still watched
    stage.exchange.plan("c", Joined("a"))
    agent.says(OTHER)
    assert caller.heard == [HOLD, b"clear", OTHER]


def test_another_agent_takes_the_call_and_the_first_is_free(stage: Stage) -> None:
    caller, first = stage.talking()
    second = stage.agent(agent="b")
    stage.exchange.plan("c", Joined("b"))
    caller.says(VOICE)
    assert (first.heard, second.heard) == ([], [VOICE])
    assert first.sink is None


def test_back_to_waiting_frees_the_agent(stage: Stage) -> None:
    caller, agent = stage.talking()
    stage.exchange.plan("c", Waiting(b"\x33" * 16000))
    assert caller.heard == [b"\x33" * 16000]
    assert agent.sink is None


def test_an_agent_planned_for_another_contact_leaves_the_first_on_hold(stage: Stage) -> None:
    caller, agent = stage.talking()
    other = FakeLeg("d")
    stage.exchange.attach_caller("d", 1, other)
    stage.exchange.plan("d", Joined("a"))
    assert caller.heard == [HOLD]
    other.says(VOICE)
    caller.says(OTHER)
    assert agent.heard == [VOICE]


def test_dialing_rings_in_the_agents_ear_until_the_person_answers(stage: Stage) -> None:
    agent = stage.agent()
    stage.exchange.plan("c", Dialing("a"))
    stage.clock.advance(0.1)
    assert b"".join(agent.heard) == tones.ringing()[: 160 * 6]
    caller = stage.caller()
    assert agent.heard[-1] == b"clear"
    agent.says(OTHER)
    assert caller.heard == [OTHER]
    stage.exchange.plan("c", Joined("a"))
    agent.says(OTHER)
    assert caller.heard == [OTHER, OTHER]


def test_until_it_rings_there_the_agent_hears_that_something_happens(stage: Stage) -> None:
    agent = stage.agent()
    stage.exchange.plan("c", Dialing("a", rings=False))
    stage.clock.advance(0.1)
    assert b"".join(agent.heard) == tones.connecting()[: 160 * 6]
    stage.exchange.plan("c", Dialing("a"))
    assert agent.heard[-2:] == [b"clear", tones.ringing()[:160]]


@pytest.mark.parametrize(
    ("progress", "rings"),
    [(None, False), ("queued", False), ("ringing", True), ("in-progress", True)],
)
def test_it_rings_in_the_agents_ear_when_the_carrier_says_so(
    progress: str | None, rings: bool
) -> None:
    live = LiveContact("c", "voice", 3, 0, 0, state=State.DIALING, agent="a", progress=progress)
    assert plan_of(live) == Dialing("a", rings=rings)


async def test_forget_closes_the_callers_leg_and_frees_the_agent(stage: Stage) -> None:
    caller, agent = stage.talking()
    stage.exchange.forget("c")
    await stage.closings()
    assert caller.ended == "contact ended"
    assert (agent.ended, agent.sink) == (None, None)
    assert stage.exchange.snapshot() == []
    stage.clock.advance(3)
    assert stage.clock.pending == 0


async def test_drain_closes_every_leg_before_it_returns(stage: Stage) -> None:
    caller, agent = stage.talking()
    await stage.exchange.drain("shutting down")
    assert (caller.ended, agent.ended) == ("shutting down", "shutting down")
    assert stage.exchange.snapshot() == []


async def test_a_leg_that_cannot_be_closed_does_not_keep_others_from_it(stage: Stage) -> None:
    class Broken(FakeLeg):
        async def close(self, reason: str) -> None:
            raise RuntimeError("no")

    stage.exchange.attach_caller("b", 1, Broken("broken"))
    caller = stage.caller()
    await stage.exchange.drain("shutting down")
    assert caller.ended == "shutting down"


def test_a_lost_caller_is_told_and_the_plan_stays(stage: Stage) -> None:
    caller, agent = stage.talking()
    stage.exchange.detach_caller("c", caller, "host gone")
    assert stage.told[-1] == CallerLost("c", 1, "host gone")
    again = stage.caller(epoch=2)
    again.says(VOICE)
    assert agent.heard == [VOICE]


def test_digits_are_heard_by_the_caller_in_place_of_the_agents_frames(stage: Stage) -> None:
    caller, agent = stage.talking()
    assert stage.exchange.digit("c", "5")
    for number in range(10):
        agent.says(VOICE, number * 160)
    assert caller.heard == [tones.digit("5"), VOICE]  # 180 ms of tone, nine frames left out
    assert not stage.exchange.digit("c", "x")
    assert not stage.exchange.digit("nobody", "5")


@pytest.mark.parametrize(
    ("agents_frames", "want"), [(None, Want.FRAMES), (DEAD, Want.SOUND)], ids=["absent", "silent"]
)
def test_one_way_audio_is_told_once_until_sound_is_back(
    stage: Stage, agents_frames: bytes | None, want: Want
) -> None:
    caller, agent = stage.talking()

    def second() -> None:
        for _ in range(50):
            caller.says(VOICE)
            if agents_frames is not None:
                agent.says(agents_frames)
            stage.clock.advance(0.02)

    for _ in range(6):
        second()
    assert [e for e in stage.told if isinstance(e, OneWay)] == [
        OneWay("c", Direction.FROM_AGENT, want)
    ]
    agent.says(VOICE)
    for _ in range(5):
        second()
    assert [e.want for e in stage.told if isinstance(e, OneWay)] == [want, None, want]


def test_a_callback_may_change_the_plan_from_within_an_event() -> None:
    clock, told = VirtualClock(), []

    def on_event(event: Event) -> None:
        told.append(event)
        if isinstance(event, CallerUp):
            exchange.plan("c", Joined("a"))

    exchange = Exchange(HOLD, IDLE, clock, on_event)
    exchange.attach_agent("a", 1, FakeLeg("a"))
    exchange.attach_caller("c", 1, FakeLeg("c"))
    assert told == [AgentUp("a", 1), CallerUp("c", 1), Bridged("c", "a", 0.0)]


def test_snapshot_says_who_is_really_bridged_and_since_when(stage: Stage) -> None:
    stage.talking()
    assert stage.exchange.snapshot() == [Live("c", 1, "a", 1, True, 1000.0)]
    stage.exchange.plan("c", OnHold("a"))
    assert stage.exchange.snapshot() == [Live("c", 1, "a", 1, False, None, True)]


def test_quality_counts_gaps_of_the_source(stage: Stage) -> None:
    caller, _agent = stage.talking()
    for number in (0, 1, 2, 5, 6):
        caller.says(VOICE, number * 160)
        stage.clock.advance(0.02)
    quality = stage.exchange.quality("c")
    assert quality is not None
    heard = quality[Direction.FROM_CALLER]
    assert (heard.frames, heard.gaps, heard.late) == (5, 2, 0)
    assert 1.0 <= heard.mos < 4.5


@pytest.mark.parametrize("caller", [True, False])
@pytest.mark.parametrize("agent", [True, False])
@pytest.mark.parametrize(
    "plan", [None, Waiting(), Ringing(), Dialing("a"), Joined("a"), OnHold("a")]
)
def test_a_caller_who_is_up_is_never_in_silence(
    plan: Plan | None, caller: bool, agent: bool
) -> None:
    up = [seat for seat, there in ((CALLER, caller), (AGENT, agent)) if there]
    wiring = decide(plan, up, hold=HOLD, idle=IDLE)
    if caller:
        assert (wiring.edges == TALK) != (CALLER in wiring.clips)
    else:
        assert wiring in (Wiring(), Wiring(clips={AGENT: tones.ringing()}))


@pytest.mark.parametrize(
    "moves_on", [Waiting(), Joined("b"), OnHold("b"), Dialing("b"), None], ids=str
)
def test_a_call_that_an_agent_has_left_takes_nothing_from_their_next(
    stage: Stage, moves_on: Plan | None
) -> None:
    """Its plan still names them while they talk with somebody else; then it moves on, or ends."""
    _, agent = stage.talking()
    following = FakeLeg("d.1")
    assert stage.exchange.attach_caller("d", 1, following)
    stage.exchange.plan("d", Joined("a"))
    if moves_on is None:
        stage.exchange.forget("c")
    else:
        stage.exchange.plan("c", moves_on)
    agent.heard.clear()
    following.heard.clear()
    following.says(VOICE, 0)
    agent.says(OTHER, 0)
    assert (agent.heard, following.heard) == ([VOICE], [OTHER])


def test_a_source_whose_clock_goes_round_loses_nothing_by_it() -> None:
    """RTP timestamps are 32 bits wide and begin anywhere (RFC 3550, 5.1)."""
    meter, first = Meter(), (1 << 32) - 3 * 160
    for number in (0, 1, 2, 3, 4, 7, 6):  # two are lost and one of them comes late, after zero
        meter.feed(VOICE, (first + number * 160) % (1 << 32), number * 0.02)
    heard = meter.second()
    assert (heard.frames, heard.gaps, heard.late) == (7, 2, 1)
    assert heard.jitter_ms < 20


def test_a_jump_of_a_source_is_another_one_and_no_loss() -> None:
    meter = Meter()
    for stamp in (0, 160, 160 + 6 * 8000, 160 + 6 * 8000 + 160, 0, 160):
        meter.feed(VOICE, stamp, 0.0)
    heard = meter.second()
    assert (heard.gaps, heard.late) == (0, 0)


@pytest.mark.parametrize(
    ("order", "gaps", "late"),
    [
        ((0, 2, 1, 3, 4), 1, 1),
        ((0, 3, 1, 2, 4), 2, 2),
        ((0, 1, 1, 2, 3), 0, 1),  # twice
        ((0, 2, 1, 5), 3, 1),
    ],
)
def test_a_frame_that_comes_late_is_late_once_and_makes_no_gap_behind_it(
    order: tuple[int, ...], gaps: int, late: int
) -> None:
    meter = Meter()
    for number in order:
        meter.feed(VOICE, number * 160, number * 0.02)
    heard = meter.second()
    assert (heard.frames, heard.gaps, heard.late) == (len(order), gaps, late)

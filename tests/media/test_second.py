"""Who hears whom, in samples, while a colleague is there whom the agent asked in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from softphone import tones
from softphone.plans import Handed, Joined, OnHold, Second, decide, is_far
from softphone.seats import AGENT, CALLER, SECOND, Seat
from tests.media.test_exchange import HOLD, IDLE
from tests.media.test_seats import COACH, Call, beside, frame

APART, TOGETHER = Second("t"), Second("t", together=True)


@pytest.fixture
def call() -> Call:
    return Call()


def heard(caller: str, agent: str, s: str, t: str) -> dict[str, set[str]]:
    wanted = {"caller": caller, "agent": agent, "s": s, "t": t}
    return {who: set(names.split()) for who, names in wanted.items()}


@pytest.mark.parametrize("second", [APART, TOGETHER])
def test_on_hold_agent_and_colleague_talk_and_the_caller_hears_music(
    call: Call, second: Second
) -> None:
    call.plan(OnHold("a", second=second))
    assert call.second() == heard("", "t", "", "agent")
    call.caller.heard.clear()
    call.plan(OnHold("a"))
    call.plan(OnHold("a", second=second))
    call.second()
    assert set(call.caller.heard) <= {HOLD}


def test_apart_the_caller_is_with_the_agent_alone_and_the_colleague_hears_music(
    call: Call,
) -> None:
    call.plan(Joined("a", second=APART))
    assert call.second() == heard("agent", "caller", "", "")
    assert {*b"".join(call.legs["t"].heard)} == {*HOLD}


def test_apart_not_a_frame_between_agent_and_caller_is_touched(call: Call) -> None:
    call.plan(Joined("a", second=APART))
    said = [bytes([number % 256]) * 160 for number in range(100)]
    for number, payload in enumerate(said):
        call.legs["t"].says(frame("t"), number * 160)
        call.agent.says(payload, number * 160)
        call.stage.clock.advance(0.02)
    assert all(heard is payload for heard, payload in zip(call.caller.heard, said, strict=True))


def test_together_everybody_hears_everybody(call: Call) -> None:
    call.plan(Joined("a", second=TOGETHER))
    assert call.second() == heard("agent t", "caller t", "", "caller agent")


@pytest.mark.parametrize(
    ("mode", "agent", "caller", "t"),
    [
        ("listen", "caller t", "agent t", "caller agent"),
        ("whisper", "caller t s", "agent t", "caller agent"),
        ("barge", "caller t s", "agent t s", "caller agent s"),
    ],
)
def test_a_supervisor_beside_all_three(
    call: Call, mode: str, agent: str, caller: str, t: str
) -> None:
    call.plan(Joined("a", beside(s=mode), TOGETHER))
    assert call.second() == heard(caller, agent, "caller agent t", t)


def test_a_supervisor_hears_the_two_talk_and_never_whom_nobody_hears(call: Call) -> None:
    call.plan(OnHold("a", beside(s="listen"), APART))
    assert call.second() == heard("", "t", "agent t", "agent")
    call.plan(Joined("a", beside(s="listen"), APART))
    assert call.second() == heard("agent", "caller", "caller agent", "")


def test_back_and_forth_each_change_is_whole_with_the_next_frame(call: Call) -> None:
    for _ in range(3):
        call.plan(OnHold("a", second=APART))
        assert call.second() == heard("", "t", "", "agent")
        call.plan(Joined("a", second=APART))
        assert call.second() == heard("agent", "caller", "", "")
        call.plan(Joined("a", second=TOGETHER))
        assert call.second() == heard("agent t", "caller t", "", "caller agent")


def test_the_agents_page_gone_the_caller_goes_on_with_the_colleague(call: Call) -> None:
    call.plan(Joined("a", second=TOGETHER))
    call.stage.exchange.detach_agent("a", call.agent, "page closed")
    now = call.second()
    assert (now["caller"], now["t"]) == ({"t"}, {"caller"})


def test_the_colleagues_page_gone_and_back(call: Call) -> None:
    call.plan(Joined("a", second=TOGETHER))
    call.stage.exchange.detach_agent("t", call.legs["t"], "page closed")
    now = call.second()
    assert (now["caller"], now["agent"]) == ({"agent"}, {"caller"})
    call.legs["t"] = call.stage.agent(epoch=2, agent="t")
    assert call.second() == heard("agent t", "caller t", "", "caller agent")


def test_handed_over_the_colleague_has_the_caller_and_the_agent_nobody(call: Call) -> None:
    call.plan(OnHold("a", second=APART))
    call.plan(Joined("t"))
    assert call.second() == heard("t", "", "", "caller")
    assert call.agent.sink is None


def test_over_the_colleague_is_with_nobody(call: Call) -> None:
    call.plan(Joined("a", second=TOGETHER))
    call.second()
    call.plan(Joined("a"))
    assert call.second() == heard("agent", "caller", "", "")
    assert call.legs["t"].sink is None
    assert call.stage.clock.pending == 1  # no tick is left


@pytest.mark.parametrize("missing", [None, CALLER, AGENT, SECOND])
@pytest.mark.parametrize("second", [APART, TOGETHER])
@pytest.mark.parametrize("plan", [Joined, OnHold])
def test_the_table(
    missing: Seat | None, second: Second, plan: Callable[..., Joined | OnHold]
) -> None:
    """Never silence toward a caller or a colleague; apart and on hold the caller hears nothing of
    the colleague, nor they of the caller."""
    up = {CALLER, AGENT, SECOND, COACH} - {missing}
    wiring = decide(plan("a", beside(s="whisper"), second), up, hold=HOLD, idle=IDLE)
    hears = {seat: {e.source for e in wiring.edges if e.target == seat} for seat in up}
    for seat in up & {CALLER, SECOND}:
        assert bool(hears[seat]) is not (seat in wiring.clips)
    assert COACH not in hears.get(CALLER, ())
    if plan is OnHold or not second.together:
        assert SECOND not in hears.get(CALLER, ())
        assert CALLER not in hears.get(SECOND, ())


# A number outside -------------------------------------------------------------------------------

LINE = Second("t", line=True)
RING, DIALLED = Second("t", line=True, rings=True), Second("t", line=True, rings=False)


@pytest.mark.parametrize(
    ("second", "tone"), [(DIALLED, tones.connecting()), (RING, tones.ringing())]
)
def test_the_agent_hears_how_far_it_is_until_somebody_answers(second: Second, tone: bytes) -> None:
    alone = decide(OnHold("a", second=second), {CALLER, AGENT}, hold=HOLD, idle=IDLE)
    assert alone.clips == {AGENT: tone, CALLER: HOLD}
    there = decide(OnHold("a", second=second), {CALLER, AGENT, SECOND}, hold=HOLD, idle=IDLE)
    assert AGENT not in there.clips
    with_caller = decide(Joined("a", second=second), {CALLER, AGENT}, hold=HOLD, idle=IDLE)
    assert not with_caller.clips
    lost = decide(OnHold("a", second=LINE), {CALLER, AGENT}, hold=HOLD, idle=IDLE)
    assert lost.clips == {CALLER: HOLD}


def test_handed_over_the_caller_and_the_number_talk_and_nobody_of_ours_hears_it(
    call: Call,
) -> None:
    call.plan(Joined("a", second=LINE))
    call.plan(Handed(LINE))
    assert call.second() == heard("t", "", "", "caller")
    call.stage.exchange.detach_agent("t", call.legs["t"], "gone")
    call.caller.heard.clear()
    call.second()
    assert set(call.caller.heard) <= {HOLD, HOLD * 100}


def test_music_for_a_number_travels_as_to_any_caller() -> None:
    assert is_far(Joined("a", second=LINE), SECOND)
    assert is_far(Handed(LINE), AGENT)
    assert is_far(OnHold("a"), CALLER)
    assert not is_far(Joined("a", second=APART), SECOND)
    assert not is_far(Joined("a", second=LINE), AGENT)

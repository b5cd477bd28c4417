"""What a recorded contact becomes when the index was lost: by streams, carrier and accounts."""

from __future__ import annotations

from typing import Any

import pytest

from router.core.callback import UNCLEAR
from router.core.model import LiveContact
from router.core.rebuild_facts import CallerStream
from router.core.restore import Facts, correct

NOW = 1_800_000_000_000
AVA = "ava"


def call(state: str, **fields: Any) -> LiveContact:
    """A call of Ava's as it was last recorded; it came a minute ago."""
    base = {"channel": "voice", "severity": 1, "arrived_at": NOW - 60_000, "score": 0.0}
    return LiveContact("c1", **base | {"carrier_id": "CA1", "agent": AVA, "state": state} | fields)


def facts(*bridges: CallerStream, living: set[str] | None = None) -> Facts:
    return Facts({AVA}, {b.contact: b for b in bridges}, living, NOW)


ELSEWHERE = CallerStream("c2", 1, AVA, "p1")
HELD_ELSEWHERE = CallerStream("c2", 1, AVA, "p1", held=True)


@pytest.mark.parametrize("other", [ELSEWHERE, HELD_ELSEWHERE])
@pytest.mark.parametrize("state", ["offered", "connecting", "active"])
def test_call_whose_agent_is_with_another_caller_waits_again(
    state: str, other: CallerStream
) -> None:
    live = call(state, held=True, talk_from=NOW - 5_000, talk_ms=1_000, named=AVA, until=NOW + 1)
    assert correct(live, facts(other))
    assert (live.state, live.agent, live.units, live.state_at) == ("queued", None, 0, NOW)
    assert (live.held, live.named, live.until, live.talk_from) == (False, None, None, None)
    assert live.talk_ms == 6_000


def test_call_that_nobody_else_disturbs_stays_in_hands_as_it_was() -> None:
    live = call("active", held=True, talk_from=NOW - 5_000)
    assert correct(live, facts(CallerStream("c2", 1, None, "p1")))
    assert (live.state, live.agent, live.held) == ("active", AVA, True)


@pytest.mark.parametrize("held", [True, False])
def test_who_has_a_caller_here_keeps_him_held_or_not(held: bool) -> None:
    live = call("connecting", held=not held)
    assert correct(live, facts(CallerStream("c1", 3, AVA, "p1", held=held)))
    assert (live.state, live.agent, live.held) == ("active", AVA, held)
    assert (live.link, live.link_epoch, live.answered_at) == ("streaming", 3, NOW)


def test_wrap_up_stands_still_for_the_call_in_between() -> None:
    live = call("wrapup", until=NOW + 45_000, units=100)
    assert correct(live, facts(ELSEWHERE))
    assert (live.state, live.frozen_ms, live.units, live.until) == ("wrapup", 45_000, 0, None)
    late = call("wrapup", until=NOW + 5_000, units=100)
    assert correct(late, facts(ELSEWHERE))
    assert late.frozen_ms == 30_000
    alone = call("wrapup", until=NOW + 5_000, units=100)
    assert correct(alone, facts())
    assert (alone.frozen_ms, alone.until) == (None, NOW + 5_000)


def test_own_call_that_was_left_is_not_rung_for_who_talks_to_another() -> None:
    live = call("dialing", dir="out")
    assert not correct(live, facts(ELSEWHERE))
    assert (live.outcome, live.cause, live.ended_at) == ("not_reached", UNCLEAR, NOW)
    alone = call("dialing", dir="out")
    assert correct(alone, facts())
    assert (alone.state, alone.agent) == ("dialing", AVA)


def test_whom_we_called_and_who_answered_waits_for_somebody_else() -> None:
    live = call("dialing", dir="out")
    assert correct(live, facts(ELSEWHERE, CallerStream("c1", 1, None, "p1")))
    assert (live.state, live.agent, live.link) == ("queued", None, "streaming")


def test_carrier_that_has_no_such_call_ends_it() -> None:
    talked = call("active", answered_at=NOW - 30_000)
    assert not correct(talked, facts(living={"CA9"}))
    assert talked.outcome == "unfinished"
    waited = call("queued", agent=None)
    assert not correct(waited, facts(living=set()))
    assert waited.outcome == "abandoned"
    young = call("queued", agent=None, rang_at=NOW - 1_000)
    assert correct(young, facts(living=set()))
    assert correct(call("queued", agent=None), facts())  # it cannot be asked


@pytest.mark.parametrize("state", ["outside", "away", "voicemail"])
def test_who_is_with_the_carrier_stays_there(state: str) -> None:
    live = call(state, agent=None)
    assert correct(live, facts(living=set()))
    assert live.state == state


def test_text_stays_with_who_has_an_account() -> None:
    mine = call("active", channel="sms", units=33)
    assert correct(mine, facts(ELSEWHERE))
    assert (mine.state, mine.agent, mine.units) == ("active", AVA, 33)
    theirs = call("active", channel="sms", agent="gone", units=33)
    assert correct(theirs, facts())
    assert (theirs.state, theirs.agent, theirs.named, theirs.units) == ("queued", None, "gone", 0)

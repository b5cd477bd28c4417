"""What pages are told of how a call sounds, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from holdfast.desk.view import View
from holdfast.followers.call_sounds import CallSounds
from router.core.consult import Consult, Line, line_leg
from router.core.model import LiveContact, Step
from softphone.hearing import Other
from softphone.plans import Measured, OneWay
from softphone.quality import FarHop, Quality
from softphone.report import MOST_POINTS, Report
from softphone.room import Direction, Want
from softphone.seats import Role
from softphone.verdict import judge

TO_AGENT, TO_CALLER = Direction.FROM_CALLER, Direction.FROM_AGENT


class Story:
    """Seconds of a call, and what the pages hear of them."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.sounds = CallSounds(lambda: self.now)
        self.told: list[dict[str, Any] | None] = []
        self.sounds.show = lambda contact: self.told.append(self.sounds.shown(contact))

    def second(
        self, gaps: int = 0, *, agent: str = "a", rtt_ms: float = 40, level_db: float = -20,
        others: Mapping[str, Other] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.now += 1000
        ways = {
            TO_AGENT: Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=rtt_ms)),
            TO_CALLER: Quality(50 - gaps, gaps, 0, 1.0, level_db, FarHop(rtt_ms=rtt_ms)),
        }
        self.sounds.heard(Measured("c", agent, ways, others))

    def apart(self, agent: Other, colleague: Other) -> None:
        """A second in which the caller is on hold, and agent and colleague talk."""
        self.now += 1000
        self.sounds.heard(Measured("c", "a", {}, {"a": agent, "b": colleague}))

    def step(self, **fields: Any) -> None:
        given = {"channel": "voice", "severity": 1, "queue": "general", "score": 1.0, "needs": {}}
        live = LiveContact(id="c", arrived_at=0, **{**given, **fields})
        self.sounds.on_step("1-0", Step(at=self.now, epoch=1, contacts=[live]))


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_verdict_is_told_at_once_and_figures_alone_now_and_then(story: Story) -> None:
    for number in range(20):
        story.second(rtt_ms=40 + number)
    assert len(story.told) == 4
    story.second(gaps=40)
    assert len(story.told) == 5
    assert story.told[-1] is not None
    assert (story.told[-1]["caller"]["sounds"], story.told[-1]["caller"]["where"]) == (
        "poor",
        "network",
    )
    assert story.told[-1]["agent"]["sounds"] == "good"


def test_a_snapshot_says_what_the_events_said(story: Story) -> None:
    for number in range(7):
        story.second(rtt_ms=40 + 20 * number)
        assert story.sounds.shown("c") == story.told[-1]


def test_that_nothing_comes_is_told_until_it_does(story: Story) -> None:
    alarms: list[tuple[Direction, bool]] = []
    story.sounds.alarm.append(lambda _contact, way, on: alarms.append((way, on)))
    story.second()
    story.sounds.heard(OneWay("c", TO_AGENT, Want.SOUND))
    assert len(story.told) == 1
    story.sounds.heard(OneWay("c", TO_AGENT, Want.FRAMES))
    assert story.told[-1] is not None
    assert story.told[-1]["agent"]["missing"]
    assert not story.told[-1]["caller"]["missing"]
    story.second()
    story.sounds.heard(OneWay("c", TO_AGENT, None))
    assert not story.told[-1]["agent"]["missing"]
    assert alarms == [(TO_AGENT, True), (TO_AGENT, False)]


@pytest.mark.parametrize(
    "end", [{"state": "active", "held": True}, {"state": "wrapup"}, {"state": "queued"}], ids=str
)
def test_whoever_hears_nobody_sounds_no_way(story: Story, end: dict[str, Any]) -> None:
    story.second()
    story.step(state="active")
    assert story.told[-1] is not None
    story.step(**end)
    assert story.told[-1] is None


def test_what_is_not_measured_any_more_is_shown_no_more(story: Story) -> None:
    story.second()
    story.sounds.heard(OneWay("c", TO_CALLER, Want.FRAMES))
    story.now += 2_000
    story.sounds.turn()
    assert story.told[-1] is not None
    story.now += 1_000
    story.sounds.turn()
    assert story.told[-1] is None


def test_another_desk_begins_anew(story: Story) -> None:
    for _ in range(5):
        story.second(gaps=20)
    story.second(agent="b")
    assert story.told[-1] is not None
    assert story.told[-1]["caller"]["sounds"] == "good"


def test_a_microphone_that_is_dead_from_the_beginning_is_asked_about_until_it_is_heard(
    story: Story,
) -> None:
    def dead() -> bool:
        return bool(story.told[-1] and story.told[-1]["caller"]["dead"])

    for _ in range(5):
        story.second(level_db=-96)
    assert not dead()
    story.second(level_db=-96)
    assert dead()
    story.second(level_db=-30)
    assert not dead()
    for _ in range(60):
        story.second(level_db=-96)  # they listen, or are muted
    assert not dead()


def heard(report: Report, at: int, gaps: int = 0) -> None:
    ways = {way: Quality(50 - gaps, gaps, 0, 1.0, -20, FarHop(rtt_ms=40)) for way in Direction}
    report.second(at, ways, {way: judge([one], from_caller=True) for way, one in ways.items()})


def test_four_hours_fit_into_120_points_and_keep_their_worst_second() -> None:
    report = Report(0, "a")
    for number in range(4 * 3600):
        heard(report, (number + 1) * 1000, gaps=25 if number == 9_000 else 0)
        if number == 100:
            report.lasts((number + 1) * 1000, "hold", "hold")
            report.lasts((number + 3) * 1000, "hold", None)
    kept = report.document()
    assert MOST_POINTS // 2 <= len(kept["points"]) <= MOST_POINTS
    assert kept["every"] * len(kept["points"]) >= 4 * 3600 * 1000
    low = [i for i, (agent, _) in enumerate(kept["points"]) if agent < 400]
    assert low == [9_000 * 1000 // kept["every"]]
    assert kept["hears"]["agent"]["worst_at"] == 9_001 * 1000
    assert kept["hears"]["agent"]["lost"] == pytest.approx(25 / (4 * 3600 * 50), rel=0.5)
    assert kept["marks"] == [{"at": 101_000, "what": "hold", "until": 103_000}]
    assert len(json.dumps(kept)) < 4_000


def test_a_hold_leaves_a_gap_in_the_picture() -> None:
    report = Report(-1000, "a")
    for number in [*range(10), *range(30, 40)]:
        heard(report, number * 1000)
    points = report.document()["points"]
    assert [point == [None, None] for point in points] == [False] * 10 + [True] * 20 + [False] * 10


def test_a_call_of_many_holds_keeps_a_bounded_number_of_marks() -> None:
    report = Report(0, "a")
    for number in range(1_000):
        report.lasts(number * 10, "hold", "hold" if number % 2 else None)
    assert len(report.document()["marks"]) == 60


WELL = Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=40))


def test_a_colleague_of_whom_nothing_comes_is_told_at_once_and_so_is_the_end(story: Story) -> None:
    alarms: list[tuple[str, Role, bool]] = []
    story.sounds.absent.append(lambda _contact, who, role, on: alarms.append((who, role, on)))
    story.second(others={"b": Other(Role.SECOND, WELL, WELL)})
    assert story.told[-1] is not None
    (other,) = story.told[-1]["others"]
    assert (other["who"], other["role"], other["heard"]["missing"]) == ("b", "second", False)
    assert other["hears"]["mos"] > 4
    gone = Quality(0, 0, 0, 1.0, -20, FarHop())
    story.second(others={"b": Other(Role.SECOND, WELL, gone, absent=True)})
    assert story.told[-1] is not None
    (other,) = story.told[-1]["others"]
    assert (other["heard"]["missing"], other["heard"]["where"]) == (True, "network")
    story.second()  # they have left
    assert alarms == [("b", Role.SECOND, True), ("b", Role.SECOND, False)]
    assert story.told[-1] is not None
    assert story.told[-1]["others"] == []


def test_the_moment_in_which_a_listener_comes_sends_nothing(story: Story) -> None:
    for _ in range(2):
        story.second()
    before = len(story.told)
    story.second(others={"s@board": Other(Role.BESIDE, WELL)})
    assert len(story.told) == before


ABSENT = Other(Role.SECOND, WELL, Quality(0, 0, 0, 1.0, -20, FarHop()), absent=True)


def test_when_the_agent_changes_while_a_third_is_absent_it_is_one_alarm(story: Story) -> None:
    alarms: list[bool] = []
    story.sounds.absent.append(lambda _contact, _who, _role, on: alarms.append(on))
    story.second(others={"t": ABSENT})
    story.second(agent="b", others={"t": ABSENT})
    assert alarms == [True]
    story.second(agent="b", others={"t": Other(Role.SECOND, WELL, WELL)})
    assert alarms == [True, False]


APART = {"state": "active", "held": True, "consult": Consult("apart", "a", agent="b")}


def test_while_agent_and_colleague_talk_with_the_caller_on_hold_their_ways_are_told(
    story: Story,
) -> None:
    absent: list[Role] = []
    story.sounds.absent.append(lambda _contact, _who, role, _on: absent.append(role))
    kept: list[set[str]] = []
    story.sounds.follow.append(lambda _c, _a, _w, _v, others: kept.append(set(others)))
    for _ in range(5):
        story.second(gaps=20)
    story.step(**APART)
    assert story.told[-1] is None
    story.apart(Other(Role.AGENT, WELL, WELL), Other(Role.SECOND, WELL, WELL))
    told = story.told[-1]
    assert told is not None
    assert (told["agent"], told["caller"]) == (None, None)
    assert [(one["who"], one["role"]) for one in told["others"]] == [
        ("a", "agent"),
        ("b", "second"),
    ]
    story.step(**APART)
    assert story.told[-1] is told
    late = Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=40, lost=0.2))
    for _ in range(5):
        story.apart(Other(Role.AGENT, late, WELL), Other(Role.SECOND, WELL, WELL))
    assert story.told[-1] is not None
    hears = story.told[-1]["others"][0]["hears"]
    assert (hears["sounds"], hears["where"]) == ("poor", "network")  # the agent's own
    gone = Quality(0, 0, 0, 1.0, -20, FarHop())
    story.apart(Other(Role.AGENT, WELL, gone, absent=True), Other(Role.SECOND, WELL, WELL))
    assert story.told[-1] is not None
    assert story.told[-1]["others"][0]["heard"]["missing"]
    story.step(state="active", consult=APART["consult"])  # back with the caller
    assert story.told[-1] is None
    story.second()
    assert story.told[-1] is not None
    assert story.told[-1]["caller"]["sounds"] == "good"  # what was before the hold says nothing
    assert absent == []  # figures and reports have the agent by the caller's ways
    assert set.union(*kept) == {"b"}


def test_pages_get_what_is_measured_of_those_who_talk_though_it_comes_late() -> None:
    view = View()
    fields = {"channel": "voice", "severity": 1, "queue": "q", "score": 1.0, "needs": {}}

    def shown(sound: dict[str, Any], **more: Any) -> Any:
        view.sound = lambda _contact: sound
        return view.entity(LiveContact(id="c", arrived_at=0, **{**fields, **more}))["sound"]

    both = {"agent": {"mos": 4.0}, "caller": {"mos": 4.0}, "others": []}
    apart = {"agent": None, "caller": None, "others": [{"who": "a", "role": "agent"}]}
    assert shown(both, state="active") == both
    assert shown(apart, **APART) == apart
    assert shown(both, **APART) == both | {"agent": None, "caller": None}
    assert shown(apart, state="active") is None
    assert shown(both, state="active", held=True) is None
    assert shown(both, state="wrapup") is None
    assert shown(both, state="queued") is None


NUMBER = line_leg("c", "1.2")
HANDED = {
    "state": "away",
    "consult": Consult("handed", "a", line=Line("number", "vet", "1.2"), name="Green Valley Vet"),
}


def test_of_a_caller_with_a_number_it_is_told_and_the_lines_are_at_fault(story: Story) -> None:
    story.second()
    story.step(**HANDED)
    assert story.told[-1] is None  # what the agent heard is over
    story.second(agent=NUMBER, level_db=-96)
    story.step(**HANDED)
    assert story.told[-1] is not None
    for _ in range(10):
        story.second(gaps=25, agent=NUMBER, level_db=-96)
    caller = story.told[-1]["caller"]
    assert (caller["sounds"], caller["where"], caller["dead"]) == ("poor", "line", False)
    story.sounds.heard(OneWay("c", TO_CALLER, Want.FRAMES))
    assert (story.told[-1]["caller"]["missing"], story.told[-1]["caller"]["where"]) == (
        True, "line"
    )  # fmt: skip
    story.step(state="ended", outcome="handled")
    assert story.told[-1] is None

"""The rule of hand-offs: its table of states, its deadline, its five parts."""

from __future__ import annotations

import pytest

from router.core import hand_off as rule
from router.core.config_faults import faults
from router.core.hand_off import ROWS, Act, HandOffState, Member
from tests.kit.hand_offs import NOW, PARTS, current_of
from tests.kit.store import CONFIG

SECOND, MINUTE = 1_000, 60_000


def test_only_what_is_offered_goes_on_and_each_act_ends_it() -> None:
    assert set(ROWS) == set(HandOffState)
    for state, row in ROWS.items():
        assert set(row.then) == (set(Act) if state == HandOffState.OFFERED else set())
    ends = ROWS[HandOffState.OFFERED].then.values()
    assert sorted(ends) == sorted(set(HandOffState) - {HandOffState.OFFERED})


def test_at_its_very_deadline_it_is_over() -> None:
    due = rule.due(NOW, MINUTE)
    assert due == NOW + MINUTE
    assert rule.in_time(due, due - 1)
    assert not rule.in_time(due, due)


def test_a_department_that_is_shut_has_its_time_from_its_opening_on() -> None:
    opens = NOW + 3 * MINUTE
    assert rule.due(NOW, MINUTE, opens) == opens + MINUTE
    assert rule.due(opens + 5, MINUTE, opens) == opens + 5 + MINUTE
    assert rule.hastened(opens + 30 * MINUTE, NOW, MINUTE, opens) == opens + MINUTE


def test_an_s1_shortens_the_time_and_never_gives_more() -> None:
    assert rule.hastened(NOW + 30 * MINUTE, NOW + 5, MINUTE) == NOW + 5 + MINUTE
    assert rule.hastened(NOW + 10 * SECOND, NOW, MINUTE) == NOW + 10 * SECOND


@pytest.mark.parametrize("part", ["reason", "summary", "actions", "what_if"])
def test_four_parts_have_to_be_said_and_there_may_be_no_question(part: str) -> None:
    assert rule.fault(PARTS, MINUTE) is None
    assert (rule.fault(PARTS | {part: ""}, MINUTE) or "").startswith("Say ")
    long = PARTS | {part: "x" * (rule.LETTERS[part] + 1)}
    assert "letters" in (rule.fault(long, MINUTE) or "")


@pytest.mark.parametrize("within", [rule.LEAST_MS - 1, rule.MOST_MS + 1])
def test_its_time_is_neither_none_nor_for_ever(within: int) -> None:
    assert "five seconds" in (rule.fault(PARTS, within) or "")


def test_who_belongs_to_a_department_has_its_skill_or_is_of_its_team() -> None:
    crew = [
        Member("a", {"vet": 4}, ""), Member("b", {"vet": 3}, "claims"), Member("c", {}, "other"),
    ]  # fmt: skip
    assert rule.members(crew, skill=("vet", 4), team="", severity=1) == {"a"}
    assert rule.members(crew, skill=None, team="claims", severity=1) == {"b"}


def test_what_is_wrong_with_a_department_is_told_with_its_place() -> None:
    def told(**more: object) -> list[str]:
        one = {"name": "x", "word": "X", "skill": "vet>=4", **more}
        return faults(current_of(hand_off={"to": [one]}).value)

    assert faults(CONFIG) == []
    assert told() == []
    assert "hand_off.to[0]" in told(skill="")[0]
    assert "hand_off.to[0]" in told(team="claims")[0]
    assert "hand_off.to[0].skill" in told(skill="vet>=9")[0]
    assert "hand_off.to[0].calendar" in told(calendar="nights")[0]
    assert "hand_off.to[0].answers_within" in told(answers_within="1s")[0]
    twice = [{"name": "x", "word": "X", "team": "a"}] * 2
    assert "used already" in faults(current_of(hand_off={"to": twice}).value)[0]

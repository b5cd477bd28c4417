"""Skills that words ask for: they only ever delay, and never for longer than is said."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.settings.environment import default_config_path, load_config
from router.core import asking, ladder
from router.core.config import LadderStep
from router.core.ladder import Rung, index_at, widens
from router.core.reladder import all_forms, changed_ladders
from router.core.severity import Severity

CONFIG = load_config(default_config_path())
ASKED = st.sampled_from(asking.every())


@given(
    st.sampled_from(sorted(CONFIG.queues)), st.sampled_from(list(Severity)), ASKED,
    st.integers(0, 900_000), st.integers(0, 2_000_000),
)  # fmt: skip
def test_after_its_time_the_ladder_is_as_if_nothing_was_asked(
    queue: str, severity: Severity, asked: tuple[str, ...], for_ms: int, spent: int
) -> None:
    plain = CONFIG.steps(queue, severity)
    narrow = asking.narrowed(plain, asked, for_ms)
    at, was = narrow[index_at(narrow, spent)], plain[index_at(plain, spent)]
    assert (at.supervisors, at.overflow) == (was.supervisors, was.overflow)
    if spent >= for_ms or was.supervisors:
        assert at.needs == was.needs
    else:
        assert {skill: at.needs[skill] >= 1 for skill in asked} == dict.fromkeys(asked, True)
        assert widens(at.needs, was.needs)
    assert all(widens(a.needs, b.needs) for a, b in itertools.pairwise(narrow))
    assert narrow[-1].span_ms is None
    assert ladder.parse(ladder.text(narrow)) == narrow


@pytest.mark.parametrize(
    ("crew", "asked", "found"),
    [
        ([], ("es",), ()),
        ([{"es": 1}], ("es",), ()),  # they do not meet the first step
        ([{"es": 1, "safety": 3}], ("vet", "es"), ("es",)),
        ([{"es": 1, "safety": 3}, {"vet": 2, "safety": 3}], ("vet", "es"), ("es",)),
        ([{"es": 1, "vet": 2, "safety": 3}], ("vet", "es"), ("es", "vet")),
        ([{"fr": 5, "safety": 3}], ("fr", ""), ()),
    ],
)
def test_what_nobody_has_is_not_asked(
    crew: list[dict[str, int]], asked: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert asking.met(asked, Rung({"safety": 3}), crew) == found


def test_a_reload_finds_the_ladders_of_those_whose_words_ask_for_a_skill() -> None:
    steps = [LadderStep(needs=["safety>=2"], span="25s"), LadderStep()]
    urgent = msgspec.structs.replace(CONFIG.queues["urgent"], ladder=steps)
    now = msgspec.structs.replace(CONFIG, queues={**CONFIG.queues, "urgent": urgent})
    ways = changed_ladders(CONFIG, now)["urgent"]["2"]
    before, after = (all_forms(it, "urgent", Severity.S2) for it in (CONFIG, now))
    pairs = [*zip(before, after, strict=True)]
    assert ways == dict(reversed(pairs))  # where two are alike the one that asks for less counts
    assert [ways[one] for one in before[:2]] == after[:2]
    assert len(set(before)) > 10


@pytest.mark.parametrize("queue", sorted(CONFIG.queues))
def test_supervisors_and_the_number_outside_come_when_they_did(queue: str) -> None:
    plain = CONFIG.steps(queue, Severity.S1)
    assert asking.narrowed(plain, ("es", "vet"), 3_600_000)[-2:] == plain[-2:]

"""Skills that are asked for: they only ever delay, and never for longer than is said; then they
rank."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.settings.environment import default_config_path, load_config
from router.core import asking, ladder
from router.core.config import Config, LadderStep, Line
from router.core.ladder import Rung, index_at, widens
from router.core.reladder import all_forms, changed_ladders
from router.core.severity import Severity

CONFIG = load_config(default_config_path())
FORMS = list(asking.forms(["es"]))


@given(
    st.sampled_from(sorted(CONFIG.queues)), st.sampled_from(list(Severity)),
    st.sampled_from(FORMS), st.integers(0, 900_000), st.integers(0, 2_000_000),
)  # fmt: skip
def test_after_its_time_the_ladder_needs_what_it_needs_anyway(
    queue: str,
    severity: Severity,
    form: tuple[tuple[str, ...], tuple[str, ...]],
    for_ms: int,
    spent: int,
) -> None:
    needed, ranks = form
    plain = CONFIG.steps(queue, severity)
    narrow = asking.narrowed(plain, needed, for_ms, ranks)
    at, was = narrow[index_at(narrow, spent)], plain[index_at(plain, spent)]
    assert (at.supervisors, at.overflow) == (was.supervisors, was.overflow)
    if was.supervisors:
        assert at == was
    elif spent >= for_ms:
        assert at.required == was.needs
        assert all(skill in at.needs for skill in (*needed, *ranks))
    else:
        assert {skill: at.needs[skill] >= 1 for skill in needed} == dict.fromkeys(needed, True)
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
        ([{"fr": 5, "safety": 3}], ("fr", ""), ("fr",)),
        ([{"fr": 5, "safety": 3}], ("chess", ""), ()),
    ],
)
def test_what_nobody_has_is_not_asked(
    crew: list[dict[str, int]], asked: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert asking.met(asked, Rung({"safety": 3}), crew) == found


def test_a_reload_finds_the_ladders_of_those_who_ask_for_a_skill() -> None:
    steps = [LadderStep(needs=["safety>=2"], span="25s"), LadderStep()]
    urgent = msgspec.structs.replace(CONFIG.queues["urgent"], ladder=steps)
    now = msgspec.structs.replace(CONFIG, queues={**CONFIG.queues, "urgent": urgent})
    ways = changed_ladders(CONFIG, now)["urgent"]["2"]
    before, after = (all_forms(it, "urgent", Severity.S2, ["es"]) for it in (CONFIG, now))
    pairs = [*zip(before, after, strict=True)]
    assert ways == dict(reversed(pairs))  # where two are alike the one that asks for less counts
    assert [ways[one] for one in before[:2]] == after[:2]
    assert len(set(before)) > 10


def test_a_reload_looks_at_every_queue_whose_steps_or_patience_changed() -> None:
    def forms(config: Config) -> dict[tuple[str, Severity], list[str]]:
        languages = CONFIG.asked_languages | config.asked_languages
        every = [(queue, severity) for queue in CONFIG.queues for severity in Severity]
        return {one: all_forms(config, *one, languages) for one in every}

    longer = {"S3": "3m"} | dict(CONFIG.triage.skills_for)
    longer["S2"] = "45s"
    patient = msgspec.structs.replace(CONFIG.triage, skills_for=longer)
    steps = [LadderStep(needs=["safety>=2"], span="25s"), LadderStep()]
    urgent = msgspec.structs.replace(CONFIG.queues["urgent"], ladder=steps)
    for now in (
        msgspec.structs.replace(CONFIG, name="Other"),
        msgspec.structs.replace(CONFIG, triage=patient),
        msgspec.structs.replace(CONFIG, queues={**CONFIG.queues, "urgent": urgent}),
    ):
        old, new = forms(CONFIG), forms(now)
        changed = {
            (queue, str(int(level)))
            for queue, level in old
            if old[queue, level] != new[queue, level]
        }
        found = changed_ladders(CONFIG, now)
        assert {(queue, one) for queue, ways in found.items() for one in ways} == changed


@pytest.mark.parametrize("queue", sorted(CONFIG.queues))
def test_supervisors_and_the_number_outside_come_when_they_did(queue: str) -> None:
    plain = CONFIG.steps(queue, Severity.S1)
    assert asking.narrowed(plain, ("es", "vet"), 3_600_000)[-2:] == plain[-2:]


def test_where_nobody_is_left_the_trade_ranks_first_and_then_the_language() -> None:
    steps = [Rung({"home": 2}, 10_000), Rung()]
    written = ladder.text(asking.narrowed(steps, ("es", "vet"), 4_000))
    assert asking.asking_less(written, ("es", "vet")) == [
        "es?1,home=2,vet?1@4000|es=0,home=2,vet=0@6000|es=0,vet=0@",
        "es?1,home=2,vet=0@4000|es=0,home=2,vet=0@6000|es=0,vet=0@",
        "es=0,home=2,vet=0@4000|es=0,home=2,vet=0@6000|es=0,vet=0@",
    ]


ALL, SPANISH = Line(name="a", word="A"), Line(name="b", word="B", languages=["es"])


@pytest.mark.parametrize(
    ("line", "queue", "words", "known", "chose", "found"),
    [
        (ALL, "general", (), (None, ()), "", None),
        (SPANISH, "general", (), (None, ()), "", "es"),
        (ALL, "espanol", (), (None, ()), "", "es"),
        (ALL, "general", ("vet", "es"), (None, ()), "", "es"),
        (ALL, "general", (), ("es", ()), "", "es"),
        (ALL, "general", (), ("fr", ()), "", None),  # no line, queue or interpreter has it
        (ALL, "general", (), (None, [("general", True), ("espanol", True)]), "", "es"),
        # the key of today says more than what was known; ours is asked for never
        (ALL, "general", (), ("es", ()), "claims", None),
        (ALL, "claims", (), ("es", ()), "", "es"),
        # by a call to the claims they chose not to speak Spanish; a text is only about claims
        (ALL, "general", (), (None, [("claims", True), ("espanol", True)]), "", None),
        (ALL, "general", (), (None, [("claims", False), ("espanol", True)]), "", "es"),
    ],
)
def test_the_language_is_what_says_most(
    line: Line,
    queue: str,
    words: tuple[str, ...],
    known: tuple[str | None, list[tuple[str, bool]]],
    chose: str,
    found: str | None,
) -> None:
    assert asking.spoken(CONFIG, line, queue, words, known, chose=chose) == found

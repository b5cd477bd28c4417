"""Small days on the real engine: who is served when, and that nothing depends on anything else."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest

from holdfast.lab.simulate import Day, day_of, find_scenario, load_scenario, play
from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import default_config_path, load_config
from router.core.config import Queue
from router.core.severity import Channel, Severity
from router.live.library import library_source
from router.simulation import figures, picture
from router.simulation.cast import Cast, Fate, Run
from router.simulation.play import Play
from router.simulation.policy import Rule
from router.simulation.scenario import (
    Agents,
    Arrivals,
    Asking,
    Hands,
    Person,
    Scenario,
    Worker,
)
from router.simulation.wire import Wire, WireError
from tests.simulation.theory import (
    ERLANG,
    RING_RATES,
    RING_SKILLS,
    erlang_a,
    erlang_runs,
    fcfs_alis,
    ring_runs,
)

LONG = bool(os.environ.get("HOLDFAST_TEST_LONG"))

CONFIG = load_config(default_config_path())
SOON = Hands(pickup="0s", connect="0s")


def person(
    id: str, severity: int, at: int, *, channel: str = "voice", handling: float = 60_000,
    **more: float,
) -> Person:  # fmt: skip
    return Person(
        id, Severity(severity), Channel(channel), "general", at,
        more.get("patience", math.inf), handling, more.get("wrapup", 0),
    )  # fmt: skip


def played(
    wire: Wire, people: list[Person], *, rule: Rule = "ours", agents: int = 1, desk: Hands = SOON,
    staff: list[Worker] | None = None, asking: Asking | None = None,
) -> Play:  # fmt: skip
    workers = staff or [Worker(f"a{i}", {}) for i in range(agents)]
    one = Play(
        "small", CONFIG, engine_settings(CONFIG),
        Cast(people, workers, desk, asking=asking or Asking()),
        Run(rule, seed=1, number=0, lasts_ms=3_600_000),
    )  # fmt: skip
    wire.play([one.trial()])
    wire.fresh(library_source(trial=True))
    return one


def order(one: Play) -> list[str]:
    """Contacts in the order in which they were answered."""
    answered = [t for t in one.told.values() if t.answered_at is not None]
    return [t.person.id for t in sorted(answered, key=lambda t: t.answered_at or 0)]


def told(one: Play, contact: str) -> Fate:
    return one.told[contact]


THREE = [person("first", 4, 0), person("old", 3, 1_000), person("grave", 2, 2_000),
         person("gravest", 1, 3_000)]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ours", ["first", "gravest", "grave", "old"]),
        ("strict", ["first", "gravest", "grave", "old"]),
        ("linear", ["first", "gravest", "grave", "old"]),
        ("fifo", ["first", "old", "grave", "gravest"]),
    ],
)
def test_rules_order_differently(wire: Wire, rule: Rule, expected: list[str]) -> None:
    assert order(played(wire, THREE, rule=rule)) == expected


def test_linear_lets_age_outweigh_severity(wire: Wire) -> None:
    people = [person("first", 3, 0, handling=100_000), person("old", 4, 1_000),
              person("new", 2, 90_000)]  # fmt: skip
    assert order(played(wire, people, rule="linear")) == ["first", "old", "new"]
    assert order(played(wire, people, rule="strict")) == ["first", "new", "old"]


def test_only_our_rule_interrupts(wire: Wire) -> None:
    people = [person("mail", 4, 0, channel="email", handling=600_000), person("call", 1, 60_000)]
    ours = played(wire, people)
    assert told(ours, "call").answered_at == 60_000
    # Half of the mail's work is 300 s; the call took 60 s out of it.
    assert told(ours, "mail").answered_at == 360_000
    strict = played(wire, people, rule="strict")
    assert told(strict, "call").answered_at == 600_000
    assert told(strict, "mail").answered_at == 300_000


def test_two_texts_share_their_agent(wire: Wire) -> None:
    people = [person("one", 4, 0, channel="sms", handling=100_000),
              person("two", 4, 0, channel="sms", handling=150_000)]  # fmt: skip
    one = played(wire, people)
    # Half of 'one' (50 s) while both are in hand takes 100 s.
    assert told(one, "one").answered_at == 100_000
    assert told(one, "two").answered_at == 150_000


def test_an_offer_that_nobody_answers_goes_on_by_the_engine(wire: Wire) -> None:
    slow = Hands(pickup="20s", connect="0s")
    one = played(wire, [person("call", 3, 0, patience=55_000)], agents=2, desk=slow)
    assert told(one, "call").missed >= 2
    assert told(one, "call").gone_at == 55_000


def test_agents_come_and_go(wire: Wire) -> None:
    people = [person("early", 3, 0), person("late", 3, 700_000)]
    one = played(wire, people, staff=[Worker("a", {}, ((100_000, 600_000), (900_000, None)))])
    assert told(one, "early").answered_at == 100_000
    assert told(one, "late").answered_at == 900_000
    hand = one.hands["a"]
    assert hand.busy_ms == 120_000
    assert hand.busy_ms + hand.available_ms == 500_000 + 2_700_000


def test_wrap_up_that_an_s1_interrupts_goes_on(wire: Wire) -> None:
    people = [person("one", 3, 0, wrapup=25_000), person("grave", 1, 70_000)]
    one = played(wire, people)
    assert told(one, "grave").answered_at == 70_000
    # 60 s, 10 s of wrap-up, 60 s of the S1, and the 15 s that were left.
    assert one.hands["a0"].busy_ms == 145_000


def small(runs: int = 2) -> Scenario:
    return Scenario(
        name="small", lasts="40m", warmup="5m", runs=runs, seed=5,
        patience="uniform 60s 120s", handling="lognormal mean 100s cv 1", wrapup="5s",
        arrivals=[
            Arrivals(severity=1, per_half_hour=[10], queues={"a": 1, "b": 1}),
            Arrivals(severity=3, per_half_hour=[60], queues={"a": 1, "b": 1}),
            Arrivals(severity=4, channel="email", per_half_hour=[20], queues={"a": 1}),
        ],
        agents=[Agents(count=3, skills={"a": 3}), Agents(count=3, skills={"b": 3})],
        desk=Hands(miss=0.05),
        queues={"a": Queue(word="A", needs=["a"]), "b": Queue(word="B", needs=["b"])},
    )  # fmt: skip


def small_day(**more: int) -> Day:
    return day_of(small(), CONFIG, runs=more.get("runs"), seed=more.get("seed"))


def test_the_same_seed_gives_the_same_figures_beside_whatever_else_runs(wire: Wire) -> None:
    alone = play(small_day(), ["ours"], wire)
    beside = play(small_day(), ["fifo", "ours"], wire)
    assert alone.rules["ours"] == beside.rules["ours"]
    assert play(small_day(seed=6), ["ours"], wire).rules["ours"] != alone.rules["ours"]


def test_rules_meet_the_same_people_and_are_told_as_text_data_and_picture(wire: Wire) -> None:
    found = play(small_day(), ["ours", "fifo"], wire)
    for ours, fifo in zip(found.rules["ours"], found.rules["fifo"], strict=True):
        assert [v for k, v in ours.items() if k.endswith("/people")] == [
            v for k, v in fifo.items() if k.endswith("/people")
        ]
    data = json.loads(json.dumps(found.as_data()))
    apart = data["differences"]["fifo - ours"]["S1 voice"]["in_target"]
    one, other = data["rules"]["fifo"]["S1 voice"], data["rules"]["ours"]["S1 voice"]
    assert apart["mean"] == pytest.approx(one["in_target"]["mean"] - other["in_target"]["mean"])
    assert "S1 calls" in found.as_text()
    drawn = picture.draw("<day>", {r: figures.means(runs) for r, runs in found.rules.items()})
    assert drawn.startswith("<svg")
    assert "&lt;day&gt;" in drawn


def test_the_surge_protects_s1(wire: Wire) -> None:
    """A quarter of an hour around the beginning of the surge, at zero delay."""
    scenario = load_scenario(find_scenario("surge"), CONFIG)
    day = day_of(scenario, CONFIG, runs=1, seed=1)
    day.people = [[p for p in day.people[0] if p.at >= 3_000_000]]
    day.lasts_ms, day.warmup_ms = 4_000_000, 3_300_000
    day.people = [[p for p in day.people[0] if p.at < day.lasts_ms]]
    day.desk = Hands(pickup="0s")
    found = play(day, ["ours"], wire).rules["ours"][0]
    assert found["S1 voice/in_target"] == 1.0
    assert found["S1 voice/abandoned"] == 0.0


def test_what_the_store_refuses_ends_the_trial(wire: Wire) -> None:
    with pytest.raises(WireError, match="unknown"):
        wire.command("NO-SUCH-COMMAND")


# Theory ---------------------------------------------------------------------------------------


def test_erlang_a_by_itself() -> None:
    """With patience as long as handling it is M/M/infinity: Poisson."""
    found = erlang_a(**ERLANG)  # type: ignore[arg-type]
    mean = ERLANG["rate"] / ERLANG["service"]
    below = sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(10))
    assert found["waits"] == pytest.approx(1 - below, rel=1e-9)


def test_product_form_by_itself() -> None:
    found = fcfs_alis(RING_RATES, RING_SKILLS, 0.01)
    total = sum(RING_RATES.values())
    for kind, rate in RING_RATES.items():
        assert sum(v for (k, _), v in found.items() if k == kind) == pytest.approx(rate / total)
    alike = fcfs_alis(dict.fromkeys("xyz", 0.006), RING_SKILLS, 0.01)
    assert list(alike.values()) == pytest.approx([1 / 6] * 6)
    alone = fcfs_alis({"x": 0.005}, {"a": frozenset("x"), "b": frozenset("x")}, 0.01)
    assert list(alone.values()) == pytest.approx([0.5, 0.5])


def test_the_engine_agrees_with_the_theory(wire: Wire) -> None:
    """3000 contacts: within 8 % of Erlang-A, within 0.03 of the product form's shares. The long
    form is `python -m tests.simulation.theory`: each within 1 %, the theory inside the interval."""
    many, ring, parts, seed = (150_000, 40_000, 40, 1) if LONG else (3000, 3000, 8, 3)
    for name, one in erlang_runs(many, parts, seed, wire).items():
        assert one["measured"] == pytest.approx(one["theory"], rel=0.01 if LONG else 0.08), name
    for name, one in ring_runs(ring, parts, seed, wire).items():
        assert one["measured"] == pytest.approx(one["theory"], abs=0.01 if LONG else 0.03), name


def test_a_scenario_file_can_be_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nlasts = "1h"\n[[arrivals]]\nseverity = 3\nper_half_hour = [4.5, 6]\n'
        "queues = { general = 1 }\n[[agents]]\ncount = 2\n"
    )
    assert load_scenario(find_scenario(str(path)), CONFIG).arrivals[0].per_half_hour == [4.5, 6]

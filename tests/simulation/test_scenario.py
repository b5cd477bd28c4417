"""Scenarios: refused as a whole with paths; people are the same whoever works."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from holdfast.lab.own_store import TrialError
from holdfast.lab.simulate import find_scenario, load_scenario, with_pickup
from holdfast.settings.environment import SettingsError, default_config_path, load_config
from router.simulation.scenario import Hands, offered_load, people, staff

CONFIG = load_config(default_config_path())
SHIPPED = sorted((default_config_path().parent / "scenarios").glob("*.toml"))

BAD = """
name = "bad"
lasts = "1h"
warmup = "2h"
runs = 0
patience = "soon"
colour = "red"

[desk]
pickup = "never"
miss = 2.0
shoe = 1

[[arrivals]]
severity = 5
channel = "fax"
per_half_hour = []
queues = { nowhere = 1 }

[[arrivals]]
severity = 1
per_half_hour = ["many"]
queues = { general = 0 }

[[agents]]
count = 0
skills = { safety = 9 }
from = "2h"
to = "1h"
"""


def test_every_fault_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    with pytest.raises(SettingsError) as told:
        load_scenario(path, CONFIG)
    for key in ("colour", "desk.shoe", "arrivals[1].per_half_hour[0]"):
        assert f"{path}: {key}" in str(told.value)
    path.write_text(
        BAD.replace('colour = "red"', "").replace("shoe = 1", "").replace('"many"', "-1")
    )
    with pytest.raises(SettingsError) as told:
        load_scenario(path, CONFIG)
    for key in (
        "warmup", "runs", "patience", "desk.pickup", "desk.miss", "arrivals[0].severity",
        "arrivals[0].channel", "arrivals[0].per_half_hour", "arrivals[0].queues",
        "arrivals[1].per_half_hour", "arrivals[1].queues", "agents[0].count",
        "agents[0].skills.safety", "agents[0].to",
    ):  # fmt: skip
        assert f"{path}: {key}" in str(told.value), key


def test_a_file_that_is_not_there_names_the_shipped_ones() -> None:
    with pytest.raises(SettingsError, match="surge"):
        load_scenario(find_scenario("no-such"), CONFIG)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_good(path: Path) -> None:
    found = load_scenario(find_scenario(path.stem), CONFIG)
    assert people(found, 1, 0)


def test_what_a_scenario_does_not_say_is_as_in_the_one_it_is_like() -> None:
    storm, surge = (load_scenario(find_scenario(name), CONFIG) for name in ("storm", "surge"))
    assert (storm.name, storm.surges[0].times) == ("storm", 2)
    assert (storm.desk.miss, storm.desk.active, storm.desk.pickup) == (0.2, 0.9, surge.desk.pickup)
    assert (storm.arrivals, storm.agents) == (surge.arrivals, surge.agents)


def test_the_surge_is_as_busy_as_it_says() -> None:
    found = load_scenario(find_scenario("surge"), CONFIG)
    assert offered_load(found) == pytest.approx(0.93, abs=0.001)
    assert len(staff(found)) == 80
    assert {tuple(sorted(w.skills)) for w in staff(found)} == {
        tuple(sorted((f"k{k}", f"k{k % 8 + 1}"))) for k in range(1, 9)
    }
    some = [person.at for run in range(10) for person in people(found, 1, run)]
    surge = sum(3_600_000 <= at < 4_800_000 for at in some) / 20
    before = sum(1_800_000 <= at < 3_600_000 for at in some) / 30
    assert surge / before == pytest.approx(1.6, abs=0.1)


def test_people_are_the_same_whoever_works_and_differ_by_seed_and_run() -> None:
    found = load_scenario(find_scenario("surge"), CONFIG)
    fewer = msgspec.structs.replace(found, agents=found.agents[:3])
    assert people(found, 1, 0) == people(fewer, 1, 0)
    assert people(found, 1, 0) != people(found, 1, 1)
    assert people(found, 1, 0) != people(found, 2, 0)


def test_pickup_is_zero_or_a_distribution() -> None:
    desk = Hands(miss=0.03)
    assert with_pickup(desk, None) is desk
    assert (with_pickup(desk, "zero").pickup, with_pickup(desk, "zero").miss) == ("0s", 0.0)
    assert with_pickup(desk, "exponential 4s").miss == 0.03
    with pytest.raises(TrialError, match="--pickup"):
        with_pickup(desk, "fast")

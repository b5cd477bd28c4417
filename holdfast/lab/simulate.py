"""`holdfast simulate`: scenarios and recorded days on the real engine, as table, JSON, picture."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from holdfast.lab.own_store import TrialError, own_store
from holdfast.settings.config_file import read_toml, shipped, typed
from holdfast.settings.engine_settings import engine_settings
from router.core.config import Config
from router.core.durations import duration_ms
from router.live.library import library_source
from router.simulation import figures, picture, scenario
from router.simulation.cast import Cast, Run
from router.simulation.chance import parse
from router.simulation.figures import Mean, Numbers
from router.simulation.forecast import Forecast, Sample, judge
from router.simulation.play import Play
from router.simulation.policy import RULES, Rule
from router.simulation.scenario import Asking, Hands, Outside, Person, Scenario, Worker
from router.simulation.wire import Wire, WireError

SIDE_BY_SIDE = 4
"""Runs in the store at once: while one is thought about, the store works for the others."""


@dataclass(slots=True)
class Day:
    """What is played: people of a run, who works, how hands answer."""

    name: str
    config: Config
    people: Sequence[Sequence[Person]]
    """Of each run."""
    staff: Sequence[Worker]
    desk: Hands
    seed: int
    lasts_ms: int
    warmup_ms: int = 0
    first_reply: float = 0.5
    handling_ms: float = 240_000.0
    surges: Sequence[tuple[int, int]] = ()
    outside: Outside = field(default_factory=Outside)
    asking: Asking = field(default_factory=Asking)
    recorded: Numbers | None = None
    """Of a recorded day: what happened."""


@dataclass(slots=True)
class Found:
    """Figures of every rule, run by run."""

    day: Day
    rules: dict[Rule, list[Numbers]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    contacts: int = 0
    steps: int = 0
    seconds: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """For programs: means with half-widths of 95 % intervals, and the runs themselves."""
        first = next(iter(self.rules))
        return {
            "name": self.day.name,
            "seed": self.day.seed,
            "runs": len(self.day.people),
            "contacts": self.contacts,
            "steps": self.steps,
            "seconds": round(self.seconds, 2),
            "contacts_per_second": round(self.contacts / self.seconds, 1) if self.seconds else None,
            "recorded": _data(figures.means([self.day.recorded])) if self.day.recorded else None,
            "rules": {rule: _data(figures.means(runs)) for rule, runs in self.rules.items()},
            "differences": {
                f"{rule} - {first}": _data(figures.differences(runs, self.rules[first]))
                for rule, runs in self.rules.items()
                if rule != first
            },
            "estimated_waits": judge(self.samples, self.day.warmup_ms),
            "by_run": self.rules,
        }

    def as_text(self) -> str:
        """For people."""
        runs_ = len(self.day.people)
        said = (
            "1 run, so without intervals (--runs 10 gives them)"
            if runs_ == 1
            else f"{runs_} runs: their mean ± the 95 % interval"
        )
        parts = [f"{self.day.name}\n{said}"]
        first = next(iter(self.rules))
        if self.day.recorded:
            happened = figures.table(figures.means([self.day.recorded]))
            parts.append(f"\nwhat happened, by the record\n{happened}")
        for rule, runs in self.rules.items():
            parts.append(f"\n{rule}\n{figures.table(figures.means(runs))}")
        for rule, runs in self.rules.items():
            if rule != first:
                apart = figures.differences(runs, self.rules[first])
                parts.append(f"\n{rule} minus {first}, the same people\n{figures.table(apart)}")
        waits = judge(self.samples, self.day.warmup_ms)
        if waits["judged"]:
            parts.append(
                f"\nestimated waits ({first}), of {waits['judged']:.0f} calls that had to wait:"
                f"\n  {waits['p90_coverage']:.1%} waited no longer than the p90 they were given;"
                f" the p50 was off by {waits['error_s']:.1f} s"
                "\n  handling time x place / agents would be off by"
                f" {waits['naive_error_s']:.1f} s (who could take it),"
                f" {waits['naive_queue_error_s']:.1f} s (own queue),"
                f" {waits['naive_all_error_s']:.1f} s (all agents)"
            )
        parts.append(
            f"\nplayed {self.contacts} contacts in {self.seconds:.1f} s:"
            f" {self.contacts / self.seconds:.0f} a second"
        )
        return "\n".join(parts)


def _data(found: Mapping[str, Mean]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in found.items():
        group, _, measure = name.partition("/")
        half = value.half if math.isfinite(value.half) else None
        nested.setdefault(group, {})[measure] = {"mean": value.mean, "ci95": half}
    return nested


# What is played ---------------------------------------------------------------------------------


def find_scenario(named: str) -> Path:
    """A path, or the name of a shipped scenario."""
    path = Path(named)
    ours = shipped("config") / "scenarios" / f"{named}.toml"
    return ours if not path.exists() and ours.exists() else path


def load_scenario(path: Path, config: Config) -> Scenario:
    """
    Raises:
        SettingsError: every fault with its key path; nothing was run.
    """
    known = sorted(one.stem for one in (shipped("config") / "scenarios").glob("*.toml"))
    name = f"Name a readable file, or one of: {', '.join(known)}."
    raw = read_toml(path, name)
    like = raw.pop("like", None)
    if like is not None:
        whole = read_toml(find_scenario(str(like)), name)
        raw = whole | raw | {"desk": whole.get("desk", {}) | raw.get("desk", {})}
    return typed(Scenario, path, raw, lambda found: scenario.faults(found, config))


def with_pickup(desk: Hands, pickup: str | None) -> Hands:
    """`zero`: agents press at once and miss nothing; else a distribution.

    Raises:
        TrialError: it is none.
    """
    if pickup is None:
        return desk
    if pickup == "zero":
        return msgspec.structs.replace(desk, pickup="0s", miss=0.0)
    try:
        parse(pickup)
    except ValueError as error:
        raise TrialError(f"--pickup: {error}, or 'zero'") from error
    return msgspec.structs.replace(desk, pickup=pickup)


def day_of(found: Scenario, config: Config, *, runs: int | None, seed: int | None) -> Day:
    """A scenario with its people drawn."""
    seed = found.seed if seed is None else seed
    return Day(
        name=found.about or found.name,
        config=found.config(config),
        people=[scenario.people(found, seed, run) for run in range(runs or found.runs)],
        staff=scenario.staff(found),
        desk=found.desk,
        seed=seed,
        lasts_ms=duration_ms(found.lasts),
        warmup_ms=duration_ms(found.warmup),
        first_reply=found.first_reply,
        handling_ms=parse(found.handling).mean_ms + parse(found.wrapup).mean_ms,
        surges=[
            (duration_ms(s.start), duration_ms(s.start) + duration_ms(s.span)) for s in found.surges
        ],
        outside=found.outside,
        asking=found.callbacks,
    )


# Playing ----------------------------------------------------------------------------------------


@contextmanager
def store_wire() -> Iterator[Wire]:
    """A connection to a store of its own, with the function library and nothing written to disk.

    Raises:
        TrialError: the real function library cannot run here.
    """
    with own_store() as url:
        try:
            wire = Wire(url)
            try:
                wire.command("CONFIG", "SET", "appendonly", "no")
                wire.fresh(library_source(trial=True))
                yield wire
            finally:
                wire.close()
        except WireError as error:
            raise TrialError(f"the store could not run the simulation: {error}") from error


def play(day: Day, rules: Sequence[Rule], wire: Wire) -> Found:
    """Every run under every rule; the same people meet each."""
    found = Found(day, {rule: [] for rule in rules})
    settings = engine_settings(day.config)
    begun = time.perf_counter()
    jobs = [(run, rule) for run in range(len(day.people)) for rule in rules]
    for at in range(0, len(jobs), SIDE_BY_SIDE):
        _progress(f"playing {min(at + SIDE_BY_SIDE, len(jobs))} of {len(jobs)}")
        plays = []
        for run, rule in jobs[at : at + SIDE_BY_SIDE]:
            watcher = Forecast(day.staff, day.handling_ms) if rule == rules[0] else None
            one = Play(
                f"{rule}-{run}",
                day.config,
                settings,
                Cast(day.people[run], day.staff, day.desk, day.outside, day.asking),
                Run(rule, day.seed, run, day.lasts_ms, day.warmup_ms, day.first_reply),
                watcher,
            )
            plays.append((rule, one, watcher))
        wire.play([one.trial() for _, one, _ in plays])
        wire.fresh(library_source(trial=True))
        for rule, one, watcher in plays:
            found.rules[rule].append(figures.of_run(one, day.surges))
            found.contacts += len(one.told)
            found.steps += one.steps
            if watcher is not None:
                found.samples += watcher.samples
    found.seconds = time.perf_counter() - begun
    _progress("")
    return found


def _progress(text: str) -> None:
    """One progress line, overwritten each time; nothing if stderr is not a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text:<30}\r", end="", file=sys.stderr, flush=True)


def run(
    day: Day,
    *,
    rule: str,
    compare: bool,
    as_json: bool,
    picture_path: Path | None,
) -> str:
    """Plays the day and returns the report.

    Raises:
        TrialError: unknown rule, or the engine cannot run here.
    """
    if rule not in RULES:
        raise TrialError(f"--rule: {rule!r} is not one of {', '.join(RULES)}")
    if picture_path is not None and not picture_path.absolute().parent.is_dir():
        raise TrialError(f"--picture: there is no folder {picture_path.absolute().parent}")
    chosen: Rule = next(one for one in RULES if one == rule)
    rules = [chosen, *(one for one in RULES if one != chosen)] if compare else [chosen]
    with store_wire() as wire:
        found = play(day, rules, wire)
    if picture_path is not None:
        drawn = picture.draw(
            day.name, {name: figures.means(runs) for name, runs in found.rules.items()}
        )
        try:
            picture_path.write_text(drawn, encoding="utf-8")
        except OSError as error:
            raise TrialError(f"--picture: {picture_path} cannot be written: {error}") from error
    if as_json:
        return json.dumps(found.as_data(), indent=2)
    return found.as_text()

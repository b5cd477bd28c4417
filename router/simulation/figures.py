"""Figures of runs: one number per run and measure, then means with 95 % confidence intervals.

Runs are independent, so the interval of a mean is Student's t over runs. Rules that were played on
the same people are compared run by run: the difference of a pair has a far narrower interval than
the difference of two means.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from router.core.figures import ALL, Counts, level
from router.simulation.cast import Fate, Hand
from router.simulation.play import Play

Numbers = dict[str, float]
"""'S1 voice/in_target' -> value of one run."""

_T975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t, 97.5 %, for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Mean:
    """mean +- half is the 95 % confidence interval; half is infinite for one run."""

    mean: float
    half: float
    runs: int


def t975(free: int) -> float:
    """Student's t, 97.5 %."""
    return _T975[free - 1] if free <= len(_T975) else 1.96 + 2.5 / free


def mean_of(values: Sequence[float]) -> Mean:
    """Mean and interval of one number per run."""
    n = len(values)
    mean = statistics.fmean(values)
    if n < 2:
        return Mean(mean, math.inf, n)
    return Mean(mean, t975(n - 1) * statistics.stdev(values) / math.sqrt(n), n)


def means(runs: Iterable[Numbers]) -> dict[str, Mean]:
    """The mean over runs; a run in which nobody of a kind came says nothing about that kind."""
    gathered: dict[str, list[float]] = defaultdict(list)
    for one in runs:
        for name, value in one.items():
            gathered[name].append(value)
    return {name: mean_of(values) for name, values in gathered.items()}


def differences(one: Sequence[Numbers], other: Sequence[Numbers]) -> dict[str, Mean]:
    """one - other, run by run (both met the same people)."""
    return means(
        {name: a[name] - b[name] for name in a if name in b}
        for a, b in zip(one, other, strict=True)
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The least value that at least `share` of all do not exceed."""
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def jain(loads: Sequence[float]) -> float:
    """Jain's index: 1 = all the same, 1/n = one has everything."""
    squares = sum(load * load for load in loads)
    return sum(loads) ** 2 / (len(loads) * squares) if squares else 1.0


@dataclass(frozen=True, slots=True)
class Wait:
    """What became of one contact: the wait until the answer, the hang-up or the end, ms."""

    severity: int
    channel: str
    waited_ms: float
    answered: bool
    gone: bool
    target_ms: int
    ageing_ms: int
    surge: bool = False
    left: bool = False
    """Ended at a voicemail, at a number outside without a key pressed, or with a promise."""
    closed: bool = False
    """They came in closed hours: they are in no row but the one of these."""


def of_run(play: Play, surges: Sequence[tuple[int, int]] = ()) -> Numbers:
    """Every measure of one run; people who came during the warm-up are not counted."""
    inside = play.warmup_ms, play.lasts_ms
    came = [t for t in play.told.values() if _within(t.person.at, inside)]
    some = [_played(play, t, surges) for t in came if not t.promised]
    ended = [t for t in came if t.machine]
    machine: Numbers = {}
    if play.beyond.numbers:
        s1 = [t for t in ended if t.person.severity == 1]
        machine = {
            "machine/S1": float(len(s1)),
            "machine/S1_beside_a_desk": float(sum(t.beside_a_desk for t in s1)),
            "machine/people": float(len(ended)),
        } | _told_by_telephone(came)
    hands = list(play.hands.values())
    return of_waits(some) | machine | _called_back(came) | _hands(hands)


def _told_by_telephone(came: Iterable[Fate]) -> Numbers:
    """Of S1 texts and mails: for how many a number on call rang, for how many somebody there took
    over, and how long after they had come."""
    rung = [one for one in came if one.telephoned]
    waits = sorted(
        (one.taken_over_at - one.person.at) / 1000 for one in rung if one.taken_over_at is not None
    )
    found: Numbers = {
        "told/people": float(len(rung)),
        "told/taken_over": len(waits) / len(rung) if rung else 0.0,
        "told/calls": float(sum(one.telephoned for one in rung)),
    }
    return found | ({"told/p50_s": quantile(waits, 0.5)} if waits else {})


def _within(at: float, span: tuple[int, int]) -> bool:
    return span[0] <= at < span[1]


def _played(play: Play, told: Fate, surges: Sequence[tuple[int, int]]) -> Wait:
    person = told.person
    end = told.answered_at if told.answered_at is not None else told.gone_at
    return Wait(
        int(person.severity),
        person.channel,
        (play.now if end is None else end) - person.at,
        told.answered_at is not None,
        told.gone_at is not None and not told.left,
        play.maker.target_ms(person),
        play.maker.ageing_ms(person),
        any(_within(person.at, surge) for surge in surges),
        told.left,
    )


def _called_back(came: Iterable[Fate]) -> Numbers:
    """Of the callers who asked to be called, by severity: how many, how many were reached, and how
    long after they first called."""
    asked: dict[str, dict[str, float | None]] = defaultdict(dict)
    for one in came:
        if one.promised:
            tries = asked[f"called back S{one.person.severity}"]
            wait = None if one.answered_at is None else (one.answered_at - one.person.at) / 1000
            tries[one.promised] = tries.get(one.promised) or wait
    found: Numbers = {}
    for name, people in sorted(asked.items()):
        waits = sorted(wait for wait in people.values() if wait is not None)
        found[f"{name}/people"] = float(len(people))
        found[f"{name}/reached"] = len(waits) / len(people)
        if waits:
            found[f"{name}/p50_s"], found[f"{name}/p90_s"] = (
                quantile(waits, 0.5),
                quantile(waits, 0.9),
            )
    return found


def of_waits(some: Iterable[Wait]) -> Numbers:
    """Every measure of the people who came, simulated or recorded."""
    groups: dict[str, list[Wait]] = defaultdict(list)
    late: list[Wait] = []
    closed: list[Wait] = []
    for one in some:
        if one.closed:
            closed.append(one)
            continue
        groups[f"S{one.severity} {one.channel}"].append(one)
        if one.severity >= 3:
            late.append(one)
    found: Numbers = {}
    for name, group in sorted(groups.items()):
        found |= {f"{name}/{key}": value for key, value in _group(group).items()}
        surge = [one for one in group if one.surge]
        if surge:
            found[f"{name}/in_target_surge"] = _level(surge)
            found[f"{name}/abandoned_surge"] = _share(surge, _gone)
    if late:
        found["S3 and S4/past_promise"] = _share(late, _past_promise)
        over = sorted(one.waited_ms / one.ageing_ms for one in late)
        found["S3 and S4/promise_p99"] = quantile(over, 0.99)
    if closed:
        found["closed/people"] = float(len(closed))
        found["closed/answered"] = _share(closed, _answered)
        found["closed/left"] = _share(closed, _left)
        found["closed/abandoned"] = _share(closed, _gone)
    return found


def _group(some: list[Wait]) -> Numbers:
    answered = sorted(one.waited_ms / 1000 for one in some if one.answered)
    found = {
        "people": float(len(some)),
        "in_target": _level(some),
        "abandoned": _share(some, _gone),
        "past_promise": _share(some, _past_promise),
        "p99_s": quantile(sorted(one.waited_ms / 1000 for one in some), 0.99),
    }
    if answered:
        found["p50_s"], found["p90_s"] = quantile(answered, 0.5), quantile(answered, 0.9)
        found["mean_s"] = statistics.fmean(answered)
    if any(map(_left, some)):
        found["left"] = _share(some, _left)
    return found


def _level(some: Sequence[Wait]) -> float:
    """The service level of all who came (variant C): who is still waiting has missed it."""
    answered, gone, left = (sum(map(test, some)) for test in (_answered, _gone, _left))
    counts = Counts(
        answered=answered, in_target=sum(map(_in_target, some)), abandoned=gone, left=left
    )
    inside, of = level(counts, ALL, late=len(some) - answered - gone - left)
    return inside / of


def _share(some: Sequence[Wait], test: Callable[[Wait], bool]) -> float:
    return sum(1 for one in some if test(one)) / len(some)


def _in_target(one: Wait) -> bool:
    return one.answered and one.waited_ms <= one.target_ms


def _answered(one: Wait) -> bool:
    return one.answered


def _left(one: Wait) -> bool:
    return one.left


def _gone(one: Wait) -> bool:
    return one.gone


def _past_promise(one: Wait) -> bool:
    return one.waited_ms > one.ageing_ms


def _hands(hands: Sequence[Hand]) -> Numbers:
    busy = sum(hand.busy_ms for hand in hands)
    paused = sum(hand.paused_ms for hand in hands)
    there = busy + sum(hand.available_ms for hand in hands)
    equal: dict[object, list[float]] = defaultdict(list)
    for hand in hands:
        worker = hand.worker
        mine = hand.busy_ms + hand.available_ms
        if mine:
            key = (tuple(sorted(worker.skills.items())), worker.spans, worker.floor)
            equal[key].append(hand.busy_ms / mine)
    many = sum(len(loads) for loads in equal.values())
    return {
        "agents/occupancy": busy / there if there else 0.0,
        "agents/paused": paused / (there + paused) if there + paused else 0.0,
        "agents/fairness": sum(len(x) * jain(x) for x in equal.values()) / many if many else 1.0,
    }


# As text ----------------------------------------------------------------------------------------

COLUMNS: Mapping[str, tuple[str, str]] = {
    "people": ("people", "n"),
    "in_target": ("in target %", "%"),
    "abandoned": ("gave up %", "%"),
    "left": ("left %", "%"),
    "in_target_surge": ("surge: in target %", "%"),
    "abandoned_surge": ("surge: gave up %", "%"),
    "p50_s": ("wait p50 s", "s"),
    "p90_s": ("p90 s", "s"),
    "p99_s": ("p99 s", "s"),
    "past_promise": ("past 4 targets %", "%"),
}


def rows_of(found: Mapping[str, Mean]) -> list[str]:
    """'S1 voice' and the like."""
    names = {name.partition("/")[0] for name in found if name.startswith("S")}
    return sorted(name for name in names if " and " not in name)


WORDS = {"voice": "calls", "sms": "texts", "email": "mails"}


def word_of(row: str) -> str:
    """'S1 voice' -> 'S1 calls'."""
    severity, _, channel = row.partition(" ")
    return f"{severity} {WORDS[channel]}"


def cell(value: Mean | None, kind: str) -> str:
    """'98.2 ±0.6' in the unit of its column; seconds from 100 up without decimals."""
    if value is None:
        return "-"
    scale, digits = {"%": (100, 1), "n": (1, 0), "s": (1, 1), "x": (1, 3)}[kind]
    if kind == "s" and abs(value.mean) >= 100:
        digits = 0
    text = f"{value.mean * scale:.{digits}f}"
    if math.isfinite(value.half) and kind != "n":
        text += f" ±{value.half * scale:.{digits}f}"
    return text


def table(found: Mapping[str, Mean]) -> str:
    """Rows: severity and channel; columns: measures with intervals."""
    rows = rows_of(found)
    measures = [key for key in COLUMNS if any(f"{row}/{key}" in found for row in rows)]
    lines = [["", *(COLUMNS[key][0] for key in measures)]]
    for row in rows:
        cells = [cell(found.get(f"{row}/{key}"), COLUMNS[key][1]) for key in measures]
        lines.append([word_of(row), *cells])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = [
        "  ".join(word.ljust(w) if i == 0 else word.rjust(w)
                  for i, (word, w) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    ]  # fmt: skip
    if "closed/people" in found:
        text.append(
            f"in closed hours, not above: {cell(found['closed/people'], 'n')} calls;"
            f" answered {cell(found['closed/answered'], '%')} %,"
            f" left {cell(found['closed/left'], '%')} %,"
            f" gave up {cell(found['closed/abandoned'], '%')} %"
        )
    if "agents/occupancy" in found:
        text.append(
            f"agents busy {cell(found['agents/occupancy'], '%')} % of their time;"
            f" paused by misses {cell(found['agents/paused'], '%')} %;"
            f" fairness among equals {cell(found['agents/fairness'], 'x')} (1 = all the same)"
        )
    for name in sorted(key for key in found if key.startswith("called back") and "/people" in key):
        row = name.removesuffix("/people")
        text.append(
            f"{row.removeprefix('called back ')} calls who asked to be called back:"
            f" {cell(found[name], 'n')} a run; reached {cell(found[f'{row}/reached'], '%')} %,"
            f" p50 {cell(found.get(f'{row}/p50_s'), 's')} s and p90"
            f" {cell(found.get(f'{row}/p90_s'), 's')} s after they had called"
        )
    if "machine/people" in found:
        text.append(
            f"ended at the voicemail: {cell(found['machine/people'], 'n')} a run, of them S1"
            f" {cell(found['machine/S1'], 'n')}, while somebody was at a desk"
            f" {cell(found['machine/S1_beside_a_desk'], 'n')}"
        )
    if "told/people" in found and found["told/people"].mean:
        text.append(
            f"told by telephone: {cell(found['told/people'], 'n')} S1 texts and mails a run, in"
            f" {cell(found['told/calls'], 'n')} calls; taken over there"
            f" {cell(found['told/taken_over'], '%')} %, p50"
            f" {cell(found.get('told/p50_s'), 's')} s after they had come"
        )
    if "S3 and S4/past_promise" in found:
        text.append(
            "S3 and S4 that waited past their promise"
            f" {cell(found['S3 and S4/past_promise'], '%')} %;"
            f" p99 of their wait is {cell(found['S3 and S4/promise_p99'], 'x')} of the promise"
        )
    return "\n".join(text)

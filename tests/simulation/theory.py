"""The engine against queueing theory: Erlang-A, and the product form of FCFS-ALIS with skills.

    python -m tests.simulation.theory [erlang contacts] [ring contacts]      the long form, as JSON

Erlang-A (M/M/n+M): one skill, first come first served, exponential handling and patience.

FCFS-ALIS (Adan and Weiss, 2014): customers of types with lists of agents, each agent takes the one
who waits longest of his, each customer the agent who has been idle longest of hers. The stationary
law over (busy agents in the order of their customers' arrival, idle agents by idleness) is

    pi(S1 n1 .. Si ni, S(i+1) .. SJ) = B prod_{j<=i} l(U(S1..Sj))^nj / (j mu)^(nj+1)
                                         prod_{j>i} 1 / l(C(Sj..SJ))

with the longest idle last; U(..) are the types that only these agents serve, C(..) the types that
some of these serve.
The fraction of customers of each type whom each agent serves follows from it.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from holdfast.lab.simulate import store_wire
from holdfast.settings.engine_settings import engine_settings
from holdfast.settings.environment import default_config_path, load_config
from router.core.config import Queue
from router.live.library import library_source
from router.simulation.cast import Cast, Run
from router.simulation.figures import mean_of, t975
from router.simulation.play import Play
from router.simulation.scenario import Agents, Arrivals, Hands, Scenario, people, staff
from router.simulation.wire import Wire

CONFIG = load_config(default_config_path())
AT_ONCE = Hands(pickup="0s", connect="0s", miss=0.0)


def erlang_a(rate: float, service: float, giving_up: float, agents: int) -> dict[str, float]:
    """Shares and mean wait of M/M/n+M by its birth-death chain; rates per second."""
    weights, weight, k = [1.0], 1.0, 0
    while weight > 1e-15 * max(weights) or k < 2 * agents:
        k += 1
        weight *= rate / (min(k, agents) * service + max(0, k - agents) * giving_up)
        weights.append(weight)
    total = sum(weights)
    waiting = sum(w * max(0, k - agents) for k, w in enumerate(weights)) / total
    return {
        "gives_up": giving_up * waiting / rate,
        "waits": sum(weights[agents:]) / total,
        "mean_wait_s": waiting / rate,
    }


def fcfs_alis(
    rates: Mapping[str, float], skills: Mapping[str, frozenset[str]], service: float
) -> dict[tuple[str, str], float]:
    """(type, agent) -> share of all customers."""
    found: Counter[tuple[str, str]] = Counter()
    total = 0.0

    def served(agents: Sequence[str]) -> frozenset[str]:
        return frozenset().union(*(skills[a] for a in agents))

    def rate(types: frozenset[str]) -> float:
        return sum(rates[t] for t in types)

    for order in itertools.permutations(skills):
        for busy in range(len(order) + 1):
            only = [served(order) - served(order[j + 1 :]) for j in range(busy)]
            # An idle agent means that nobody waits who could be his.
            weight = 1.0
            for j in range(busy):
                weight /= (j + 1) * service - rate(only[j])
            for j in range(busy, len(order)):
                weight /= rate(served(order[j:]))
            total += weight
            taken: frozenset[str] = frozenset()
            for agent in reversed(order[busy:]):  # the longest idle stands last
                for kind in skills[agent] - taken:
                    found[kind, agent] += weight * rates[kind]
                taken |= skills[agent]
            for j in range(busy):  # the agent at place j ends: the first of his behind him
                left = weight * service
                for block in range(j, busy):
                    full = rate(only[block]) / ((block + 1) * service)
                    his = rate(only[block] & skills[order[j]])
                    if his == 0 or full == 0:
                        continue
                    p = his / rate(only[block])
                    none = (1 - full) / (1 - full * (1 - p))
                    for kind in only[block] & skills[order[j]]:
                        found[kind, order[j]] += left * (1 - none) * rates[kind] / his
                    left *= none
    # Each is a rate per unit of time; over all arrivals it is a share.
    arrivals = total * sum(rates.values())
    return {pair: value / arrivals for pair, value in found.items()}


def plays(
    scenario: Scenario, seed: int, runs: int, wire: Wire, side_by_side: int = 4
) -> list[Play]:
    """Runs of first come, first served."""
    config = scenario.config(CONFIG)
    settings = engine_settings(config)
    lasts = int(scenario.lasts.removesuffix("s")) * 1000
    found = [
        Play(
            f"theory{run}", config, settings,
            Cast(people(scenario, seed, run), staff(scenario), scenario.desk),
            Run("fifo", seed, run, lasts, int(scenario.warmup.removesuffix("s")) * 1000),
        )
        for run in range(runs)
    ]  # fmt: skip
    for at in range(0, runs, side_by_side):
        wire.play([one.trial() for one in found[at : at + side_by_side]])
        wire.fresh(library_source(trial=True))
    return found


def _counted(play: Play) -> list[Any]:
    return [t for t in play.told.values() if play.warmup_ms <= t.person.at < play.lasts_ms]


ERLANG = {"rate": 0.15, "service": 0.01, "giving_up": 0.01, "agents": 10}
"""10 agents, handling 100 s, patience 100 s, 1.5 times what they can do."""


def erlang_runs(contacts: int, runs: int, seed: int, wire: Wire) -> dict[str, Any]:
    """Theory, means and intervals over runs."""
    lasts = round(contacts / runs / ERLANG["rate"]) + 1000
    scenario = Scenario(
        name="erlang-a",
        lasts=f"{lasts}s",
        warmup="1000s",
        patience="exponential 100s",
        handling="exponential 100s",
        desk=AT_ONCE,
        arrivals=[Arrivals(severity=3, per_half_hour=[ERLANG["rate"] * 1800], queues={"one": 1})],
        agents=[Agents(count=10, skills={"x": 3})],
        queues={"one": Queue(word="One", needs=["x"])},
    )
    shares: dict[str, list[float]] = {"gives_up": [], "waits": [], "mean_wait_s": []}
    came: list[list[float]] = []
    for play in plays(scenario, seed, runs, wire):
        some = _counted(play)
        waits = [
            ((t.gone_at if t.answered_at is None else t.answered_at) or 0) - t.person.at
            for t in some
        ]
        came.append(
            [
                len(some) / (lasts - 1000) / ERLANG["rate"] - 1,
                fmean(t.person.handling for t in some) / 100_000 - 1,
                fmean(t.person.patience for t in some) / 100_000 - 1,
            ]
        )
        shares["gives_up"].append(sum(t.gone_at is not None for t in some) / len(some))
        shares["waits"].append(sum(wait > 0 for wait in waits) / len(some))
        shares["mean_wait_s"].append(sum(waits) / len(some) / 1000)
    return _beside(erlang_a(**ERLANG), shares, came)  # type: ignore[arg-type]


RING_RATES = {"x": 0.009, "y": 0.006, "z": 0.004}
RING_SKILLS = {
    "a0-0": frozenset({"x", "y"}),
    "a1-0": frozenset({"y", "z"}),
    "a2-0": frozenset({"z", "x"}),
}
"""Three agents, two skills each in a ring; each can do 0.01 a second: busy to 0.63."""


def ring_runs(contacts: int, runs: int, seed: int, wire: Wire) -> dict[str, Any]:
    """Share of all customers by type and agent."""
    lasts = round(contacts / runs / sum(RING_RATES.values())) + 2000
    scenario = Scenario(
        name="ring",
        lasts=f"{lasts}s",
        warmup="2000s",
        handling="exponential 100s",
        desk=AT_ONCE,
        arrivals=[
            Arrivals(severity=3, per_half_hour=[rate * 1800], queues={name: 1})
            for name, rate in RING_RATES.items()
        ],
        agents=[Agents(count=1, skills=dict.fromkeys(sorted(s), 3)) for s in RING_SKILLS.values()],
        queues={name: Queue(word=name, needs=[name]) for name in RING_RATES},
    )
    theory = fcfs_alis(RING_RATES, RING_SKILLS, 0.01)
    shares: dict[str, list[float]] = {f"{kind}-{agent}": [] for kind, agent in theory}
    came: list[list[float]] = []
    for play in plays(scenario, seed, runs, wire):
        some = _counted(play)
        types = Counter(t.person.queue for t in some)
        came.append(
            [types[name] / (lasts - 2000) / rate - 1 for name, rate in RING_RATES.items()]
            + [fmean(t.person.handling for t in some) / 100_000 - 1]
        )
        met = Counter(f"{t.person.queue}-{t.agent}" for t in some)
        for name, values in shares.items():
            values.append(met[name] / len(some))
    return _beside({f"{kind}-{agent}": v for (kind, agent), v in theory.items()}, shares, came)


def _beside(
    theory: Mapping[str, float],
    measured: Mapping[str, Sequence[float]],
    came: Sequence[Sequence[float]],
) -> dict[str, dict[str, float]]:
    """Means over runs, corrected for what happened to come (control variates).

    How many came, their handling and patience have known means; the part of a run's figure that
    these explain by regression is taken off, which leaves the mean and narrows the interval.
    """
    found = {}
    controls = np.array(came)
    design = np.hstack([np.ones((len(came), 1)), controls])
    spread = np.linalg.inv(design.T @ design)[0, 0]
    for name, values in measured.items():
        y = np.array(values)
        fit = np.linalg.lstsq(design, y, rcond=None)[0]
        free = len(y) - design.shape[1]
        left = y - design @ fit
        half = t975(free) * math.sqrt(float(left @ left) / free * spread)
        found[name] = {
            "theory": theory[name],
            "measured": float(fit[0]),
            "ci95": half,
            "plain": float(y.mean()),
            "plain_ci95": mean_of(values).half,
        }
    return found


def main(words: list[str]) -> None:
    """Both, or those that are named with how many contacts."""
    asked = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    asked = asked or {"erlang": 150_000, "ring": 40_000}
    found: dict[str, Any] = {}
    forms = {"erlang": erlang_runs, "ring": ring_runs}
    with store_wire() as wire:
        for name, contacts in asked.items():
            begun = time.perf_counter()
            found[name] = forms[name](contacts, 40, 1, wire)
            found[name] |= {"contacts": contacts, "seconds": round(time.perf_counter() - begun)}
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])

"""A scenario: who comes when, who works when, how quickly agents act. TOML, checked as a whole.

    [[arrivals]]            one stream of people
    severity = 1
    channel = "voice"
    per_half_hour = [12, 15]     the last number goes on
    queues = { medical = 2, abuse = 1 }      shares

Every duration is a string with a unit; everything that varies is a distribution
(router/simulation/chance.py). Queues and targets not given here are those of the configuration.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from router.core.config import Config, Queue, Target
from router.core.config_faults import faults as config_faults
from router.core.durations import duration_ms
from router.core.severity import Channel, Severity
from router.simulation.chance import Dist, parse, uniform

HALF_HOUR_MS = 1_800_000


class _Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    pass


class Arrivals(_Part, kw_only=True, frozen=True):
    """People of one severity and channel; patience, handling, wrapup empty = the scenario's."""

    severity: int
    channel: str = "voice"
    per_half_hour: list[float]
    queues: dict[str, float]
    patience: str = ""
    handling: str = ""
    wrapup: str = ""


class Surge(_Part, kw_only=True, frozen=True):
    """For a while, `times` as many people come."""

    start: str = msgspec.field(name="from")
    span: str = msgspec.field(name="for")
    times: float


class Agents(_Part, kw_only=True, frozen=True):
    """`count` equal agents, on duty from `from` until `to` (empty: all the time)."""

    count: int
    skills: dict[str, int] = {}
    start: str = msgspec.field(name="from", default="0s")
    end: str = msgspec.field(name="to", default="")
    floor: int = 0


class Hands(_Part, kw_only=True, frozen=True):
    """How agents act: delay before they accept, share of offers missed, time to join both legs."""

    pickup: str = "lognormal median 3s p95 7s"
    miss: float = 0.0
    connect: str = "500ms"
    back: str = "60s"
    """Paused after a second miss, they are ready again after this."""
    active: float = 0.0
    """Share of the misses of somebody who is at work at their page."""


class Outside(_Part, kw_only=True, frozen=True):
    """Numbers on call, each tried once, and the voicemail after them; 0 numbers = neither."""

    numbers: int = 0
    ring: str = "20s"
    answered: float = 0.0
    """Share of the numbers at which somebody presses the key."""
    message: str = "lognormal mean 30s cv 0.5"


class Asking(_Part, kw_only=True, frozen=True):
    """Callers of S2 to S4 who press the key to be called back, and how our calls to them end."""

    share: float = 0.0
    """Share of the callers who would rather be called than wait."""
    after: str = "uniform 30s 90s"
    """When they press, if they still wait."""
    answered: float = 0.85
    """Share of our calls that they pick up."""
    ring: str = "lognormal median 8s p95 18s"
    """Until they do."""


class Scenario(_Part, kw_only=True, frozen=True):
    name: str
    about: str = ""
    lasts: str
    warmup: str = "0s"
    runs: int = 5
    seed: int = 1
    patience: str = "never"
    handling: str = "lognormal mean 240s cv 1"
    wrapup: str = "0s"
    first_reply: float = 0.5
    """Share of a text's work after which the person has a first answer."""
    arrivals: list[Arrivals]
    surges: list[Surge] = []
    agents: list[Agents]
    desk: Hands = Hands()
    outside: Outside = Outside()
    callbacks: Asking = Asking()
    queues: dict[str, Queue] = {}
    targets: dict[str, Target] = {}

    def config(self, config: Config) -> Config:
        """The configuration with this scenario's queues and targets."""
        return msgspec.structs.replace(
            config,
            queues={**config.queues, **self.queues},
            targets={**config.targets, **self.targets},
        )


@dataclass(slots=True)
class Person:
    """One contact that will come; moments and durations in ms from the beginning."""

    id: str
    severity: Severity
    channel: Channel
    queue: str
    at: int
    patience: float
    handling: float
    wrapup: float


@dataclass(frozen=True, slots=True)
class Worker:
    """One agent: skills and times on duty (an end of None: to the last)."""

    id: str
    skills: dict[str, int]
    spans: tuple[tuple[int, int | None], ...] = ((0, None),)
    floor: int = 0


# Reading ----------------------------------------------------------------------------------------


def faults(scenario: Scenario, config: Config) -> list[str]:
    """Every faulty value as 'key path: what'."""
    found: list[str] = []

    def duration(path: str, text: str) -> int:
        try:
            return duration_ms(text)
        except ValueError as error:
            found.append(f"{path}: {error}")
            return 0

    def dist(path: str, text: str, *, endless: bool = False) -> None:
        try:
            if math.isinf(parse(text).mean_ms) and not endless:
                found.append(f"{path}: 'never' is allowed for patience only")
        except ValueError as error:
            found.append(f"{path}: {error}")

    def between(path: str, value: float, least: float, most: float) -> None:
        if not least <= value <= most:
            found.append(f"{path}: must be {least:g} to {most:g}")

    lasts, warmup = duration("lasts", scenario.lasts), duration("warmup", scenario.warmup)
    if not warmup < lasts:
        found.append("warmup: it leaves nothing to count")
    between("runs", scenario.runs, 1, 10_000)
    between("first_reply", scenario.first_reply, 0, 1)
    dist("patience", scenario.patience, endless=True)
    dist("handling", scenario.handling)
    dist("wrapup", scenario.wrapup)
    dist("desk.pickup", scenario.desk.pickup)
    dist("desk.connect", scenario.desk.connect)
    duration("desk.back", scenario.desk.back)
    between("desk.miss", scenario.desk.miss, 0, 0.95)
    between("desk.active", scenario.desk.active, 0, 1)
    between("outside.numbers", scenario.outside.numbers, 0, 20)
    between("outside.answered", scenario.outside.answered, 0, 1)
    duration("outside.ring", scenario.outside.ring)
    dist("outside.message", scenario.outside.message)
    between("callbacks.share", scenario.callbacks.share, 0, 1)
    between("callbacks.answered", scenario.callbacks.answered, 0, 1)
    dist("callbacks.after", scenario.callbacks.after)
    dist("callbacks.ring", scenario.callbacks.ring)
    whole = scenario.config(config)
    for fault in config_faults(whole):
        if fault.startswith(("queues.", "targets.")) and fault not in config_faults(config):
            found.append(fault)
    if not scenario.arrivals:
        found.append("arrivals: nobody comes")
    for index, some in enumerate(scenario.arrivals):
        path = f"arrivals[{index}]"
        between(f"{path}.severity", some.severity, 1, 4)
        if some.channel not in tuple(Channel):
            found.append(f"{path}.channel: {some.channel!r} is not one of {', '.join(Channel)}")
        if not some.per_half_hour or min(some.per_half_hour) < 0:
            found.append(f"{path}.per_half_hour: numbers from 0 up are needed")
        if not some.queues or min(some.queues.values()) < 0 or not sum(some.queues.values()):
            found.append(f"{path}.queues: shares from 0 up are needed")
        for queue in some.queues:
            if queue not in whole.queues:
                found.append(f"{path}.queues: no queue {queue!r}")
        if some.patience:
            dist(f"{path}.patience", some.patience, endless=True)
        for field in ("handling", "wrapup"):
            if getattr(some, field):
                dist(f"{path}.{field}", getattr(some, field))
    for index, surge in enumerate(scenario.surges):
        duration(f"surges[{index}].from", surge.start)
        duration(f"surges[{index}].for", surge.span)
        between(f"surges[{index}].times", surge.times, 0, 100)
    if not scenario.agents:
        found.append("agents: nobody works")
    for index, group in enumerate(scenario.agents):
        path = f"agents[{index}]"
        between(f"{path}.count", group.count, 1, 10_000)
        between(f"{path}.floor", group.floor, 0, 2)
        start = duration(f"{path}.from", group.start)
        if group.end and duration(f"{path}.to", group.end) <= start:
            found.append(f"{path}.to: must be after from")
        for skill, level in group.skills.items():
            if not 1 <= level <= 5 or not skill.replace("_", "").replace("-", "").isalnum():
                found.append(f"{path}.skills.{skill}: a name and a level of 1 to 5 are needed")
    return found


# People and agents ------------------------------------------------------------------------------


class _Intensity:
    """The expected number of arrivals until a moment, and its inverse; rates change in steps."""

    def __init__(self, scenario: Scenario, some: Arrivals) -> None:
        lasts = duration_ms(scenario.lasts)
        surges = [(duration_ms(s.start), duration_ms(s.span), s.times) for s in scenario.surges]
        cuts = {0, lasts, *range(0, lasts, HALF_HOUR_MS)}
        for start, span, _ in surges:
            cuts |= {min(start, lasts), min(start + span, lasts)}
        self._at: list[int] = sorted(cuts)
        self._sum = [0.0]
        for begin, end in zip(self._at, self._at[1:], strict=False):
            slot = min(begin // HALF_HOUR_MS, len(some.per_half_hour) - 1)
            rate = some.per_half_hour[slot] / HALF_HOUR_MS
            for start, span, times in surges:
                if start <= begin < start + span:
                    rate *= times
            self._sum.append(self._sum[-1] + rate * (end - begin))

    @property
    def total(self) -> float:
        return self._sum[-1]

    def moment(self, expected: float) -> float:
        i = min(bisect.bisect_right(self._sum, expected), len(self._at) - 1) - 1
        step = self._sum[i + 1] - self._sum[i]
        part = (expected - self._sum[i]) / step if step > 0 else 0.0
        return self._at[i] + part * (self._at[i + 1] - self._at[i])


def people(scenario: Scenario, seed: int, run: int) -> list[Person]:
    """Everybody who comes in this run, by arrival; the same for every rule and staffing."""
    found: list[Person] = []
    for number, some in enumerate(scenario.arrivals):
        found += _stream(scenario, number, some, seed, run)
    found.sort(key=lambda person: (person.at, person.id))
    return found


def _stream(
    scenario: Scenario, number: int, some: Arrivals, seed: int, run: int
) -> Iterator[Person]:
    intensity = _Intensity(scenario, some)
    patience = parse(some.patience or scenario.patience)
    handling = parse(some.handling or scenario.handling)
    wrapup = parse(some.wrapup or scenario.wrapup)
    shares = sum(some.queues.values())

    def draw(dist: Dist, what: str, index: int) -> float:
        return dist.at(uniform(seed, run, f"{what}.{number}", index))

    expected, index = 0.0, 0
    while True:
        expected -= math.log(uniform(seed, run, f"arrival.{number}", index))
        if expected >= intensity.total:
            return
        left = uniform(seed, run, f"queue.{number}", index) * shares
        for name, share in some.queues.items():
            queue = name
            left -= share
            if left < 0:
                break
        voice = some.channel == "voice"
        yield Person(
            f"c{number}-{index}",
            Severity(some.severity),
            Channel(some.channel),
            queue,
            round(intensity.moment(expected)),
            draw(patience, "patience", index) if voice else math.inf,
            draw(handling, "handling", index),
            draw(wrapup, "wrapup", index),
        )
        index += 1


def staff(scenario: Scenario) -> list[Worker]:
    """Every agent, named by group and number."""
    return [
        Worker(
            f"a{number}-{index}",
            dict(group.skills),
            ((duration_ms(group.start), duration_ms(group.end) if group.end else None),),
            group.floor,
        )
        for number, group in enumerate(scenario.agents)
        for index in range(group.count)
    ]


def offered_load(scenario: Scenario) -> float:
    """The load outside surges: work over what the agents can do, without ringing (0.93 = busy)."""
    work = 0.0
    for some in scenario.arrivals:
        one = parse(some.handling or scenario.handling).mean_ms
        if some.channel == "voice":
            one += parse(some.wrapup or scenario.wrapup).mean_ms
        work += math.fsum(some.per_half_hour) / len(some.per_half_hour) * one
    return work / HALF_HOUR_MS / sum(group.count for group in scenario.agents)

"""A recorded day as people and agents of a trial.

What the record has is taken as it is: arrival, channel, severity, queue, talk and wrap-up, and the
patience of people who gave up. What it cannot have is drawn from what the day shows: how long
somebody who was answered would have waited (Kaplan-Meier, beyond the wait that they had), and how
long the work with somebody who gave up would have taken (that of another contact of the channel).
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from router.core.config import Config
from router.core.contact import Outcome
from router.core.figures import Facts, words_of
from router.core.model import LiveContact
from router.core.severity import Channel, Severity
from router.simulation.chance import uniform
from router.simulation.figures import Wait, quantile
from router.simulation.scenario import Hands, Person, Worker

ENOUGH = 20
"""With fewer accepts than this, the day does not tell how quickly agents accept."""

Spans = tuple[tuple[int, int | None], ...]


def survival(waits: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Kaplan-Meier: (wait, share of people still waiting after it), from (wait, gave up) pairs."""
    ordered = sorted(waits)
    found: list[tuple[float, float]] = []
    left, share = len(ordered), 1.0
    for wait, gave_up in ordered:
        if gave_up:
            share *= 1 - 1 / left
            found.append((wait, share))
        left -= 1
    return found


def beyond(curve: Sequence[tuple[float, float]], wait: float, u: float) -> float:
    """A patience beyond `wait`; infinite if the day does not tell."""
    here = 1.0
    at = bisect.bisect_right(curve, (wait, math.inf))
    if at:
        here = curve[at - 1][1]
    for moment, share in curve[at:]:
        if share <= u * here:
            return moment
    return math.inf


def _came(live: LiveContact) -> float | None:
    """When the wait (of a text: the first wait) began; None: a call that ended in the menu."""
    return live.queued_at if live.channel == "voice" else live.arrived_at


def _wait(live: LiveContact) -> tuple[float, bool] | None:
    """How long a call waited, and whether it gave up."""
    if live.channel != "voice" or live.queued_at is None:
        return None
    if live.answered_at is not None:
        return live.answered_at - live.queued_at, False
    end = live.gone_at if live.gone_at is not None else live.ended_at
    return None if end is None else (max(0.0, end - live.queued_at), True)


def _work(live: LiveContact) -> tuple[float, float] | None:
    """Handling and wrap-up, ms; None if nobody handled it."""
    if live.channel != "voice":
        if live.accepted_at is None or live.replied_at is None:
            return None
        return max(1000.0, live.replied_at - live.accepted_at), 0.0
    if live.answered_at is None or live.ended_at is None:
        return None
    talk = live.talk_ms or 0.0
    return max(1000.0, talk), max(0.0, live.ended_at - live.answered_at - talk)


def people(contacts: Sequence[LiveContact], begin: int, seed: int, run: int) -> list[Person]:
    """The same people in every run; what the record cannot have is drawn again for each.

    Calls that ended in the menu never waited, and are left out.
    """
    arrivals = [(live, came) for live in contacts if (came := _came(live)) is not None]
    had = [_wait(live) for live, _ in arrivals]
    curve = survival([wait for wait in had if wait is not None])
    works: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for live, _ in arrivals:
        if (work := _work(live)) is not None:
            works[live.channel].append(work)
    found = []
    for index, ((live, came), wait) in enumerate(zip(arrivals, had, strict=True)):
        work = _work(live)
        others = works[live.channel] or [(240_000.0, 0.0)]
        if work is None:
            work = others[int(uniform(seed, run, "work", index) * len(others))]
        patience = math.inf
        if wait is not None:
            waited, gave_up = wait
            draw = uniform(seed, run, "patience", index)
            patience = waited if gave_up else beyond(curve, waited, draw)
        found.append(
            Person(
                live.id,
                Severity(live.severity),
                Channel(live.channel),
                live.queue,
                round(came - begin),
                patience,
                work[0],
                work[1],
            )
        )
    return sorted(found, key=lambda person: (person.at, person.id))


def waits(contacts: Sequence[LiveContact], config: Config, until: int) -> list[Wait]:
    """What became of them by the record; people still waiting have waited until `until`, ms.

    A text that was closed without a reply counts as answered when it was closed.
    """
    targets = config.target_ms()
    found = []
    for live in contacts:
        words = _words(live)
        came = _came(live)
        if came is None and "left" in words:  # straight to the voicemail: in closed hours
            came = live.arrived_at
        if came is None:
            continue
        ended = live.ended_at if live.gone_at is None else live.gone_at
        by_hand = ended if live.channel != "voice" and live.accepted_at is not None else None
        answered = live.answered_at if live.answered_at is not None else by_hand
        if "left" in words:
            answered = None
        end = next((at for at in (answered, ended) if at is not None), max(float(until), came))
        severity, channel = Severity(live.severity), Channel(live.channel)
        target = targets[severity][channel]
        found.append(
            Wait(
                int(severity),
                channel,
                end - came,
                answered is not None,
                answered is None and "abandoned" in words,
                target,
                config.ageing * target,
                left="left" in words,
                closed=live.after_hours and severity > Severity.S1,
            )
        )
    return found


def _words(live: LiveContact) -> set[str]:
    """What its end counts as (router/core/figures.py)."""
    there = live.outside
    by_machine = there is not None and not there.acknowledge and live.agent is None
    facts = Facts(
        severity=live.severity,
        answered=live.answered_at is not None and not by_machine,
        outside=there is not None,
        waited_ms=0.0,
    )
    outcome = str(Outcome.VOICEMAIL) if by_machine else live.outcome
    return {word.partition(":")[2] for word in words_of("contact.ended", outcome, facts)}


def desk(took: Sequence[int], missed: int) -> Hands:
    """Agents who accept as quickly as on the day; as in a scenario if too few accepts were seen.

    Args:
        took: times from offer to accept, ms, ascending.
        missed: offers that nobody answered.
    """
    if len(took) < ENOUGH:
        return Hands()
    median = max(1, quantile(took, 0.5))
    p95 = max(median + 1, quantile(took, 0.95))
    pickup = f"lognormal median {median:.0f}ms p95 {p95:.0f}ms"
    return Hands(pickup=pickup, miss=missed / (missed + len(took)))


def staff(
    duty: Mapping[str, Spans], skills: Mapping[str, Mapping[str, int]], agents: int | None
) -> list[Worker]:
    """The recorded agents at their recorded times; `agents`: this many, repeating them in order."""
    known = [
        Worker(name, dict(skills[name]), spans) for name, spans in duty.items() if name in skills
    ]
    if agents is None or not known:
        return known
    return [
        Worker(f"a{i}-{known[i % len(known)].id}", known[i % len(known)].skills,
               known[i % len(known)].spans)
        for i in range(agents)
    ]  # fmt: skip

"""A recorded day as people and agents of a trial.

What the record knows is taken as it is: arrival, channel, severity, queue, talk and wrap-up, and
the patience of who gave up. What it cannot know is drawn from what the day shows: how long somebody
who was answered would have waited (Kaplan-Meier, beyond the wait that he had), and how long the
work with somebody who gave up would have taken (that of another one of the same channel).
"""

from __future__ import annotations

import bisect
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from router.core.model import LiveContact
from router.core.severity import Channel, Severity
from router.trial.chance import uniform
from router.trial.scenario import Person, Worker

Spans = tuple[tuple[int, int | None], ...]


def survival(waits: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Kaplan-Meier: (wait, share that is still there after it), from (wait, gave up) pairs."""
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
    """A patience beyond `wait`; infinite where nobody of the day tells."""
    here = 1.0
    at = bisect.bisect_right(curve, (wait, math.inf))
    if at:
        here = curve[at - 1][1]
    for moment, share in curve[at:]:
        if share <= u * here:
            return moment
    return math.inf


def _wait(live: LiveContact) -> tuple[float, bool] | None:
    """How long a call waited, and whether it gave up."""
    if live.channel != "voice" or live.queued_at is None:
        return None
    if live.answered_at is not None:
        return live.answered_at - live.queued_at, False
    end = live.gone_at if live.gone_at is not None else live.ended_at
    return None if end is None else (max(0.0, end - live.queued_at), True)


def _work(live: LiveContact) -> tuple[float, float] | None:
    """Handling and wrap-up, ms; None when it was never done."""
    if live.channel != "voice":
        if live.accepted_at is None or live.replied_at is None:
            return None
        return max(1000.0, live.replied_at - live.accepted_at), 0.0
    if live.answered_at is None or live.ended_at is None:
        return None
    talk = live.talk_ms or 0.0
    return max(1000.0, talk), max(0.0, live.ended_at - live.answered_at - talk)


def people(contacts: Sequence[LiveContact], begin: int, seed: int, run: int) -> list[Person]:
    """The same people in every run; what the record cannot know is drawn anew.

    Calls that ended in the menu never waited, and are left out.
    """
    contacts = [live for live in contacts if live.channel != "voice" or live.queued_at is not None]
    waits = [_wait(live) for live in contacts]
    curve = survival([wait for wait in waits if wait is not None])
    works: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for live in contacts:
        if (work := _work(live)) is not None:
            works[live.channel].append(work)
    found = []
    for index, (live, wait) in enumerate(zip(contacts, waits, strict=True)):
        work = _work(live)
        others = works[live.channel] or [(240_000.0, 0.0)]
        if work is None:
            work = others[int(uniform(seed, run, "work", index) * len(others))]
        patience = math.inf
        if wait is not None:
            waited, gave_up = wait
            draw = uniform(seed, run, "patience", index)
            patience = waited if gave_up else beyond(curve, waited, draw)
        at = live.queued_at if live.queued_at is not None else live.arrived_at
        found.append(
            Person(
                live.id,
                Severity(live.severity),
                Channel(live.channel),
                live.queue,
                round(at - begin),
                patience,
                work[0],
                work[1],
            )
        )
    return sorted(found, key=lambda person: (person.at, person.id))


def staff(
    duty: Mapping[str, Spans], skills: Mapping[str, Mapping[str, int]], agents: int | None
) -> list[Worker]:
    """The recorded agents at their recorded times; `agents`: so many, repeating them in order."""
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

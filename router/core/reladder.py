"""After a reload: which ladder becomes which, and in which queue contacts go on if theirs is
gone."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from . import asking, ladder
from .config import Config
from .durations import duration_ms
from .model import LiveContact
from .severity import Severity

Ways = dict[str, dict[str, str]]
"""By severity: the text of a ladder that was, to the text of the one that is."""


class Home(msgspec.Struct):
    """A queue that takes over the contacts of a removed one; as the engine reads it."""

    queue: str
    wrapup_ms: int
    forms: dict[str, tuple[str, str]]
    """By severity: its ladders, see `forms`."""


def forms(config: Config, queue: str, severity: Severity) -> tuple[str, str]:
    """A queue's ladder as it is, and as it is for callers after hours who end outside."""
    return (
        ladder.text(config.steps(queue, severity)),
        ladder.text(config.steps(queue, severity, outside=True)),
    )


def all_forms(
    config: Config, queue: str, severity: Severity, languages: Iterable[str]
) -> list[str]:
    """Every ladder that a contact of this queue may be on: `forms`, each with everything that may
    be asked for, and as it becomes when nobody on duty has that."""
    for_ms = config.asking_ms(severity)
    found = list[str]()
    for outside in (False, True):
        steps = config.steps(queue, severity, outside=outside)
        for needed, ranks in asking.forms(languages):
            written = ladder.text(asking.narrowed(steps, needed, for_ms, ranks))
            found += asking.asking_less(written, needed)
    return found


def changed_ladders(before: Config, now: Config) -> dict[str, Ways]:
    """Queues of both configurations whose ladders differ."""
    both = [
        queue
        for queue in now.queues
        if queue in before.queues and _plain(before, queue) != _plain(now, queue)
    ]
    found = {queue: _ways(before, queue, now, queue) for queue in both}
    changed = {
        queue: {level: way for level, way in ways.items() if any(k != v for k, v in way.items())}
        for queue, ways in found.items()
    }
    return {queue: ways for queue, ways in changed.items() if ways}


def _plain(config: Config, queue: str) -> list[object]:
    """What all its ladders are made of: where that is the same, they are."""
    return [
        (config.asking_ms(severity), config.steps(queue, severity, outside=outside))
        for severity in Severity
        for outside in (False, True)
    ]


def ladders_of_gone(before: Config, gone: str, now: Config, home: str) -> Ways:
    """Maps every ladder of a removed queue to that of its home; empty if the queue is unknown."""
    return _ways(before, gone, now, home) if gone in before.queues else {}


def _ways(before: Config, queue: str, now: Config, home: str) -> Ways:
    found: Ways = {}
    languages = before.asked_languages | now.asked_languages
    for severity in Severity:
        way = found[str(int(severity))] = {}
        old, new = (
            all_forms(before, queue, severity, languages),
            all_forms(now, home, severity, languages),
        )
        for was, is_now in zip(old, new, strict=True):
            way.setdefault(was, is_now)  # a queue that needs it anyway: as if nothing was asked
    return found


def home_of(config: Config, queue: str, line: str) -> str:
    """The queue; its line's if a reload removed it (the first line's if there is none)."""
    if queue in config.queues:
        return queue
    return next((it.queue for it in config.lines if it.name == line), config.lines[0].queue)


def home(config: Config, queue: str) -> Home:
    """What the engine has to know about a queue that takes over contacts."""
    return Home(
        queue,
        duration_ms(config.queues[queue].wrapup),
        {str(int(severity)): forms(config, queue, severity) for severity in Severity},
    )


def homeless(contacts: Iterable[LiveContact], config: Config) -> dict[tuple[str, str], list[str]]:
    """Ids of contacts whose queue is gone, by (removed queue, queue in which they go on)."""
    found: dict[tuple[str, str], list[str]] = {}
    for live in contacts:
        if live.queue not in config.queues:
            to = home_of(config, live.queue, live.line)
            found.setdefault((live.queue, to), []).append(live.id)
    return found


def outdated(contacts: Iterable[LiveContact], before: Config, now: Config) -> bool:
    """Whether any contact is in a removed queue, or on a ladder that was changed."""
    changed = changed_ladders(before, now)

    def is_old(live: LiveContact) -> bool:
        ways = changed.get(live.queue, {}).get(str(int(live.severity)), {})
        return (
            live.queue not in now.queues or ways.get(live.ladder or "", live.ladder) != live.ladder
        )

    return any(is_old(live) for live in contacts)


def rehouse(live: LiveContact, config: Config, *, moves: bool = True) -> None:
    """A recorded contact whose queue is gone goes on in its line's queue, on that ladder.

    moves: False = another configuration may know the queue; then only an S1 that would end unserved
    gets another ladder.
    """
    if live.queue in config.queues:
        return
    queue, severity = home_of(config, live.queue, live.line), Severity(live.severity)
    outside = live.ladder is not None and ladder.parse(live.ladder)[-1].overflow
    if moves:
        live.queue, live.wrapup_ms = queue, duration_ms(config.queues[queue].wrapup)
    if live.ladder is not None and (moves or (severity is Severity.S1 and not outside)):
        live.ladder, live.step = forms(config, queue, severity)[outside], None

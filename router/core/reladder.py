"""After a reload: which ladder becomes which, for those who climb one."""

from __future__ import annotations

from . import ladder
from .config import Config
from .severity import Severity

Ways = dict[str, dict[str, str]]
"""By severity: the text of a ladder that was, to the text of the one that is."""


def forms(config: Config, queue: str, severity: Severity) -> tuple[str, str]:
    """A queue's ladder as it is, and as callers after hours have it who end outside."""
    return (
        ladder.text(config.steps(queue, severity)),
        ladder.text(config.steps(queue, severity, outside=True)),
    )


def ways(before: Config, queue: str, now: Config, home: str) -> Ways:
    """Every ladder of `queue` as it was, to that of `home` as it is; without those that stay."""
    found: Ways = {}
    for severity in Severity:
        was, wanted = forms(before, queue, severity), forms(now, home, severity)
        changed = {old: new for old, new in zip(was, wanted, strict=True) if old != new}
        if changed:
            found[str(int(severity))] = changed
    return found


def changed_ladders(before: Config, now: Config) -> dict[str, Ways]:
    """Queues of both configurations whose ladders differ."""
    both = [queue for queue in now.queues if queue in before.queues]
    found = {queue: ways(before, queue, now, queue) for queue in both}
    return {queue: way for queue, way in found.items() if way}

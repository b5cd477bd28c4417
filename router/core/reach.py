"""Whether those who can sign in could ever take what the configuration asks of them."""

from __future__ import annotations

from collections.abc import Sequence

from .config import Config
from .severity import Severity
from .skills import Skills, satisfies, signature

WIDENED = (Severity.S2, Severity.S3, Severity.S4)
"""An S1 ladder ends with anybody, whatever is configured."""


def unmet(config: Config, crew: Sequence[Skills]) -> list[str]:
    """Last steps of ladders that nobody meets: who waits there waits until somebody with the skills
    is added, or a person moves him. Nothing is said of a centre without agents."""
    found: dict[tuple[str, str], list[str]] = {}
    for queue in config.queues:
        for severity in WIDENED:
            needs = config.steps(queue, severity)[-1].needs
            if crew and not any(satisfies(skills, needs) for skills in crew):
                found.setdefault((queue, signature(needs)), []).append(f"S{int(severity)}")
    return [
        f"queues.{queue}: no agent has {needs.replace('=', '>=')}, which the last step of"
        f" {', '.join(severities)} needs"
        for (queue, needs), severities in found.items()
    ]

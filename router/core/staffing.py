"""Whether the people who can sign in could ever take what the configuration asks of them."""

from __future__ import annotations

from collections.abc import Sequence

from .config import Config
from .ladder import Rung
from .severity import Severity
from .skills import Skills, satisfies, signature


def unmet(config: Config, crew: Sequence[Skills]) -> list[str]:
    """Steps of ladders that nobody meets, one warning per ladder.

    At a last step, contacts wait until somebody with the skills is added, or a person moves them.
    At another step (an S1 ladder ends with anybody), nobody is asked to take them until it is over.
    Nothing is said about a centre without agents.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for queue in config.queues:
        for severity in Severity:
            steps = config.steps(queue, severity)
            for_nobody = [
                index
                for index, step in enumerate(steps)
                if crew and not any(satisfies(skills, step.needs) for skills in crew)
            ]
            if for_nobody:  # steps only widen: an agent who misses this one misses those before it
                words = _words(steps, for_nobody[-1])
                found.setdefault((queue, words), []).append(f"S{int(severity)}")
    return [
        f"queues.{queue}: {words.format(severities=', '.join(severities))}"
        for (queue, words), severities in found.items()
    ]


def _words(steps: Sequence[Rung], index: int) -> str:
    needs = signature(steps[index].needs).replace("=", ">=")
    if index == len(steps) - 1:
        return f"no agent has {needs}, which the last step of {{severities}} needs"
    span_s = sum(step.span_ms or 0 for step in steps[: index + 1]) / 1000
    return (
        f"no agent has {needs}, which step {index + 1} of {{severities}} needs:"
        f" nobody is asked for the first {span_s:.15g} s"
    )

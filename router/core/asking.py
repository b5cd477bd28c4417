"""Skills that are asked for on top of what a queue's ladder needs: a language, by words, a key, the
line or what is known of the person, and a trade, by words (docs/routing.md, "Ladder").

For a while only agents who have them are looked for; from then on, or as soon as nobody on duty
has them, they only rank: whoever has them comes first. So nobody waits for a skill that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from .config import Config, Line
from .ladder import Rung, eased
from .languages import SPOKEN
from .skills import Skills, satisfies

TRADES = ("vet", "home", "safety", "claims")
MOST = 2
"""A language, first, for without it nothing is understood; and a trade."""


def in_order(asked: Iterable[str]) -> tuple[str, ...]:
    """What can be asked for at once: one language, then one trade."""
    wanted = set(asked)
    spoken = sorted(wanted.intersection(SPOKEN))[:1]
    trades = [trade for trade in TRADES if trade in wanted]
    return (*spoken, *trades)[:MOST]


def language_of(asked: Iterable[str]) -> str | None:
    """The language among them."""
    return next((skill for skill in asked if skill in SPOKEN), None)


def spoken(
    config: Config,
    line: Line,
    queue: str,
    words: Iterable[str] = (),
    known: tuple[str | None, Iterable[tuple[str, bool]]] = (None, ()),
    *,
    chose: str = "",
) -> str | None:
    """The language that a contact needs, by what says most: its words, a key, what was written down
    of the person, the queue, their queues before (a text's only where it is not our own language),
    the one language of the line. None: ours, which everybody speaks, or nobody knows.

    Args:
        known: what the record has of them (router/records/spoken.py).
        chose: the queue for which they pressed a key just now.
    """
    written, waited = known
    said = [language_of(words), _of_queue(config, chose), written, _of_queue(config, queue)]
    before = (
        found
        for name, called in waited
        if (found := _of_queue(config, name)) and (called or found != config.own_language)
    )
    said += [next(before, None), line.languages[0] if len(line.languages) == 1 else None]
    language = next((it for it in said if it), None)
    return language if language in config.asked_languages else None


def _of_queue(config: Config, queue: str) -> str:
    return config.queues[queue].language if queue in config.queues else ""


def met(asked: Iterable[str], first: Rung, crew: Sequence[Skills]) -> tuple[str, ...]:
    """Those worth waiting for: one agent in `crew` has them and meets the first step too. Such an
    agent meets every later step, because steps only widen."""
    found: tuple[str, ...] = ()
    for skill in in_order(asked):
        needs = _with(first.needs, (*found, skill), 1)
        if any(satisfies(skills, needs) for skills in crew):
            found = (*found, skill)
    return found


def narrowed(
    steps: Sequence[Rung], needed: Sequence[str], for_ms: int, ranks: Sequence[str] = ()
) -> list[Rung]:
    """The ladder with `needed` in each step until `for_ms` of ladder time; after that, and `ranks`
    all the time, they only rank. Its length is unchanged. The last steps of an S1, for supervisors
    and outside numbers, stay as they are."""
    found, left = list[Rung](), for_ms if needed else 0
    for step in steps:
        if step.supervisors or step.overflow:
            found.append(step)
            continue
        span = left if step.span_ms is None else min(left, step.span_ms)
        left -= span
        after = Rung(_with(step.needs, (*needed, *ranks), 0), step.span_ms)
        asked = frozenset(skill for skill in needed if skill not in step.needs)
        if not span or not asked:
            found.append(after)
            continue
        needs = _with(_with(step.needs, needed, 1), ranks, 0)
        found.append(Rung(needs, span, asked=asked))
        if span != step.span_ms:
            rest = None if step.span_ms is None else step.span_ms - span
            found.append(Rung(after.needs, rest))
    return found


def forms(languages: Iterable[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Everything that a contact may need and rank by, in a fixed order."""
    ways = [(), *((it,) for it in sorted(languages))]
    for spoken in ways:
        for trade in ((), *((it,) for it in TRADES)):
            asked = (*spoken, *trade)
            for size in range(len(asked), -1, -1):
                for needed in combinations(asked, size):
                    yield needed, tuple(it for it in asked if it not in needed)


def asking_less(written: str, needed: Sequence[str]) -> list[str]:
    """The ladder as it is, and as it becomes when nobody on duty has what is needed: the trade goes
    first."""
    found = [written]
    for skill in reversed(needed):
        found.append(eased(found[-1], skill))
    return found


def _with(needs: Skills, skills: Iterable[str], level: int) -> dict[str, int]:
    return {**dict.fromkeys(skills, level), **needs}

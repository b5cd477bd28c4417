"""What corrections would change, before anything is used: on the phrase book and on what people
wrote recently.

Everything here is computed from the shipped weights, never from weights learned earlier: the same
corrections give the same weights, and a deleted one leaves no trace.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.lab.learned_state import counted
from router.core.display import excerpt
from router.triage import shipped
from router.triage.book import BookLine
from router.triage.figures import Share, by, figures
from router.triage.learned import InUse, Made
from router.triage.learning import Correction, LearningResult, Moved, Texts, learn
from router.triage.reading import Reading

Read = list[tuple[int, bool]]
DAYS = 90
MOST = 5000
"""At most this many texts and mails of the last 90 days are read, newest first (0.4 ms each)."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A text or mail that would be judged differently."""

    was: str
    becomes: str
    text: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A line of the phrase book that is found as S1 now and would no longer be."""

    line: BookLine
    nearest: list[Correction]
    """The corrections that speak against it, nearest first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a person sees before they decide."""

    corrections: list[Correction]
    outcome: LearningResult
    lines: int
    """Of the phrase book."""
    now: dict[str, Share]
    then: dict[str, Share]
    languages: dict[str, tuple[dict[str, Share], dict[str, Share]]]
    """Of each, now and then."""
    lost: list[Lost]
    recent: int
    """Texts and mails that were looked at."""
    moving: list[Moving]
    seconds: float

    @property
    def moves(self) -> dict[str, int]:
        """How many move from what to what, most first."""
        return dict(Counter(f"{one.was} -> {one.becomes}" for one in self.moving).most_common())


class Lesson:
    """The phrase book as the shipped weights see it; what corrections make of it."""

    def __init__(self, lines: Sequence[BookLine] | None = None) -> None:
        """Some seconds for the shipped book."""
        self.lines = list(shipped.book() if lines is None else lines)
        self._kept, self._concepts = shipped.kept(), shipped.reader().concepts
        self._texts = Texts([line.text for line in self.lines], self._concepts, self._kept.model)

    def shown(
        self, corrections: Sequence[Correction], recent: Sequence[str], in_use: InUse
    ) -> Shown:
        """Trains, and compares with the weights in use."""
        began, cuts = time.monotonic(), self._kept.cuts
        used = in_use.learned.moved if in_use.learned else None
        now = self._texts.severities(cuts, used)
        found = self._found() | (self._found(used) if _all_there(in_use, corrections) else set())
        outcome = learn(self._kept, self._concepts, self._texts, sorted(found), corrections)
        then = self._texts.severities(cuts, outcome.moved)
        lost = zip(outcome.lost, outcome.blamed, strict=True)
        before, after = readings(now), readings(then)
        by_now, by_then = by(self.lines, before, "language"), by(self.lines, after, "language")
        return Shown(
            list(corrections), outcome, len(self.lines),
            figures(self.lines, before), figures(self.lines, after),
            {language: (by_now[language], by_then[language]) for language in by_now},
            [Lost(self.lines[at], nearest) for at, nearest in lost],
            len(recent), self._moving(recent, used, outcome.moved), time.monotonic() - began,
        )  # fmt: skip

    def _found(self, moved: Moved | None = None) -> set[int]:
        """Emergencies of the book that are found as such."""
        read = self._texts.severities(self._kept.cuts, moved)
        return {at for at, x in enumerate(self.lines) if x.severity == 1 and read[at][0] == 1}

    def _moving(self, recent: Sequence[str], used: Moved | None, moved: Moved) -> list[Moving]:
        texts = Texts(recent, self._concepts, self._kept.model)
        now = texts.severities(self._kept.cuts, used)
        then = texts.severities(self._kept.cuts, moved)
        return [
            Moving(_word(was), _word(becomes), text)
            for text, was, becomes in zip(recent, now, then, strict=True)
            if was != becomes
        ]


def _all_there(in_use: InUse, corrections: Sequence[Correction]) -> bool:
    """Are all corrections of the weights in use still there? If one is gone, emergencies found only
    through it no longer count."""
    made_of = in_use.learned.made.corrections if in_use.learned else []
    return {*made_of} <= {one.id for one in corrections}


def readings(found: Read) -> list[Reading]:
    """In the form from which figures are counted."""
    return [Reading(severity, unsure, "none", 1.0, ()) for severity, unsure in found]


def _word(read: tuple[int, bool]) -> str:
    return f"S{read[0]} unsure" if read[1] else f"S{read[0]}"


def made(shown: Shown, without: Sequence[str], at: int, by_whom: str) -> Made:
    """How the weights that are shown came about."""
    ids = sorted(one.id for one in shown.corrections)
    return Made(shipped.base(), ids, sorted(without), at, by_whom)


# In words -----------------------------------------------------------------------------------------

SAMPLES = 20
LANGUAGES = {"en": "English", "es": "Spanish", "mx": "both"}
OF_LANGUAGES = ("S1 found as S1", "S2 found as S1 or S2", "S3 called S1", "S4 called S1")


def words(shown: Shown, *, people: bool) -> str:
    """For a terminal. people: also the first words of the messages that would move; only the person
    who runs the command sees them."""
    count = Counter(one.raised for one in shown.corrections)
    told = [
        f"{counted(sum(count.values()))}: {count[True]} raised, {count[False]} never an"
        f" emergency. Learned in {shown.seconds:.1f} s.",
        "",
        f"{f'Phrase book, {shown.lines:,} lines':44}     now     then",
    ]
    told += [
        _row(name, shown.now[name], shown.then[name]) for name in shown.now if shown.now[name]["of"]
    ]
    for language, (now, then) in shown.languages.items():
        told += [f"{LANGUAGES.get(language, language)}"]
        told += [_row(name, now[name], then[name]) for name in OF_LANGUAGES if now[name]["of"]]
    told += [
        "",
        f"Last {DAYS} days, {shown.recent:,} texts and mails: {len(shown.moving)} would move",
    ]
    told += [f"  {move:28} {count:8}" for move, count in shown.moves.items()]
    if people:
        told += [f"  {x.was} -> {x.becomes}  {_first(x.text)}" for x in shown.moving[:SAMPLES]]
        if len(shown.moving) > SAMPLES:
            told.append(f"  and {len(shown.moving) - SAMPLES} more")
    if shown.outcome.unlearned:
        ids = ", ".join(one.id for one in shown.outcome.unlearned)
        told += ["", f"Could not be learned, still read as before: {ids}"]
    return "\n".join(told)


def refusal(shown: Shown) -> str:
    """Which emergencies of the phrase book would be lost, by which corrections, and what to do."""
    told = [f"refused: {len(shown.lost)} emergencies of the phrase book would be missed."]
    for lost in shown.lost[:SAMPLES]:
        ids = ", ".join(one.id for one in lost.nearest) or "none of them alone"
        told += [f"  “{_first(lost.line.text)}” ({lost.line.writer}.tsv); nearest: {ids}"]
    if len(shown.lost) > SAMPLES:
        told.append(f"  and {len(shown.lost) - SAMPLES} more")
    blamed = list(dict.fromkeys(x.id for lost in shown.lost for x in lost.nearest[:1]))
    told += ["Nothing was changed. Withdraw these corrections at the desk, or leave them out:"]
    told += ["  holdfast triage learn" + "".join(f" --without {id_}" for id_ in blamed)]
    return "\n".join(told)


def _row(name: str, now: Share, then: Share) -> str:
    return f"  {name:42} {now['percent']:5} %  {then['percent']:5} %"


def _first(text: str) -> str:
    """The first words on one line, whatever bytes a stranger sent."""
    return excerpt("".join(ch if ch.isprintable() else " " for ch in text), 80)

"""Severity and queue from what is known when somebody reaches out; each says which rule fired.

Order of rules: emergency words (texts, subjects), the menu's digit, an open incident of a known
party, the line's default. The worst severity among those that fire wins; at equal severity
the earlier rule gives the queue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .severity import Severity
from .text import fold


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage decided and which rule did (words for people)."""

    severity: Severity
    queue: str
    rule: str
    why: tuple[str, ...] = ()
    """Words of theirs that decided, as they were typed."""
    sure: int | None = None
    """Per cent, where the second opinion decided."""
    unsure: bool = False
    """An S2 that may be an S1."""
    asks: tuple[str, ...] = ()
    """Skills that the words ask for."""
    own: Severity | None = None
    """What it would be without the open incident that lent it a worse severity."""
    said: Severity = Severity.S4
    """What the words alone say, or the channel of them."""

    @property
    def by_itself(self) -> Severity:
        """The severity without what an incident lent."""
        return self.severity if self.own is None else self.own


@dataclass(frozen=True, slots=True)
class WordRule:
    """Words or phrases in texts and subjects that raise a contact."""

    name: str
    severity: Severity
    queue: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LineDefault:
    """The meaning of a line (a number or a mail address) by itself."""

    name: str
    severity: Severity
    queue: str
    menu: Mapping[str, Verdict]


_BETWEEN = r"[\s.,*~-]+"
_SEVERAL = re.compile(rf"\w{_BETWEEN}\w")
"""Of a phrase of several words."""
_APOSTROPHE = r"['\s]?"
_NEITHER = " | "
"""No phrase goes over it."""


def spoken(text: str) -> str:
    """A text as the patterns of `compile_words` read it: folded. An invisible character may be
    inside a word or between two ("lost\u200bdog"), and a lone accent may be an apostrophe or a gap:
    such a text is read both ways."""
    if text.isascii():
        return fold(text)
    apart = "".join(" " if _may_part(letter) else letter for letter in text)
    return fold(text) if apart == text else f"{fold(text)}{_NEITHER}{fold(apart)}"


def _may_part(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind in ("Cf", "Sk") or (kind == "Mn" and not unicodedata.combining(letter))


def compile_words(words: Sequence[str]) -> re.Pattern[str]:
    """One pattern for all phrases, for what is `spoken`: whole words, '*' = any ending; between
    them white space, dots and dashes ("not... breathing"); an apostrophe may be left out."""
    parts = []
    for phrase in words:
        tokens = [
            re.escape(fold(token)).replace(r"\*", r"\w*").replace("'", _APOSTROPHE)
            for token in phrase.split()
        ]
        if tokens:
            parts.append(_BETWEEN.join(tokens))
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)" if parts else r"(?!)")


def heard(text: str, words: Sequence[WordRule], *, calm: bool = False) -> list[Verdict]:
    """The verdict of each of the centre's lists that has a phrase in the text, in their order.

    Args:
        calm: the second opinion is sure that the text is everyday. Then a single word from an S1
        list counts for nothing ("the bleeding stopped, home and happy"); a phrase always counts.
    """
    said = spoken(text)
    found = list[Verdict]()
    for rule in words:
        hits = (hit.group(0) for hit in rule.pattern.finditer(said))
        if calm and rule.severity is Severity.S1:
            hits = (hit for hit in hits if _SEVERAL.search(hit))
        if hit := next(hits, ""):
            found.append(Verdict(rule.severity, rule.queue, f"{rule.name}: “{hit}”", (hit,)))
    return found


def triage(
    line: LineDefault,
    *,
    digit: str | None = None,
    text: str = "",
    incident_severity: Severity | None = None,
    incident_number: str | None = None,
    words: Sequence[WordRule] = (),
    calm: bool = False,
) -> Verdict:
    """Decides severity and queue.

    Args:
        line: the line that was reached.
        digit: the key pressed in the line's menu, if it has one.
        text: body and subject; empty for calls.
        incident_severity: severity of the party's open incident, if there is one. Somebody with
            an open S1 who reaches out again is at least S2 (docs/routing.md).
        calm: see `heard`.
    """
    fired = heard(text, words, calm=calm)
    if digit is not None and digit in line.menu:
        fired.append(line.menu[digit])
    if incident_severity is not None:
        known = Severity(max(2, int(incident_severity)))
        fired.append(Verdict(known, line.queue, f"open {incident_number or 'incident'}"))
    if digit is None or digit not in line.menu:  # who chose a key has said more than the line
        fired.append(Verdict(line.severity, line.queue, line.name))
    return min(fired, key=lambda verdict: verdict.severity)

"""A summary of an incident on one page: sentences, each tied to the line of the timeline that it
says. Pure.

It is proposed from the record, edited by a person and saved as a version, which never changes:
everything that its page shows stands in it, its moments too, as words.
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from .text import clean

SECTIONS = {
    "about": "What it is about",
    "severity": "How severe, since when",
    "people": "Who is involved",
    "happened": "What happened",
    "did": "What we did",
    "next": "Decided, open, next",
}
"""Parts of the page, in their order."""
FULL, REDACTED = "full", "redacted"
VARIANTS = (FULL, REDACTED)
SENTENCES, LETTERS = 60, 400
"""Of one summary, of one sentence: more is never one page."""
HIDDEN, HIDDEN_LETTERS = 40, 80
"""Further words that are taken out of the redacted variant."""
SEVERITY_WORDS = {
    1: "life or safety in danger", 2: "urgent", 3: "a report or a dispute", 4: "follow-up",
}  # fmt: skip
ASSESSMENT = "assessment"
"""Source of a sentence that no line of the timeline says."""
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip

Part = tuple[str, str]
"""Words, and why they stand for others (a code of redaction.py); '': they were written so."""


class Sentence(msgspec.Struct, frozen=True):
    """`line`: its id on the timeline, `source` what that is and `when` its moment in words; of an
    assessment whose it is (`by`: an account's id, `by_name`)."""

    section: str
    text: str
    line: str = ""
    source: str = ASSESSMENT
    when: str = ""
    by: str = ""
    by_name: str = ""


class Head(msgspec.Struct, frozen=True):
    """What stands above the sentences, as it was when the version was saved."""

    number: str
    title: str
    severity: int
    standing: str
    """Severity, status and type in words."""
    since: str
    zone: str
    place: str
    owner: str
    saved_by: str
    saved_at: str


class Content(msgspec.Struct, frozen=True):
    """All of a version. `redacted`: its sentences, then its title, then its place."""

    version: int
    head: Head
    sentences: list[Sentence]
    hide: list[str]
    redacted: list[list[Part]]


def written(content: Content) -> bytes:
    return msgspec.json.encode(content)


def read(text: str) -> Content:
    return msgspec.json.decode(text, type=Content)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def tidy(text: str) -> str:
    """On one line, and without letters that have no shape: what is read is what is there."""
    seen = (one for one in clean(text) if unicodedata.category(one) != "Cf")
    return " ".join(unicodedata.normalize("NFC", "".join(seen)).split())


def fault_of(sentences: Sequence[Sentence], hide: Sequence[str]) -> str | None:
    """Why it cannot be saved, in words; None: it can."""
    if not sentences:
        return "the summary has no sentence yet"
    if len(sentences) > SENTENCES:
        return f"at most {SENTENCES} sentences: it has to fit on one page"
    for one in sentences:
        if one.section not in SECTIONS:
            return f"a sentence is in one of: {', '.join(SECTIONS)}"
        if not one.text:
            return "a sentence has no words. Write it, or remove it"
        if len(one.text) > LETTERS:
            return f"a sentence is longer than {LETTERS} letters: ‘{one.text[:40]}…’"
    if len(hide) > HIDDEN or any(len(one) > HIDDEN_LETTERS for one in hide):
        return f"at most {HIDDEN} words to take out, each of at most {HIDDEN_LETTERS} letters"
    return None


def moment(at: int, zone: str, *, year: bool = False) -> str:
    """'30 Nov 21:04 PST', in any process the same. `at`: ms."""
    here = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    day = f"{here.day} {MONTHS[here.month - 1]}" + (f" {here.year}" if year else "")
    return f"{day} {here.hour:02}:{here.minute:02} {here.tzname()}"


def source_of(line: Mapping[str, Any]) -> str:
    """What a line of the timeline is, in a word."""
    if line["kind"] == "message":
        return {"sms": "text", "email": "mail"}.get(line["channel"] or "", "voicemail")
    return {"call": "call", "note": "note"}.get(line["kind"], "record")


def tied(sentence: Sentence, lines: Mapping[str, Mapping[str, Any]], zone: str) -> Sentence | None:
    """The same with what its line is and when it was. None: that line is not on the timeline."""
    line = lines.get(sentence.line)
    if line is None:
        return None
    return msgspec.structs.replace(
        sentence, source=source_of(line), when=moment(line["at"], zone), by="", by_name=""
    )


# What changed between two versions -------------------------------------------------------------


class Change(msgspec.Struct, frozen=True):
    """`kind`: new, gone, changed (`before`: its words then) or moved (elsewhere on the page)."""

    kind: str
    section: str
    text: str
    before: str = ""


ALIKE = 0.5
"""As much of two sentences is the same in one that was changed."""


def changes(before: Sequence[Sentence], after: Sequence[Sentence]) -> list[Change]:
    """From one version to another, in the order of the page; [] = the same."""
    old, new = list(before), list(after)
    kept = {(one.section, one.text) for one in old} & {(one.section, one.text) for one in new}
    gone = [one for one in old if (one.section, one.text) not in kept]
    found: list[Change] = []
    for one in new:
        if (one.section, one.text) in kept:
            continue
        was = _nearest(one, gone)
        if was is None:
            found.append(Change("new", one.section, one.text))
            continue
        gone.remove(was)
        kind = "moved" if was.text == one.text else "changed"
        found.append(Change(kind, one.section, one.text, was.text))
    found += [Change("gone", one.section, one.text) for one in gone]
    order = [key for one in old if (key := (one.section, one.text)) in kept]
    now = [key for one in new if (key := (one.section, one.text)) in kept]
    if order != now:
        moved = [b for a, b in zip(order, now, strict=False) if a != b]
        found += [Change("moved", section, text, text) for section, text in moved[:1]]
    return sorted(found, key=lambda one: list(SECTIONS).index(one.section))


def _nearest(one: Sentence, others: Iterable[Sentence]) -> Sentence | None:
    """Of the others the one that became this: of the same line, or much alike."""
    best, least = None, ALIKE
    for other in others:
        if other.text == one.text:
            return other
        alike = difflib.SequenceMatcher(None, other.text, one.text, autojunk=False).ratio()
        if other.line and other.line == one.line:
            alike += 0.3
        if alike > least:
            best, least = other, alike
    return best

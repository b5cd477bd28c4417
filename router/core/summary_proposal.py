"""A summary as it is proposed from the record: a start for whoever writes it. Pure.

Each sentence repeats what a line of the timeline says, and is tied to it; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .incident_status import word_of
from .summary import LETTERS, SEVERITY_WORDS, Sentence, moment, tidy, tied

EXCERPT, NAME = 100, 40
FIRST, LAST, OURS, PEOPLE = 2, 4, 4, 5
"""Of what happened its beginning and its end, of what we did the end: as much as a page holds."""
_FILING = re.compile(r" (?:set|removed) the (?!status|incident)| said who | added ")
"""What was noted of an incident; it stands elsewhere on the page."""
_SEVERITY = re.compile(r"\bto S([1-4])\b|\bincident is S([1-4])\b")

Line = Mapping[str, Any]


def proposal(
    document: Mapping[str, Any],
    *,
    kind_word: str,
    zone: str,
) -> list[Sentence]:
    """
    Args:
        document: the Incident of docs/desk-protocol.md.
        kind_word: of its type, or ''; zone: of its moments.
    """
    lines: Sequence[Line] = document["timeline"]
    if not lines:
        return []
    by_id = {line["id"]: line for line in lines}
    found = [
        *_about(document, lines, kind_word),
        *_severity(document, lines, zone),
        *_people(document, lines),
        *_happened(lines),
        *_did(lines),
        *_next(document, lines, zone),
    ]
    return [it for one in found if (it := tied(one, by_id, zone)) is not None]


def _said(section: str, text: str, line: Line) -> Sentence:
    return Sentence(section, _cut(tidy(text), LETTERS), line["id"])


def _cut(text: str, limit: int) -> str:
    """Behind a whole word, and behind no number: half a name, or of a number, is what redaction
    would not know again."""
    if len(text) <= limit:
        return text
    words = text[:limit].split(" ")[:-1]
    while words and any(map(str.isdigit, words[-1])):
        words.pop()
    return (" ".join(words) or text[: limit - 1]) + "…"


def _quoted(line: Line) -> str:
    parts = line.get("parts")
    said = "".join(one["text"] for one in parts if not one["quoted"]) if parts else line["text"]
    words = tidy(": ".join(one for one in (line["subject"], said) if one))
    return f"“{_cut(words, EXCERPT)}”" if words else ""


def _about(document: Mapping[str, Any], lines: Sequence[Line], kind: str) -> Iterator[Sentence]:
    title = tidy(document["title"] or "")
    text = ": ".join(part for part in (kind, title) if part)
    if text:
        yield _said("about", _full_stop(text), lines[0])


def _severity(document: Mapping[str, Any], lines: Sequence[Line], zone: str) -> Iterator[Sentence]:
    """Tied to what made it so last, else to how it began."""
    level, word = str(document["severity"]), SEVERITY_WORDS[document["severity"]]
    line = next((one for one in reversed(lines) if _makes(one, level)), lines[0])
    yield _said("severity", f"S{level}, {word}, since {moment(line['at'], zone)}.", line)


def _makes(line: Line, level: str) -> bool:
    said = _SEVERITY.search(line["text"] or "") if line["kind"] == "event" else None
    return said is not None and level in said.groups()


def _people(document: Mapping[str, Any], lines: Sequence[Line]) -> Iterator[Sentence]:
    """Each tied to the first line that is theirs or names them."""
    theirs: dict[str, set[str]] = {}
    for contact in document["contacts"]:
        theirs.setdefault(contact["party"], set()).add(contact["id"])
    for person in document["parties"][:PEOPLE]:
        name = tidy(person["name"])
        ids = theirs.get(person["id"], set())
        line = next(
            (one for one in lines if one["contact"] in ids or name in tidy(one["text"] or "")), None
        )
        if line is not None:
            role = person["role"] or "role not known yet"
            yield _said("people", f"{role[:1].upper()}{role[1:]}: {_cut(name, NAME)}.", line)


def _happened(lines: Sequence[Line]) -> Iterator[Sentence]:
    """What they said, and what was noted: the first and the last of it."""
    told = [
        one
        for one in lines
        if one["kind"] == "note"
        or (one["direction"] == "in" and one["kind"] in ("call", "message"))
    ]
    for one in told if len(told) <= FIRST + LAST else [*told[:FIRST], *told[-LAST:]]:
        who = _cut(tidy(one["who"] or "Somebody"), NAME)
        if one["kind"] == "call":
            text = f"{who} {one['text']}."
        elif one["kind"] == "note":
            text = _full_stop(_cut(tidy(one["text"] or ""), EXCERPT))
        else:
            quoted = _quoted(one)
            text = (
                f"{who} wrote: {quoted}." if quoted else f"{who} sent something that is not text."
            )
        if tidy(text).strip("."):
            yield _said("happened", text, one)


def _did(lines: Sequence[Line]) -> Iterator[Sentence]:
    """What went out, and what people of the house did; not how somebody was searched for."""
    ours = [one for one in lines if _is_ours(one)]
    for one in ours[-OURS:]:
        who = _cut(tidy(one["who"] or "We"), NAME)
        if one["kind"] == "message":
            text = f"{who} wrote to {_cut(tidy(one['to'] or 'them'), NAME)}: {_quoted(one)}."
        elif one["kind"] == "call":
            text = f"{who} {one['text']}."
        else:
            text = _full_stop(_cut(tidy(one["text"] or ""), EXCERPT))
        yield _said("did", text[:1].upper() + text[1:], one)


def _is_ours(line: Line) -> bool:
    if line["kind"] in ("call", "message"):
        return bool(line["direction"] == "out")
    return bool(
        line["kind"] == "event" and line["who"] and not line["contact"] and line["text"]
        and not line["id"].startswith("next:") and not _FILING.search(line["text"])
    )  # fmt: skip


def _next(document: Mapping[str, Any], lines: Sequence[Line], zone: str) -> Iterator[Sentence]:
    planned = document["next"]
    if planned:
        line = next((one for one in lines if one["id"] == f"next:{planned['id']}"), None)
        if line is not None:
            by, due = planned["agent_name"] or "somebody", moment(planned["due"], zone)
            text = f"{tidy(planned['what']).rstrip('.')}: {by}, by {due}."
            yield _said("next", text, line)
    elif document["state"] == "open":
        status = word_of(document["status"])
        yield _said("next", f"Open: {status}. Nobody has said what is next.", lines[-1])
    else:
        yield _said("next", f"It is {word_of(document['status'])}.", lines[-1])


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", "”")) or not text else f"{text}."

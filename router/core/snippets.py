"""Words that are written often: snippets of texts and mails, whose fields the centre fills. Pure.

What cannot be filled stays a field, is shown as one, and is never sent as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from router.core import text_length
from router.core.languages import SPOKEN

FIELDS = {
    "name": "whom it is to",
    "reference": "the incident (INC-20419)",
    "agent": "who writes",
    "line": "the number that they can call",
}
CHANNELS = ("sms", "email")

_FIELD = re.compile(r"\{([a-z_]*)\}")
_OURS = re.compile("|".join(r"\{" + name + r"\}" for name in FIELDS))


class Snippet(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`text` and `subject`: by language (ISO 639-1); a mail needs a subject."""

    name: str
    word: str
    channels: list[str] = msgspec.field(default_factory=lambda: list(CHANNELS))
    text: dict[str, str]
    subject: dict[str, str] = {}


class SnippetFile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """snippets.toml beside the configuration."""

    snippets: list[Snippet] = []


@dataclass(frozen=True, slots=True)
class Filled:
    """A snippet for one message. `language`: the one it is in; `missing`: fields that nobody knows,
    which stand in it still."""

    name: str
    word: str
    language: str
    subject: str
    text: str
    missing: tuple[str, ...]


def faults(file: SnippetFile) -> list[str]:
    """Everything that is wrong with the file, as 'key path: what'."""
    return list(_faults(file.snippets))


def _faults(snippets: Sequence[Snippet]) -> Iterator[str]:
    seen: set[str] = set()
    for n, one in enumerate(snippets):
        where = f"snippets[{n}]"
        if one.name in seen:
            yield f"{where}.name: {one.name!r} is used already"
        seen.add(one.name)
        if not one.word.strip():
            yield f"{where}.word: empty; agents find it by its word"
        for channel in one.channels:
            if channel not in CHANNELS:
                yield f"{where}.channels: {channel!r}; they are {', '.join(CHANNELS)}"
        if not one.text:
            yield f"{where}.text: in no language"
        if "email" in one.channels and set(one.subject) != set(one.text):
            yield f"{where}.subject: a mail needs one in each language of its text"
        for key, said in (("text", one.text), ("subject", one.subject)):
            for language, words in said.items():
                yield from _of_words(f"{where}.{key}.{language}", language, words)
        longest = max((text_length.units(words) for words in one.text.values()), default=0)
        if "sms" in one.channels and longest > text_length.MOST:
            yield f"{where}.text: {longest:,} letters; a text has {text_length.MOST:,} at most"


def _of_words(where: str, language: str, words: str) -> Iterator[str]:
    if language not in SPOKEN:
        yield f"{where}: {language!r} is no language; write en or es"
    if not words.strip():
        yield f"{where}: empty"
    for name in _FIELD.findall(words):
        if name not in FIELDS:
            known = ", ".join(f"{{{one}}}" for one in FIELDS)
            yield f"{where}: {{{name}}} is no field; they are {known}"


def fitting(
    snippets: Iterable[Snippet],
    channel: str,
    language: str | None,
    facts: Mapping[str, str | None],
) -> list[Filled]:
    """Those of a channel, in this language where they have it, otherwise in their first, filled."""
    found = []
    for one in snippets:
        if channel not in one.channels:
            continue
        spoken = language if language in one.text else next(iter(one.text))
        subject = one.subject.get(spoken, "") if channel == "email" else ""
        text = one.text[spoken]
        missing = tuple(
            name for name in dict.fromkeys(_FIELD.findall(subject + text)) if not facts.get(name)
        )
        subject, text = _fill(subject, facts), _fill(text, facts)
        found.append(Filled(one.name, one.word, spoken, subject, text, missing))
    return found


def _fill(words: str, facts: Mapping[str, str | None]) -> str:
    return _FIELD.sub(lambda found: facts.get(found[1]) or found[0], words)


def unfilled(words: str) -> list[str]:
    """Fields that stand in words still: they are not sent so."""
    return list(dict.fromkeys(_OURS.findall(words)))

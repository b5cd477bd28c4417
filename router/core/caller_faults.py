"""What is wrong with what callers would hear: languages, words, names of clips. Whether the files
are there and can be played is seen where files are read (holdfast/settings/clip_files.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter

from .config import Config, Line
from .sentences import LANGUAGES, NEVER_SILENT, SENTENCES, Sentence

LONGEST = 400
"""Characters of one sentence, about 25 s of speech: a document holds several, in two languages."""
NAME = re.compile(r"[\w./ -]{1,120}")
_VOICE = re.compile(r"[A-Za-z0-9.\-]{1,60}")

By = Mapping[str, Mapping[str, str]]


def caller_faults(config: Config) -> Iterator[str]:
    """Each with its key path."""
    callers = config.callers
    yield from _level("callers", callers.words, callers.clips, callers.music)
    for language, voice in callers.voices.items():
        yield from _known("callers.voices", language)
        if not _VOICE.fullmatch(voice):
            yield f"callers.voices.{language}: {voice!r} is no voice such as 'Polly.Lupe-Neural'"
    for name, queue in config.queues.items():
        if queue.language and queue.language not in LANGUAGES:
            yield f"queues.{name}.language: {_unknown(queue.language)}"
    people = [(f"on_call[{n}]", it.language) for n, it in enumerate(config.on_call)]
    people += [(f"outside[{n}]", it.language) for n, it in enumerate(config.outside)]
    for path, language in people:
        if language not in LANGUAGES:
            yield f"{path}.language: {_unknown(language)}"
    for index, line in enumerate(config.lines):
        path = f"lines[{index}]"
        yield from _level(path, line.words, line.clips, line.music)
        if not line.languages:
            yield f"{path}.languages: needs at least one of {', '.join(LANGUAGES)}"
        for language in line.languages:
            if language not in LANGUAGES:
                yield f"{path}.languages: {_unknown(language)}"
        if len(set(line.languages)) < len(line.languages):
            yield f"{path}.languages: one of them stands there twice"
        yield from _in_every_language(config, line, path)


def _unknown(language: str) -> str:
    return f"no language {language!r}; known: {', '.join(LANGUAGES)}"


def _known(path: str, language: str) -> Iterator[str]:
    if language not in LANGUAGES:
        yield f"{path}.{language}: {_unknown(language)}"


def _level(path: str, words: By, clips: By, music: str) -> Iterator[str]:
    """What was written in one place: for the centre, or for a line."""
    for kind, named in (("words", words), ("clips", clips)):
        for language, each in named.items():
            yield from _known(f"{path}.{kind}", language)
            for key, text in each.items():
                where = f"{path}.{kind}.{language}.{key}"
                if key not in SENTENCES:
                    yield f"{where}: no such sentence; known: {', '.join(SENTENCES)}"
                elif kind == "words":
                    yield from _words(where, key, text)
                else:
                    yield from _clip(where, SENTENCES[key], text)
    if music and not _is_name(music):
        yield f"{path}.music: {music!r} is not the name of a clip"


def _words(where: str, key: str, text: str) -> Iterator[str]:
    sentence = SENTENCES[key]
    if not text.strip() and key in NEVER_SILENT:
        yield f"{where}: empty: a caller would not know what happens; leave it out for our words"
    if len(text) > LONGEST:
        yield f"{where}: {len(text)} characters; {LONGEST} at most, or callers wait for its end"
    try:
        said = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError:
        yield f"{where}: a brace is not closed; {_may_say(sentence)}"
        return
    if said - set(sentence.may_say):
        yield f"{where}: {_may_say(sentence)}"
    for field in (*sentence.varies, *sentence.fields, *(["key"] if sentence.key else [])):
        if text.strip() and field not in said and field != "why":
            yield f"{where}: {{{field}}} is missing: callers would not hear it"


def _is_name(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and ".." not in name and not name.startswith("/")


def _may_say(sentence: Sentence) -> str:
    return f"only {', '.join(f'{{{it}}}' for it in sentence.may_say)} may be in braces"


def _clip(where: str, sentence: Sentence, name: str) -> Iterator[str]:
    if sentence.fields:
        it = sentence.fields[0]
        yield f"{where}: cannot be a clip, because {{{it}}} is always another; write words"
        return
    named = name
    for field in (*sentence.varies, "language"):
        named = named.replace(f"{{{field}}}", "0")
    if not _is_name(named):
        yield f"{where}: {name!r} is not the name of a clip beside this file, such as 'hello.wav'"
    for field in sentence.varies:
        if f"{{{field}}}" not in name:
            such = f"'it-{{{field}}}.wav'"
            yield f"{where}: needs {{{field}}} in its name, a file for each, such as {such}"


def _in_every_language(config: Config, line: Line, path: str) -> Iterator[str]:
    """Whoever changes a sentence in one language of a line changes it in all of them, and a menu
    has words in each: no caller hears something else because of their language."""
    for key in SENTENCES:
        for owner, level in (("callers", config.callers), (path, line)):
            has = [it for it in line.languages if key in level.words.get(it, {})]
            for language in line.languages:
                if not has or language in has:
                    continue
                if owner == "callers" and key in line.words.get(language, {}):
                    continue
                yield (
                    f"{owner}.words.{language}.{key}: missing: it has words in {has[0]!r}, and"
                    f" {line.name!r} speaks both; write the same there"
                )
    if not line.menu:
        return
    for language in line.languages:
        if not any(it.words.get(language, {}).get("menu") for it in (config.callers, line)):
            yield (
                f"{path}.words.{language}.menu: missing: this line has a menu, and nobody would"
                " hear its keys; write which key is for what"
            )

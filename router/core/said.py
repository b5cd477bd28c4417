"""What a caller on a line hears: which words and which clip count, in which language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .config import Callers, Config, Line
from .sentences import LANGUAGES, MUSIC, SENTENCES


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in one language: its clip if that can be played, otherwise its words."""

    key: str
    language: str
    words: str
    clip: str = ""
    """A name of ours, or a file beside the configuration (".wav"); "" = there is none."""
    voice: str = ""
    whose: str = "ours"
    """ours, centre or line: where it was written."""

    @property
    def tag(self) -> str:
        return LANGUAGES[self.language].tag


@dataclass(frozen=True, slots=True)
class Saying:
    """The sentences of one line, and the languages in which this caller hears them."""

    config: Config
    line: Line | None
    languages: tuple[str, ...]

    def say(self, key: str, /, **values: object) -> list[Said]:
        """The same in each language; nothing where it is empty."""
        found = (self.one(key, language, **values) for language in self.languages)
        return [one for one in found if one.words or one.clip]

    def turns(self, *parts: tuple[str, Mapping[str, object]]) -> list[Said]:
        """Several sentences: all of them in one language, then all in the next."""
        one_each = [Saying(self.config, self.line, (language,)) for language in self.languages]
        return [it for alone in one_each for key, has in parts for it in alone.say(key, **has)]

    def one(self, key: str, language: str, /, **values: object) -> Said:
        """What was written nearest counts: for the line, for the centre, by us. A clip says the
        words that stand beside it, so words without one also put aside a clip further away.

        A value may be a function of the language (a date, a key in words).
        """
        config, sentence = self.config, SENTENCES[key]
        words, clip, whose = sentence.words(language), sentence.clip, "ours"
        levels: list[tuple[str, Callers | Line]] = [("centre", config.callers)]
        if self.line is not None:
            levels.append(("line", self.line))
        for name, level in levels:
            written = level.words.get(language, {}).get(key)
            spoken = level.clips.get(language, {}).get(key)
            if written is not None:
                words, clip, whose = written, "", name
            if spoken is not None:
                clip, whose = spoken, name
        known = {
            "name": config.name,
            "line": self.line.word if self.line else config.name,
            **{name: it(language) if callable(it) else it for name, it in values.items()},
        }
        return Said(
            key,
            language,
            words.format(**known),
            clip.format(language=language, **known) if clip else "",
            config.callers.voices.get(language, ""),
            whose,
        )

    @property
    def music(self) -> str:
        """The clip for those who wait."""
        return (self.line.music if self.line else "") or self.config.callers.music or MUSIC


def key_in_words(key: str) -> Callable[[str], str]:
    """As it is read out, in each language."""
    return lambda language: LANGUAGES[language].keys.get(key, key)


def line_named(config: Config, name: str) -> Line | None:
    return next((line for line in config.lines if line.name == name), None)


def known_language(config: Config, queues: Iterable[str]) -> str | None:
    """What somebody speaks who was in these queues, the last one first: they chose it by a key, or
    wrote in it. None: nobody knows."""
    known = (config.queues[name].language for name in queues if name in config.queues)
    return next((it for it in known if it in LANGUAGES), None)


def saying(
    config: Config, line: str, queue: str | None = None, language: str | None = None
) -> Saying:
    """For a caller on this line, or whom we call. `language`: what they are known to speak. The
    language of their queue is theirs; else nobody has asked them, and they hear every language of
    the line."""
    found = line_named(config, line)
    spoken = tuple(found.languages) if found and found.languages else ("en",)
    chosen = config.queues[queue].language if queue in config.queues else ""
    chosen = chosen or language or ""
    return Saying(config, found, (chosen,) if chosen else spoken)


def clips_of(config: Config) -> Iterator[tuple[str, str]]:
    """Every clip that the file names: (key path, name), one for each value that it varies by."""
    levels: list[tuple[str, dict[str, dict[str, str]], str]] = [
        ("callers", config.callers.clips, config.callers.music)
    ]
    levels += [(f"lines[{n}]", it.clips, it.music) for n, it in enumerate(config.lines)]
    for path, clips, music in levels:
        if music:
            yield f"{path}.music", music
        for language, named in clips.items():
            for key, clip in named.items():
                for case in SENTENCES[key].cases() if key in SENTENCES else ():
                    where = f"{path}.clips.{language}.{key}"
                    try:
                        name = clip.format(language=language, name="", line="", **case)
                    except (LookupError, ValueError):
                        break  # a fault of the file, told as such
                    yield where, name

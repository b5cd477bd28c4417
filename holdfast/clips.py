"""Sounds that callers hear, kept in memory: a file that is lost or broken later harms nobody.

What the configuration names stands beside it; everything else is ours. Each is served under a name
made of its content, so that the carrier may keep it for as long as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock

import structlog

from router.core.config import Config
from router.core.said import clips_of, saying
from router.core.sentences import LANGUAGES, MUSIC, SENTENCES
from softphone import clips
from softphone.g711 import RATE

log = structlog.get_logger()

LONGEST_S = 30
LONGEST_MUSIC_S = 60
"""Then they hear their place again."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound: the file as it is for the carrier, its samples for a stream of ours."""

    file: bytes = field(repr=False)
    ulaw: bytes = field(repr=False)
    path: str
    """Of its address."""

    @property
    def seconds(self) -> float:
        return len(self.ulaw) / RATE


class ClipFiles:
    """Where clips are: beside the configuration file, and ours."""

    def __init__(self, config_path: Path, static: Path) -> None:
        self._folder, self._ours = config_path.parent, static / "audio"

    def of(self, name: str) -> Path:
        """A name that ends in .wav is the centre's."""
        return self._folder / name if name.endswith(".wav") else self._ours / f"{name}.wav"

    def read(self, name: str, longest_s: int = LONGEST_S) -> Clip:
        """
        Raises:
            clips.ClipError: it is not there, or cannot be played to a caller; in words.
        """
        path = self.of(name)
        if not name.endswith(".wav") and not path.exists():
            raise clips.ClipError(f"none of ours is called {name!r}; a file of yours ends in .wav")
        try:
            ulaw = clips.load(path)
            content = path.read_bytes()
        except OSError as error:
            raise clips.ClipError(f"{path} cannot be read ({error.strerror})") from None
        seconds = len(ulaw) / RATE
        if seconds > longest_s:
            raise clips.ClipError(f"{path.name} lasts {seconds:.0f} s; {longest_s} s at most")
        digest = sha256(content).hexdigest()[:32]
        if not name.endswith(".wav"):
            return Clip(content, ulaw, f"/clips/{digest}/{name}.wav")
        return Clip(content, ulaw, f"/clips/{digest}.wav")

    def faults(self, config: Config) -> Iterator[str]:
        """What is wrong with the clips that a configuration names, each with its key path."""
        for where, name in clips_of(config):
            try:
                self.read(name, longest(where))
            except clips.ClipError as error:
                yield f"{where}: {error}"


def longest(where: str) -> int:
    """In seconds, of the clip that this key names."""
    return LONGEST_MUSIC_S if where.endswith(".music") else LONGEST_S


def named_by(config: Config) -> Iterator[tuple[str, str]]:
    """(key path, name) of every clip that callers may hear, ours too."""
    yield "ours.music", MUSIC
    for key, sentence in SENTENCES.items():
        for language in LANGUAGES if sentence.clip else ():
            for case in sentence.cases():
                yield f"ours.{key}", sentence.clip.format(language=language, **case)
    yield from clips_of(config)


class Clips:
    """The clips of this process."""

    def __init__(self, files: ClipFiles) -> None:
        self.files = files
        self._known: dict[str, Clip] = {}
        self._lasting: dict[str, Clip] = {}
        """By path, those of earlier configurations too: the carrier may still ask for them."""
        self._lock = Lock()

    def load(self, config: Config) -> bool:
        """Reads what `config` names; True: some of it changed. What cannot be read stays as it was
        before; without a before, callers hear the words. May run in a thread."""
        with self._lock:
            known: dict[str, Clip] = {}
            for where, name in named_by(config):
                try:
                    known[name] = self.files.read(name, longest(where))
                except clips.ClipError as error:
                    before = self._known.get(name)
                    if before is not None:
                        known[name] = before
                    if not where.startswith("ours."):
                        log.error("clip.unusable", key=where, reason=str(error))
            changed = {n: it.path for n, it in known.items()} != {
                n: it.path for n, it in self._known.items()
            }
            self._lasting |= {it.path: it for it in known.values()}
            self._known = known
            return changed

    def path(self, name: str) -> str | None:
        """Of its address; None: there is no such clip, so the words are said."""
        found = self._known.get(name)
        return found.path if found else None

    def at(self, path: str) -> bytes | None:
        """The file with this address."""
        found = self._lasting.get(path)
        return found.file if found else None

    def sound(self, names: Sequence[str]) -> bytes:
        """Samples, one clip after the other; those that cannot be played are left out."""
        return b"".join(self._known[name].ulaw for name in names if name in self._known)


class CallerSounds:
    """What callers hear in a stream of ours, where no voice reads: clips alone."""

    def __init__(self, clips: Clips, config: Callable[[], Config]) -> None:
        self._clips, self._config = clips, config

    def greeting(self, line: str) -> bytes:
        """For whoever rings at a desk at once: who this is, and what happens next."""
        said = saying(self._config(), line)
        keys = ("greeting", "notice", "connecting")
        return self._clips.sound([it.clip for key in keys for it in said.say(key) if it.clip])

    def music(self, line: str, queue: str) -> bytes | None:
        name = saying(self._config(), line, queue).music
        return self._clips.sound([name]) or self._clips.sound([MUSIC]) or None

"""What callers hear, as the configuration file says it now: read and heard before it counts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from holdfast.clips import Clips, longest, named_by
from holdfast.http.access import Open, Permission, Route, allowed
from holdfast.http.static_files import StaticFiles
from holdfast.http.web import ACCOUNT, problem
from holdfast.settings.changes import changes
from holdfast.settings.clip_check import Read, with_clips
from holdfast.settings.engine_settings import version
from holdfast.settings.faults import SettingsError
from router.core.config import Config, Line
from router.core.current import Current
from router.core.said import Said, Saying, key_in_words, saying
from router.core.sentences import LANGUAGES, SENTENCES
from softphone.clips import ClipError

OPENS = {"en": "Monday 23 November at 8:00", "es": "lunes 23 de noviembre a las 8:00"}
EXAMPLES = {"place": 3, "minutes": 5}


HIDDEN = "Whoever may change the settings reads here what is wrong, and where."
"""In place of the faults: they quote what the file says."""

SENTENCE = re.compile(r"(callers|lines\.[^.]+)\.(words|clips|music)\b")
"""Settings that the page shows as sentences."""


class CallersSite:
    """`/callers`, `GET /api/callers`, `GET /api/callers/clip`."""

    def __init__(
        self,
        current: Current,
        clips: Clips,
        path: Path,
        read: Read,
        static: StaticFiles,
    ) -> None:
        """`read`: the file as a configuration, or every fault of it (SettingsError)."""
        self._current, self._clips = current, clips
        self._path, self._read = path, read
        self._static = static

    def routes(self) -> list[Route]:
        see = Permission.BOARD_SEE
        told = "Every sentence that callers hear, by line and language"
        return [
            Route("GET", "/callers", self._static.page("callers.html"), Open.PUBLIC,
                  "What callers hear"),
            Route("GET", "/api/callers", self.callers, see, told),
            Route("GET", "/api/callers/clip", self.clip, see, "The sound of one of them"),
        ]  # fmt: skip

    async def callers(self, request: web.Request) -> web.StreamResponse:
        mine = allowed(request[ACCOUNT].role, Permission.CENTRE_CONFIGURE)
        told = await asyncio.to_thread(self._told, self._current.value)
        if not mine:  # numbers on call and the like stay with whoever may change them
            told["others"] = [{"key": it["key"]} for it in told["others"]]
            told["faults"] = [HIDDEN for _ in told["faults"][:1]]  # they quote what stands there
        return web.json_response({**told, "may_take": mine})

    async def clip(self, request: web.Request) -> web.StreamResponse:
        """As it stands in the folder now; only what the file or the configuration names."""
        name = request.query.get("name", "")
        sound = await asyncio.to_thread(self._sound, name, self._current.value)
        if isinstance(sound, str):
            return problem(404, "unknown", sound)
        return web.Response(body=sound, content_type="audio/wav")

    def _file(self) -> tuple[Config | None, list[str]]:
        """Without faults but those of its clips it can be shown."""
        try:
            with_clips(self._clips.files, self._read)(self._path)
            faults = []
        except SettingsError as error:
            named = f"{self._path}: "
            faults = [str(fault).removeprefix(named) for fault in error.faults]
        try:
            return self._read(self._path), faults
        except SettingsError:
            return None, faults

    def _sound(self, name: str, now: Config) -> bytes | str:
        config, _ = self._file()
        named = {it: where for known in (config, now) if known for where, it in named_by(known)}
        if name not in named:
            return "No line of the file names this clip."
        try:
            return self._clips.files.read(name, longest(named[name])).file
        except ClipError as error:
            return str(error)

    def _told(self, now: Config) -> dict[str, Any]:
        config, faults = self._file()
        shown = config or now
        return {
            "file": self._path.name,
            "faults": faults,
            "version": version(config) if config else "",
            "others": [asdict(it) for it in changes(now, shown) if not SENTENCE.match(it.key)],
            "languages": {code: it.word for code, it in LANGUAGES.items()},
            "lines": [self._line(shown, now, line) for line in shown.lines if line.number],
        }

    def _line(self, shown: Config, now: Config, line: Line) -> dict[str, Any]:
        here, before = saying(shown, line.name), saying(now, line.name)
        return {
            "word": line.word,
            "number": line.number,
            "languages": list(here.languages),
            "music": self._music(here, before),
            "sentences": [
                {
                    "key": key,
                    "when": sentence.when,
                    "said": [
                        self._said(
                            _example(here, key, language),
                            _example(before, key, language),
                            known=language in before.languages,
                        )
                        for language in here.languages
                    ],
                }
                for key, sentence in SENTENCES.items()
                if key != "menu" or line.menu
            ],
        }

    def _music(self, here: Saying, before: Saying) -> dict[str, Any]:
        name = here.music
        return {"clip": name, "new": self._differs(name, before.music), **self._fault(name)}

    def _said(self, said: Said, before: Said, *, known: bool) -> dict[str, Any]:
        clip = said.clip
        if clip and said.whose == "ours" and self._clips.path(clip) is None:
            clip = ""
        new = not known or said.words != before.words or self._differs(said.clip, before.clip)
        return {
            "language": said.language,
            "tag": said.tag,
            "words": said.words,
            "voice": said.voice,
            "clip": clip,
            "whose": said.whose,
            "new": new,
            **(self._fault(clip) if clip else {}),
        }

    def _differs(self, clip: str, before: str) -> bool:
        """Another clip, or another recording under the same name."""
        if clip != before:
            return True
        if not clip.endswith(".wav"):
            return False
        try:
            return self._clips.files.read(clip).path != self._clips.path(clip)
        except ClipError:
            return False

    def _fault(self, clip: str) -> dict[str, str]:
        try:
            self._clips.files.read(clip, 60)
        except ClipError as error:
            return {"fault": str(error)}
        return {}


def _example(of: Saying, key: str, language: str) -> Said:
    """One caller's: the third in line, who waits five minutes."""
    return of.one(
        key,
        language,
        **EXAMPLES,
        key=key_in_words(of.config.callbacks.key or "1"),
        why="Christmas Day",
        number=next((line.number for line in of.config.lines if line.number), ""),
        no="INC-20401",
        opens=lambda it: OPENS[it],
    )

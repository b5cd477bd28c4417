"""The configuration file read again while people wait: all of it, or nothing.

A faulty file changes nothing. A good one is first told to the index, in one step; then every part
of this process uses it from one moment on; then waiting contacts continue on the ladders that their
queues have now. The other processes hear of it through the index's events and read their own file.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from holdfast.settings.config_file import FOLLOWED, LAST_GOOD, RESULT, kept, load_config
from holdfast.settings.engine_settings import engine_settings, version
from holdfast.settings.faults import SettingsError
from router.core.config import Config
from router.core.current import Current
from router.core.model import LiveContact, Step
from router.core.reladder import changed_ladders, home, homeless, ladders_of_gone, outdated
from router.core.skills import Skills
from router.core.staffing import unmet
from router.core.states import IN_ORDER
from router.live.engine import Engine, IndexLost, IndexUnavailable
from router.records.database import RecordUnavailable
from router.triage.learned import Weights

if TYPE_CHECKING:  # a router has none, and loads no sound
    from holdfast.clips import Clips

log = structlog.get_logger()

AT_ONCE = 100
"""Contacts whose ladders are changed in one step."""

AGAIN_S = 1.0
LOOK_S = 60.0
"""How often we look for contacts that wait by an older configuration (they came through a process
that had not heard of the new one), and at the offset of the centre's zone: daylight saving moves
"today"."""

WEIGHTS = "the weights of triage"
"""Others were taken or taken back since (`holdfast triage learn`)."""

CLIPS = "the clips that callers hear"

LATER = ("lines.mail",)
"""What stays as it was until the worker restarts: the identity of its mails."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Key paths that changed; those of them that wait for a restart of the worker; what the file
    asks of agents and nobody has; queues that are gone, with who waited there and goes on where."""

    changed: list[str]
    later: list[str]
    warnings: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """Where the configuration stands, and how it is read."""

    path: Path
    data_dir: Path | None = None
    """Where the outcome and what counts are left; None = nowhere, and whom a change before the
    start concerns is left to the worker."""
    read: Callable[[Path], Config] = load_config
    """The file as a configuration, or every fault of it (SettingsError)."""


async def _nobody() -> Sequence[Skills]:
    return ()


@dataclass(frozen=True, slots=True)
class People:
    """The things in a process that use the configuration; none without pages and accounts."""

    refresh: Callable[[], None] = lambda: None
    """Sends every page the centre again."""
    crew: Callable[[], Awaitable[Sequence[Skills]]] = _nobody
    """Skills of those who can sign in; where none are known nothing is said of them."""
    seen: Callable[[], Iterable[LiveContact]] = tuple
    """Open contacts as this process shows them."""


class FileChanged(Exception):
    """The file is another one than was looked at."""


class Reload:
    """Reads the file again when it is told to, for this process and all who share the index."""

    def __init__(
        self,
        file: ConfigFile,
        current: Current,
        engine: Engine,
        people: People = People(),
        weights: Weights | None = None,
        clips: Clips | None = None,
    ) -> None:
        """`weights`: those by which texts are read here; `clips`: what callers hear. Both are read
        again, in a thread, with the file."""
        self._path = file.path
        self._data_dir = file.data_dir
        self._current = current
        self._engine = engine
        self._refresh = people.refresh
        self._crew = people.crew
        self._seen = people.seen
        self._read = file.read
        self._weights = weights
        self._clips = clips
        self._lock = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._missed: str | None = None
        self._asked = False
        self._to_follow: list[tuple[Config, Config]] = []
        self._before = current.value
        self._offset = engine_settings(current.value)["zone_offset_ms"]

    def ask(self) -> None:
        """From a signal: read the file soon, and leave the outcome in the data folder."""
        self._asked = True
        self._wanted.set()

    def on_step(self, _step_id: str, step: Step) -> None:
        """Some process told the index which configuration all are to use."""
        if any(event.name == "index.configured" and event.code for event in step.events):
            self._wanted.set()

    async def run(self) -> None:
        """Does what `ask` and the other processes want, and follows the zone's clock."""
        if self._data_dir is not None:  # changed while nobody was there, or just before the end
            now = self._current.value
            known = [kept(self._data_dir, name) for name in (FOLLOWED, LAST_GOOD)]
            others = [before for before in known if before and before != now]
            self._to_follow += [(before, now) for before in others or [now]]
        self._keep(self._current.value, LAST_GOOD)
        await self._warnings()
        answered = True
        while True:
            self.look()
            answered = await self.follow() and answered
            try:
                async with asyncio.timeout(LOOK_S if answered else AGAIN_S):
                    await self._wanted.wait()
            except TimeoutError:
                await self._follow_zone()
            self._wanted.clear()
            answered = await self.agree()
            if self._asked:
                self._asked = False
                outcome = json.dumps(await self._outcome())
                if self._data_dir is not None:
                    _write(self._data_dir / RESULT, outcome)

    async def agree(self) -> bool:
        """Uses what the index was told last, if our file says the same. False: the store is
        away."""
        async with self._lock:
            try:
                told = (await self._engine.settings()).get("version")
            except IndexUnavailable:
                return False
            before = self._current.value
            if told in (None, version(before)):  # None: whoever builds it anew tells it
                self._current.agreed, self._missed = True, None
                return True
            config = self._file(told)
            if config is None:
                self._current.agreed = False
                self._missed = told
            else:
                await self._beside(config)
                self._use(config)
                self._to_follow.append((before, config))  # who told it may not live to do it
            return True

    def _file(self, told: str) -> Config | None:
        """What our file says, if it is what the index was told; what is wrong with it, once."""
        try:
            config = self._read(self._path)
        except SettingsError as error:
            if told != self._missed:
                log.error("config.refused", faults=[str(fault) for fault in error.faults])
            return None
        if version(config) == told:
            return config
        if told != self._missed:
            log.error("config.differs", wanted=told, file=version(config))
        return None

    async def _outcome(self) -> dict[str, Any]:
        try:
            return dict(msgspec.to_builtins(await self.apply()))
        except SettingsError as error:
            return {"faults": [str(fault) for fault in error.faults]}
        except (IndexLost, IndexUnavailable):
            return {"faults": ["The store does not answer. Nothing was changed; try again."]}

    async def apply(self, by: str | None = None, seen: str | None = None) -> Reloaded:
        """Reads the file; all of it counts when this returns. `by`: the account that asked for it;
        its line in the audit is written with the step that tells the index. `seen`: the version
        that they looked at; only that one is taken.

        Raises:
            SettingsError: every fault of the file; nothing was changed.
            FileChanged: it is not the one that was seen; nothing was changed.
            IndexLost, IndexUnavailable: nothing was changed, or only the answer was lost: then
                the index's own event brings it here.
        """
        async with self._lock:
            try:
                config = self._read(self._path)
            except SettingsError as error:
                log.error("config.refused", faults=[str(fault) for fault in error.faults])
                raise
            if seen not in (None, version(config)):
                raise FileChanged
            before = self._current.value
            changed = differences(before, config)
            others = await self._beside(config)
            if not changed:
                return Reloaded(others, [], await self._warnings())
            settings = engine_settings(config)
            if config.reserve == before.reserve:
                del settings["reserve"]  # a supervisor's choice stays
            del settings["form"]
            detail = ", ".join([*changed, *others])
            said = {"by": by, "action": "config.reloaded", "subject": "centre", "detail": detail}
            await self._engine.step("configure", cfg=settings, audit=said if by else None)
            self._use(config)
            self._to_follow.append((before, config))
            try:
                moved = await self._who_moves(config)
            finally:
                self._wanted.set()
            later = [key for key in changed if key in LATER]
            log.warning("config.reloaded", changed=changed, later=later, moved=moved)
            return Reloaded([*changed, *others], later, await self._warnings(), moved)

    async def _beside(self, config: Config) -> list[str]:
        """Before a configuration counts, what it needs beside it is there: the weights by which it
        reads texts (0.2 s), the clips that it names. Which of them changed."""
        found = []
        if self._weights is not None and config.triage.second_opinion:
            found += [WEIGHTS] if await asyncio.to_thread(self._weights.load) else []
        if self._clips is not None:
            found += [CLIPS] if await asyncio.to_thread(self._clips.load, config) else []
        return found

    async def _who_moves(self, config: Config) -> list[str]:
        """Words for removed queues in which somebody still waits."""
        try:
            contacts = (await self._engine.snapshot()).contacts
        except (IndexLost, IndexUnavailable):
            return []  # they go on there as soon as it is back
        waiting = [live for live in contacts if live.state in IN_ORDER]
        return [
            f"queues.{gone} was removed: {len(ids)} waiting contact{'' if len(ids) == 1 else 's'}"
            f" moved to queues.{to}"
            for (gone, to), ids in sorted(homeless(waiting, config).items())
        ]

    async def _warnings(self) -> list[str]:
        """A step that nobody can meet is not a fault: somebody with the skills may still come."""
        try:
            found = unmet(self._current.value, await self._crew())
        except RecordUnavailable:
            return []
        if found:
            log.warning("config.nobody_has", steps=found)
        return found

    def _use(self, config: Config) -> None:
        self._current.replace(config)
        self._missed = None
        self._keep(self._current.value, LAST_GOOD)
        self._refresh()

    def _keep(self, config: Config, name: str) -> None:
        if self._data_dir is not None:
            _write(self._data_dir / name, msgspec.json.encode(config).decode())

    def look(self) -> None:
        """Contacts that came into a removed queue, or on a changed ladder, are to follow."""
        before, now = self._before, self._current.value
        if not self._to_follow and outdated(self._seen(), before, now):
            self._to_follow.append((before, now))

    async def follow(self) -> bool:
        """Who waits goes on as the file says now; False: the store is away, and some do not yet."""
        if not self._current.agreed:  # they go on as another process says
            self._to_follow.clear()
        while self._to_follow and await self._reladder(*self._to_follow[0]):
            del self._to_follow[0]
        return not self._to_follow

    async def _reladder(self, before: Config, now: Config) -> bool:
        """Those who wait go on at their queue's new ladder, those whose queue is gone in another
        queue, a hundred in one step. False: the store is away; the same once more changes nothing
        twice."""
        ladders = changed_ladders(before, now)
        try:
            contacts = (await self._engine.snapshot()).contacts
            if ladders:
                await self._step([live.id for live in contacts], ladders=ladders)
            for (gone, to), ids in homeless(contacts, now).items():
                ways = {gone: ladders_of_gone(before, gone, now, to)}
                await self._step(ids, ladders=ways, home=msgspec.to_builtins(home(now, to)))
        except (IndexLost, IndexUnavailable):
            return False
        self._keep(now, FOLLOWED)
        if before != now:
            self._before = before
        return True

    async def _step(self, ids: Sequence[str], **how: Any) -> None:
        for at in range(0, len(ids), AT_ONCE):
            await self._engine.step("reladder", contacts=ids[at : at + AT_ONCE], **how)

    async def _follow_zone(self) -> None:
        offset = engine_settings(self._current.value)["zone_offset_ms"]
        if offset != self._offset:
            try:
                await self._engine.step("configure", cfg={"zone_offset_ms": offset})
                self._offset = offset
            except (IndexLost, IndexUnavailable):
                return  # the next look does it


def differences(before: Config, now: Config) -> list[str]:
    """Key paths whose values differ, two levels deep; lists of tables by key of their rows."""
    return sorted(set(_walk(msgspec.to_builtins(before), msgspec.to_builtins(now), "", 3)))


def _walk(a: Any, b: Any, path: str, depth: int) -> Iterable[str]:
    if a == b:
        return
    if isinstance(a, Mapping) and isinstance(b, Mapping) and depth:
        for key in {*a, *b}:
            yield from _walk(a.get(key), b.get(key), f"{path}.{key}" if path else key, depth - 1)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and depth:
        for one, other in zip(a, b, strict=True):
            yield from _walk(one, other, path, depth)
    else:
        yield path


def _write(path: Path, text: str) -> None:
    """Writes all or nothing; a full disk is logged, and ends nobody's work."""
    half = path.with_suffix(".half")
    try:
        half.write_text(text, encoding="utf-8")
        os.replace(half, path)
    except OSError as error:
        log.error("config.not_kept", file=path.name, reason=error.strerror)

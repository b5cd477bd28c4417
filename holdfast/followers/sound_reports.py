"""Keeps how each call sounded, with the contact, while it goes on and when it is over.

A worker that is killed loses the last half minute of it, at most. While the record takes nothing,
reports are kept in memory and in one small file, which the next worker writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from holdfast.followers.call_sounds import Others, Verdicts, Ways
from router.core.consult import line_leg
from router.core.model import LiveContact, Step
from router.core.states import TALKS
from router.records import call_sounds
from router.records.call_sounds import Part
from router.records.database import Database, RecordRefused, RecordUnavailable
from softphone.report import HEARS, Report
from softphone.room import Direction
from softphone.seats import Role

log = structlog.get_logger()

TURN_S: Final = 2.0
FIRST_MS: Final = 5_000
"""A call that lasts so long is written for the first time, and then each half minute."""
EVERY_MS: Final = 30_000
MOST: Final = 2_000
"""Reports of calls that are over and could not be written yet."""


@dataclass(slots=True)
class _Call:
    report: Report
    incident: str | None = None
    kept_at: int | None = None
    over: bool = False


class SoundReports:
    """One per process. `follow` and `alarm` are called by CallSounds."""

    def __init__(self, database: Database, file: Path, clock: Callable[[], int]) -> None:
        """`file`: for what the record does not take."""
        self._database, self._file, self._clock = database, file, clock
        self._calls: dict[str, _Call] = {}
        self._over: dict[tuple[str, int], _Call] = {}
        self._saved_at = 0
        self.changed: Callable[[str], None] = lambda incident: None
        """Told when the report of a call of this incident is whole."""
        self.live: Callable[[str], LiveContact | None] = lambda contact: None
        """A contact as the index has it now: its end may be among steps that were missed."""

    # What happens -----------------------------------------------------------------------------

    def follow(
        self, contact: str, agent: str, ways: Ways, verdicts: Verdicts, others: Others
    ) -> None:
        now, call, live = self._clock(), self._calls.get(contact), self.live(contact)
        if live is None or not _has(live, agent):
            return  # what was measured may come after the word that it is over, or another's
        if call is None or call.report.agent != agent:
            if call is not None:
                self._end(contact, call)
            call = self._calls[contact] = _Call(Report(now - 1000, agent, _number(live, agent)))
        call.report.second(now, ways, verdicts)
        for who, one in others.items():
            if one.role is Role.BESIDE and one.second.heard is None:
                continue  # agents read the report, and not who listens unseen
            seconds = {"hears": one.second.hears, "heard": one.second.heard}
            for way, verdict in one.verdicts.items():
                if second := seconds[way]:
                    call.report.other(now, who, one.role.value, way, second, verdict)
            if word := _number(live, who):
                call.report.named(who, word)

    def alarm(self, contact: str, way: Direction, on: bool) -> None:
        if call := self._calls.get(contact):
            who = HEARS[way]
            call.report.lasts(self._clock(), f"silent {who}", "silent" if on else None, hears=who)

    def on_step(self, _step_id: str, step: Step) -> None:
        """A listener of the stream of steps."""
        for live in step.contacts:
            if call := self._calls.get(live.id):
                self._step(live, call)

    def _step(self, live: LiveContact, call: _Call) -> None:
        now = self._clock()
        call.incident = live.incident or call.incident
        if _has(live, call.report.agent):
            call.report.lasts(now, "hold", "hold" if live.held else None)
        else:
            self._end(live.id, call)

    def _end(self, contact: str, call: _Call) -> None:
        del self._calls[contact]
        call.report.end(self._clock())
        call.over = True
        self._over[contact, call.report.at] = call
        while len(self._over) > MOST:
            self._over.pop(next(iter(self._over)))

    # Kept -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Writes what is due until cancelled."""
        while True:
            await self.turn()
            await asyncio.sleep(TURN_S)

    async def turn(self) -> None:
        """Writes what is due; what the record does not take now is due again."""
        now = self._clock()
        for contact, call in list(self._calls.items()):
            live = self.live(contact)
            if live is None or not _has(live, call.report.agent):
                self._end(contact, call)
        due = {key: call for key, call in self._all().items() if _is_due(call, now)}
        left = await asyncio.to_thread(self._file.exists)
        if due or left:
            await self._keep(due)

    async def keep_last(self) -> None:
        """As the process ends: all of it, to the record or else to the file."""
        self._saved_at = 0
        await self._keep(self._all())

    def _all(self) -> dict[tuple[str, int], _Call]:
        going = {(contact, call.report.at): call for contact, call in self._calls.items()}
        return {**self._over, **going}

    async def _keep(self, calls: dict[tuple[str, int], _Call]) -> None:
        left = await asyncio.to_thread(_read, self._file)
        parts = [Part(*key, call.report.document()) for key, call in calls.items()]
        over = {key for key, call in calls.items() if call.over}
        try:
            async with self._database.write() as connection:
                await call_sounds.keep(connection, [*left, *parts])
        except RecordRefused as error:
            log.error("sound.report_refused", reason=str(error), parts=len(parts), left=len(left))
            if left:  # a file may hold anything: the calls' own are tried again without it
                await asyncio.to_thread(self._file.unlink, missing_ok=True)
                return
        except RecordUnavailable as error:
            log.info("sound.report_waits", error=type(error).__name__)
            await self._save(left)
            return
        self._saved_at = 0
        await asyncio.to_thread(self._file.unlink, missing_ok=True)
        for key, call in calls.items():
            call.kept_at = self._clock()
            if key in over:
                self._over.pop(key, None)
                if call.incident:
                    self.changed(call.incident)

    async def _save(self, left: list[Part]) -> None:
        """Into the file, beside what another worker has left there."""
        now = self._clock()
        if self._saved_at and now - self._saved_at < EVERY_MS:
            return
        self._saved_at = now
        parts = {(one.contact, one.part): one for one in left}
        for key, call in self._all().items():
            parts[key] = Part(*key, call.report.document())
        with contextlib.suppress(OSError):
            await asyncio.to_thread(_write, self._file, list(parts.values()))


def _has(live: LiveContact, agent: str) -> bool:
    """They still have the caller; `agent`: or the number that the caller was handed over to."""
    if live.joined and live.consult is not None and live.consult.line is not None:
        return agent == line_leg(live.id, live.consult.line.fence)
    return live.state in TALKS and live.agent == agent


def _number(live: LiveContact, leg: str) -> str | None:
    """What the number outside is called whose sound has this name; None: it is none."""
    it = live.consult
    theirs = it is not None and it.line is not None and leg == line_leg(live.id, it.line.fence)
    return it.name if it is not None and theirs else None


def _is_due(call: _Call, now: int) -> bool:
    if call.over:
        return True
    if call.kept_at is None:
        return now >= call.report.at + FIRST_MS
    return now >= call.kept_at + EVERY_MS and call.report.to > call.kept_at


def _write(file: Path, parts: list[Part]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps(parts))
    new.replace(file)


def _read(file: Path) -> list[Part]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Part])
    except (OSError, msgspec.MsgspecError):
        return []

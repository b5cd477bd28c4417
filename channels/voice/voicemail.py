"""Messages that callers left after the tone: on the timeline first, the sound fetched later. While
the database is away the spool keeps the news, because the carrier reports it only once.

The row names the recording; while its sound has not been fetched it is asked for again whenever
somebody wants to hear it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

import structlog

from channels.twilio.client import CarrierClient
from channels.twilio.errors import CarrierError, NotFound
from channels.voice.reception import order_of
from router.centre import Centre
from router.core.states import OVER, State
from router.core.text import span
from router.intake.spool import Spool
from router.live.engine import IndexLost, IndexUnavailable
from router.records import contacts, messages

log = structlog.get_logger()

KEY = "voicemail:"
"""Begins the key of a message that was said; its recording follows."""
SID = re.compile(r"RE[0-9a-f]{32}")
TRIES_S = (0.0, 2.0, 10.0, 60.0)
"""Pauses before each attempt to fetch a sound: the file may be a moment late."""


class ScheduledCallbacks(Protocol):
    """Somebody shall be called back."""

    async def promise(self, contact: str, why: str) -> None:
        """Idempotent: one promise for one contact."""


class Sounds:
    """What was said, in a folder of ours or still at the carrier."""

    def __init__(self, client: CarrierClient, folder: Path) -> None:
        self._client = client
        self._folder = folder

    async def of(self, recording: str) -> bytes | None:
        """The WAV file; None when the carrier has it no more.

        Raises:
            CarrierError: it could not be asked for.
        """
        if not SID.fullmatch(recording):
            return None
        path = self._folder / f"{recording}.wav"
        if not path.exists():
            try:
                kept = await self._client.recording(recording)
            except NotFound:
                return None
            await asyncio.to_thread(_keep, path, kept)
        return await asyncio.to_thread(path.read_bytes)

    async def fetch(self, recording: str) -> None:
        """Keeps the sound here; the carrier may have it a moment late."""
        for pause_s in TRIES_S:
            await asyncio.sleep(pause_s)
            try:
                if await self.of(recording) is not None:
                    return
            except CarrierError as error:
                log.warning("voicemail.not_fetched", error=type(error).__name__)


class Voicemail:
    """Messages of callers."""

    def __init__(
        self,
        centre: Centre,
        spool: Spool,
        sounds: Sounds,
        promises: ScheduledCallbacks,
        spawn: Callable[[Coroutine[Any, Any, None], str], None],
        changed: Callable[[str], None],
    ) -> None:
        """`changed` is called with the incident that has a new message."""
        self._database, self._engine = centre.database, centre.engine
        self._spool = spool
        spool.takes("voicemail", self._take)
        self.sounds = sounds
        self._scheduled = promises
        self._clock = centre.clock
        self._spawn = spawn
        self._changed = changed

    async def left(self, contact: str, recording: str, seconds: int, call_sid: str) -> None:
        """A message is ready at the carrier. The same one told twice is one. While its call waits
        in the spool, it waits behind it: the record takes no message of a call that it has not.

        Raises:
            RecordUnavailable: nothing was kept.
        """
        if not SID.fullmatch(recording):
            log.warning("voicemail.unreadable", contact=contact)
            return
        fields = {"contact": contact, "recording": recording, "seconds": str(seconds)}
        order = order_of(call_sid)
        await self._spool.through("voicemail", fields, b"", self._clock(), order)

    async def _take(self, fields: dict[str, str], _body: bytes, at: int) -> None:
        """Puts it into the record; a caller who spoke is promised a call, unless somebody here
        takes or has taken them after all: then the message is kept and promises nothing."""
        contact, recording, seconds = fields["contact"], fields["recording"], int(fields["seconds"])
        async with self._database.write() as connection:
            row = await contacts.get(connection, contact)
            if row is None:
                log.warning("voicemail.of_nobody", contact=contact)
                return
            await messages.add(
                connection,
                key=f"{KEY}{recording}",
                contact=contact,
                incident=row.incident,
                channel="voice",
                direction="in",
                to_address=row.our_address,
                from_address="",
                text=f"left a message, {span(seconds * 1000)}",
                carrier_id=recording,
                status="received",
                at=at,
            )
        log.info("voicemail.left", contact=contact, seconds=seconds)
        self._changed(row.incident)
        self._spawn(self.sounds.fetch(recording), "voicemail")
        if row.answered_at is None and not await self._is_back(contact):
            await self.promise(contact, "left a message")

    async def _is_back(self, contact: str) -> bool:
        """Somebody here accepted them while they spoke, or they pressed the key for an emergency
        and are in line again. If the index cannot be asked: no."""
        try:
            live = await self._engine.look(contact)
        except (IndexLost, IndexUnavailable):
            return False
        if live is None:
            return False
        gone = live.state == State.VOICEMAIL or live.state in OVER
        return not gone or live.answered_at is not None

    async def promise(self, contact: str, why: str) -> None:
        """A caller who left the line in this way is called back."""
        await self._scheduled.promise(contact, why)


def _keep(path: Path, sound: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(sound)
    part.rename(path)

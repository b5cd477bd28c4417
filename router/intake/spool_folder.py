"""The files of the spool: one per arrival, written whole or not at all.

Everything here is file work and belongs in a thread.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog

log = structlog.get_logger()

RESERVE_BYTES = 64 << 20
"""Kept free for arrivals on a disk that is full: at 4 KiB a call 16,000 of them."""
PIECE = 1 << 20
"""Bytes of it that are given back at a time, so that nothing else takes all of it at once."""
IN_MEMORY = 16 * 1024
"""An arrival of at most this many bytes is not read from the disk again."""
_NAME = re.compile(r"\d{13}-\d{8}\.\w+")
ASIDE = "aside"
"""What the record refused lies here; beside each file, why (`WHY`)."""
AGAIN = "again"
"""Somebody wants it tried again: moved here from `ASIDE`."""
WHY = ".why"
_PART = ".part"
_RESERVE = "reserve"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Kept(msgspec.Struct):
    """First line of a file; the bytes of the body follow."""

    kind: str
    at: int
    fields: dict[str, str]
    size: int
    order: str = ""
    """What it belongs to; without it, its sender."""

    @property
    def sender(self) -> str:
        """Arrivals of one name keep their order; if no name is given, all of that kind do."""
        return self.order or f"{self.kind}|{self.fields.get('From', '')}"


class Waiting(msgspec.Struct, frozen=True):
    """A file of the folder."""

    name: str
    size: int
    sender: str
    raw: bytes | None = None
    """Its bytes, when they are few."""

    @property
    def kind(self) -> str:
        return self.name.rpartition(".")[2]


def read(raw: bytes) -> tuple[Kept, bytes] | None:
    """The head and the body; None if the file is not whole.

    Raises:
        msgspec.DecodeError: not a file of ours.
    """
    head, _, body = raw.partition(b"\n")
    kept = msgspec.json.decode(head, type=Kept)
    return (kept, body) if len(body) == kept.size else None


class SpoolFolder:
    """One folder, of one process."""

    def __init__(self, folder: Path, reserve_bytes: int) -> None:
        """reserve_bytes: kept free on the disk for when it is full; 0 = nothing.

        Raises:
            OSError: the folder cannot be used.
        """
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = folder / _RESERVE
        self.reserve = made.stat().st_size if reserve_bytes and made.exists() else 0
        """Bytes that are kept free now."""
        (folder / ASIDE).mkdir(mode=0o700, exist_ok=True)
        for torn in folder.glob(f"*{_PART}"):
            torn.unlink()  # its sender was never answered
        try:
            for name in names_in(folder / ASIDE):
                try_again(folder, name)  # a restart is a new try
            self.wanted_again()
        except OSError as error:  # they are kept, and new arrivals need the centre
            log.error("spool.not_tried_again", error=error.strerror)

    def found(self) -> list[Waiting]:
        """The files that an earlier process left, oldest first."""
        paths = [self._folder / name for name in names_in(self._folder)]
        return [Waiting(p.name, p.stat().st_size, _sender_in(p)) for p in paths]

    @property
    def aside(self) -> int:
        """Files that were set aside."""
        return len(names_in(self._folder / ASIDE))

    def write(self, name: str, raw: bytes) -> None:
        """Once this returns, no death of this process loses it. A full disk has the reserve.

        Raises:
            OSError: it is not here.
        """
        part = self._folder / (name + _PART)
        while True:
            try:
                with open(part, "xb", opener=_private) as file:
                    file.write(raw)
                part.rename(self._folder / name)
                return
            except OSError as error:
                part.unlink(missing_ok=True)
                if error.errno not in _FULL or not self._give_back(len(raw)):
                    raise

    def sync(self, name: str) -> None:
        """Once this returns, no loss of power loses it: the file, then its name in the folder.

        Raises:
            OSError: a loss of power may lose it.
        """
        try:
            for place in (self._folder / name, self._folder):
                _sync(place)
        except FileNotFoundError:
            return  # the record has it

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def set_aside(self, name: str, reason: str) -> None:
        """A person has to look: `holdfast spool list` tells them."""
        try:
            (self._folder / ASIDE / (name + WHY)).write_text(reason, encoding="utf-8")
        except OSError as error:  # a full disk: the file itself needs no room
            log.warning("spool.reason_not_kept", error=error.strerror)
        (self._folder / name).rename(self._folder / ASIDE / name)
        _sync(self._folder)

    def wanted_again(self) -> list[Waiting]:
        """Moves back the files that somebody wants tried again: they wait here as before.

        Raises:
            OSError: the folder cannot be read.
        """
        found = []
        for name in names_in(self._folder / AGAIN):
            path = self._folder / name
            try:
                (self._folder / AGAIN / name).rename(path)
                found.append(Waiting(name, path.stat().st_size, _sender_in(path)))
            except OSError as error:  # the others have moved already
                log.error("spool.not_tried_again", name=name, error=error.strerror)
        return found

    # The reserve ------------------------------------------------------------------------------

    def fill_reserve(self) -> None:
        """Allocates the missing part, as far as the disk has room for it twice: 0.1 ms for 64 MiB
        on ext4, 0.3 s where it has to be written (ext2, NFS)."""
        if not self._reserve_bytes:
            return
        path = self._folder / _RESERVE
        try:
            number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            log.warning("spool.reserve_missing", error=error.strerror)
            return
        try:
            has = os.fstat(number).st_size
            disk = os.fstatvfs(number)
            room = disk.f_bavail * disk.f_frsize
            wanted = min(self._reserve_bytes, has + max(0, room - self._reserve_bytes))
            if has < wanted:
                os.posix_fallocate(number, 0, wanted)
            elif has > self._reserve_bytes:
                os.ftruncate(number, self._reserve_bytes)
        except OSError as error:
            log.warning("spool.reserve_missing", error=error.strerror)
        finally:
            self.reserve = os.fstat(number).st_size
            os.close(number)
        if self.reserve < self._reserve_bytes:
            log.warning("spool.reserve_short", bytes=self.reserve, wanted=self._reserve_bytes)

    def _give_back(self, needed: int) -> bool:
        """Frees room for this many bytes. False: nothing of the reserve is left."""
        if not self.reserve:
            return False
        self.reserve = max(0, self.reserve - (1 + needed // PIECE) * PIECE)
        os.truncate(self._folder / _RESERVE, self.reserve)
        log.error("spool.reserve_used", left=self.reserve)
        return True


def names_in(folder: Path) -> list[str]:
    """Arrivals in that folder, oldest first."""
    try:
        return sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return []


def try_again(spool: Path, name: str) -> None:
    """Takes it out of those set aside; the process that has the folder picks it up
    (`wanted_again`), even if root asked.

    Raises:
        FileNotFoundError: it is not among them.
        OSError: the folder cannot be changed.
    """
    (spool / AGAIN).mkdir(mode=0o700, exist_ok=True)
    owner = spool.stat()
    if (spool / AGAIN).stat().st_uid != owner.st_uid:
        os.chown(spool / AGAIN, owner.st_uid, owner.st_gid)
    (spool / ASIDE / name).rename(spool / AGAIN / name)
    (spool / ASIDE / (name + WHY)).unlink(missing_ok=True)


def _sender_in(path: Path) -> str:
    """The name of a file found at the start; an unreadable one has none."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.readline(), type=Kept).sender
    except (OSError, msgspec.DecodeError):
        return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(place: Path) -> None:
    number = os.open(place, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

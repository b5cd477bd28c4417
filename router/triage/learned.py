"""Weights that a centre learned from corrections: files of its data folder, the last one counts.

A file holds only what moved, and says what it was made of: the shipped weights, concepts and phrase
book it began from, and the ids of its corrections (never a word of them). What is not whole, or
began from another base, is never used: then the shipped weights are.
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

import msgspec
import numpy as np
import structlog

from . import shipped
from .learning import Moved
from .model import SIZE, TORN, Kept
from .reading import Reader

log = structlog.get_logger()

FOLDER = "triage"
"""In the data folder."""
_NAME = re.compile(r"learned-[0-9]{6,}\.npz")
"""What else lies there is none of ours."""


class LearnedError(Exception):
    """What happened, in words."""


class Made(msgspec.Struct, frozen=True):
    """How learned weights came about."""

    base: str
    """What they began from (shipped.base)."""
    corrections: list[str]
    """Ids of those that they were made of."""
    without: list[str]
    """Ids of those that whoever took them left out."""
    at: int
    """ms UTC."""
    by: str


@dataclass(frozen=True, slots=True)
class Learned:
    """One file."""

    made: Made
    moved: Moved


def files(data_dir: Path) -> list[Path]:
    """Oldest first; the last one counts.

    Raises:
        OSError: the folder cannot be read.
    """
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def take(data_dir: Path, learned: Learned) -> Path:
    """From now on these count for whoever loads. Written whole or not at all, for this user alone.

    Raises:
        LearnedError: somebody else took weights at this moment.
        OSError: it was not written.
    """
    folder, owner = data_dir / FOLDER, data_dir.stat()
    folder.mkdir(mode=0o700, exist_ok=True)
    known = files(data_dir)
    number = int(known[-1].stem.partition("-")[2]) + 1 if known else 1
    path = folder / f"learned-{number:06}.npz"
    fd, half = mkstemp(prefix="half-", dir=folder)  # 0600
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(_packed(learned))
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() != owner.st_uid:  # root's terminal: the centre is to read it
            for made in (folder, half):
                os.chown(made, owner.st_uid, owner.st_gid)
        try:
            os.link(half, path)  # unlike a rename it replaces nobody's
        except FileExistsError:
            raise LearnedError("Somebody else took weights at this moment.") from None
    finally:
        os.unlink(half)
    _settled(folder)
    return path


def back(data_dir: Path) -> Path | None:
    """The last ones count no more and are deleted; None: there were none.

    Raises:
        OSError: nothing was changed.
    """
    known = files(data_dir)
    if not known:
        return None
    known[-1].unlink()
    _settled(known[-1].parent)
    return known[-1]


def forget(paths: list[Path]) -> None:
    """Deletes what no one may go back to.

    Raises:
        OSError: some are still there.
    """
    for path in paths:
        path.unlink(missing_ok=True)
    if paths:
        _settled(paths[0].parent)


def _settled(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _packed(learned: Learned) -> bytes:
    made = np.frombuffer(msgspec.json.encode(learned.made), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, made=made, columns=learned.moved.columns, table=learned.moved.table)
    return file.getvalue()


def load(path: Path, kept: Kept) -> Learned:
    """A file, for the weights it is to be put on.

    Raises:
        LearnedError: it is not whole, or none of ours.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            made = msgspec.json.decode(found["made"].tobytes(), type=Made)
            columns, table = found["columns"], found["table"]
    except OSError as error:
        raise LearnedError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (*TORN, msgspec.DecodeError):
        raise LearnedError(f"{path.name} is not whole.") from None
    if (
        columns.dtype != np.int32
        or columns.ndim != 1
        or table.dtype != np.int16
        or table.shape != (len(columns), 3)
        or (np.diff(columns) <= 0).any()
        or (len(columns) and not 0 <= columns[0] <= columns[-1] < SIZE)
    ):
        raise LearnedError(f"{path.name} is none of ours.")
    return Learned(made, Moved.of(columns, table, kept))


@dataclass(frozen=True, slots=True)
class InUse:
    """Which weights count in a data folder, and why not others."""

    file: str = ""
    """"" = the shipped ones."""
    learned: Learned | None = None
    fault: str = ""
    """What is wrong with the last file, in words; "" = nothing."""

    def reader(self) -> Reader:
        """Of these weights.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are not there.
        """
        ours = shipped.reader()
        if self.learned is None:
            return ours
        kept = self.learned.moved.on(shipped.kept())
        return Reader(ours.concepts, kept.model, kept.cuts)


def weights_in_use(data_dir: Path) -> InUse:
    """What cannot be used leaves the shipped weights in use.

    Raises:
        OSError, ValueError, KeyError: the shipped weights are not there.
    """
    try:
        known = files(data_dir)
        if not known:
            return InUse()
        found = load(known[-1], shipped.kept())
    except LearnedError as error:
        return InUse(fault=str(error))
    except OSError as error:
        return InUse(fault=f"{data_dir / FOLDER} cannot be read: {error.strerror}.")
    if found.made.base != shipped.base():
        return InUse(fault=f"{known[-1].name} began from weights of another version.")
    return InUse(known[-1].name, found)


class Weights:
    """What one process reads by. Safe to ask from one thread while another loads."""

    def __init__(self, data_dir: Path | None = None) -> None:
        """data_dir: None = the shipped weights."""
        self._data_dir = data_dir
        self._reader: Reader | None = None
        self.in_use = InUse()

    @property
    def reader(self) -> Reader:
        """Loads at the first question (0.2 s); later `load` makes a new one.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are not there.
        """
        if self._reader is None:
            self.load()
        assert self._reader is not None
        return self._reader

    def load(self) -> bool:
        """Looks which weights count now. True: others than before. To be called off the event loop.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are not there.
        """
        found = InUse() if self._data_dir is None else weights_in_use(self._data_dir)
        changed = self._reader is None or self._changed(found)
        if changed:
            self._reader = found.reader()
        if found.fault and found.fault != self.in_use.fault:
            log.error("triage.weights_not_used", reason=found.fault)
        if changed:
            count = len(found.learned.made.corrections) if found.learned else 0
            log.info("triage.weights", file=found.file or "shipped", corrections=count)
        self.in_use = found
        return changed

    def _changed(self, found: InUse) -> bool:
        """Another file, or one of the same name that is another (taken back, taken again)."""
        old, new = self.in_use.learned, found.learned
        return self.in_use.file != found.file or (old and old.made) != (new and new.made)

"""Weights that a centre learned from corrections: files in its data folder; the last one counts.

A file holds only what moved and what it was made from: the shipped weights, concepts and phrase
book, and the ids of its corrections (never their words). A file that is damaged or was made from
other shipped weights is never used: then the shipped weights are.
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
"""The folder's name in the data folder."""
_NAME = re.compile(r"learned-[0-9]{6,}\.npz")
"""Our files' names; other files in the folder are not ours."""


class LearnedError(Exception):
    """The message says what happened."""


class Made(msgspec.Struct, frozen=True):
    """How learned weights were made."""

    base: str
    """The shipped weights they were made from (shipped.base)."""
    corrections: list[str]
    """Ids of the corrections they were made from."""
    without: list[str]
    """Ids of the corrections that were left out on purpose."""
    at: int
    """ms UTC."""
    by: str


@dataclass(frozen=True, slots=True)
class Learned:
    """One file."""

    made: Made
    moved: Moved


def files(data_dir: Path) -> list[Path]:
    """The files, oldest first; the last one counts.

    Raises:
        OSError: the folder cannot be read.
    """
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def take(data_dir: Path, learned: Learned) -> Path:
    """Saves weights that count from now on, all or nothing, readable only by this user.

    Raises:
        LearnedError: somebody else saved weights at the same moment.
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
        if os.geteuid() != owner.st_uid:  # run by root: the centre has to be able to read it
            for made in (folder, half):
                os.chown(made, owner.st_uid, owner.st_gid)
        try:
            os.link(half, path)  # unlike a rename, it replaces no existing file
        except FileExistsError:
            raise LearnedError("Somebody else saved weights at the same moment.") from None
    finally:
        os.unlink(half)
    _settled(folder)
    return path


def back(data_dir: Path) -> Path | None:
    """Deletes the last weights and goes back to those before; None: there were none.

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
    """Deletes weights that nobody may go back to.

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
    """Reads a file, to be applied to these weights.

    Raises:
        LearnedError: it is damaged, or not one of ours.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            made = msgspec.json.decode(found["made"].tobytes(), type=Made)
            columns, table = found["columns"], found["table"]
    except OSError as error:
        raise LearnedError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except (*TORN, msgspec.DecodeError):
        raise LearnedError(f"{path.name} is damaged.") from None
    if (
        columns.dtype != np.int32
        or columns.ndim != 1
        or table.dtype != np.int16
        or table.shape != (len(columns), 3)
        or (np.diff(columns) <= 0).any()
        or (len(columns) and not 0 <= columns[0] <= columns[-1] < SIZE)
    ):
        raise LearnedError(f"{path.name} is not a file of learned weights.")
    return Learned(made, Moved.of(columns, table, kept))


@dataclass(frozen=True, slots=True)
class InUse:
    """Which weights of a data folder count, and why others do not."""

    file: str = ""
    """The file's name; "" = the shipped weights."""
    learned: Learned | None = None
    fault: str = ""
    """What is wrong with the last file; "" = nothing."""

    def reader(self) -> Reader:
        """A reader of these weights.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are missing or damaged.
        """
        ours = shipped.reader()
        if self.learned is None:
            return ours
        kept = self.learned.moved.on(shipped.kept())
        return Reader(ours.concepts, kept.model, kept.cuts)


def weights_in_use(data_dir: Path) -> InUse:
    """If the last file cannot be used, the shipped weights stay in use.

    Raises:
        OSError, ValueError, KeyError: the shipped weights are missing or damaged.
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
        return InUse(fault=f"{known[-1].name} was made from the weights of another version.")
    return InUse(known[-1].name, found)


class Weights:
    """The weights that one process reads by. One thread may ask it while another loads."""

    def __init__(self, data_dir: Path | None = None) -> None:
        """data_dir: None = the shipped weights."""
        self._data_dir = data_dir
        self._reader: Reader | None = None
        self.in_use = InUse()

    @property
    def reader(self) -> Reader:
        """Loads at the first question (0.2 s); later `load` replaces the reader.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are missing or damaged.
        """
        if self._reader is None:
            self.load()
        assert self._reader is not None
        return self._reader

    def load(self) -> bool:
        """Checks which weights count now. True: they changed. Call it off the event loop.

        Raises:
            OSError, ValueError, KeyError: the shipped weights are missing or damaged.
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
        """True for another file, and for another file of the same name (undone, then learned
        again)."""
        old, new = self.in_use.learned, found.learned
        return self.in_use.file != found.file or (old and old.made) != (new and new.made)

"""The table of faults: what is changed, whom it would hurt, and which tests are nearest."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "table"


@dataclass(frozen=True, slots=True)
class Fault:
    """One slip that a person could make: `old` becomes `new` in `file`, where it stands once."""

    id: str
    room: str
    """As docs/map.md names it."""
    file: str
    old: str
    new: str
    harm: str
    """What a person would suffer."""
    nearest: tuple[str, ...]
    """Files or ids of pytest; `.mjs`: of node."""
    batch: int | None = None
    """In which batch it goes through the whole run; None: in none."""

    def fits(self, root: Path = ROOT) -> bool:
        """Does it still apply there?"""
        path = root / self.file
        return path.is_file() and path.read_text(encoding="utf-8").count(self.old) == 1


def all_faults() -> list[Fault]:
    """The whole table, file by file."""
    found = []
    for path in sorted(TABLE.glob("*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]:
            found.append(Fault(**{**row, "nearest": tuple(row["nearest"])}))
    return found


def chosen(only: str) -> list[Fault]:
    """Those of these ids, rooms or beginnings of ids, with commas between; all for "".

    Raises:
        ValueError: a word names none.
    """
    every = all_faults()
    if not only.strip():
        return every
    words = [word.strip().rstrip("/") for word in only.split(",") if word.strip()]
    for word in words:
        if not any(_named(fault, word) for fault in every):
            raise ValueError(f"{word} names no fault: give ids (lua-03), rooms or parts of an id")
    return [fault for fault in every if any(_named(fault, word) for word in words)]


def _named(fault: Fault, word: str) -> bool:
    return word in (fault.id, fault.room, fault.id.rpartition("-")[0])

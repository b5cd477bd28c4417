"""The number of a process in a file: whole whenever it is read, also by whoever reads it now."""

from __future__ import annotations

from pathlib import Path


def write_pid(file: Path, pid: int) -> None:
    """Replaces the file in one step."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(str(pid))
    new.replace(file)

"""A place for lines that breaks nothing: a full disk or a closed pipe fails no call."""

from __future__ import annotations

import os
from typing import TextIO


class Unbroken:
    """Each `write` is one write to the file; what is not taken is left out and counted. The first
    line that is taken again says how many are missing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.lost = 0
        self._torn = False
        try:
            self._fd: int | None = out.fileno()
        except (OSError, ValueError):  # one that a test put in its place
            self._fd = None

    def write(self, text: str) -> int:
        """Never raises."""
        said = text
        if self.lost:
            missing = f'{{"event": "log.lines_lost", "level": "warning", "lines": {self.lost}}}\n'
            said = ("\n" if self._torn else "") + missing + text
        if self._taken(said.encode("utf-8", "replace")):
            self.lost = 0
        else:
            self.lost += 1
        return len(text)

    def _taken(self, data: bytes) -> bool:
        whole = len(data)
        try:
            if self._fd is None:
                self._out.write(data.decode())
                return True
            while data:
                data = data[os.write(self._fd, data) :]
        except (OSError, ValueError):
            self._torn = self._torn or len(data) < whole
            return False
        self._torn = False
        return True

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return self._out.isatty()

    def fileno(self) -> int:
        return self._out.fileno()

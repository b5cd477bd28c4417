"""Fails when a file has grown past what one idea needs (see CONTRIBUTING.md)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = {".py", ".js", ".mjs", ".ts", ".css", ".html", ".lua"}
EXEMPT = ("static/vendor/",)
LINES, LINES_OF_TESTS = 500, 800
BYTES = 24_000
COLUMNS = 110


def faults(name: str, text: str) -> Iterator[str]:
    """What is too large about a file of this name. Tests may be long, pages and Lua not wide."""
    lines = text.splitlines()
    test = name.startswith("tests/")
    most = LINES_OF_TESTS if test else LINES
    if len(lines) > most:
        yield f"{name}: {len(lines)} lines, {most} at most: which noun is missing?"
    size = len(text.encode())
    if size > BYTES and not test:
        yield f"{name}: {size} bytes, {BYTES} at most: which noun is missing?"
    if name.startswith("static/") or name.endswith(".lua"):
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS:
                yield f"{name}:{number}: {len(line)} columns, {COLUMNS} at most"


def main() -> int:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    found = [
        fault
        for name in names
        if (path := Path(name)).suffix in SUFFIXES
        and path.is_file()
        and not name.startswith(EXEMPT)
        for fault in faults(name, path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

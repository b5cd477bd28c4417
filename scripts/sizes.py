"""Fails when a file has grown past what one idea needs (see CONTRIBUTING.md)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SUFFIXES = {".py", ".js", ".mjs", ".css", ".html"}
EXEMPT = ("static/vendor/",)


def limit(path: str) -> int:
    return 800 if path.startswith("tests/") else 500


def main() -> int:
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    bad = 0
    for name in names:
        path = Path(name)
        if path.suffix not in SUFFIXES or name.startswith(EXEMPT) or not path.is_file():
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit(name):
            print(f"{name}: {lines} lines, {limit(name)} at most: which noun is missing?")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

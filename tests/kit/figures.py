"""Times that people feel, measured in tests along the way and not judged there, because a slow
result may be the fault of a busy machine. `make bench-pages` runs only those tests and prints the
figures as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

FILE = "FIGURES_FILE"
RUNS = 3
WHERE = ("tests/browser/test_real_centre.py", "tests/browser/test_pages_words.py",
         "tests/flow/test_bad_moments.py", "tests/resilience/test_flush.py")  # fmt: skip


class Stopwatch:
    """A stopwatch that runs from its creation."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def took(self, what: str) -> None:
        """Reports `what` and the seconds so far."""
        told(what, time.monotonic() - self._began)


def told(what: str, seconds: float) -> None:
    """Keeps a figure for the caller (in the file that FIGURES_FILE names), and prints it."""
    print(f"{what}: {seconds:.2f} s")
    if path := os.environ.get(FILE):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([what, seconds]) + "\n")


def main() -> int:
    """Runs the tests that report figures three times; prints the median and the longest of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures"
        for _ in range(RUNS):
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-m", "figure", *WHERE],
                env=os.environ | {FILE: str(path)},
                stdout=sys.stderr,
            )
            if done.returncode:
                return done.returncode
        figures = defaultdict(list)
        for line in path.read_text(encoding="utf-8").splitlines():
            what, seconds = json.loads(line)
            figures[what].append(seconds)
    found = {
        what: {"n": len(s), "median_s": round(statistics.median(s), 2), "max_s": round(max(s), 2)}
        for what, s in figures.items()
    }
    print(json.dumps({"machine": platform.processor() or platform.machine(),
                      "cores": os.cpu_count(), "figures": found}, indent=2))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())

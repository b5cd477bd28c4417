"""Which worker runs which file: the longest begin first, and a worker keeps to what it has started.

A centre, two browsers and a PostgreSQL live as long as the worker that started them. Each costs
seconds of a core, so only some workers have each; those who have the flows mostly wait for clocks
and carriers, beside others who work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from xdist.scheduler import LoadFileScheduling

FIRST = (
    "tests/flow/test_outside", "tests/flow/test_after_hours", "tests/flow/test_crashes",
    "tests/flow/test_leaving", "tests/flow/test_bad_moments", "tests/flow",
    "tests/browser/test_real", "tests/browser/test_pages_words", "tests/browser",
    "tests/worlds", "tests/setup/test_life", "tests/email/test_page", "tests/resilience",
    "tests/oracle", "tests/simulation", "tests/records", "tests/setup", "tests/intake",
    "tests/contract", "tests/triage", "tests/email", "tests/media",
)  # fmt: skip
"""From the longest on; what is not named comes last."""

HOMES = {
    "tests/flow": 2, "tests/browser": 2, "tests/setup/test_doctor": 1,
    "tests/records|tests/intake|tests/resilience|tests/setup/test_triage_learn": 3,
}  # fmt: skip
"""How many workers have what these files share."""


def rank(file: str) -> int:
    return next((n for n, name in enumerate(FIRST) if file.startswith(name)), len(FIRST))


def home_of(file: str) -> str | None:
    return next((home for home in HOMES if file.startswith(tuple(home.split("|")))), None)


def read_from(files: Sequence[str], worker: int, workers: int) -> list[str]:
    """The order in which this worker reads the tests: each begins at a place of its own. What one
    has compiled the others find; all in one order would compile each file at the same moment."""
    at = len(files) * worker // workers
    return [*files[at:], *files[:at]]


class Homes:
    """Who has started what."""

    def __init__(self) -> None:
        self._at: dict[str, set[object]] = {home: set() for home in HOMES}

    def choose(self, worker: object, waiting: Iterable[str]) -> str:
        """The file for this worker, of those that wait in their order: of its own homes, else of
        one that has a place left or of none, else the first."""
        files = list(waiting)
        chosen = (
            next((file for file in files if worker in self._who(file)), None)
            or next((file for file in files if self._has_place(file)), None)
            or files[0]
        )
        self._who(chosen).add(worker)
        return chosen

    def _who(self, file: str) -> set[object]:
        home = home_of(file)
        return self._at[home] if home else set()

    def _has_place(self, file: str) -> bool:
        home = home_of(file)
        return home is None or len(self._at[home]) < HOMES[home]


class ByHomes(LoadFileScheduling):
    """xdist's own, but the file is chosen for the worker."""

    def __init__(self, config: Any, log: Any) -> None:
        super().__init__(config, log)
        self._homes = Homes()

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(self._homes.choose(node, self.workqueue), last=False)
        super()._assign_work_unit(node)

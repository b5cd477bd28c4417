"""A fault of the set-up: where it is, what is wrong, how to fix it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One line. `sample` marks a secret that is printed in this repository."""

    where: str
    what: str
    mend: str
    sample: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}".rstrip()


class SettingsError(Exception):
    """Every fault found, one clear line each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


UNCLEAR = (
    "The database went away at that moment: this may be saved or not. Check before you do it again."
)
"""Shown where a commit was not answered."""

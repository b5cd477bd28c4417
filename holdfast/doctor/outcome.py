"""A check's result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """UNKNOWN: it could not be checked; the words say why."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    check: str
    state: State
    what: str
    mend: str = ""


def ok(check: str, what: str) -> Finding:
    return Finding(check, State.OK, what)


def warn(check: str, what: str, mend: str) -> Finding:
    return Finding(check, State.WARN, what, mend)


def fail(check: str, what: str, mend: str) -> Finding:
    return Finding(check, State.FAIL, what, mend)


def unknown(check: str, what: str, mend: str = "") -> Finding:
    return Finding(check, State.UNKNOWN, what, mend)

"""Which of our lines a call of ours is made from: what they see, and where they come if they call
back."""

from __future__ import annotations

from collections.abc import Iterable

from router.core.config import Line
from router.core.severity import Severity


def line_to_call_from(lines: Iterable[Line], last: str | None = None) -> Line:
    """The line that they last reached (`last`, its name): they know that number. Otherwise the
    first that is no emergency line, so that whoever calls back later does not come as an S1; a
    centre that has only emergency lines calls from the first.

    Raises:
        ValueError: no line has a number. Checked configuration has one (config_faults.py).
    """
    ours = [line for line in lines if line.number]
    for line in ours:
        if line.name == last:
            return line
    for line in ours:
        if line.severity != Severity.S1:
            return line
    if not ours:
        raise ValueError("no line has a number")
    return ours[0]

"""Which of our lines a call or text of ours comes from: what they see, and where they come if they
call or write back."""

from __future__ import annotations

from collections.abc import Iterable

from router.core.config import Line
from router.core.severity import Channel, Severity


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


def line_to_write_from(
    lines: Iterable[Line], channel: Channel, last: str | None = None
) -> Line | None:
    """The line that they last reached (`last`), otherwise the first; never an emergency line, so
    that an answer days later does not come as an S1. A centre that has only emergency lines writes
    from the first. None: no line can write on this channel.
    """
    ours = [line for line in lines if address_of(line, channel)]
    calm = [line for line in ours if line.severity != Severity.S1]
    return next((line for line in calm if line.name == last), next(iter(calm or ours), None))


def address_of(line: Line, channel: Channel) -> str:
    """Under which address a line writes on this channel; empty: under none."""
    return line.mail if channel is Channel.EMAIL else line.number

"""The report: aligned lines of shape, word and colour; or JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TextIO

from rich.console import Console
from rich.text import Text

from holdfast.doctor.outcome import Finding, State

LOOKS = {
    State.OK: ("✓", "green"),
    State.WARN: ("▲", "yellow"),
    State.FAIL: ("✗", "bold red"),
    State.UNKNOWN: ("?", "cyan"),
}
PLAIN = {State.OK: "+", State.WARN: "!", State.FAIL: "x", State.UNKNOWN: "?"}
"""For terminals that cannot show the shapes."""


def show(found: Sequence[Finding], *, as_json: bool, file: TextIO | None = None) -> int:
    """Prints the report; the exit status: 1 if a check failed."""
    out = file or sys.stdout
    failed = any(outcome.state is State.FAIL for outcome in found)
    if as_json:
        document = {"failed": failed, "checks": [asdict(outcome) for outcome in found]}
        out.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return int(failed)
    console = Console(file=out, highlight=False, markup=False, soft_wrap=True)
    width = max((len(outcome.check) for outcome in found), default=0)
    for outcome in found:
        shape, colour = LOOKS[outcome.state]
        if not _can_show(out, shape):
            shape = PLAIN[outcome.state]
        line = Text(f"{shape} {outcome.state:<7} ", style=colour)
        line.append(f"{outcome.check:<{width}}  {outcome.what}", style="default")
        console.print(line)
        if outcome.mend:
            console.print(Text(f"{'':<{12 + width}}{outcome.mend}", style="bold"))
    counts = Counter(outcome.state for outcome in found)
    console.print(", ".join(f"{counts[state]} {state}" for state in State if counts[state]))
    return int(failed)


def _can_show(out: TextIO, shape: str) -> bool:
    try:
        shape.encode(out.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

"""Words that carriers and laws give a meaning: opting out, back in, asking for help."""

from __future__ import annotations

from enum import StrEnum

OUT = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "opt out", "cancel"}
)
BACK_IN = frozenset({"start", "yes", "unstop"})
HELP = frozenset({"help", "info"})


class Word(StrEnum):
    """What the whole body says. 'Stop the bleeding' is none of these."""

    OUT = "opt_out"
    BACK_IN = "opt_in"
    HELP = "help"


def meaning(body: str) -> Word | None:
    """Only the whole trimmed body counts, in any case, without a full stop or mark at its end."""
    text = body.strip().rstrip(".!").casefold()
    if text in OUT:
        return Word.OUT
    if text in BACK_IN:
        return Word.BACK_IN
    if text in HELP:
        return Word.HELP
    return None

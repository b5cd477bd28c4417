"""Words that carriers and laws give a meaning: opting out, back in, asking for help."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

OUT = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "opt out", "cancel"}
)
BACK_IN = frozenset({"start", "yes", "unstop"})
HELP = frozenset(
    {
        "help", "help me", "help us", "please help", "please help me", "help please", "info", "sos",
        "ayuda", "ayudame", "ayudenme", "socorro",
    }
)  # fmt: skip
SIGNS = {"\U0001f198": " sos ", "\u2757": " ", "\u2753": " "}
"""Pictograms that stand for a word: the SOS button."""


class Word(StrEnum):
    """What the whole body means. 'Stop the bleeding' is none of these."""

    OUT = "opt_out"
    BACK_IN = "opt_in"
    HELP = "help"


_OPT_OUT_TYPES = {"STOP": Word.OUT, "START": Word.BACK_IN, "HELP": Word.HELP}


def meaning(body: str, opt_out_type: str | None = None) -> Word | None:
    """What a text means as a whole.

    Args:
        body: for opting out and in only the whole trimmed body counts, in upper or lower case,
            without a full stop or mark at its end; a cry for help counts in any form: with marks,
            as a pictogram, repeated.
        opt_out_type: what the account takes the words for (OptOutType); it decides, except for a
            cry for help.
    """
    if _asks_for_help(body):
        return Word.HELP
    if word := _OPT_OUT_TYPES.get((opt_out_type or "").upper()):
        return word
    text = " ".join(body.split()).rstrip(".!").casefold()
    if text in OUT:
        return Word.OUT
    return Word.BACK_IN if text in BACK_IN else None


def _asks_for_help(body: str) -> bool:
    text = body[:200] if len(body) < 1_000 else ""
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    spelled = re.sub(r"(?<=\b\w)[.\-_ ]+(?=\w\b)", "", "".join(letters).casefold())  # s.o.s
    words = re.sub(r"[\W_]+", " ", spelled).split()
    if not words:
        return False
    words = [re.sub(r"(\w)\1{2,}", r"\1", word) for word in words]
    once = [word for n, word in enumerate(words) if n == 0 or word != words[n - 1]]
    return " ".join(once) in HELP or (len(words) < 20 and set(words) <= {"help", "sos", "ayuda"})

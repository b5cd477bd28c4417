"""Words from outside as a record and a page can take them; lengths of time in words."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str, limit: int | None = None) -> str:
    """Without control characters (tab and line ends stay) and halves of characters, and at most
    `limit` characters long. PostgreSQL refuses a NUL, and a column what is longer than it."""
    if not text.isascii() or not text.isprintable():
        text = _CONTROLS.sub("", text)
    return text if limit is None else text[:limit]


def fold(text: str) -> str:
    """Words as they are compared in a search: no case, no accents, single spaces."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(text.casefold().split())


def span(ms: int) -> str:
    """A length of time as the pages write it: 42 s, 3:07, 1:02 h (`spanText` in format.js)."""
    seconds = max(0, ms // 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}:{seconds % 60:02}"
    return f"{minutes // 60}:{minutes % 60:02} h"

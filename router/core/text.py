"""Words from outside as a record and a page can take them."""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str, limit: int | None = None) -> str:
    """Without control characters (tab and line ends stay) and halves of characters, and at most
    `limit` characters long. PostgreSQL refuses a NUL, and a column what is longer than it."""
    if not text.isascii() or not text.isprintable():
        text = _CONTROLS.sub("", text)
    return text if limit is None else text[:limit]

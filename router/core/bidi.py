"""Strangers' text next to ours: controls that change the direction of writing end with their text.

A name with U+202E in it would turn everything after it right to left. Such text is put between FSI
and PDI, and anything it left open is closed (unicode.org/reports/tr9, UAX 9, 2.7).
"""

from __future__ import annotations

FSI, PDI = "\u2068", "\u2069"
_MARKS = frozenset("\u061c\u200e\u200f")
_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_PDF = "\u202c"
_ISOLATES = frozenset("\u2066\u2067\u2068")
CONTROLS = _MARKS | _EMBEDDINGS | _ISOLATES | {_PDF, PDI}


def isolated(text: str, limit: int | None = None) -> str:
    """The same text, closed off if it has such controls; applying this twice changes nothing.

    limit: characters at most; if closing off needs more, the controls are left out.
    """
    if text.isascii() or not CONTROLS.intersection(text):
        return text
    found = f"{FSI}{_balanced(plain(text))}{PDI}"
    if limit is not None and len(found) > limit:
        return "".join(letter for letter in text if letter not in CONTROLS)
    return found


def plain(text: str) -> str:
    """The text without the closing off (for a mail's subject, which goes out as it came)."""
    if not (text.startswith(FSI) and text.endswith(PDI)):
        return text
    inner, depth = text[1:-1], 0
    for letter in inner:
        depth += (letter in _ISOLATES) - (letter == PDI)
        if depth < 0:
            return text  # the two belong to different ones
    return inner


def _balanced(text: str) -> str:
    """Closes every control still open at the end, and drops closings that match nothing."""
    kept: list[str] = []
    open_: list[str] = []
    for letter in text:
        if letter in _ISOLATES or letter in _EMBEDDINGS:
            open_.append(PDI if letter in _ISOLATES else _PDF)
        elif letter == PDI:
            if PDI not in open_:
                continue
            while open_.pop() != PDI:
                pass  # an isolate's end ends the embeddings inside it
        elif letter == _PDF:
            if not open_ or open_[-1] != _PDF:
                continue
            open_.pop()
        kept.append(letter)
    return "".join(kept) + "".join(reversed(open_))

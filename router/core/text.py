"""Words from outside as a record and a page can take them; lengths of time in words."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str, limit: int | None = None) -> str:
    """Without control characters (tab and line ends stay) and halves of characters, and at most
    `limit` characters long. PostgreSQL refuses a NUL, a column a longer text, a carrier's reader
    what no XML may hold."""
    if not text.isascii() or not text.isprintable():
        text = _CONTROLS.sub("", text)
    return text if limit is None else text[:limit]


def letters(text: str) -> str:
    """The one fold of words from outside, with line breaks and gaps as they are: no case, no
    accents (ø ł đ æ œ ß ı and their like become plain letters), nothing invisible, one kind of
    dash and of apostrophe. Every comparison of words begins here."""
    text = text.replace("`", "'")
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.translate(_PLAIN)).translate(_PLAIN)
        text = parts.translate(_SHAPES)
    return text.casefold()


def fold(text: str) -> str:
    """Words as they are kept and compared, in a search and by the centre's lists alike: `letters`
    with single spaces."""
    return " ".join(letters(text).split())


_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′‵ʹʻʼʽʾʿˈ´`＇ꞌꞋ", "'"),
        **dict.fromkeys("−⁃˗", "-"),
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "þ": "th",
        "Þ": "th",
        "ı": "i",
        "ħ": "h",
        "Ħ": "h",
        "ŧ": "t",
        "Ŧ": "t",
        "ŋ": "n",
        "Ŋ": "n",
        "ẞ": "ss",
    }
)


def _seen(letter: str) -> str:
    """The letter; a plain dash for any dash; nothing for a mark that is part of another letter or
    has no shape."""
    kind = unicodedata.category(letter)
    if kind == "Pd":
        return "-"
    return "" if kind in ("Cf", "Mn") else letter


class _Shapes(dict[int, str]):
    """`_seen` for str.translate; remembers the letters that came first."""

    def __missing__(self, code: int) -> str:
        found = _seen(chr(code))
        if len(self) < _MOST_SHAPES:
            self[code] = found
        return found


_MOST_SHAPES = 2_000
_SHAPES = _Shapes()


def span(ms: int) -> str:
    """A length of time as the pages write it: 42 s, 3:07, 1:02 h (`spanText` in format.js)."""
    seconds = max(0, ms // 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}:{seconds % 60:02}"
    return f"{minutes // 60}:{minutes % 60:02} h"


SPOKEN = (
    (86_400, {"en": "day", "es": "día"}),
    (3600, {"en": "hour", "es": "hora"}),
    (60, {"en": "minute", "es": "minuto"}),
    (1, {"en": "second", "es": "segundo"}),
)


def spoken(ms: int, language: str = "en") -> str:
    """The same for a voice, exact to the second: 45 seconds, 1 minute and 30 seconds, 2 hours."""
    left, parts = max(1, ms // 1000), []
    for length, word in SPOKEN:
        many, left = divmod(left, length)
        if many:
            parts.append(f"{many} {word[language]}" + ("" if many == 1 else "s"))
    return {"en": " and ", "es": " y "}[language].join(parts)

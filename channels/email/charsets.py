"""Bytes of real mail into text. No function in this file raises on any input."""

from __future__ import annotations

import codecs
import re

from channels.email import scripts

DETECT_BYTES = 8_192
"""Detection is slow, so it reads only this much of a text."""

MOSTLY = 3
"""A text with at most one bad letter among this many valid ones beyond ASCII is damaged UTF-8."""

FEW = 6
"""Too few letters beyond ASCII, among many within, for detection: the text is Western."""

_ALIASES = {
    "x-unknown": "latin-1",
    "unknown-8bit": "utf-8",
    "8bit": "utf-8",
    "7bit": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "x-windows-949": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "cp51932": "euc_jp",
    "x-euc-jp": "euc_jp",
    "tis-620": "cp874",
    "iso-8859-1": "cp1252",  # what mail programs mean by it (WHATWG Encoding Standard)
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
}
_JAPANESE = ("iso-2022-jp", "csiso2022jp", "cp5022", "iso2022", "jis")
_NO_CHARSETS = frozenset(
    """base64 hex zlib bz2 quopri uu rot-13 idna punycode undefined unicode-escape
    raw-unicode-escape""".split()  # noqa: SIM905 - a list to read
)
"""Names that Python's codec registry knows but that are not charsets of text."""
_MANY_BYTES = frozenset(
    """utf-7 utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be gb18030 cp949 euc_kr big5hkscs
    cp932 shift_jis euc_jp hz iso2022_kr iso2022_jp iso2022_jp_ext""".split()  # noqa: SIM905
)
"""These are believed before UTF-8 is tried. For a charset with one byte per letter, UTF-8 is
likelier wherever the bytes are valid UTF-8."""
_SHIFT = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """The text without what a database or a page cannot take: NUL, lone surrogates, C0 controls."""
    if text.isascii() and text.isprintable():
        return text
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def decode(raw: bytes, declared: str | None = None, *, detect: bool = True) -> str:
    """What a mail program would show: UTF-8 where it is valid (even if a charset of one byte per
    letter is declared), then the declared charset, UTF-8 with a few bad letters, detection,
    Western."""
    if raw.isascii() and b"\x1b" not in raw and not _odd(declared):
        return clean(raw.decode("ascii"))
    for charset in _rungs(raw, declared):
        try:
            return clean(raw.decode(charset))
        except (UnicodeError, ValueError, LookupError):
            continue  # try the next one
    hurt = raw.decode("utf-8", "replace")
    bad = hurt.count("\ufffd")
    beyond = sum(letter > "\x7f" for letter in hurt[:DETECT_BYTES])
    if bad * MOSTLY <= beyond - bad:
        return clean(hurt)
    found = _detected(raw[:DETECT_BYTES]) if detect else None
    return clean(raw.decode(found or "cp1252", "replace"))


def _odd(declared: str | None) -> bool:
    """Charsets in which ASCII bytes are not ASCII."""
    return bool(declared) and codec(declared) in ("utf-7", "hz", "utf-16-le", "utf-16-be")


def _rungs(raw: bytes, declared: str | None) -> list[str]:
    rungs = []
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        rungs.append("utf-16")
    if raw.startswith(codecs.BOM_UTF8):
        rungs.append("utf-8-sig")
    if _SHIFT.search(raw):
        rungs += ["iso2022_jp_ext", "iso2022_jp_2004"]
    named = codec(declared)
    if named in _MANY_BYTES:
        rungs.append(named)
    rungs.append("utf-8")
    if named is not None:
        rungs.append(named)
    return rungs


def codec(name: str | None) -> str | None:
    """The codec that a charset's name in a mail means; None if it means none."""
    if not name:
        return None
    wanted = name.strip("\"' \t").casefold()
    wanted = _ALIASES.get(wanted, wanted)
    if "\0" in wanted or len(wanted) > 60:
        return None
    if wanted.startswith(_JAPANESE):
        wanted = "iso2022_jp_ext"
    for guess in (
        wanted,
        wanted.removeprefix("x-"),
        re.sub(r"^(?:windows|cp)[-_ ]?", "cp", wanted),
    ):
        try:
            found = codecs.lookup(guess)
        except (LookupError, ValueError, UnicodeError):
            continue
        return None if found.name in _NO_CHARSETS else found.name
    return None


def _detected(sample: bytes) -> str | None:
    """The likeliest charset; Windows-1252 if it fits as well as the first guess (Spanish and
    English use it, and similar charsets turn ñ into ń)."""
    beyond = sum(byte > 0x7F for byte in sample)
    if beyond < FEW and 4 * beyond < len(sample):
        return "cp1252"
    if of_script := scripts.codec_of(sample):
        return of_script
    from charset_normalizer import from_bytes  # imported only when a mail needs it: it loads slowly

    matches = list(from_bytes(sample))
    if not matches:
        return None
    best = matches[0]
    western = any(m.encoding == "cp1252" and m.chaos <= best.chaos + 0.02 for m in matches)
    return "cp1252" if western else codec(best.encoding)

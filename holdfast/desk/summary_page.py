"""The page of a summary: laid out by the widths of its letters, and drawn as a PDF with the same
bytes each time.

Nothing outside the version goes into it: its moments are words already, its date is that of the
version, its font comes with us, and no stream is compressed (other builds of zlib pack otherwise).
Words are drawn as they are: nothing in them is markup.
"""

from __future__ import annotations

import hashlib
import io
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from router.core.redaction import AGENT, joined
from router.core.summary import FULL, REDACTED, SECTIONS, Content

WIDTH, HEIGHT = 612.0, 792.0
"""US Letter, in points; it fits on A4, which is longer, with its margins."""
LEFT, TOP, BOTTOM, RIGHT = 54.0, 54.0, 48.0, 54.0
BODY, SMALL, TITLE = 9.5, 7.5, 14.0
LINE = 12.5
BESIDE = 124.0
"""Of the column with the moment and the kind of each sentence's line."""
ROOM = int((HEIGHT - TOP - BOTTOM - LINE) // LINE)
"""Lines of a page; its last one is the foot."""
FONT = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_NAME = "Summary"
INK, GREY = 0.05, 0.38
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page. `beside`: in the left column."""

    text: str
    beside: str = ""
    size: float = BODY
    indent: float = 0.0
    ink: float = INK


class Font:
    """Widths of letters, and which of them can be drawn."""

    def __init__(self) -> None:
        self._font = TTFont(_NAME, str(FONT))
        pdfmetrics.registerFont(self._font)
        self._drawn = frozenset(self._font.face.charToGlyph)

    def width(self, text: str, size: float) -> float:
        return float(self._font.stringWidth(text, size))

    def drawable(self, text: str) -> str:
        """What cannot be drawn, or would be drawn wrong (a script that is written from the right,
        or whose letters join), stands as words: '[5 Arabic letters]', '[dog face]'."""
        if text.isascii():
            return text
        found: list[str] = []
        run: list[str] = []
        for one in [*filter(_has_shape, unicodedata.normalize("NFC", text)), ""]:
            if one and (not self._has(one) or (run and one == " " and _script(run[-1]))):
                run.append(one)
                continue
            if run:
                found.append(_named("".join(run)))
                run = []
            found.append(one)
        return "".join(found)

    def _has(self, one: str) -> bool:
        return ord(one) in self._drawn and unicodedata.bidirectional(one) not in ("R", "AL", "AN")

    def rows(self, text: str, size: float, width: float) -> Iterator[str]:
        """The text on lines of this width; a word that is too long is broken."""
        line = ""
        for word in self.drawable(text).split():
            both = f"{line} {word}" if line else word
            if self.width(both, size) <= width:
                line = both
                continue
            if line:
                yield line
            while self.width(word, size) > width:
                cut = max(1, _fitting(self, word, size, width))
                yield word[:cut]
                word = word[cut:]
            line = word
        yield line


def _fitting(font: Font, word: str, size: float, width: float) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if font.width(word[:middle], size) <= width else (low, middle - 1)
        )
    return low


def _has_shape(one: str) -> bool:
    return unicodedata.category(one) != "Cf" and not "\ufe00" <= one <= "\ufe0f"


def _script(one: str) -> str:
    """'Arabic' of a letter of it; '' of what has a name of its own."""
    if not unicodedata.category(one).startswith(("L", "M", "N")):
        return ""
    first = unicodedata.name(one, "").split(" ")[0]
    return first if first == "CJK" else first.capitalize()


def _named(run: str) -> str:
    found: list[str] = []
    letters: list[str] = []
    for one in [*run, ""]:
        script = _script(one) if one else ""
        if script and (not letters or script == _script(letters[0])):
            letters.append(one)
            continue
        if one == " " and letters:
            continue
        if letters:
            many = "letter" if len(letters) == 1 else "letters"
            found.append(f"[{len(letters)} {_script(letters[0])} {many}]")
            letters = [one] if script else []
        if one and not script:
            found.append(f"[{unicodedata.name(one, f'U+{ord(one):04X}').lower()}]")
    return " ".join(found) + (" " if run.endswith(" ") else "")


@lru_cache(maxsize=1)
def font() -> Font:
    """Read once (a tenth of a second): call it in a thread first."""
    return Font()


# The page -----------------------------------------------------------------------------------------


def rows_of(content: Content, variant: str) -> list[Row]:
    """All lines of the page, without its foot."""
    head, wide = content.head, WIDTH - LEFT - RIGHT
    hidden = variant == REDACTED
    said = [joined(parts) for parts in content.redacted] if hidden else []
    title = said[-2] if hidden else head.title
    place = said[-1] if hidden else head.place
    owner = AGENT if hidden and head.owner else head.owner
    rows = [
        Row(f"{head.number}: summary, version {content.version}", size=TITLE),
        *_wrapped(title, wide),
        *_wrapped(f"{head.standing}, since {head.since}", wide, ink=GREY, size=SMALL),
    ]
    around = [place and f"Place: {place}.", f"Owner: {owner}." if owner else "Nobody owns it."]
    rows += _wrapped(" ".join(one for one in around if one), wide, ink=GREY, size=SMALL)
    by = AGENT if hidden else head.saved_by
    note = (
        f"Saved {head.saved_at} by {by}. Times: {head.zone}. On the left: the line of the timeline"
    )
    note += " on which a sentence stands; the words may be the writer’s."
    if hidden:
        note += " Redacted: names, numbers and addresses are replaced by other words."
    rows += [*_wrapped(note, wide, ink=GREY, size=SMALL)]
    for section, word in SECTIONS.items():
        mine = [n for n, one in enumerate(content.sentences) if one.section == section]
        if mine:
            rows += [Row("", size=SMALL), Row(word, size=BODY + 1)]
        for n in mine:
            one = content.sentences[n]
            text = said[n] if hidden else one.text
            beside = f"{one.when} {one.source}" if one.line else _whose(one.by_name, hidden=hidden)
            lines = list(font().rows(text, BODY, wide - BESIDE))
            tied = list(font().rows(beside, SMALL, BESIDE - 8))
            for at in range(max(len(lines), len(tied))):
                words = lines[at] if at < len(lines) else ""
                rows.append(Row(words, tied[at] if at < len(tied) else "", indent=BESIDE))
    return rows


def _whose(name: str, *, hidden: bool) -> str:
    return f"assessment by {AGENT if hidden or not name else name}"


def _wrapped(text: str, width: float, *, size: float = BODY, ink: float = INK) -> list[Row]:
    return [Row(line, size=size, ink=ink) for line in font().rows(text, size, width)]


def lines_of(content: Content) -> int:
    """Lines of its longer variant, of the ROOM that a page has."""
    return max(len(rows_of(content, variant)) for variant in (FULL, REDACTED))


def pdf(content: Content, variant: str, at: int) -> bytes:
    """The page of a version, of which `at` is its moment, ms.

    Raises:
        ValueError: it is no single page; none is saved that is not.
    """
    rows = rows_of(content, variant)
    if len(rows) > ROOM:
        raise ValueError("more than a page")
    saved = datetime.fromtimestamp(at / 1000, UTC).strftime("D:%Y%m%d%H%M%SZ")
    name = f"{content.head.number}: summary, version {content.version}"
    name += ", redacted" if variant == REDACTED else ""
    into = io.BytesIO()
    with _ONE_AT_A_TIME:
        font()
        canvas = Canvas(into, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=0, lang="en")
        # Else the file's id begins with the moment of an environment (SOURCE_DATE_EPOCH).
        canvas._doc.signature = hashlib.md5(usedforsecurity=False)
        canvas.setDateFormatter(lambda *_: saved)
        canvas.setTitle(name)
        canvas.setAuthor("Holdfast")
        canvas.setSubject("Summary of an incident")
        for at_line, row in enumerate(rows):
            y = HEIGHT - TOP - at_line * LINE
            _put(canvas, row.text, LEFT + row.indent, y, row.size, row.ink)
            if row.beside:
                _put(canvas, row.beside, LEFT, y, SMALL, GREY)
        _put(canvas, name, LEFT, BOTTOM - LINE, SMALL, GREY)
        canvas.save()
    return into.getvalue()


def _put(canvas: Canvas, text: str, x: float, y: float, size: float, ink: float) -> None:
    canvas.setFont(_NAME, size)
    canvas.setFillGray(ink)
    canvas.drawString(x, y, text)

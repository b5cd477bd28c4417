"""People's typing as plain words: the one reading of a text that rules and model share.

Capitals, accents, apostrophes, invisible characters, emoji, dots or line breaks between words,
tripled letters, spaced letters, figures for letters and the shorthand of texts all come to the
same words: "He ISN’T b r e a t h i n g!!!" = he isnt breathing !
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .text import letters

MOST_CHARACTERS = 12_000
"""Of a text; the head and the tail of a longer one are read."""

_EMOJI_WORDS = """
🆘 sos, 🩸 blood, 🔥 emofire, 💀 emoskull, ☠ emoskull, 😂 lol, 🤣 lol, 😆 lol, 😅 lol,
❤ emolove, 💕 emolove, 🥰 emolove, 😍 emolove, 😘 emolove, 👍 emogood, 😊 emogood, 🙂 emogood,
😀 emogood, 🎉 emogood, ✅ emogood, 😭 emocry, 😢 emocry, 😱 emofear, 😰 emofear, 😨 emofear,
🙏 emopray, 🚨 emoalarm, 🚑 ambulance, 🔪 knife, 🔫 gun, 💔 emobroken, 😡 emoanger, 🤬 emoanger,
🐶 dog, 🐕 dog, 🐱 cat, 🐈 cat, 💊 pills, 🐍 snake, ⚡ electric, 💨 smoke, 🚒 firefighters
"""
_SHORT_WORDS = """
u you, ur your, r are, pls please, plz please, plis please, thx thanks, ty thanks, tysm thanks,
w with, wo without, sum1 someone, sm1 someone, 2day today, 2nite tonight, hlp help, cnt cant,
nt not, dnt dont, rn now, tmrw tomorrow, tmw tomorrow, bc because, cuz because, cos because,
idk dont know, dk dont know, omw on my way, abt about, b4 before, gonna going to, wanna want to,
gotta have to, ppl people, msg message, appt appointment, yday yesterday, mins minutes, hrs hours,
hr hour, emerg emergency, brthng breathing, breething breathing, vmtng vomiting, blding bleeding,
cannot cant, q que, k que, xq porque, pq porque, x por, tb tambien, tmb tambien, tbn tambien,
d de, dnd donde, xfa porfa, xfavor porfa, porfavor porfa, ola hola, bn bien, toy estoy, ta esta,
pa para
"""


def _pairs(text: str) -> dict[str, str]:
    return dict(entry.strip().split(" ", 1) for entry in text.split(","))


_EMOJI, _SHORT = _pairs(_EMOJI_WORDS), _pairs(_SHORT_WORDS)
"""Shorthand that has one meaning; what may mean two things stays as it is."""
_EMOJI_APART = str.maketrans({emoji: f" {word} " for emoji, word in _EMOJI.items()})
_NEGATED = frozenset(
    [
        "isn",
        "don",
        "won",
        "can",
        "didn",
        "doesn",
        "wasn",
        "aren",
        "hasn",
        "haven",
        "couldn",
        "wouldn",
        "shouldn",
        "weren",
        "hadn",
    ]
)
"""Before a "t" that lost its apostrophe."""
_THRICE = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"[^\W_]+|[!?]")
_LEET = str.maketrans("013457", "oleast")
_MIXED = re.compile(r"[a-z][013457]|[013457][a-z]")
_SENTENCE = re.compile(r"(?<=[.!?;])\s|[\n\r]+|\s-\s")
_ACCENTS = "\u0300-\u036f"
_INSIDE = f"'’‘´`\u00ad\u200b-\u200d\u2060\ufeff{_ACCENTS}"
"""What may stand between the letters of one word: apostrophes, accents, what cannot be seen."""
_PIECE = re.compile(rf"[{''.join(_EMOJI)}]|[^\W_]+(?:[{_INSIDE}]+[^\W_]+)*[{_ACCENTS}]*")
MOST_QUOTED = 2_000
"""Characters of a text in which a deciding word is looked for as it was typed."""
MOST_PIECES = 200
_LONG, _WINDOW, _STEP = 30, 22, 14
"""In words: a longer sentence is read through windows of this size, this far apart."""
_SPELLED = re.compile(
    r"(?<![^\W_])(?:[^\W\d_] )+[^\W\d_](?: {2,}(?:[^\W\d_] )*[^\W\d_])+(?![^\W_])"
)
"""Words of single letters with wider gaps between them: h e  i s  c o l d."""
_SINGLE_GAP = re.compile(r"(?<! ) (?! )")
_SPACED = 4
"""So many single letters in a row are one word that was spaced out."""


def plain(text: str) -> str:
    """Folded (`letters`), without apostrophes, with emoji as words; gaps and line breaks stay."""
    text = _ends(text)
    if not text.isascii():
        text = text.translate(_EMOJI_APART)
    return _ends(letters(text).replace("'", ""))  # some letters become eighteen


def _ends(text: str) -> str:
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]}\n{text[-half:]}"


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as it is read."""

    words: list[str]
    """In their order, "!" and "?" among them."""
    sentences: list[tuple[int, int]]
    """Of a text that has several: from which word to before which. Whoever writes an emergency
    between two pleasantries is heard. A long sentence is read through windows."""


def words(text: str) -> list[str]:
    """The words of a text in their order, "!" and "?" among them."""
    return _words(plain(text))


def listed(entry: str) -> list[str]:
    """The words of a list's entry: as `words`, but quicker for entries that are plain already."""
    parts = entry.split(" ") if " " in entry else [entry]  # not a second time in memory
    plainly = all(len(w) > 1 and w.isalpha() and w.islower() and w not in _SHORT for w in parts)
    return parts if plainly and entry.isascii() and not _THRICE.search(entry) else words(entry)


def as_typed(text: str, word: str) -> str:
    """A word of a text as it was typed: "idk" for dont, "respirá" for respira. If several
    typed pieces make up the word, or it was spaced out, the word as it is read."""
    pieces = list[str](dict.fromkeys(_PIECE.findall(text[:MOST_QUOTED])))
    if len(word) == 1 or any(piece.lower() == word for piece in pieces):
        return word
    for piece in pieces:
        bare = piece.lower()
        itself = bare.isascii() and bare.isalpha() and bare not in _SHORT
        if (not itself or _THRICE.search(bare)) and word in words(piece):
            return piece
    return word


def read(text: str) -> Typed:
    """The words of a text and where its sentences are."""
    found, pieces = list[str](), list[tuple[int, int]]()
    for sentence in _SENTENCE.split(plain(text)):
        some = _words(sentence)
        begin, count = len(found), len(some)
        found += some
        if count <= _LONG:
            if count > 1:
                pieces.append((begin, begin + count))
            continue
        for at in range(0, max(1, count - _WINDOW + _STEP), _STEP):
            pieces.append((begin + at, begin + min(count, at + _WINDOW)))
    if len(pieces) > MOST_PIECES:
        pieces = pieces[: MOST_PIECES // 2] + pieces[-MOST_PIECES // 2 :]
    return Typed(found, pieces if len(pieces) > 1 else [])


def _words(plain_text: str) -> list[str]:
    found, spaced = list[str](), list[str]()
    text = _THRICE.sub(r"\1", plain_text)
    if "  " in text:
        text = _SPELLED.sub(lambda hit: _SINGLE_GAP.sub("", hit[0]), text)
    for word in _WORD.findall(text):
        if len(word) == 1 and word.isalpha():
            spaced.append(word)
            continue
        _put(found, spaced)
        spaced = []
        if _MIXED.search(word) and len(word) > 2 and word not in _SHORT:
            word = word.translate(_LEET)
        found += _SHORT.get(word, word).split()
    _put(found, spaced)
    return found


def _put(found: list[str], letters: list[str]) -> None:
    """Single letters in a row: a spaced-out word, the end of a negation, or each by itself."""
    if letters[:1] == ["t"] and found and found[-1] in _NEGATED:
        found[-1] += "t"
        letters = letters[1:]
    if len(letters) >= _SPACED:
        found.append("".join(letters))
        return
    for letter in letters:
        found += _SHORT.get(letter, letter).split()

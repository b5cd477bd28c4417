"""How twenty people would type one text: for training, and to measure the effect of typing."""

from __future__ import annotations

import random
from collections.abc import Callable

_ACCENTS = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")
_BESIDE = {"q": "w", "w": "e", "e": "r", "r": "t", "t": "y", "y": "u", "u": "i", "i": "o", "o": "p",
           "a": "s", "s": "d", "d": "f", "f": "g", "g": "h", "h": "j", "j": "k", "k": "l", "l": "k",
           "z": "x", "x": "c", "c": "v", "v": "b", "b": "n", "n": "m", "m": "n"}  # fmt: skip
_SHORT = {"you": "u", "your": "ur", "are": "r", "please": "pls", "thanks": "thx", "because": "bc",
          "someone": "sum1", "with": "w", "before": "b4", "about": "abt", "minutes": "mins",
          "que": "q", "por": "x", "porque": "xq", "también": "tmb",
          "para": "pa", "estoy": "toy"}  # fmt: skip
_LITTLE = {
    "the",
    "a",
    "an",
    "my",
    "his",
    "her",
    "is",
    "and",
    "of",
    "el",
    "la",
    "un",
    "una",
    "mi",
    "su",
}
_LEET = str.maketrans("oieas", "01345")

_FACES = (" 😭 ", " 😱 ", " 🙏 ", " ‼️ ")

Hand = Callable[[str, random.Random], str]


def _one_word(change: Callable[[str, random.Random], str]) -> Hand:
    """Changes one of the longer words."""

    def hand(text: str, rng: random.Random) -> str:
        words = text.split(" ")
        longer = [at for at, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if longer:
            at = rng.choice(longer)
            words[at] = change(words[at], rng)
        return " ".join(words)

    return hand


def _inside(word: str, rng: random.Random) -> int:
    return rng.randrange(1, len(word) - 1)


def _swapped(word: str, rng: random.Random) -> str:
    at = _inside(word, rng)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _left_out(word: str, rng: random.Random) -> str:
    at = _inside(word, rng)
    return word[:at] + word[at + 1 :]


def _twice(word: str, rng: random.Random) -> str:
    at = _inside(word, rng)
    return word[:at] + word[at] + word[at:]


def _key_beside(word: str, rng: random.Random) -> str:
    at = _inside(word, rng)
    return word[:at] + _BESIDE.get(word[at], word[at]) + word[at + 1 :]


def _drawn_out(word: str, rng: random.Random) -> str:
    vowels = [at for at, letter in enumerate(word) if letter in "aeiouáéíóú"]
    at = rng.choice(vowels) if vowels else 1
    return word[:at] + word[at] * rng.choice((3, 4, 6)) + word[at + 1 :]


def _split(word: str, rng: random.Random) -> str:
    at = max(2, _inside(word, rng))
    return f"{word[:at]} {word[at:]}"


def _between(text: str, rng: random.Random, marks: tuple[str, ...], most: int) -> str:
    words = text.split(" ")
    places = (
        set(rng.sample(range(1, len(words)), min(most, len(words) - 1))) if len(words) > 1 else ()
    )
    return "".join(
        word if at == 0 else (rng.choice(marks) if at in places else " ") + word
        for at, word in enumerate(words)
    )


def _hidden(text: str, rng: random.Random) -> str:
    return "".join(ch + rng.choice(("\u200b", "\u00ad", "")) if ch.isalpha() else ch for ch in text)


def _spaced_word(word: str, rng: random.Random) -> str:
    return " ".join(word)


HANDS: dict[str, Hand] = {
    "capitals": lambda text, rng: text.upper(),
    "small letters": lambda text, rng: text.lower(),
    "no apostrophes": lambda text, rng: text.replace("'", "").replace("’", ""),
    "typographic apostrophes": lambda text, rng: text.replace("'", "’"),
    "no accents": lambda text, rng: text.translate(_ACCENTS),
    "no marks": lambda text, rng: "".join(ch for ch in text if ch not in ".,!?;:¡¿"),
    "two letters swapped": _one_word(_swapped),
    "a letter left out": _one_word(_left_out),
    "a letter twice": _one_word(_twice),
    "the key beside": _one_word(_key_beside),
    "drawn out": _one_word(_drawn_out),
    "a word split": _one_word(_split),
    "a word spaced": _one_word(_spaced_word),
    "figures for letters": _one_word(lambda word, rng: word.translate(_LEET)),
    "shorthand": lambda text, rng: " ".join(_SHORT.get(word, word) for word in text.split(" ")),
    "little words left out": lambda text, rng: " ".join(
        word for word in text.split(" ") if word.casefold() not in _LITTLE
    ) or text,
    "dots between": lambda text, rng: _between(text, rng, ("... ", "..", ". "), 3),
    "line breaks": lambda text, rng: _between(text, rng, ("\n", "\n\n"), 3),
    "emoji": lambda text, rng: f"{_between(text, rng, _FACES, 2)}{rng.choice(_FACES)}",
    "hidden characters": _hidden,
}  # fmt: skip
"""By name; each takes a text and a source of chance, and keeps the text's meaning."""

_BEFORE = ("hi ", "hello, ", "hey ", "hola ", "um ", "so ", "ok ", "omg ", "oye ", "disculpe ")
_AFTER = ("!!!", " pls", "??", " thx", " please", " gracias", ".", " asap", " por favor", " ok?")


def typed(text: str, rng: random.Random) -> str:
    """The text as one of many people would type it: with one to three habits."""
    names = list(HANDS)
    for _ in range(rng.choice((1, 1, 2, 3))):
        luck = rng.random()
        if luck < 0.08:
            text = rng.choice(_BEFORE) + text
        elif luck < 0.16:
            text += rng.choice(_AFTER)
        else:
            text = HANDS[rng.choice(names)](text, rng)
    return text

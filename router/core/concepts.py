"""Words to concepts: "gums" and "encías" are both mouth. Data that a supervisor can read and edit.

A concept is a name and its words, in all languages together; "*" is any ending, several words are a
phrase. An unknown word is taken for a known one of five letters or more that is one letter away
(left out, added, changed, or two swapped), unless it is a word in its own right.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import lru_cache
from zlib import crc32

from .typed import listed, words

_LEAST_LETTERS = 5
"""A shorter word is not taken for another."""
_PHRASE = 4
"""Words of the longest phrase."""

Names = tuple[str, ...]
"""Of concepts, in their order."""


class Concepts:
    """What the words of a list mean. The time of a look-up does not depend on the number of
    words."""

    def __init__(self, listed: Mapping[str, Iterable[str]], ordinary: Iterable[str] = ()) -> None:
        """
        Args:
            listed: by name of the concept, its words and phrases as people write them.
            ordinary: words that mean none of them, however alike they look.
        """
        self.names = sorted(listed)
        self._exact = dict[str, Names]()
        self._begins = dict[str, list[tuple[str, str]]]()
        self._phrases = dict[str, Names]()
        self._first_words = set[str]()
        same = dict[Names, Names]()
        for name in self.names:
            for entry in listed[name]:
                self._add(name, entry, same)
        self._ordinary = frozenset(ordinary)
        self._known = [w for w in self._exact if len(w) >= _LEAST_LETTERS and w.isalpha()]
        self._near, self._near_word = array("I"), array("I")
        # the sum of a word or of most of it, then the word's number; a sixteenth at a time, because
        # sorted numbers take five times their room
        heaps = [array("Q") for _ in range(16)]
        for at, word in enumerate(self._known):
            for one in (word, *_shorter(word)):
                key = crc32(one.encode())
                heaps[key >> 28].append(key << 32 | at)
        for heap in heaps:
            found = sorted(heap)
            self._near.extend(one >> 32 for one in found)
            self._near_word.extend(one & 0xFFFFFFFF for one in found)
        self._of_word = lru_cache(maxsize=8_000)(self._look_up)

    def _add(self, name: str, entry: str, same: dict[Names, Names]) -> None:
        """Words that mean the same share it."""
        if entry.endswith("*"):
            beginning = "".join(words(entry[:-1]))
            self._begins.setdefault(beginning[:3], []).append((beginning, name))
            return
        parts = listed(entry)
        if len(parts) == 1:
            meant = (*self._exact.get(parts[0], ()), name)
            self._exact[parts[0]] = same.setdefault(meant, meant)
        elif 1 < len(parts) <= _PHRASE:
            phrase = " ".join(parts)
            self._first_words.add(parts[0])
            meant = (*self._phrases.get(phrase, ()), name)
            self._phrases[phrase] = same.setdefault(meant, meant)

    def words_of(self, name: str) -> list[str]:
        """The single words of a concept, in alphabetical order."""
        return sorted(word for word, meant in self._exact.items() if name in meant)

    def of_word(self, word: str) -> tuple[str, ...]:
        """What one word means; () for most words."""
        return self._of_word(word)

    def _look_up(self, word: str) -> tuple[str, ...]:
        found = list(self._exact.get(word, ()))
        for beginning, name in self._begins.get(word[:3], ()):
            if word.startswith(beginning) and name not in found:
                found.append(name)
        if not found and word not in self._ordinary and (like := self._like(word)):
            found = list(self._exact[like])
        return tuple(found)

    def _like(self, word: str) -> str | None:
        """The known word one letter away, with the same first letter; if several are, the first in
        the list."""
        if len(word) < _LEAST_LETTERS or not word.isalpha():
            return None
        mine = (word, *_shorter(word))
        best: int | None = None
        for shorter in mine:
            key = crc32(shorter.encode())
            at = bisect_left(self._near, key)
            while at < len(self._near) and self._near[at] == key:
                found = self._near_word[at]
                known = self._known[found]
                if (
                    known[0] == word[0]
                    and abs(len(known) - len(word)) <= 1
                    and (shorter == known or shorter in _shorter(known))
                    and (best is None or found < best)
                ):
                    best = found
                at += 1
        return None if best is None else self._known[best]

    def sequence(self, found: list[str]) -> list[tuple[str, int, int]]:
        """(concept, first word, last word) of every concept found, in order."""
        meant = list[tuple[str, int, int]]()
        for at, word in enumerate(found):
            phrase, known = word, word in self._first_words
            for last in range(at + 1, min(at + _PHRASE, len(found)) if known else 0):
                phrase = f"{phrase} {found[last]}"
                if phrase in self._phrases:
                    meant += [(name, at, last) for name in self._phrases[phrase]]
            if one := self._of_word(word):
                meant += [(name, at, at) for name in one]
        return meant


def _shorter(word: str) -> list[str]:
    """The word with each letter but the first left out in turn."""
    return [word[:at] + word[at + 1 :] for at in range(1, len(word))]

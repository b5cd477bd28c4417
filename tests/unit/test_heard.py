"""The centre's lists hear what they heard when they had a fold of their own, and more."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from holdfast.settings.environment import default_config_path, load_config
from router.core.severity import Severity
from router.core.text import fold
from router.core.triage import WordRule, compile_words, heard
from router.core.typed import words

PHRASES = [one for it in load_config(default_config_path()).words.values() for one in it.words]
LIST = [WordRule("list", Severity.S1, "emergency", compile_words(PHRASES))]


def _fold_before(text: str) -> str:
    lower = unicodedata.normalize("NFKD", text).casefold().replace("’", "'")
    plain = unicodedata.normalize("NFKD", lower)
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


def _compiled_before(phrases: list[str]) -> re.Pattern[str]:
    parts = [
        r"[\s.,*~\-‐-―]+".join(
            re.escape(_fold_before(token)).replace(r"\*", r"\w*").replace("'", r"['`‘ʼ′\s]?")
            for token in phrase.split()
        )
        for phrase in phrases
    ]
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)")


BEFORE = _compiled_before(PHRASES)


def _in(text: str) -> bool:
    return bool(heard(text, LIST))


def test_whatever_sign_stands_beside_or_in_a_phrase_what_was_heard_is_heard() -> None:
    """Each character that there is: at the beginning and end, between two words, as apostrophe. But
    for letters and signs of other scripts, which stand in a word of theirs."""
    lost = list[str]()
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        if unicodedata.category(sign) in ("Cs", "Co", "Cn", "Lo", "Mc"):
            continue
        text = f"{sign}not{sign}breathing{sign} | isn{sign}t breathing | {sign}lost | bite{sign}"
        for part in text.split(" | "):
            if BEFORE.search(_fold_before(part)) and not _in(part):
                lost.append(f"U+{code:04X} in {part!r}")
    assert lost == []


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_shipped_phrase_is_heard_as_it_was(phrase: str) -> None:
    said = phrase.replace("*", "ado")
    for dress in (said, said.upper(), f"So: «{said}».", said.replace(" ", "… "),
                  unicodedata.normalize("NFD", said), said.replace("'", "’")):  # fmt: skip
        assert _in(dress)
        assert BEFORE.search(_fold_before(dress))


@pytest.mark.parametrize(
    "text",
    ["the dog is bl\u00adeeding", "bl\u200beeding", "not\u2060 breathing", "not \u200b breathing",
     "isn＇t breathing", "isnˈt breathing", "not − breathing", "bïtᴇ bite", "ｂｉｔｔｅｎ"],
)  # fmt: skip
def test_what_cannot_be_seen_hides_no_phrase(text: str) -> None:
    assert _in(text)


def test_no_phrase_is_heard_over_the_seam_of_two_readings() -> None:
    assert not _in("breathing\u200b, she is not")
    assert _in("lost\u200bdog")  # it may part two words, and stand in one


@pytest.mark.parametrize("text", ["İSTANBUL Straße", "No está", "isn´t", "ØDEM æ — “hm”", "ﬁre ℠"])
def test_search_lists_and_model_begin_with_one_fold(text: str) -> None:
    assert "".join(words(text)) == re.sub(r"[^a-z0-9]", "", fold(text))

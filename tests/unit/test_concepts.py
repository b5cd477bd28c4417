"""Words to concepts, with typing errors."""

from __future__ import annotations

import pytest

from router.core.concepts import Concepts

KNOWN = Concepts(
    {
        "breath": ["breathing", "breathe", "respira"],
        "shake": ["trembl*"],
        "out": ["passed out", "se desmayó"],
        "mouth": ["gums", "encías"],
    },
    ordinary=["breeding"],
)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("breathing", ("breath",)), ("breahting", ("breath",)), ("brething", ("breath",)),
        ("breathiing", ("breath",)), ("breathinh", ("breath",)), ("respria", ("breath",)),
        ("breeding", ()), ("reathing", ()), ("bread", ()),
        ("trembling", ("shake",)), ("gums", ("mouth",)), ("gumz", ()), ("encias", ("mouth",)),
    ],
)  # fmt: skip
def test_a_word_or_one_letter_beside_it(word: str, wanted: tuple[str, ...]) -> None:
    assert KNOWN.of_word(word) == wanted


def test_phrases_stand_where_they_are() -> None:
    assert KNOWN.sequence(["he", "passed", "out", "gums"]) == [("out", 1, 2), ("mouth", 3, 3)]
    assert KNOWN.sequence(["se", "desmayo"]) == [("out", 0, 1)]
    assert KNOWN.sequence(["passed", "the", "out"]) == []

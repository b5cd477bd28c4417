"""The phrase book, the unseen lines, and the weights that belong to the book."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from router.triage import shipped
from router.triage.book import BookError, BookLine, alike, read_book
from router.triage.model import Kept

UNSEEN = Path(__file__).parent / "unseen"


def a_line(text: str) -> BookLine:
    return BookLine(1, "en", "pets", "vet", "-", text, "somebody")


def test_no_unseen_line_is_nearly_one_of_the_book() -> None:
    """Else the figures would praise what was learned by heart."""
    unseen = read_book(UNSEEN.glob("*.tsv"))
    found = alike(unseen, shipped.book())
    assert [(line.text, other.text) for line, other in found] == []


def test_the_unseen_lines_are_enough_to_measure_by() -> None:
    count = Counter(line.severity for line in read_book(UNSEEN.glob("*.tsv")))
    assert count.total() >= 1500
    assert min(count[1], count[4]) >= 400


def test_the_weights_are_of_this_book_and_these_concepts() -> None:
    """Else: python -m router.triage."""
    assert Kept.load(shipped.WEIGHTS).made_of == shipped.made_of()
    assert shipped.WEIGHTS.stat().st_size <= 1_000_000


@pytest.mark.parametrize(
    ("line", "other", "same"),
    [
        ("my dog is not breathing", "My dog is NOT breathing!!", True),
        ("my dog is not breathing at all", "my dog is not breathing", True),
        ("my dog is not breathing", "the cat ate a lily", False),
        ("mi perro no respira", "mi perro respira muy mal desde ayer", False),
    ],
)
def test_alike_is_what_only_a_word_or_its_dress_tells_apart(
    line: str, other: str, same: bool
) -> None:
    assert bool(alike([a_line(line)], [a_line(other)])) is same


def test_alike_is_told_of_each_line_once_and_of_nothing_too() -> None:
    some = [a_line("my dog is not breathing"), a_line("the cat ate a lily"), a_line("...")]
    others = [a_line("My dog is not breathing!"), a_line("my dog is NOT breathing"), a_line("🔥")]
    assert alike(some, others) == [(some[0], others[0])]
    assert alike(some, some) == alike(some, []) == alike([], some) == []


@pytest.mark.parametrize(
    "raw", ["", "5\ten\tpets\tvet\tx\ttext", "1\tde\tpets\tvet\tx\ttext", "1\ten\tpets\tvet\tx\t ",
            "1\ten\tpets\tvet\ttext", "one\ten\tpets\tvet\tx\ttext", "1\ten\tcars\tvet\tx\ttext"],
)  # fmt: skip
def test_a_line_that_is_none_is_named(tmp_path: Path, raw: str) -> None:
    path = tmp_path / "somebody.tsv"
    path.write_text(f"1\ten\tpets\tvet\tx\tfirst\n{raw}\n")
    if not raw:
        assert len(read_book([path])) == 1
        return
    with pytest.raises(BookError, match=r"somebody\.tsv, line 2"):
        read_book([path])

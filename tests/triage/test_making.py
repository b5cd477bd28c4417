"""The making of the shipped weights, with nothing learned."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from router.triage import making, shipped
from router.triage.model import Kept

BOOK, WORDS = shipped.book()[::60], shipped.CONCEPTS.read_text(encoding="utf-8")


@pytest.fixture
def met(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each training met as its concepts."""
    met = list[Any]()
    (tmp_path / "concepts.toml").write_text(WORDS, encoding="utf-8")
    model = shipped.kept().model

    def edited(answer: Callable[[Any], Any]) -> Callable[..., Any]:
        """Somebody edits the concepts while the first training runs."""

        def one(lines: Any, *others: Any) -> Any:
            met.append(others[-1])
            (tmp_path / "concepts.toml").write_text("[other]\nen = ['word']\n", encoding="utf-8")
            return answer(others[0])

        return one

    monkeypatch.setattr(making, "ProcessPoolExecutor", lambda **_: ThreadPoolExecutor(1))
    monkeypatch.setattr(making, "_learned", edited(lambda _: model))
    monkeypatch.setattr(making, "_judged", edited(lambda part: [np.full((1, 4), 0.25)] * len(part)))
    monkeypatch.setattr(shipped, "book", lambda: BOOK)
    monkeypatch.setattr(shipped, "CONCEPTS", tmp_path / "concepts.toml")
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path / "weights.npz")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    return met


def test_who_edits_the_book_meanwhile_gets_no_weights_that_pretend_to_be_of_it(
    met: list[Any],
) -> None:
    told, made_of = list[str](), shipped.made_of()
    making.make(told.append)
    assert Kept.load(shipped.WEIGHTS).made_of == made_of != shipped.made_of()
    assert len(met) == len(told) - 1
    assert {*met} == {WORDS}

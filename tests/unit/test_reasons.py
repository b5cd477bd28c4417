"""Facts of an offer in words, as Python's listeners read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import router.live
from router.core.model import Happening
from router.core.reasons import CHOSEN, COSTS, needs_words, offer_words

STEERING = Path(router.live.__file__).parent / "lua" / "steps" / "steering.lua"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"cost": 0}, "needs no special skill; longest free"),
        ({"cost": 2, "needs": {"vet": 3, "en": 1}}, "needs en, vet 3+; emails give way"),
        ({"cost": 0, "named": True}, "needs no special skill; has spoken with them before"),
        (
            {"cost": 4, "named": True, "displaces": True},
            "needs no special skill; has spoken with them before; wrap-up can wait; "
            "more urgent than what is ringing there",
        ),
        ({"cost": 0, "why": "assigned", "by": "u9"}, "assigned by u9"),
        ({"cost": 0, "why": "transferred", "by": "{a}"}, "transferred by {a}"),
        ({"why": "needs vet 3+; longest {free}"}, "needs vet 3+; longest {free}"),
    ],
)
def test_an_offer_is_told_in_words(facts: dict[str, Any], words: str) -> None:
    assert offer_words(Happening("contact.offered", **facts)) == words


def test_what_is_needed_is_told_in_one_order() -> None:
    assert needs_words({"vet": 1, "en": 4}) == "needs en 4+, vet"
    assert needs_words(None) == needs_words({}) == "needs no special skill"


def test_there_are_words_for_all_costs_and_for_each_way_to_choose_somebody() -> None:
    assert set(COSTS) == {0, 1, 2, 3, 4, 5}
    told = re.findall(r"offer_by_name\(c, \w+, '(\w+)'", STEERING.read_text(encoding="utf-8"))
    assert set(told) == set(CHOSEN)

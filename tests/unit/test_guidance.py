"""Guidance cards: faults of a file, which card an incident has, how far it was followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.settings.config_file import load_config
from holdfast.settings.faults import SettingsError
from router.core.guidance import (
    CardFile,
    Kept,
    card_for,
    faults,
    kept,
    read,
    unknown_kinds,
    written,
)
from tests.kit.store import CONFIG

LINE = {"name": "what", "ask": "What?", "star": True}
CARD = {"name": "poisoned", "word": "Poisoned", "kinds": ["poisoning"], "lines": [LINE]}


def of(*cards: dict[str, Any]) -> CardFile:
    return msgspec.convert({"cards": [*cards]}, CardFile)


def test_the_shipped_ones_are_in_both_languages_and_begin_with_their_stars() -> None:
    assert {"poisoning", "medical", "lost", "bite", "person", "home"} <= {
        kind for card in CONFIG.cards for kind in card.kinds
    }
    for card in CONFIG.cards:
        assert all(line.words.get("es") for line in card.lines), card.name
        stars = [line.star for line in card.lines]
        assert stars == sorted(stars, reverse=True), card.name
        assert any(stars), card.name


@pytest.mark.parametrize(
    ("cards", "says"),
    [
        ([CARD, CARD], "cards[1].name: 'poisoned' is used already"),
        ([CARD, {**CARD, "name": "b"}], "cards[1].kinds: 'poisoning' has another card already"),
        ([{**CARD, "word": " "}], "cards[0].word: empty"),
        ([{**CARD, "kinds": []}], "cards[0].kinds: empty"),
        ([{**CARD, "lines": []}], "cards[0].lines: 0; 1 to 14"),
        ([{**CARD, "lines": [LINE, LINE]}], "cards[0].lines[1].name: 'what' is used already"),
        ([{**CARD, "lines": [{"name": "x"}]}], "cards[0].lines[0]: either ask or tell"),
        ([{**CARD, "lines": [{**LINE, "tell": "Go"}]}], "cards[0].lines[0]: either ask or tell"),
        ([{**CARD, "lines": [{**LINE, "ask": "x" * 161}]}], "cards[0].lines[0].said: 1 to 160"),
        ([{**CARD, "lines": [{**LINE, "words": {"xx": "?"}}]}], "'xx' is no language"),
        ([{**CARD, "lines": [{**LINE, "words": {"es": ""}}]}], "cards[0].lines[0].es: 1 to 160"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(cards: list[dict[str, Any]], says: str) -> None:
    assert faults(of(CARD)) == []
    assert any(says in fault for fault in faults(of(*cards)))


def test_a_type_that_the_centre_does_not_have_is_told_when_the_file_is_read(tmp_path: Path) -> None:
    assert [*unknown_kinds(of(CARD).cards, {"lost"})] == [
        "cards[0].kinds: no type 'poisoning'; they stand in [[incident_types]]"
    ]
    shipped = Path(__file__).parents[2] / "config"
    (tmp_path / "holdfast.toml").write_text((shipped / "holdfast.toml").read_text())
    text = (shipped / "guidance.toml").read_text()
    (tmp_path / "guidance.toml").write_text(text.replace('["lost"]', '["found"]'))
    with pytest.raises(SettingsError, match="no type 'found'"):
        load_config(tmp_path / "holdfast.toml")
    (tmp_path / "guidance.toml").unlink()
    assert load_config(tmp_path / "holdfast.toml").cards == []


def test_a_card_is_its_content() -> None:
    [card] = of(CARD).cards
    assert read(written(card)) == card
    assert card.digest == read(written(card)).digest
    [other] = of({**CARD, "lines": [{**LINE, "ask": "What, and when?"}]}).cards
    assert other.digest != card.digest
    assert card_for([other], "poisoning") == other
    assert card_for([other], "lost") is None
    assert card_for([other], "") is None


def test_only_lines_with_a_star_count_by_what_was_said_last() -> None:
    lines = [
        LINE,
        {**LINE, "name": "b"},
        {**LINE, "name": "c"},
        {**LINE, "name": "d", "star": False},
    ]
    [card] = of({**CARD, "lines": lines}).cards
    assert kept(card, {}) == Kept(3, 0, 0)
    how = kept(card, {"what": "asked", "b": "left", "c": "", "d": "asked", "gone": "asked"})
    assert (how, how.open) == (Kept(3, 1, 1), 1)
    assert how + Kept(1, 1, 0) == Kept(4, 2, 1)

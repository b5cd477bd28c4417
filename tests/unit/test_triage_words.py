"""Phrases of the configuration in the dress in which frightened people type them."""

from __future__ import annotations

import pytest

from holdfast.settings.environment import default_config_path, load_config
from router.core.triage import triage

CONFIG = load_config(default_config_path())
LINE = next(CONFIG.line_default(line) for line in CONFIG.lines if line.name == "support")


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("dog isnt breathing", 1), ("DOG ISNT BREATHING!!", 1), ("dog isn´t breathing", 1),
        ("he isn t breathing", 1), ("she isnʼt breathing", 1), ("it isn`t breathing", 1),
        ("My dog is not... breathing", 1), ("not…breathing", 1), ("not - breathing", 1),
        ("no... respira", 1), ("he wont wake up", 1), ("cant find him", 2),
        ("it is not. Thanks", 3), ("the cant of the roof", 3), ("isnty breathing", 3),
        ("notbreathing", 3),
    ],
)  # fmt: skip
def test_a_phrase_is_heard_without_its_apostrophe_and_with_dots_between(
    text: str, severity: int
) -> None:
    assert triage(LINE, text=text, words=CONFIG.word_rules()).severity == severity

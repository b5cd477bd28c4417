"""Texts for which the shipped weights, whatever they are, are in doubt, or sure of an S1. No list
of the centre has a word of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from router.core.triage import heard
from router.triage import shipped
from router.triage.reading import Reading
from tests.kit.store import CONFIG


def _first(wanted: Callable[[Reading], bool]) -> str:
    reader, rules = shipped.reader(), CONFIG.word_rules()
    for line in shipped.book():
        text = line.text
        if 20 < len(text) < 90 and text.isascii() and "\n" not in text and '"' not in text:
            reading = reader.read(text)
            if reading.why and wanted(reading) and not heard(text, rules):
                return text
    raise AssertionError("the phrase book has no such line")


@cache
def doubted() -> str:
    """A text that is an S2 of which the model is unsure."""
    return _first(lambda reading: reading.unsure)


@cache
def emergency() -> str:
    """A text that is an S1."""
    return _first(lambda reading: reading.severity == 1)


def with_second_opinion(config: Path) -> Path:
    """The same configuration file, with the model switched on."""
    text = config.read_text().replace("second_opinion = false", "second_opinion = true")
    assert "second_opinion = true" in text
    config.write_text(text)
    return config

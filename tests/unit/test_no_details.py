"""What the centre says by itself carries no details of an incident: anybody may hear it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.core.sentences import LANGUAGES, SENTENCES

ROOT = Path(__file__).parents[2]
MAY = {
    "name": "the centre", "key": "of the telephone", "minutes": "", "place": "in line",
    "opens": "hours", "why": "why we are closed", "language": "", "no": "the incident's number",
    "severity": "", "what": "a text or a mail", "line": "", "call": "how severe", "span": "",
    "handed": "by whom", "by": "an agent", "agent": "who asks for help",
    "number": "to call, after the key, or ours",
}  # fmt: skip
"""Whatever else is filled in needs a reason here, and a thought of who may hear it."""


@pytest.mark.parametrize("file", ["sentences", "called"])
def test_nothing_is_filled_in_that_says_who_or_what_it_is_about(file: str) -> None:
    words = (ROOT / "router" / "core" / f"{file}.py").read_text()
    filled = set(re.findall(r"\{([a-z_]+)[^}]*\}", words))
    assert filled <= set(MAY), filled - set(MAY)


def test_after_the_last_try_they_read_our_number_and_the_incidents_alone() -> None:
    words = SENTENCES["not_reached"]
    for language in LANGUAGES:
        said = words.words(language) + SENTENCES["not_reached_subject"].words(language)
        assert set(re.findall(r"\{([a-z_]+)\}", said)) == {"number", "no"}
        assert said.isascii(), "in letters of which 160 are one text"
        assert len(said) <= 160


def test_the_automatic_answer_has_hours_and_our_numbers_alone() -> None:
    words = (ROOT / "config" / "holdfast.toml").read_text()
    answers = [line for line in words.splitlines() if line.startswith("closed_answer")]
    for line in answers:
        assert set(re.findall(r"\{([a-z_]+)\}", line)) <= {"opens", "emergency", "name"}

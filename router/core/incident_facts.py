"""What is known of an incident beside its people and contacts: facts that people write down.
Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from router.core.bidi import isolated
from router.core.languages import SPOKEN


@dataclass(frozen=True, slots=True)
class Fact:
    """`word`: as the timeline says it; `letters`: at most."""

    word: str
    letters: int


FACTS: Mapping[str, Fact] = {
    "booking": Fact("booking", 64),
    "place": Fact("place", 200),
    "zone": Fact("time zone", 64),
    "kind": Fact("type", 32),
    "language": Fact("language", 8),
}
"""By the column that holds it; its title is written in place (`title`)."""
TITLE = "title"


class NoFact(ValueError):
    """Why it cannot be written down, in words."""


def cleaned(name: str, value: str, kinds: Collection[str]) -> str:
    """As it is kept: on one line, no longer than it may be. `kinds`: codes of the centre's types.

    Raises:
        NoFact: there is no such fact, or the value is none.
    """
    if name not in FACTS:
        raise NoFact(f"no such fact; they are {', '.join(FACTS)}")
    value = isolated(" ".join(value.split()))
    if len(value) > FACTS[name].letters:
        raise NoFact(f"{FACTS[name].letters} letters at most for {FACTS[name].word}")
    if value and name == "zone" and value not in available_timezones():
        raise NoFact("no such time zone; one is named like America/Los_Angeles")
    if value and name == "kind" and value not in kinds:
        raise NoFact("no such type; they stand in [[incident_types]]")
    if value and name == "language" and value not in SPOKEN:
        raise NoFact("a language is a code like en or es")
    return value

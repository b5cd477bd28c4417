"""Skills with levels 1-5, and which of them a contact needs."""

from __future__ import annotations

from collections.abc import Mapping

Skills = Mapping[str, int]
"""Skill name -> level 1-5 that an agent has, or minimum level that a contact needs."""


def satisfies(skills: Skills, needs: Skills) -> bool:
    """True if every needed skill is present at its minimum level."""
    return all(skills.get(name, 0) >= level for name, level in needs.items())


def signature(skills: Skills) -> str:
    """One text per set of skills, equal for equal sets: 'en=1,vet=3'. Names the lanes and pools."""
    return ",".join(f"{name}={skills[name]}" for name in sorted(skills))


def parse_need(text: str) -> tuple[str, int]:
    """Reads 'vet>=3' or 'vet' (any level).

    Raises:
        ValueError: it is neither, or the level is outside 1-5.
    """
    name, found, level = text.partition(">=")
    name = name.strip()
    if not name or not name.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"{text!r} is not a need such as 'vet>=3'")
    value = int(level) if found and level.strip().isdigit() else (1 if not found else 0)
    if not 1 <= value <= 5:
        raise ValueError(f"{text!r}: the level must be 1 to 5")
    return name, value

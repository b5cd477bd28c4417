"""To whom incidents are handed off beside a single person, as the configuration says it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated

import msgspec

from .durations import duration_ms, spans
from .skills import parse_need

Within = Annotated[str, spans(least="5s", most="7d")]
SoonOrNot = Annotated[str, spans(least="5s", most="7d", empty=True)]


class Department(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Who belongs to it has a skill ("safety>=4"), or is of a team (`holdfast user edit --team`);
    the first of them to accept becomes the owner."""

    name: str
    word: str
    skill: str = ""
    team: str = ""
    calendar: str = ""
    """When it is there; none: always. Until it opens, no deadline runs."""
    answers_within: SoonOrNot = ""
    """How long it may take, whatever the severity; "": as for a person."""


class HandOffRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    to: list[Department] = []


class HandOffWithin(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Within how long a hand-off is accepted, by severity, unless its sender says otherwise."""

    S1: Within = "60s"
    S2: Within = "5m"
    S3: Within = "30m"
    S4: Within = "4h"

    def ms(self, severity: int) -> int:
        return duration_ms((self.S1, self.S2, self.S3, self.S4)[severity - 1])


def department_faults(rules: HandOffRules, calendars: Collection[str]) -> Iterator[str]:
    """Each with its key path."""
    seen: set[str] = set()
    for index, one in enumerate(rules.to):
        path = f"hand_off.to[{index}]"
        if not one.name or not one.word:
            yield f"{path}: needs a name and a word"
        if len(one.name) > 64:
            yield f"{path}.name: at most 64 letters"
        if one.name in seen:
            yield f"{path}.name: {one.name!r} is used already"
        seen.add(one.name)
        if bool(one.skill) == bool(one.team):
            yield f"{path}: needs a skill or a team, one of them"
        if one.skill:
            try:
                parse_need(one.skill)
            except ValueError as error:
                yield f"{path}.skill: {error}"
        if one.calendar and one.calendar not in calendars:
            known = ", ".join(sorted(calendars)) or "none"
            yield f"{path}.calendar: no calendar {one.calendar!r}; known: {known}"

"""How severe an incident is: one rule. Pure.

It is as severe as the worst that reached us since somebody last judged it. What ends takes nothing
away: a dog is no better because the call is over. Only a person lowers it, and only words, a line
or a key that are worse raise it above what a person said.
"""

from __future__ import annotations

from collections.abc import Iterable


def heard(stood: int, own: int) -> int:
    """A contact began, or said more: `own` is how severe that is by itself (1 is worst)."""
    return min(stood, own)


def rated(stood: int, said: int, others: Iterable[int], *, lowers: bool) -> int:
    """A person judged one contact of it. `others`: how severe its other contacts in hand or waiting
    are by themselves."""
    return min([said, *others]) if lowers else heard(stood, said)


def judged(said: int) -> int:
    """A person judged the incident itself, knowing all that is in it."""
    return said

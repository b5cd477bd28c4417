"""A restricted incident is for the people on its list alone. Pure.

The record keeps the list as one text in the incident's row, the index as a table in each of its
contacts; both are made and read here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

MOST = 30
"""People on a list."""


def kept(people: Iterable[str]) -> str | None:
    """A list as the record keeps it: account ids between spaces. None: nobody is on it, and the
    incident is everybody's."""
    known = sorted(set(people))
    return f" {' '.join(known)} " if known else None


def listed(text: str | None) -> frozenset[str]:
    """The accounts on a list as the record keeps it; none of an incident that is everybody's."""
    return frozenset((text or "").split())


def only(text: str | None) -> dict[str, bool] | None:
    """The same as the index has it (LiveContact.only)."""
    return dict.fromkeys(sorted(listed(text)), True) or None


def may_see(people: Collection[str] | None, account: str) -> bool:
    """Whether an account may see all of an incident with this list."""
    return not people or account in people


def together(here: str | None, there: str | None) -> bool:
    """Whether two incidents may be one: both are seen by the same people."""
    return here == there


def may_go(here: str | None, there: str | None) -> bool:
    """Whether something of an incident may go to another: nobody who may not see it does by
    that."""
    return not here or here == there

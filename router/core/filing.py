"""What people put elsewhere, and what undoing it asks about. Pure."""

from __future__ import annotations

from collections.abc import Collection

MERGED, MOVED, SPLIT, JOINED = "merged", "moved", "split", "joined"
"""Incidents that are one; contacts and notes to another incident, or into a new one; people who are
one."""

STAYS, GOES = "stays", "goes"
"""The two sides of a merge that is undone."""


def side_of(party: str | None, *, stays: Collection[str], goes: Collection[str]) -> str:
    """To which side something belongs that came since two incidents were merged, as proposed to
    whoever undoes that: with its party if only the other side knew them, else where it came.

    Args:
        stays, goes: the parties of each side when they were merged.
    """
    return GOES if party in goes and party not in stays else STAYS


def left_by(now: int, own: int, others: Collection[int], rest: Collection[int]) -> int:
    """How severe an incident is once another leaves it.

    Args:
        now: how severe it is.
        own: how severe it was before any was merged into it.
        others: of all that are merged into it, with the one that leaves.
        rest: of those that remain, and of what came in it since and is not over.
    """
    if now != min([own, *others]):
        return now  # a person, or what came, has changed it since: that counts
    return min([own, *rest])

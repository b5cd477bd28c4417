"""A day in the site's zone, as moments."""

from __future__ import annotations

from datetime import date

from router.core.figures import day_bounds


def bounds(day: str, zone: str) -> tuple[int, int]:
    """First moment of a day in the site's zone and of the next, ms since 1970.

    Raises:
        ValueError: not a day, in words.
    """
    try:
        first = date.fromisoformat(day)
    except ValueError as error:
        raise ValueError(f"{day!r} is not a day such as 2026-11-20") from error
    return day_bounds(first, zone)

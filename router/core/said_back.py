"""What a read-back has in it, and what the actions of a hand-off make next. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.core.next_action import LETTERS
from router.core.text import letters

A_SENTENCE = 8
"""Words after which nobody is asked for more: they may say it in other words, or in another
language."""
ROOT = 5
BEHIND_MS = 6 * 3_600_000
"""An hour of the day without a date that is over by no more than this is today's."""
_EMPTY = frozenset({
    "about", "after", "also", "been", "from", "have", "here", "into", "just", "only", "over",
    "soon", "than", "that", "them", "then", "there", "they", "this", "until", "were", "what",
    "when", "will", "with", "would", "your",
})  # fmt: skip
_TIME = re.compile(r"\b(\d{1,2})[:.](\d{2})\b(?:\s*([ap])\.?m\b)?", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


def touches(said: str, actions: str) -> bool:
    """Whether a read-back says something of what is to be done: one of its words, by its beginning,
    or a sentence of A_SENTENCE words."""
    wanted = _roots(actions)
    return (
        not wanted
        or len(said.split()) >= A_SENTENCE
        or any(
            one.startswith(root) or root.startswith(one) for one in _roots(said) for root in wanted
        )
    )


def _roots(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", letters(text))
    return {word[:ROOT] for word in words if len(word) > 3 and word not in _EMPTY}


def first_action(actions: str, now: int, zone: str) -> tuple[str, int | None]:
    """The first line of the actions as a next action, and its moment (ms) by the clock of `zone`;
    None: it names none. What is over by then is due now."""
    line = _BULLET.sub("", next(one for one in actions.splitlines() if one.strip()).strip())
    what = line if len(line) <= LETTERS else line[: LETTERS - 1].rsplit(" ", 1)[0] + "…"
    found = _TIME.search(line)
    return what, _moment(found, now, zone) if found else None


def _moment(found: re.Match[str], now: int, zone: str) -> int | None:
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None
    here = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    for days in (-1, 0, 1):
        on = here.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
        at = round(on.timestamp() * 1000)
        if at >= now - BEHIND_MS:
            return max(at, now)
    return None

"""What a read-back has in it, and what the actions of a hand-off make next. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.core.next_action import LETTERS
from router.core.text import letters

OWN_WORDS = 16
"""Words after which nobody is asked for more: they say all of it in other words, or in another
language."""
ROOT = 5
BEHIND_MS = 6 * 3_600_000
"""An hour of the day without a date that is over by no more than this was today's."""
SAID = ("actions", "what_if")
_EMPTY = frozenset({
    "about", "after", "again", "also", "and", "any", "are", "been", "before", "but", "for", "from",
    "has", "have", "her", "here", "his", "how", "into", "its", "just", "none", "not", "nothing",
    "now", "off", "only", "out", "over", "she", "soon", "than", "that", "the", "their", "them",
    "then", "there", "they", "this", "until", "was", "were", "what", "when", "where", "which",
    "will", "with", "would", "you", "your",
})  # fmt: skip
_TIME = re.compile(
    r"\b(\d{1,2})(?:[:.](\d{2})\b(?:\s*([ap])\.?m\b)?|\s*([ap])\.?m\b)", re.IGNORECASE
)
_BULLET = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


def missing(said: str, parts: Mapping[str, str]) -> str:
    """Which part of a hand-off a read-back does not say: of the actions and the what-if the first
    of which no word is in it, by its beginning; empty: none. Nobody is asked for more after
    OWN_WORDS."""
    if len(said.split()) >= OWN_WORDS:
        return ""
    have = _roots(said)
    return next((name for name in SAID if not _touches(have, _roots(parts[name]))), "")


def _touches(have: set[str], wanted: set[str]) -> bool:
    return not wanted or any(
        one.startswith(root) or root.startswith(one) for one in have for root in wanted
    )


def _roots(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", letters(text))
    return {word[:ROOT] for word in words if len(word) > 2 and word not in _EMPTY}


def first_action(actions: str, now: int, zone: str) -> tuple[str, int | None]:
    """The first line of the actions as a next action, and its moment (ms) by the clock of `zone`;
    None: it names none that is still to come. It is proposed to a person, and never taken."""
    line = _BULLET.sub("", next(one for one in actions.splitlines() if one.strip()).strip())
    what = line if len(line) <= LETTERS else line[: LETTERS - 1].rsplit(" ", 1)[0] + "…"
    found = _TIME.search(line)
    return what, _moment(found, now, zone) if found else None


def _moment(found: re.Match[str], now: int, zone: str) -> int | None:
    hour, minute = int(found[1]), int(found[2] or 0)
    half = (found[3] or found[4] or "").lower()
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
            return at if at > now else None
    return None

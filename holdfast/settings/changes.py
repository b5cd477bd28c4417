"""What another configuration would change, setting by setting, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from router.core.config import Config

NAMES = ("name", "code")
"""What tells the rows of a list from each other."""

UNSET = "not set"
MOST = 160
"""Letters of one value."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting."""

    key: str
    old: str
    new: str


def changes(before: Config, now: Config) -> list[Change]:
    """Every setting whose value differs; rows of a list by their name."""
    found = _walk(msgspec.to_builtins(before), msgspec.to_builtins(now), "")
    return sorted(found, key=lambda it: it.key)


def _walk(a: Any, b: Any, path: str) -> Iterator[Change]:
    if a == b:
        return
    one, other = _table(a), _table(b)
    if one is None or other is None:
        yield Change(path, _word(a), _word(b))
        return
    if [*one] != [*other] and {*one} == {*other} and isinstance(a, list):
        yield Change(path, ", ".join(one), ", ".join(other))  # another order
    for key in {**one, **other}:
        yield from _walk(one.get(key), other.get(key), f"{path}.{key}" if path else key)


def _table(value: Any) -> dict[str, Any] | None:
    """By key; a list by the names of its rows, if it has some."""
    if isinstance(value, Mapping):
        return dict(value)
    if not isinstance(value, list) or not value:
        return None
    for name in NAMES:
        if all(isinstance(row, Mapping) and name in row for row in value):
            rows = {str(row[name]): row for row in value}
            return rows if len(rows) == len(value) else None
    return None


def _word(value: Any) -> str:
    text = _whole(value)
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def _whole(value: Any) -> str:
    if value is None:
        return UNSET
    if value is True or value is False:
        return "yes" if value else "no"
    if value == "":
        return "empty"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_whole(it)}" for key, it in value.items()) or "none"
    if isinstance(value, list):
        mark = "; " if value and isinstance(value[0], Mapping) else ", "
        return mark.join(_whole(it) for it in value) or "none"
    return str(value)

"""Durations of a configuration: texts with a unit ("20s", "4h", "500ms"), a type of their own.

A field's type makes it a duration, and says how short and how long it may be:

    ring: Passing = "15s"                                           # not zero
    wrapup: Duration = "30s"                                        # may be zero
    lasts: Annotated[str, spans(least="1ms", most="8h", empty=True)] = ""

`duration_faults` finds every one of them by walking the types: a new one needs no other line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import inspect

_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@lru_cache(maxsize=512)
def duration_ms(text: str) -> int:
    """'20s' -> 20000; each contact that comes asks for several.

    Raises:
        ValueError: no number with a unit.
    """
    hit = _DURATION.match(text.strip())
    if not hit:
        raise ValueError(f"{text!r} is not a duration such as '20s', '5m' or '4h'")
    return int(float(hit.group(1)) * _UNIT_MS[hit.group(2)])


A_YEAR = "366d"
LONGEST_MS = duration_ms(A_YEAR)
"""No time of a configuration and no trace is longer."""


@dataclass(frozen=True, slots=True)
class Spans:
    """How short and how long a duration may be, both included."""

    least: str
    most: str
    also: str | None
    """What it may be instead: "", which means no time at all, or a word."""

    def fault(self, text: str) -> str | None:
        """What is wrong with a duration, in words; None: nothing."""
        if text == self.also:
            return None
        try:
            span = duration_ms(text)
        except ValueError as error:
            return str(error)
        if span < duration_ms(self.least):
            return f"{text!r} is not a usable time; it must be longer"
        if span > duration_ms(self.most):
            return f"{text!r} is longer than {'a year' if self.most == A_YEAR else self.most}"
        return None


def spans(
    least: str = "0s", most: str = A_YEAR, *, empty: bool = False, also: str | None = None
) -> msgspec.Meta:
    """Makes a text a duration, as in `Annotated[str, spans(most="8h")]`."""
    return msgspec.Meta(extra={"spans": Spans(least, most, "" if empty else also)})


Duration = Annotated[str, spans()]
"""May be zero: a centre may do without it."""
Passing = Annotated[str, spans(least="1ms")]
"""Time has to pass: zero is a fault."""
OpenDuration = Annotated[str, spans(empty=True)]
"""An empty one has no end."""
Kept = Annotated[str, spans(least="1d", empty=True)]
"""How long the record keeps something; an empty one: for ever."""


def described(kind: type) -> inspect.Type:
    """What a type is made of, worked out once: it costs more than reading the shipped file."""
    if kind not in _described:
        _described[kind] = inspect.type_info(kind)
    return _described[kind]


_described: dict[type, inspect.Type] = {}


def duration_faults(value: msgspec.Struct) -> Iterator[str]:
    """Every unusable duration in a configuration, with its key path."""
    for path, text, allowed in durations(described(type(value)), value):
        fault = allowed.fault(text)
        if fault is not None:
            yield f"{path}: {fault}"


def durations(kind: inspect.Type, value: Any, path: str = "") -> Iterator[tuple[str, str, Spans]]:
    """Every duration in `value`, which is of type `kind`: key path, text, and what it may be."""
    match kind:
        case inspect.Metadata(extra={"spans": allowed}):
            yield path, value, allowed
        case inspect.Metadata(type=inner):
            yield from durations(inner, value, path)
        case inspect.StructType(fields=fields):
            for field in fields:
                key = f"{path}.{field.encode_name}" if path else field.encode_name
                yield from durations(field.type, getattr(value, field.name), key)
        case inspect.ListType(item_type=item):
            for index, one in enumerate(value):
                yield from durations(item, one, f"{path}[{index}]")
        case inspect.DictType(value_type=item):
            for name, one in value.items():
                yield from durations(item, one, f"{path}.{name}")
        case inspect.UnionType(types=kinds) if value is not None and len(kinds) == 2:
            for one in kinds:  # X | None
                if not isinstance(one, inspect.NoneType):
                    yield from durations(one, value, path)

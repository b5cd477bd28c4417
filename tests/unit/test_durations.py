"""A duration is a type: whatever field is one is checked, and none has to be listed anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import inspect

from holdfast.settings.config_file import default_config_path, load_config, read_as
from holdfast.settings.faults import SettingsError
from router.core.config import Config
from router.core.durations import (
    Duration,
    OpenDuration,
    Passing,
    duration_faults,
    duration_ms,
    durations,
    spans,
)


class Part(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    ring: Passing = "15s"
    lasts: OpenDuration = msgspec.field(name="for", default="")


class Whole(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Fields that nothing but their types tells of."""

    word: str = "20 years"
    shift: Annotated[str, spans(least="1m", most="8h")] = "4h"
    parts: dict[str, list[Part]] = {}
    maybe: Duration | None = None
    needed: Duration


def whole(**fields: Any) -> Whole:
    return Whole(**{"needed": "0s", **fields})


def test_a_new_field_of_the_type_is_checked_wherever_it_stands() -> None:
    parts = {"desk": [Part(), Part(ring="0s", lasts="soon")]}
    assert list(duration_faults(whole(parts=parts, maybe="400d", needed="20"))) == [
        "parts.desk[1].ring: '0s' is not a usable time; it must be longer",
        "parts.desk[1].for: 'soon' is not a duration such as '20s', '5m' or '4h'",
        "maybe: '400d' is longer than a year",
        "needed: '20' is not a duration such as '20s', '5m' or '4h'",
    ]


def test_what_is_left_out_or_may_be_zero_is_no_fault() -> None:
    assert list(duration_faults(whole(parts={"desk": [Part()]}))) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1m", []),
        ("8h", []),
        ("59s", ["shift: '59s' is not a usable time; it must be longer"]),
        ("481m", ["shift: '481m' is longer than 8h"]),
    ],
)
def test_a_field_has_limits_of_its_own(text: str, told: list[str]) -> None:
    assert list(duration_faults(whole(shift=text))) == told


def test_a_word_may_stand_for_a_time_where_its_type_says_so() -> None:
    class Waits(msgspec.Struct):
        gaps: list[Annotated[str, spans(also="window")]]

    told = "gaps[2]: '' is not a duration such as '20s', '5m' or '4h'"
    assert list(duration_faults(Waits(["window", "5m", ""]))) == [told]


def test_only_an_open_one_may_be_empty() -> None:
    told = "is not a duration such as '20s', '5m' or '4h'"
    assert list(duration_faults(whole(needed=""))) == [f"needed: '' {told}"]


def test_a_file_says_of_a_duration_what_it_says_of_any_text(tmp_path: Path) -> None:
    path = tmp_path / "whole.toml"
    path.write_text("shift = 8\n[[parts.desk]]\nring = true\n")

    def meaning(found: Whole) -> list[str]:
        return list(duration_faults(found))

    with pytest.raises(SettingsError) as told:
        read_as(Whole, path, meaning, "")
    found = {f.where.removeprefix(f"{path}: "): f.mend for f in told.value.faults}
    assert found == dict.fromkeys(
        ("needed", "shift", "parts.desk[0].ring"), 'Give a text in quotes ("…").'
    )


def texts(value: Any, path: str = "") -> dict[str, str]:
    """Every text of a configuration that reads as a duration, whatever its type."""
    if isinstance(value, msgspec.Struct):
        return texts(
            {f.encode_name: getattr(value, f.name) for f in msgspec.structs.fields(value)},
            path,
        )
    found: dict[str, str] = {}
    if isinstance(value, dict):
        for key, one in value.items():
            found |= texts(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            found |= texts(one, f"{path}[{index}]")
    elif isinstance(value, str):
        try:
            duration_ms(value)
        except ValueError:
            return {}
        found[path] = value
    return found


def test_no_time_of_the_shipped_configuration_is_a_bare_text() -> None:
    config = load_config(default_config_path())
    found = durations(inspect.type_info(Config), config)
    typed = {path: text for path, text, may in found if text and text != may.also}
    assert texts(config) == typed
    assert len(typed) > 40

"""The configuration file: found, read, and all its faults reported at once, each with its key
path."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from holdfast.settings.faults import Fault, SettingsError
from router.core import guidance, snippets
from router.core.config import Config
from router.core.config_faults import faults
from router.core.durations import described
from router.core.guidance import CardFile
from router.core.snippets import SnippetFile

EMPTY = Config(lines=[], queues={}, targets={}, dispositions=[], pause_reasons=[])
"""Stands in for a file that cannot be used, so that everything else can still be looked at."""


def shipped(name: str) -> Path:
    """A file or folder that belongs to us: beside the code in a checkout, else in the wheel."""
    here = Path(__file__).resolve().parents[1]
    beside = here.parent / name
    return beside if beside.exists() else here / "_shipped" / name


SNIPPETS, GUIDANCE = "snippets.toml", "guidance.toml"
"""Beside the configuration: what agents write often, and what is asked in an incident of a type."""

MEND = "Make it readable, or remove it."

LAST_GOOD = "config.last-good.json"
"""In the data folder: the configuration that the last worker worked by."""

FOLLOWED = "config.followed.json"
"""Beside it: the configuration whose ladders those who wait go by."""

RESULT = "reload.json"
"""In the data folder: what became of the reload that was asked for last."""


def kept(data_dir: Path, name: str) -> Config | None:
    """None if there is none, or if it is from another release."""
    try:
        return msgspec.json.decode((data_dir / name).read_bytes(), type=Config)
    except (OSError, msgspec.MsgspecError):
        return None


def default_config_path() -> Path:
    """The shipped configuration."""
    return shipped("config") / "holdfast.toml"


def static_dir() -> Path:
    """The browser's files."""
    return shipped("static")


Also = Callable[[Config], Iterable[str]]
"""More faults of a configuration, as 'key path: what'."""


def load_config(path: Path, also: Also = lambda _config: ()) -> Config:
    """Reads and checks a configuration file, and those of snippets and guidance beside it, if they
    are there.

    Raises:
        SettingsError: with every fault found, each with its key path.
    """

    def meaning(config: Config) -> list[str]:
        return [*faults(config), *also(config)]

    config = read_as(Config, path, meaning, "Set HOLDFAST_CONFIG to a readable file.")
    beside = path.with_name(SNIPPETS)
    if not config.snippets and beside.exists():
        file = read_as(SnippetFile, beside, snippets.faults, MEND)
        config = msgspec.structs.replace(config, snippets=file.snippets)
    beside = path.with_name(GUIDANCE)
    if not config.cards and beside.exists():
        kinds = [one.code for one in config.incident_types]

        def wrong(file: CardFile) -> list[str]:
            return [*guidance.faults(file), *guidance.unknown_kinds(file.cards, kinds)]

        cards = read_as(CardFile, beside, wrong, MEND).cards
        config = msgspec.structs.replace(config, cards=cards)
    return config


T = TypeVar("T")


def read_as(kind: type[T], path: Path, meaning: Callable[[T], list[str]], mend: str) -> T:
    """A TOML file as a struct; `meaning` finds what the types cannot say, as 'key path: what'.

    Raises:
        SettingsError: with every fault found, each with its key path.
    """
    return typed(kind, path, read_toml(path, mend), meaning)


def read_toml(path: Path, mend: str) -> dict[str, Any]:
    """
    Raises:
        SettingsError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            Fault(
                str(path),
                f"cannot be read ({error.strerror}).",
                mend,
            )
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            Fault(str(path), f"not valid TOML: {error}.", "Correct the line that is named.")
        ) from error


def typed(
    kind: type[T], path: Path, raw: Mapping[str, Any], meaning: Callable[[T], list[str]]
) -> T:
    """What was read from `path`, as a struct.

    Raises:
        SettingsError: with every fault found, each with its key path.
    """
    found: list[Fault] = []

    def tell(key: str, what: str, mend: str) -> None:
        found.append(Fault(f"{path}: {key}" if key else str(path), what, mend))

    cleaned = _walk(described(kind), raw, "", tell)
    try:
        found_value = msgspec.convert(cleaned, kind)
    except msgspec.ValidationError as error:
        if not found:  # a rule of the types that the walk does not know
            raise SettingsError(Fault(str(path), f"{error}.", "Correct it.")) from error
        raise SettingsError(*found) from error
    of_form = {fault.where.removeprefix(f"{path}: ") for fault in found}
    for fault in meaning(found_value):
        key, _, what = fault.partition(": ")
        if key not in of_form:  # else it speaks of our stand-in
            tell(key, f"{what}.", "")
    if found:
        raise SettingsError(*found)
    return found_value


Tell = Callable[[str, str, str], None]


def _walk(kind: inspect.Type, value: Any, path: str, tell: Tell) -> Any:
    """The value without its unusable parts; `tell` is called with each fault."""
    kind = _bare(kind)
    if isinstance(kind, inspect.StructType) and isinstance(value, Mapping):
        return _walk_struct(kind, value, path, tell)
    if isinstance(kind, inspect.DictType) and isinstance(value, Mapping):
        return {k: _walk(kind.value_type, v, _join(path, k), tell) for k, v in value.items()}
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return [_walk(kind.item_type, v, f"{path}[{i}]", tell) for i, v in enumerate(value)]
    if not _fits(kind, value):
        tell(path, f"{value!r} is {_word_of(value)}.", f"Give {_word_for(kind)}.")
        return STAND_INS.get(type(kind), value)
    return value


def _bare(kind: inspect.Type) -> inspect.Type:
    """A type without its limits, as those of a duration (router/core/durations.py)."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


STAND_INS: Mapping[type[inspect.Type], Any] = {
    inspect.StrType: "",
    inspect.IntType: 0,
    inspect.BoolType: False,
    inspect.FloatType: 0.0,
}
"""In the place of a required value that does not fit, so that faults elsewhere are still found."""


RENAMED = {
    "hold_s2": "sticky_s2",
    "hold_s3": "sticky_s3",
    "hold_s4": "sticky_s4",
    "promise": "ageing",
    "greeting": "clips",
    "menu_prompt": "clips",
}
"""Keys of an older version, by the name they have now."""


def _walk_struct(kind: inspect.StructType, value: Mapping[str, Any], path: str, tell: Tell) -> Any:
    known = {field.encode_name: field for field in kind.fields}
    cleaned = {}
    for key, inner in value.items():
        field = known.get(key)
        if field is None:
            near = difflib.get_close_matches(key, [one for one in known if one not in value], n=1)
            if RENAMED.get(key) in known:
                mend = f"It is called {RENAMED[key]} now."
            elif near:
                mend = f"Did you mean {near[0]}?"
            else:
                mend = f"Known here: {', '.join(sorted(known))}."
            tell(_join(path, key), "no such key.", mend)
            continue
        kept = _walk(field.type, inner, _join(path, key), tell)
        if field.required or _fits(_bare(field.type), inner) or isinstance(kept, dict | list):
            cleaned[key] = kept
    for key, field in known.items():
        if field.required and key not in value:
            bare = _bare(field.type)
            tell(_join(path, key), "missing.", f"Give {_word_for(bare)}.")
            if type(bare) in STAND_INS:
                cleaned[key] = STAND_INS[type(bare)]
    return cleaned


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fits(kind: inspect.Type, value: Any) -> bool:
    if isinstance(kind, inspect.StrType):
        return isinstance(value, str)
    if isinstance(kind, inspect.IntType):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(kind, inspect.BoolType):
        return isinstance(value, bool)
    if isinstance(kind, inspect.FloatType):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return not isinstance(kind, inspect.StructType | inspect.DictType | inspect.ListType)


def _word_for(kind: inspect.Type) -> str:
    return {
        inspect.StrType: 'a text in quotes ("…")',
        inspect.IntType: "a whole number",
        inspect.BoolType: "true or false",
        inspect.FloatType: "a number",
        inspect.ListType: "a list ([…], or [[…]] tables)",
        inspect.DictType: "a table ([…])",
        inspect.StructType: "a table ([…])",
    }.get(type(kind), "another value")


def _word_of(value: Any) -> str:
    return {
        str: "a text",
        int: "a number",
        float: "a number",
        bool: "true or false",
        list: "a list",
        dict: "a table",
    }.get(type(value), "of a type that is not known here")

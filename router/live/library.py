"""The Lua function library in one piece, as the store gets it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from importlib import resources

from router.core.states import STATES, AgentState, Row, State

LIBRARY = "holdfast"


def library_source(*, trial: bool = False) -> str:
    """The table of states, then the files, which are numbered in order of use.

    `trial` adds what only simulations need, from the folder beside them.
    """
    folder = resources.files("router.live") / "lua"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".lua")]
    parts = sorted(found, key=lambda entry: entry.name)
    if trial:
        parts.append(folder / "trial" / "rescore.lua")
    body = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    return f"#!lua name={LIBRARY}\n{states_source()}{body}"


def states_source() -> str:
    """router/core/states.py in Lua: State and AgentState by name, STATES by value.

    A column that does not hold is absent. Names that there are not are found by scripts/states.py:
    while a library is loaded, Lua has no functions that could do it.
    """
    rows = ",\n".join(f"  {state.value} = {{ {_columns(row)} }}" for state, row in STATES.items())
    return (
        "-- Made from router/core/states.py: see there.\n"
        f"local State = {{ {_names(State)} }}\n"
        f"local AgentState = {{ {_names(AgentState)} }}\n"
        f"local STATES = {{\n{rows}\n}}\n"
    )


def _names(states: Iterable[StrEnum]) -> str:
    return ", ".join(f"{state.name} = '{state.value}'" for state in states)


def _columns(row: Row) -> str:
    held: Iterable[tuple[str, object]] = ((one.name, getattr(row, one.name)) for one in fields(row))
    return ", ".join(
        f"{name} = {_lua(value)}"
        for name, value in held
        if value is not None and value is not False
    )


def _lua(value: object) -> str:
    if value is True:
        return "true"
    return str(value) if isinstance(value, int) else f"'{value}'"

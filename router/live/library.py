"""The Lua function library in one piece, as the store gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from importlib import resources

from router.core.callback import BUSY_FREE
from router.core.consult import Consulted
from router.core.figures import ENDINGS, SHORT_MS
from router.core.help import HelpEnd, HelpStage
from router.core.states import AGENT_TIMERS, STATES, AgentState, AgentTimer, Row, State, Told

LIBRARY = "holdfast"


PARTS = (
    *("store/values", "store/memory", "store/records"),
    *("store/deadlines", "store/effects", "store/events"),
    *("order/moments", "order/ladder", "order/agents", "order/agent_timers", "order/states"),
    *("order/waiting", "order/listed"),
    *("order/candidates", "order/reasons", "order/offers", "order/match", "order/figures"),
    *("order/life", "order/standing"),
    *("steps/entry", "steps/calls", "steps/outside", "steps/telling", "steps/texts"),
    *("steps/severities", "steps/desks", "steps/help", "steps/sitting", "steps/consult"),
    *("steps/lines", "steps/handed"),
    *("steps/steering", "steps/callbacks", "steps/settings"),
    *("upkeep/recall", "upkeep/time", "upkeep/sweep", "upkeep/rebuild"),
)
"""The files in router/live/lua, in their order. Each fills the table of its own name, which all
know; what it declares is known to it alone. What a file binds to a short name at its head has to
stand before it; everything else is looked up when it is called."""

TRIAL = "trial/rescore"


@cache
def library_source(*, trial: bool = False) -> str:
    """The table of states, a table for each part, then the parts.

    `trial` adds the parts that only simulations need. Read once: a store that was lost gets the
    library of the process that runs, not of files that an upgrade has put there since.
    """
    parts = (*PARTS, TRIAL) if trial else PARTS
    made = states_source(), figures_source(), _tables()
    return "\n".join((f"#!lua name={LIBRARY}", *made, *map(_part, parts)))


def _tables() -> str:
    names = [part.partition("/")[2] for part in PARTS]
    return (
        "local ctx = {} -- of the running step, filled by steps/entry.lua\n"
        f"local {', '.join(names)} = {', '.join('{}' for _ in names)}"
    )


def _part(part: str) -> str:
    file = resources.files("router.live") / "lua" / f"{part}.lua"
    return f"do -- {part}\n{file.read_text(encoding='utf-8')}end"


def states_source() -> str:
    """router/core/states.py in Lua: State, AgentState, Told, Consulted (consult.py), HelpStage
    and HelpEnd (help.py) by name, STATES by value, AGENT_TIMERS by kind.

    A column that does not hold is absent. Names that do not exist are found by scripts/states.py:
    while a library is loading, Lua has no functions that could do it.
    """
    return (
        "-- Made from router/core/states.py: see there.\n"
        f"local State = {{ {_names(State)} }}\n"
        f"local AgentState = {{ {_names(AgentState)} }}\n"
        f"local Told = {{ {_names(Told)} }}\n"
        f"local Consulted = {{ {_names(Consulted)} }}\n"
        f"local HelpStage = {{ {_names(HelpStage)} }}\n"
        f"local HelpEnd = {{ {_names(HelpEnd)} }}\n"
        f"local STATES = {_rows(STATES)}\n"
        f"local AGENT_TIMERS = {_rows(AGENT_TIMERS)}\n"
    )


def figures_source() -> str:
    """router/core/figures.py in Lua: what counts as what in the counts of the day."""
    numbers = f"short_ms = {SHORT_MS}, busy_free = {BUSY_FREE}"
    endings = ", ".join(f"{outcome} = '{word}'" for outcome, word in ENDINGS.items())
    return (
        "-- Made from router/core/figures.py: see there.\n"
        f"local FIGURES = {{ {numbers}, endings = {{ {endings} }} }}\n"
    )


def _rows(table: Mapping[State, Row] | Mapping[str, AgentTimer]) -> str:
    rows = ",\n".join(f"  {name} = {{ {_columns(row)} }}" for name, row in table.items())
    return f"{{\n{rows}\n}}"


def _names(states: Iterable[StrEnum]) -> str:
    return ", ".join(f"{state.name} = '{state.value}'" for state in states)


def _columns(row: Row | AgentTimer) -> str:
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

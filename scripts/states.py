"""Fails where product code writes a state as a text, or puts a family of states together again.

The states of contacts and agents, and what each means, stand in router/core/states.py alone; so do
the deadlines of agents, which no step arms by hand. The
carrier's stand-in (channels/sandbox, static/phone) has states of its own and is left out.

    python scripts/states.py            looks; also whether static/states.js is as the table says
    python scripts/states.py --write    writes static/states.js
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

from router.core.states import (
    AGENT_STATES,
    AGENT_TIMERS,
    STATES,
    AgentState,
    AgentTimer,
    Row,
    State,
    holding,
)

VALUES = {one.value for one in (*State, *AgentState)}
NAMES = {"State": {one.name for one in State}, "AgentState": {one.name for one in AgentState}}
COLUMNS = {one.name for of in (Row, AgentTimer) for one in fields(of)}

PRODUCT = ("router/", "holdfast/", "channels/", "softphone/", "static/")
EXEMPT = (
    "router/core/states.py",
    "static/states.js",  # made of it
    "static/strings/",  # a word for each
    "router/records/migrations/",  # what was is written down as it was
    "channels/sandbox/",
    "static/phone/",
    "static/vendor/",
)

AS_TEXT = "a state as a text: name it by State (router/core/states.py)"
FAMILY = "a family of states: give it a column in router/core/states.py"
TIMER = "a deadline of agents by hand: agent_timers.arm(a, kind) knows when it comes"
UNKNOWN = "there is no such state, or no such column, in router/core/states.py"

Finding = tuple[int, str]


def in_python(source: str) -> Iterator[Finding]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, comparators=right):
                sides = [left, *right]
                if any(map(_is_state, sides)) and any(_has_text(side) for side in sides):
                    yield node.lineno, AS_TEXT
            case ast.Match(subject=subject, cases=cases) if _is_state(subject):
                for case in cases:
                    if _has_text(case.pattern):
                        yield case.pattern.lineno, AS_TEXT
            case ast.Assign(targets=targets, value=value):
                yield from _assigned(targets, value)
            case ast.keyword(arg="state", value=value) if _is_text(value):
                yield node.lineno, AS_TEXT
            case ast.Tuple(elts=some) | ast.List(elts=some) | ast.Set(elts=some):
                if len(some) > 1 and (all(map(_is_text, some)) or all(map(_is_name, some))):
                    yield node.lineno, FAMILY
            case ast.BoolOp(values=values):
                if len([one for one in values if _is_one(one)]) > 1:
                    yield node.lineno, FAMILY


def _assigned(targets: list[ast.expr], value: ast.expr) -> Iterator[Finding]:
    for target in targets:
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=False))
        for to, what in pairs:
            if _is_state(to) and _has_text(what):
                yield target.lineno, AS_TEXT


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "state"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in VALUES


def _has_text(node: ast.AST) -> bool:
    return any(map(_is_text, ast.walk(node)))


def _is_name(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in NAMES.get(node.value.id, ())
    )


def _is_one(node: ast.AST) -> bool:
    """`live.state == State.X`: two of them beside each other are a family."""
    return (
        isinstance(node, ast.Compare)
        and _is_state(node.left)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and _is_name(node.comparators[0])
    )


_LUA_TEXT = re.compile(r"state(?:, [\w.\[\]']+)*\s*(?:[=~]?=)\s*'|\b(?:enter|stays)\([^()]*?,\s*'")
_LUA_NAME = re.compile(r"\b(State|AgentState)\.(\w+)")
_LUA_TIMER = re.compile(rf"(?<!agent_timers\.)\b(?:dis)?arm\(\s*'(?:{'|'.join(AGENT_TIMERS)})'")
_LUA_COLUMN = re.compile(r"\b(?:STATES|AGENT_TIMERS)\[[\w.]+\]\.(\w+)")
_LUA_ROW = re.compile(
    r"\blocal ([\w, ]+) = (?:STATES|AGENT_TIMERS)\[|"
    r"\bfor \w+, (\w+) in pairs\((?:STATES|AGENT_TIMERS)\)"
)
_LUA_FAMILY = re.compile(
    r"\b(\w+\.state)\s+(?:==\s+State\.\w+\s+or|~=\s+State\.\w+\s+and)\s+\1\s+[=~]=\s+State\."
)


def _lines(source: str, comment: str) -> str:
    """Code without comments, its lines where they were."""
    return re.sub(comment, "", source, flags=re.MULTILINE)


def _found(pattern: re.Pattern[str], code: str, what: str) -> Iterator[Finding]:
    for found in pattern.finditer(code):
        yield code.count("\n", 0, found.end()) + 1, what


def in_lua(source: str) -> Iterator[Finding]:
    rows = re.findall(r"\w+", " ".join(f"{some} {one}" for some, one in _LUA_ROW.findall(source)))
    of_rows = re.compile(rf"\b(?:{'|'.join(rows) or 'STATES'})\.(\w+)")
    code = _lines(source, r"--.*")
    yield from _found(_LUA_TEXT, code, AS_TEXT)
    yield from _found(_LUA_FAMILY, code, FAMILY)
    yield from _found(_LUA_TIMER, code, TIMER)
    for number, line in enumerate(code.split("\n"), 1):
        if any(name not in NAMES[of] for of, name in _LUA_NAME.findall(line)):
            yield number, UNKNOWN
        asked = _LUA_COLUMN.findall(line) + of_rows.findall(line)
        if any(column not in COLUMNS for column in asked):
            yield number, UNKNOWN


_WORDS = "|".join(sorted(VALUES))
_JS_TEXT = re.compile(
    rf"\bstate\s+(?:===|!==|=)\s+'(?:{_WORDS})'|^\s*case '(?:{_WORDS})':|"
    rf"\[\s*(?:'(?:{_WORDS})'(?:,\s*)?)+\]\.includes\(",
    re.MULTILINE,
)
_JS_NAME = r"(?:Contact|Agent)State\.[A-Z_]+"
_JS_FAMILY = re.compile(
    rf"[\[,]\s*'(?:{_WORDS})',\s*'(?:{_WORDS})'\s*[,\]]|"
    rf"(\w+\??\.state)\s+(?:===\s+{_JS_NAME}\s+\|\||!==\s+{_JS_NAME}\s+&&)\s+\1\s+[!=]==\s|"
    rf"{_JS_NAME},\s+{_JS_NAME}"
)


def in_javascript(source: str) -> Iterator[Finding]:
    code = _lines(source, r"(?:^|[^\S\n])(?://|/\*|\*).*")
    yield from _found(_JS_TEXT, code, AS_TEXT)
    yield from _found(_JS_FAMILY, code, FAMILY)


PAGES = Path("static/states.js")
WIDTH, LF = 110, "\n"


def for_pages() -> str:
    """The table as the pages import it."""

    def names(of: type[StrEnum]) -> str:
        lines = "".join(f"  {one.name}: '{one.value}',\n" for one in of)
        return f"Object.freeze({{\n{lines}}})"

    def row(state: str, held: Iterable[str]) -> str:
        columns = [f"{name}: true" for name in held]
        line = f"  {state}: {{ {', '.join(columns)} }},\n" if columns else f"  {state}: {{}},\n"
        if len(line) <= WIDTH:
            return line
        return f"  {state}: {{\n{''.join(f'    {one},{LF}' for one in columns)}  }},\n"

    def rows(of: dict[str, dict[str, bool]]) -> str:
        return f"{{\n{''.join(row(state, held) for state, held in of.items())}}}"

    return (
        "// @ts-check\n"
        "/** Made from router/core/states.py, which says what the columns mean, by\n"
        " * scripts/states.py --write (make format). */\n\n"
        f"export const ContactState = {names(State)};\n\n"
        f"export const AgentState = {names(AgentState)};\n\n"
        "/** @typedef {Record<string, boolean>} Row */\n\n"
        "/** @type {Record<string, Row>} */\n"
        f"const STATES = {rows(holding(STATES))};\n\n"
        "/** @type {Record<string, Row>} */\n"
        f"const AGENT_STATES = {rows(holding(AGENT_STATES))};\n\n"
        "/** @type {Row} */\n"
        "const NOTHING = {};\n\n"
        "/** What holds of a contact in its state; nothing in one that only a newer server knows.\n"
        " * @param {{state: string}} c @returns {Row} */\n"
        "export const stateOf = (c) => STATES[c.state] ?? NOTHING;\n\n"
        "/** The same of an agent. @param {{state: string}} a @returns {Row} */\n"
        "export const agentStateOf = (a) => AGENT_STATES[a.state] ?? NOTHING;\n"
    )


def check(name: str, source: str) -> list[Finding]:
    """What is wrong with a file of this name; nothing where it is not product code."""
    if not name.startswith(PRODUCT) or name.startswith(EXEMPT):
        return []
    languages = {".py": in_python, ".lua": in_lua, ".js": in_javascript}
    look = languages.get(Path(name).suffix)
    return sorted(set(look(source))) if look else []


def main() -> int:
    if "--write" in sys.argv:
        PAGES.write_text(for_pages(), encoding="utf-8")
        return 0
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    bad = 0
    if not PAGES.is_file() or PAGES.read_text(encoding="utf-8") != for_pages():
        print(f"{PAGES}: is not what router/core/states.py says: make format writes it")
        bad += 1
    for name in names:
        path = Path(name)
        if path.suffix not in {".py", ".lua", ".js"} or not path.is_file():
            continue
        for line, what in check(name, path.read_text(encoding="utf-8")):
            print(f"{name}:{line}: {what}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

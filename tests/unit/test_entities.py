"""What pages get of a contact or an agent is written three times: made by
holdfast/desk/entities.py, typed by static/protocol.d.ts, told by docs/desk-protocol.md. Here the
three are held together, and whoever adds a field reads which line is missing where.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec import inspect

from holdfast.desk import abandoned, helps
from holdfast.desk.entities import agent_entity, contact_entity
from holdfast.desk.helps import help_entity
from router.core.abandoned import AbandonedCaller
from router.core.causes import Cause
from router.core.help import Help, HelpStage
from router.core.model import LiveAgent, LiveContact

ROOT = Path(__file__).parents[2]
TYPES = "".join(
    (ROOT / "static" / f"{name}.d.ts").read_text()
    for name in ("protocol", "consult", "sound", "asks_help")
)
PAGE = (ROOT / "docs" / "desk-protocol.md").read_text()


def full(kind: inspect.Type) -> Any:
    """A value of this type in which nothing is missing."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: full(field.type) for field in fields})
        case inspect.ListType(item_type=item):
            return [full(item)]
        case inspect.DictType(value_type=item):
            return {"x": full(item)}
        case inspect.UnionType(types=kinds):
            return full(next(one for one in kinds if not isinstance(one, inspect.NoneType)))
        case inspect.EnumType(cls=cls):
            return next(iter(cls))
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return 1
        case inspect.StrType():
            return "x"
    return {}


class Case(NamedTuple):
    """An entity with everything in it, and another with as little as there can be."""

    name: str
    full: dict[str, Any]
    bare: dict[str, Any]


CASES = [
    Case(
        "Contact",
        contact_entity(
            full(inspect.type_info(LiveContact)),
            {"agent": "u1", "rings_at": [], "kept": None},
            {"contact": "c2", "by_name": "Dana", "why": "x", "due": 1},
            {"agent": {}, "caller": {}},
        ),
        contact_entity(LiveContact("c1", "voice", 1, 0, 0), None),
    ),
    Case(
        "Agent",
        agent_entity(full(inspect.type_info(LiveAgent)), {"verdict": "good"}),
        agent_entity(LiveAgent("u1")),
    ),
]
ABANDONED = AbandonedCaller("i1", None, "c1", 1, {}, "line", 0, 0)
CASES.append(
    Case(
        "AbandonedCaller",
        *(
            abandoned.seen_by({"i1": msgspec.to_builtins(one)}, "dana", {})["i1"]
            for one in (full(inspect.type_info(AbandonedCaller)), ABANDONED)
        ),
    )
)
CASES.append(
    Case(
        "Help",
        helps.seen_by(
            help_entity(
                full(inspect.type_info(Help)),
                full(inspect.type_info(LiveAgent)),
                msgspec.structs.replace(full(inspect.type_info(LiveContact)), only=None),
            ),
            "dana",
            {},
        ),
        helps.seen_by(help_entity(Help("h1", "a", "A", 1, HelpStage.ONE), None, None), "dana", {}),
    )
)
SET_BY_THE_INDEX = {"state_at"}
"""Null only in a contact that is not in the index yet, and pages get none of those."""


def typed(name: str, types: str) -> dict[str, str]:
    """The fields of an interface of protocol.d.ts with their types as written."""
    hit = re.search(rf"^interface {name} \{{\n(.*?)^\}}", types, re.M | re.S)
    assert hit, f"static/protocol.d.ts has no interface {name}"
    fields = re.findall(r"^  (\w+)\??: (.*?);$(?=\n  [\w/]|\n?\Z)", hit[1], re.M | re.S)
    return dict(fields)


def told(name: str, page: str) -> set[str]:
    """The fields that the protocol page names; what stands in brackets explains them."""
    block = page[page.index("### Entities") :]
    hit = re.search(rf"^{name} \{{", block, re.M)
    assert hit, f"docs/desk-protocol.md has no {name}"
    fields, depth = "", 1
    for sign in block[hit.end() :]:
        depth += (sign in "({[") - (sign in ")}]")
        if not depth:
            break
        if depth == 1 and sign not in ")}]":
            fields += sign
    return {re.findall(r"\w+", part)[0] for part in fields.split(",")}


def coarse(written: str, types: str) -> str:
    """string, number, boolean, list or object: what a type of protocol.d.ts comes to."""
    written = written.removesuffix("| null").strip()
    if "states.js" in written or written.startswith("'") or written == "string":
        return "string"
    if written.endswith("[]"):
        return "list"
    if written[0] == "{" or written.startswith("Record<"):
        return "object"
    if written[0].isdigit() or written == "number":
        return "number"
    if re.search(rf"^interface {written} ", types, re.M):
        return "object"
    alias = re.search(rf"^type {written} =\s+(.*?);$", types, re.M | re.S)
    return coarse(alias[1].lstrip("| \n"), types) if alias else written


def kind_of(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", list: "list", dict: "object"}
    return kinds.get(type(value), "string")


def differences(case: Case, types: str = TYPES, page: str = PAGE) -> list[str]:
    """What has to be written or mended, and where, until all three say the same."""
    found = []
    here = f"static/protocol.d.ts, interface {case.name}"
    written = typed(case.name, types)
    for field, value in case.full.items():
        null = " | null" if case.bare[field] is None and field not in SET_BY_THE_INDEX else ""
        line = f"{field}: {kind_of(value)}{null};"
        if field not in written:
            found.append(f"{here}: add `{line}`")
            continue
        as_written = written[field]
        if coarse(as_written, types) != kind_of(value):
            found.append(f"{here}: `{field}: {as_written};` is sent as `{line}`")
        elif null and not as_written.endswith("| null"):
            found.append(f"{here}: `{field}: {as_written};` can be null")
        inner = re.fullmatch(r"\{ ([^{}]*) \}(?: \| null)?", as_written)
        if inner and set(re.findall(r"(\w+)\??: ", inner[1])) != set(value):
            found.append(f"{here}: `{field}` is sent with {', '.join(value)}")
    found += [f"{here}: `{field}` is never sent" for field in written if field not in case.full]
    there = f"docs/desk-protocol.md, Entities, {case.name}"
    named = told(case.name, page)
    found += [f"{there}: add `{field}`" for field in case.full if field not in named]
    found += [f"{there}: `{field}` is never sent" for field in sorted(named - set(case.full))]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_sent_is_what_is_typed_and_told(case: Case) -> None:
    assert "\n".join(differences(case)) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  pause_reason: string | null;\n", "", "add `pause_reason: string | null;`"),
        ("  sound: boolean;", "  sound: number;", "`sound: number;` is sent as `sound: boolean;`"),
        ("  testing: number | null;", "  testing: number;", "`testing: number;` can be null"),
        ("  sound: boolean;", "  sound: boolean;\n  light: boolean;", "`light` is never sent"),
        ("fence: string; expires", "expires", "`offer` is sent with contact, fence, expires"),
        ("{ word: string; floor:", "{ floor:", "`stage` is sent with word, floor"),
    ],
)
def test_the_types_line_that_is_missing_is_named(old: str, new: str, said: str) -> None:
    agent = next(case for case in CASES if case.name == "Agent")
    before, _, after = TYPES.partition("interface Agent {")
    assert old in after
    types = before + "interface Agent {" + after.replace(old, new, 1)
    assert differences(agent, types=types) == [f"static/protocol.d.ts, interface Agent: {said}"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("testing: ms|null (a self-test is open until then),", "", "add `testing`"),
        ("sound: bool,", "sound: bool, light: bool,", "`light` is never sent"),
    ],
)
def test_the_pages_word_that_is_missing_is_named(old: str, new: str, said: str) -> None:
    agent = next(case for case in CASES if case.name == "Agent")
    assert old in PAGE
    found = differences(agent, page=PAGE.replace(old, new, 1))
    assert found == [f"docs/desk-protocol.md, Entities, Agent: {said}"]


def test_the_page_names_every_cause() -> None:
    """The pages' types are held by tests/unit/test_one_rule.py."""
    hit = re.search(r"^\*\*Cause\*\* .*? `router/core/causes.py`: (.*?)\.", PAGE, re.M | re.S)
    assert hit
    assert re.findall(r"`(\w+)`", hit[1]) == [str(cause) for cause in Cause]

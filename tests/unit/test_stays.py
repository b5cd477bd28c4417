"""Whoever asks for what belongs to an incident asks `stays.of`: one copy of the rule of merges.

A new reader that compares with an id misses what was merged into it, and is named here.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXACTLY = {
    "router/records/stays.py": "the rule itself",
    "router/records/incidents.py": "is given the ids of all that belong together",
    "router/records/search_hits.py": "is given the ids of all that belong together",
    "router/records/search_index.py": "is given the ids of all that belong together",
    "router/records/filings.py": "puts rows of one of the merged incidents elsewhere, and back",
    "router/records/joinings.py": "who is a party of exactly which incident",
    "router/records/next_actions.py": "the one that is to be done stands in the one that stays",
    "router/records/people.py": "writes the row of one that stays",
    "router/records/incident_changes.py": "writes the row of one that stays",
    "router/records/lines/filings.py": "which of two incidents an act concerns",
}
"""Files that may compare, and why. Each of them is read with care."""

JOINS = ("named", "_named", "member", "_member", "other")
"""Aliases that resolve in the same statement (`stays.root_of`)."""


def _is_incident_column(node: ast.expr) -> bool:
    """`x.c.incident`, `c.incident`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "incident"
        and (
            (isinstance(node.value, ast.Attribute) and node.value.attr == "c")
            or (isinstance(node.value, ast.Name) and node.value.id in ("c", "_contact"))
        )
    )


def compared(text: str) -> list[int]:
    """Lines that compare a column that names an incident, not by `stays.of`."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            resolved = any(
                isinstance(part, ast.Name) and part.id in JOINS
                for side in sides
                for part in ast.walk(side)
            )
            if any(_is_incident_column(side) for side in sides) and not resolved:
                found.append(node.lineno)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "in_"
            and _is_incident_column(node.func.value)
        ):
            found.append(node.lineno)
    return found


def test_a_reader_that_forgets_merged_incidents_is_named() -> None:
    forgot = {}
    for room in ("router", "channels", "holdfast"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "migrations/" in name or name in EXACTLY:
                continue
            if lines := compared(path.read_text(encoding="utf-8")):
                forgot[name] = lines
    assert not forgot, f"ask stays.of(column, incident) instead: {forgot}"


def test_it_sees_a_comparison_and_a_list_but_no_join() -> None:
    assert compared("select(x).where(contact.c.incident == one)") == [1]
    assert compared("select(x).where(schema.note.c.incident.in_(ids))") == [1]
    assert compared("select(x).join(named, named.c.id == contact.c.incident)") == []
    assert compared("select(x).where(stays.of(contact.c.incident, one))") == []

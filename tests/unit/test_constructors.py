"""A constructor that takes everything knows everything: at most six arguments."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("router", "softphone", "channels", "holdfast")
MOST = 6


def wide(source: str) -> dict[str, int]:
    """Classes whose constructor takes more, with how many it takes."""
    found = {}
    for kind in ast.walk(ast.parse(source)):
        if not isinstance(kind, ast.ClassDef):
            continue
        for part in kind.body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                asked = part.args
                takes = len(asked.posonlyargs) + len(asked.args) + len(asked.kwonlyargs) - 1
                if takes > MOST:
                    found[kind.name] = takes
    return found


def test_a_constructor_takes_at_most_six() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 200
    found = {name: n for path in files for name, n in wide(path.read_text()).items()}
    assert found == {}


def test_the_seventh_is_seen() -> None:
    names = ", ".join(f"a{n}" for n in range(7))
    assert wide(f"class Wide:\n    def __init__(self, {names}): ...") == {"Wide": 7}
    assert wide(f"class Wide:\n    def __init__(self, *, {names}): ...") == {"Wide": 7}
    assert wide("class Six:\n    def __init__(self, a, b, c, *, d, e, f): ...") == {}

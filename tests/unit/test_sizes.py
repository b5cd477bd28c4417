"""scripts/sizes.py: what is too large is named, with its limit; nothing else is."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

faults = run_path(str(Path(__file__).parents[2] / "scripts" / "sizes.py"))["faults"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("router/a.py", "x\n" * 500, []),
        ("router/a.lua", "x\n" * 501, ["router/a.lua: 501 lines, 500 at most"]),
        ("tests/a.py", "x\n" * 800, []),
        ("tests/a.py", "x\n" * 801, ["tests/a.py: 801 lines, 800 at most"]),
        ("static/a.js", "x" * 110 + "\n" + "y" * 111, ["static/a.js:2: 111 columns, 110 at most"]),
        ("a/b.lua", "x" * 110 + "\n" + "y" * 111, ["a/b.lua:2: 111 columns, 110 at most"]),
        ("a/b.sql", "x" * 111, []),
        ("static/a.css", "…" * 111, ["static/a.css:1: 111 columns, 110 at most"]),
        ("holdfast/a.py", ("…" * 100 + "\n") * 80, ["holdfast/a.py: 24080 bytes, 24000 at most"]),
        ("tests/a.py", ("x" * 100 + "\n") * 300, []),
    ],
)
def test_what_is_too_large_is_named_with_its_limit(name: str, text: str, said: list[str]) -> None:
    found = list(faults(name, text))
    assert len(found) == len(said)
    assert all(fault.startswith(start) for fault, start in zip(found, said, strict=True))

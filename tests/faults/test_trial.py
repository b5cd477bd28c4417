"""How a fault is tried: in the copy alone, and who was red is told as pytest takes it again."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.faults import Fault
from tests.faults.trial import Copy, named_red

SLIP = Fault("a-01", "a", "a.py", "x <= 1", "x < 1", "Nobody.", ("tests/unit/test_a.py",))


def test_faults_are_in_the_copy_inside_the_block_alone(tmp_path: Path) -> None:
    """Each time with another moment: a file compiled before is never taken for the new one."""
    path = tmp_path / "a.py"
    path.write_text("if x <= 1 or y <= 1:\n")
    moments = [path.stat().st_mtime]
    with (
        contextlib.suppress(KeyError),
        Copy(tmp_path).with_faults([SLIP, replace(SLIP, old="y", new="z")]),
    ):
        assert path.read_text() == "if x < 1 or z <= 1:\n"
        moments.append(path.stat().st_mtime)
        raise KeyError
    assert path.read_text() == "if x <= 1 or y <= 1:\n"
    moments.append(path.stat().st_mtime)
    assert [int(at) for at in moments] == sorted({int(at) for at in moments})


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("FAILED tests/a.py::test_b", "tests/a.py::test_b"),
        ("FAILED tests/a.py::test_b - AssertionError: x [1]", "tests/a.py::test_b"),
        (
            "FAILED tests/a.py::test_b[Fri 9-12, [x] 1] - E",
            "tests/a.py::test_b[Fri 9-12, [x] 1]",
        ),
        ("ERROR tests/a.py::test_b - E", "tests/a.py::test_b"),
        ("ERROR tests/a.py - ImportError", "tests/a.py"),
        ("1 passed", None),
    ],
)
def test_who_was_red_is_named(line: str, name: str | None) -> None:
    assert named_red(f"..F\n{line}\n1 failed\n") == name

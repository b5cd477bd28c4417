"""What runs on SQLite alone (tests/intake/conftest.py) is there, and says which of it does not."""

from __future__ import annotations

import re
from pathlib import Path

from tests.intake.conftest import ON_BOTH, ONE_DATABASE

INTAKE = Path(__file__).parents[1] / "intake"


def test_each_file_and_each_test_that_is_named_is_there() -> None:
    """A file that got another name would run twice again, and a test that did would not run on
    PostgreSQL any more."""
    texts = {path.name: path.read_text() for path in INTAKE.glob("test_*.py")}
    assert texts.keys() >= ONE_DATABASE
    tests = {
        name
        for file in ONE_DATABASE
        for name in re.findall(r"^async def (test_\w+)", texts[file], re.M)
    }
    assert tests >= ON_BOTH

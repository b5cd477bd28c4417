"""What has to answer at once, or to stay small, loads nothing of what a worker needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "sqlalchemy", "redis", "aiohttp", "twilio", "av", "aiortc", "alembic")


@pytest.mark.parametrize(
    "module",
    ["holdfast.cli", "holdfast.processes.parent", "holdfast.processes.reload_command"],
)
def test_it_loads_no_record_no_index_no_sound_and_no_server(module: str) -> None:
    ask = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []

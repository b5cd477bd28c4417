"""A command ends at once: what it imported is not looked through on the way out."""

from __future__ import annotations

import subprocess
import sys

from tests.kit.sandbox import ROOT

SAID_LAST = """
import atexit, gc, sys
atexit.register(lambda: print("frozen", gc.get_freeze_count()))
sys.argv = ["holdfast", "--help"]
from holdfast.cli import main
main()
"""


def test_everything_is_left_as_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SAID_LAST], cwd=ROOT, capture_output=True, text=True, check=True
    )
    last, count = done.stdout.splitlines()[-1].split()
    assert last == "frozen"
    assert int(count) > 10_000

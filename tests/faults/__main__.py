"""`make faults` and `make faults-batch`: see docs/faults.md. Results as JSON lines, then counts."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.faults.faults import Fault, all_faults, chosen
from tests.faults.trial import Copy, copy, run


def alone(tree: Copy, fault: Fault) -> dict[str, Any]:
    """What its nearest tests say of one fault; a test that is red without it proves nothing."""
    told: dict[str, Any] = {"id": fault.id, "room": fault.room}
    if not fault.fits(tree.root):
        return told | {"result": "does not apply"}
    began = time.monotonic()
    with tree.with_faults([fault]):
        green, by = run(tree, fault.nearest)
    told["seconds"] = round(time.monotonic() - began, 1)
    if green:
        return told | {"result": "survived"}
    if green is None:
        return told | {"result": "no tests", "why": by}
    again = [by] if by.startswith("tests/") and ".mjs" not in by else fault.nearest
    green, _ = run(tree, again)
    return told | {"result": "caught" if green else "red without it", "by": by}


def each(faults: Iterable[Fault]) -> Counter[str]:
    """One after the other, told as soon as it is known."""
    counts = Counter[str]()
    with copy() as tree:
        for fault in faults:
            told = alone(tree, fault)
            counts[told["result"]] += 1
            print(json.dumps(told, ensure_ascii=False), flush=True)
    return counts


def batch(number: int, files: list[str]) -> Counter[str]:
    """All faults of a batch at once through `make test`; a fault is caught by a red test among its
    nearest ones, or else by one in its room's tests. No two of a batch share a nearest file."""
    faults = [fault for fault in all_faults() if fault.batch == number]
    counts = Counter[str]()
    with copy() as tree:
        fit = [fault for fault in faults if fault.fits(tree.root)]
        report = tree.root / "var" / "faults.xml"
        with tree.with_faults(fit):
            red = _whole(tree, report, files)
        owner = {name.partition("::")[0]: fault for fault in fit for name in fault.nearest}
        for fault in faults:
            result, by = "survived", list[str]()
            if fault not in fit:
                result = "does not apply"
            elif near := [name for name in red if _among(name, fault.nearest)]:
                result, by = "caught", near
            elif room := [
                name for name in red if _neighbour(name, fault) and name.split("::")[0] not in owner
            ]:
                result, by = "caught in its room", room
            counts[result] += 1
            print(json.dumps({"id": fault.id, "room": fault.room, "result": result, "by": by[:5]}))
        rest = [name for name in red if name.partition("::")[0] not in owner]
        print(json.dumps({"red": len(red), "elsewhere": rest[:60]}), flush=True)
    return counts


def _whole(tree: Copy, report: Path, files: list[str]) -> list[str]:
    """Ids of the tests that are red, of the whole run, or of `files` alone (to try this out)."""
    kept = [word for name in ("run", "dev", "pages") for word in ("-o", f".venv/.{name}")]
    command = ["make", *kept, "test"]
    if files:
        command = [sys.executable, "-m", "pytest", "-n", "2", *files]
    env = tree.env | {"PYTEST_ADDOPTS": f"--tb=no --junitxml={report} -o junit_family=xunit1"}
    subprocess.run(command, cwd=tree.root, env=env, stdout=sys.stderr, check=False)
    cases = ElementTree.parse(report).iter("testcase")
    red = (
        f"{case.get('file')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    )
    return sorted(name for name in red if not name.startswith("tests/faults/"))  # of the table


def _among(name: str, tests: Iterable[str]) -> bool:
    """Is this test one of them? pytest runs those of node in tests/browser/test_modules.py."""
    return any(
        name == test
        or name.startswith((f"{test}::", f"{test}["))
        or (test.endswith(".mjs") and Path(test).name in name)
        for test in tests
    )


def _neighbour(name: str, fault: Fault) -> bool:
    """Does it stand in a folder of its nearest tests?"""
    return any(
        name.startswith(f"{Path(test.partition('::')[0]).parent}/") for test in fault.nearest
    )


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults")
    options.add_argument("--only", default="", help="ids, rooms or beginnings of ids: lua-03,desk")
    options.add_argument("--batch", type=int, help="run this batch through the whole `make test`")
    options.add_argument("files", nargs="*", help="with --batch: only these test files")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes with it
    try:
        counts = batch(given.batch, given.files) if given.batch else each(chosen(given.only))
    except ValueError as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2
    print(json.dumps({"faults": counts.total(), **dict(sorted(counts.items()))}))
    return 0 if counts.total() and set(counts) <= {"caught", "caught in its room"} else 1


if __name__ == "__main__":
    sys.exit(main())

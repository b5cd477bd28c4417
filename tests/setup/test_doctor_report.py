"""`holdfast doctor` as a command: lines, colours, JSON, exit status."""

from __future__ import annotations

import asyncio
import io
import json
import sys

import pytest

from holdfast.doctor import Finding, State, show
from tests.kit.sandbox import ROOT
from tests.setup.conftest import Setup

FOUND = [
    Finding("store", State.OK, "answers"),
    Finding("credentials", State.FAIL, "refused", "Copy them."),
    Finding("clock", State.UNKNOWN, "not asked"),
    Finding("disk", State.WARN, "little", "Make room."),
]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


async def doctor(env: dict[str, str], *flags: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "doctor", *flags),
        env=env,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_healthy_setup_exits_with_0_and_plain_lines(setup: Setup) -> None:
    status, out = await doctor(setup.env | {"PYTHONIOENCODING": "utf-8"})
    assert status == 0, out
    assert "\x1b" not in out
    lines = out.splitlines()
    assert all(line.startswith("✓ ok ") for line in lines[:-1]), out
    assert lines[-1] == f"{len(lines) - 1} ok"


async def test_fault_exits_with_1_and_json_names_it(setup: Setup) -> None:
    status, out = await doctor(setup.env | {"HOLDFAST_SMTP_URL": "smtp://127.0.0.1:1"}, "--json")
    assert status == 1
    document = json.loads(out)
    assert document["failed"] is True
    failed = [check for check in document["checks"] if check["state"] == "fail"]
    assert [check["check"] for check in failed] == ["mail"]
    assert failed[0]["mend"]


def test_shape_word_and_mend_stand_in_columns() -> None:
    out = io.StringIO()
    assert show(FOUND, as_json=False, file=out) == 1
    assert out.getvalue().splitlines() == [
        "✓ ok      store        answers",
        "✗ fail    credentials  refused",
        "                       Copy them.",
        "? unknown clock        not asked",
        "▲ warn    disk         little",
        "                       Make room.",
        "1 ok, 1 warn, 1 fail, 1 unknown",
    ]


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    show(FOUND, as_json=False, file=out)
    assert "\x1b[1;31m" in out.getvalue()


def test_warnings_and_unknowns_do_not_fail() -> None:
    calm = [outcome for outcome in FOUND if outcome.state is not State.FAIL]
    assert show(calm, as_json=False, file=io.StringIO()) == 0

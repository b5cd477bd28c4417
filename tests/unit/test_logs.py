"""What a failure leaves in the log: where it was, never what anybody said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast.unbroken import Unbroken

CANARIES = ("the-password-hash", "a-word-of-a-caller", "+12065550142", "maya@example.org")

FAIL = """
import asyncio, logging, sys
from pathlib import Path
import structlog
from holdfast import logs
logs.configure("debug", Path(sys.argv[1]) if sys.argv[1] else None)
log = structlog.get_logger()

def deep(account):
    words = "a-word-of-a-caller " + "+1206" + "5550142"
    mail = "maya" + "@example.org"
    try:
        return {}[words]
    except KeyError:
        raise ValueError(f"cannot read {words} of {mail} with {account}")

def outer():
    secret = {"password_hash": "the-password" + "-hash"}
    deep(secret["password_hash"])

try:
    outer()
except ValueError:
    log.exception("request.failed", path="/x")
    log.error("other.failed", exc_info=True)
    logging.getLogger("aiohttp.server").exception("Unhandled exception")
try:
    open("/nowhere/at/all")
except OSError:
    log.exception("file.failed")

async def forgotten():
    task = asyncio.ensure_future(asyncio.to_thread(outer))
    await asyncio.wait([task])
    del task

asyncio.run(forgotten())
import gc; gc.collect()
outer()
"""


def said(tmp_path: Path, plain: bool) -> str:
    """Everything that the process wrote, to its log and to standard error."""
    file = tmp_path / "plain.log" if plain else None
    done = subprocess.run(
        [sys.executable, "-c", FAIL, str(file or "")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stdout + done.stderr + (file.read_text() if file else "")


@pytest.mark.parametrize("plain", [False, True])
def test_a_failure_tells_where_it_was_and_nobodys_words(tmp_path: Path, plain: bool) -> None:
    text = said(tmp_path, plain)
    for canary in CANARIES:
        assert canary not in text.replace('"the-password" + "-hash"', ""), text
    for word in ("request.failed", "other.failed", "Unhandled exception", "file.failed",
                 "never retrieved", "ValueError", "KeyError", "in deep", "in outer",
                 "No such file"):  # fmt: skip
        assert word in text, (word, text)


def test_lines_for_programs_stay_json(tmp_path: Path) -> None:
    lines = [line for line in said(tmp_path, plain=False).splitlines() if line.startswith("{")]
    events = {json.loads(line)["event"] for line in lines}
    assert {"request.failed", "other.failed", "file.failed"} <= events


class Narrow:
    """A file that takes so many bytes, then none until it is emptied: a full disk."""

    def __init__(self) -> None:
        self.read, self.fd = os.pipe()
        os.set_blocking(self.fd, False)

    def fileno(self) -> int:
        return self.fd

    def isatty(self) -> bool:
        return False


def test_lines_that_a_full_place_does_not_take_are_counted_and_told() -> None:
    narrow = Narrow()
    out = Unbroken(narrow)  # type: ignore[arg-type]
    line = "x" * 999 + "\n"
    while not out.lost:
        out.write(line)
    for _ in range(4):
        out.write(line)
    assert out.lost == 5
    os.read(narrow.read, 1 << 20)
    out.write("again\n")
    told = os.read(narrow.read, 1 << 20).decode().splitlines()
    assert json.loads(told[-2]) == {"event": "log.lines_lost", "level": "warning", "lines": 5}
    assert told[-1] == "again"
    out.write("more\n")
    assert os.read(narrow.read, 1 << 20) == b"more\n"


@pytest.mark.parametrize("plain", [False, True])
def test_a_log_that_cannot_be_written_breaks_nothing(plain: bool) -> None:
    """/dev/full refuses every byte, as a full disk does."""
    work = """
import logging, sys
from pathlib import Path
import structlog
from holdfast import logs
logs.configure("debug", Path("/dev/full") if sys.argv[1] else None)
for n in range(100):
    structlog.get_logger().info("call.came", n=n)
    logging.getLogger("x").warning("a library speaks")
    try:
        1 / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("failed")
print("went on")
"""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", work, "plain" if plain else ""],
            stdout=subprocess.PIPE, stderr=full, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "went on\n")


WHEN = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Its microseconds may be any digits."""

SLIPPED = """
import logging, sys
import structlog
from holdfast import logs
logs.configure("debug")
for value in sys.argv[1:]:
    structlog.get_logger().warning("call.failed", error=f"cannot reach {value}: refused")
    logging.getLogger("somebody.elses").warning("no route to %s", value)
"""


def test_a_number_or_address_that_slipped_into_a_value_is_struck_out() -> None:
    """Of every country, shortest and longest (E.164), and of what libraries say themselves."""
    values = (
        *("+12065550142", "+442079460958", "+34912345678", "+2902345", "+491715550142333"),
        *("maya@example.org", "sip:+8613812345678@carrier.example.net"),
    )
    done = subprocess.run(
        [sys.executable, "-c", SLIPPED, *values], capture_output=True, text=True, check=True
    )
    words = WHEN.sub("", done.stdout + done.stderr)
    assert words.count("cannot reach ") == words.count("no route to ") == len(values)
    assert [value for value in values if value in words] == []
    assert not any(digits in words for digits in ("5550142", "7946", "9123", "2902", "138123"))
    assert "maya" not in words

"""Each step of the library says at its head what it takes, refuses and tells, and that is so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import router.live
from router.live.library import PARTS, TRIAL

FOLDER = Path(router.live.__file__).parent / "lua"
OPENING = re.compile(r"^(?:entry\.)?mutation\('(\w+)', function\(req\)$", re.MULTILINE)
HELPER = re.compile(
    r"^local function (\w+)\([^)\n]*\breq\b[^)\n]*\)\n.*?^end$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Step:
    part: str
    name: str
    opening: str
    head: str
    takes: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    tells: set[str] = field(default_factory=set)


def asked(code: str) -> set[str]:
    """Fields of the request that code reads; what it writes there first is its own."""
    return set(re.findall(r"\breq(?:\.|\[')(\w+)", code))


def refusing() -> dict[str, set[str]]:
    """Functions beside the steps that refuse for them, with their codes."""
    found = {}
    for part in PARTS:
        code = re.sub(r"--.*", "", (FOLDER / f"{part}.lua").read_text(encoding="utf-8"))
        for name, body in re.findall(r"^function (\w+\.\w+)\((.*?)^end$", code, re.M | re.S):
            codes = set(re.findall(r"\bno\('(\w+)'", body))
            if codes:
                found[name] = codes
    return found


REFUSING = refusing()


def steps_of(part: str) -> list[Step]:
    source = (FOLDER / f"{part}.lua").read_text(encoding="utf-8")
    helpers = {found[1]: found[0] for found in HELPER.finditer(source)}
    steps = []
    for found in OPENING.finditer(source):
        body = source[found.start() : source.index("\nend)", found.start())]
        code = re.sub(r"--.*", "", body)
        with_helpers = code
        for name in helpers:
            if re.search(rf"\b{name}\([^\n]*\breq\b", code):
                with_helpers += helpers[name]
        for name in helpers:  # one helper may ask another
            if re.search(rf"\b{name}\([^\n]*\breq\b", with_helpers):
                with_helpers += helpers[name]
        steps.append(
            Step(
                part,
                found[1],
                found[0],
                head_of(source[: found.start()]),
                asked(re.sub(r"--.*", "", with_helpers)),
                set(re.findall(r"\bno\([^\n]*?'(\w+)'", code))
                | set(re.findall(r"\bno\([^\n]*? or '(\w+)', '", code))
                | set().union(*(codes for name, codes in REFUSING.items() if name in code))
                | set(re.findall(r"ok = false, code = '(\w+)'", code)),
                set(re.findall(r"\bevent\('([\w.]+)'", code))
                | set(re.findall(r"\bevent\([^,\n]*? or '([\w.]+)',", code))
                | set(re.findall(r"\bevent\([^,\n]*? and '([\w.]+)'", code)),
            )
        )
    return steps


def head_of(before: str) -> str:
    lines: list[str] = []
    for line in reversed(before.rstrip("\n").split("\n")):
        if not line.startswith("--"):
            break
        lines.insert(0, line.removeprefix("--"))
    return "\n".join(lines)


def told(head: str, label: str) -> set[str]:
    found = re.search(rf"^ {label}: ((?:[\w.]+,\s*)*[\w.]+)$", head, re.MULTILINE)
    return set(re.findall(r"[\w.]+", found[1])) if found else set()


STEPS = [step for part in (*PARTS, TRIAL) for step in steps_of(part)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_says_at_its_head_what_it_takes_refuses_and_tells(step: Step) -> None:
    assert told(step.head, "takes") == step.takes
    assert told(step.head, "refuses") == step.refuses
    assert told(step.head, "tells") == step.tells


def test_all_steps_are_looked_at() -> None:
    assert len(STEPS) == sum(
        len(re.findall(r"mutation\('", (FOLDER / f"{part}.lua").read_text(encoding="utf-8")))
        for part in (*PARTS, TRIAL)
    )

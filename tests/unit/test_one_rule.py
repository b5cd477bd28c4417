"""One rule (docs/adr/0015): pages read who may take what, and work none of it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.core.causes import Cause

STATIC = Path(__file__).parents[2] / "static"

TERMS = r"(?:\bfloor\b(?!\()|\bshift\??\.(?:from|to)\b)"
COMPARED = r"(?:[<>]=?|[!=]==)"
OF_THE_RULE = re.compile(
    r"\.used\b"  # of an agent's hundred units
    r"|\b(?:UNITS|max_sms|max_email|ceiling|presence)\b"
    r"|\b1e13\b|10 ?\*\* ?13"  # tiers of a score
    rf"|{TERMS}(?: \?\? \d+)?\)*\s{COMPARED}\s"  # training and shift
    rf"|\s{COMPARED}\s[\w.?(]*{TERMS}"
    r"|\bskills\)?\["
)
PLACES = "order.js"
"""Counts places (docs/routing.md, "Position"); nobody is offered anything by them."""


def code(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)


def pages() -> list[Path]:
    """Those that work something out: neither words nor other people's libraries."""
    beside = {"vendor", "strings"}
    found = [p for p in STATIC.rglob("*.js") if not beside & set(p.parts) and p.name != PLACES]
    assert len(found) > 60
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(STATIC)))
def test_a_page_reads_nothing_that_the_rule_decides_by(page: Path) -> None:
    assert OF_THE_RULE.findall(code(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "const UNITS = { voice: 100, sms: 25, email: 15 };",
        "Math.floor(Math.max(0, 100 - (agent?.used ?? 0)) / 25)",
        "const tierOf = (c) => Math.floor(c.score / 1e13);",
        "if (tier < (agent.stage?.floor ?? 0)) return 'training';",
        "if (agent.stage?.floor > tier) return 'training';",
        "!!a.shift && (now < a.shift.from || now >= a.shift.to)",
        "return a.shift?.to <= now;",
        "if (!agent || agent.presence !== 'online') return 'lost';",
        "(skills[skill] ?? 0) >= needs[skill]",
    ],
)
def test_what_pages_once_worked_out_would_be_found(line: str) -> None:
    assert OF_THE_RULE.search(code(line))


@pytest.mark.parametrize(
    "line",
    [
        "t.terms.stage(a.stage.word, a.stage.floor)",
        "const s = Math.floor(ms / 1000) > 3;",
        "toast(t.terms.ready(dayAndTime(agent.shift.from)), 'info');",
        "if (a.room.sms > 0) return;",
        "skillsText(a.skills)",
    ],
)
def test_what_a_page_only_shows_is_left_alone(line: str) -> None:
    assert not OF_THE_RULE.search(code(line))


def test_pages_know_every_code_and_no_other() -> None:
    """The type checker holds the words against this type."""
    types = (STATIC / "protocol.d.ts").read_text(encoding="utf-8")
    declared = re.search(r"^type Cause =(.*?);", types, re.DOTALL | re.MULTILINE)
    assert declared
    assert re.findall(r"'(\w+)'", declared[1]) == [cause.value for cause in Cause]

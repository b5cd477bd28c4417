"""What is so about an agent is shown by static/agent.js alone, so that desk and board cannot tell
two stories of one pause, and a new fact about an agent has one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
HERE = "agent.js"
OF_AN_AGENT = re.compile(
    r"\.pause_reason\b|\bt\.(?:states|pauses|agent)\b|\.stage\??\.word|\bt\.terms\.(?:stage|outside)"
)
ALSO = {"model.js": {".pause_reason"}}  # decides what was missed, and shows nothing


def found_in(source: str) -> set[str]:
    return set(OF_AN_AGENT.findall(re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)))


def test_no_other_page_file_words_an_agent() -> None:
    files = [
        path
        for path in STATIC.rglob("*.js")
        if not {"strings", "vendor", "phone"} & set(path.relative_to(STATIC).parts)
    ]
    elsewhere = {
        name: found - ALSO.get(name, set())
        for path in files
        if (name := str(path.relative_to(STATIC))) != HERE
        and (found := found_in(path.read_text(encoding="utf-8"))) - ALSO.get(name, set())
    }
    assert elsewhere == {}
    assert found_in((STATIC / HERE).read_text(encoding="utf-8"))  # the pattern finds something


@pytest.mark.parametrize(
    "line",
    [
        "centre.value?.pause_reasons?.find((r) => r.code === a.pause_reason)?.word",
        "const word = t.states[a.state] ?? a.state;",
        "t.terms.stage(agent.stage.word, agent.stage.floor)",
        "t.pauses[code].told",
    ],
)
def test_what_pages_once_did_each_for_themselves_would_be_found(line: str) -> None:
    assert found_in(line)

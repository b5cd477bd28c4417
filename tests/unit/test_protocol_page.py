"""docs/desk-protocol.md against the intents that are declared: a row for each, with its fields,
where it is done, who may, and its line in the audit."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from holdfast.desk.intents import Form, intent
from holdfast.desk.topics import INTENTS
from holdfast.http.access import Permission
from holdfast.parts.roles import load
from holdfast.role import Role

load(Role.ALL)  # whichever part declares an intent
PAGE = Path(__file__).parents[2] / "docs" / "desk-protocol.md"
NOT_AN_INTENT = {"pong"}
"""Answered by the connection itself."""


def rows() -> dict[str, tuple[str, str, str]]:
    """Of the table: do -> fields, where, audit."""
    text = PAGE.read_text()
    lines = text[text.index("| do | fields |") :].split("\n\n")[0].splitlines()[2:]
    found = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 5, line
        for do in re.findall(r"`(\w+)`", cells[0]):
            assert do not in found, do
            found[do] = (cells[1], cells[2], cells[3])
    return found


def test_each_intent_has_a_row_and_each_row_an_intent() -> None:
    assert set(rows()) - NOT_AN_INTENT == set(INTENTS)


@pytest.mark.parametrize("do", sorted(INTENTS))
def test_the_row_says_what_the_intent_declares(do: str) -> None:
    fields, where, audit = rows()[do]
    declared = INTENTS[do]
    named = set(re.findall(r"`(\w+)`", fields))
    missing = {info.name for info in msgspec.structs.fields(declared.form)} - named
    assert missing == set(), "fields that the page does not name"
    steers = declared.permission in (Permission.QUEUE_STEER, Permission.CALL_LISTEN)
    who = " (supervisor)" if steers else ""
    assert where == ("desk" if declared.desk_only else "desk, board") + who
    assert tuple(re.findall(r"`([^`]+)`", audit)) == declared.audit


def test_an_intent_that_is_declared_twice_is_a_fault() -> None:
    class Empty(Form, frozen=True):
        pass

    async def handler(_topic: object, _page: object, _form: Empty) -> dict[str, object]:
        return {}

    with pytest.raises(ValueError, match="two handlers of the intent pull"):
        intent("pull", Empty)(handler)

"""The table of states: whole, the same in every language, and declared nowhere else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from router.core import states
from router.core.contact import CALLBACK_MOVES, TEXT_MOVES, VOICE_MOVES
from router.core.model import LiveContact
from router.core.states import AGENT_STATES, AGENT_TIMERS, STATES, AgentState, Row, State
from router.live.library import library_source, states_source
from scripts.states import AS_TEXT, FAMILY, TIMER, UNKNOWN, check


def test_every_state_has_a_row() -> None:
    assert set(STATES) == set(State)
    assert set(AGENT_STATES) == set(AgentState)


def test_every_state_is_left_unless_it_is_final() -> None:
    left = {state for moves in (VOICE_MOVES, CALLBACK_MOVES, TEXT_MOVES) for state, _ in moves}
    assert {state for state, row in STATES.items() if not row.final} == left


def test_every_state_that_is_not_final_ends_by_itself() -> None:
    """Who waits has the ladder and the carrier's lease; a talk ends with the line."""
    without = {state for state, row in STATES.items() if not row.timer and not row.idle}
    assert without == {State.QUEUED, State.ENDED}


def test_a_rebuild_knows_a_moment_for_every_deadline_but_of_an_offer() -> None:
    """No offer outlives the index."""
    timed = {state for state, row in STATES.items() if row.timer}
    assert timed - {state for state, row in STATES.items() if row.lasts is not None} == {
        State.OFFERED
    }


def test_every_deadline_of_agents_says_one_way_when_it_comes_and_something_when_it_does() -> None:
    source = library_source()
    for kind, row in AGENT_TIMERS.items():
        ways = [
            row.at is not None,
            row.lasts is not None,
            f"\nfunction agent_timers.rules.{kind}(a)" in source,
        ]
        assert ways.count(True) == 1, kind
        assert f"function fire.{kind}(" in source, kind


def test_families_are_those_that_were_meant() -> None:
    s = State
    assert {s.QUEUED, s.OFFERED} == states.WAITS
    assert {s.QUEUED, s.OFFERED, s.CONNECTING} == states.IN_ORDER
    assert {s.CONNECTING, s.ACTIVE, s.DIALING, s.WRAPUP} == states.IN_HANDS
    assert {s.CONNECTING, s.ACTIVE, s.DIALING} == states.TALKS
    assert {s.OUTSIDE, s.AWAY, s.VOICEMAIL} == states.BEYOND
    assert {s.SCHEDULED, s.QUEUED, s.OFFERED} == states.NOT_MADE
    assert {s.IN_MENU, s.PARKED, s.VOICEMAIL, s.SCHEDULED} == states.STAYS
    assert {s.WRAPUP, s.ENDED} == states.OVER
    assert {s.IN_MENU, s.QUEUED, s.OFFERED, s.CONNECTING, s.OUTSIDE} == states.UNANSWERED


def test_the_library_begins_with_the_table() -> None:
    source = library_source()
    assert source.split("\n", 1)[1].startswith(states_source())
    rows = dict(re.findall(r"^  (\w+) = \{ (.*) \},?$", states_source(), re.MULTILINE))
    assert set(rows) == {state.value for state in State} | set(AGENT_TIMERS)
    assert rows["lease"] == "lasts = 'agent_lease', presence = 'online', outlives = true"
    assert rows["away"] == "beyond = true, timer = 'outside', lasts = 60000"
    assert rows["scheduled"].endswith("timer = 'due', lasts = 0")


def test_a_contact_of_a_strange_state_is_not_read() -> None:
    known = {"id": "c", "channel": "sms", "severity": 3, "arrived_at": 1, "score": 1}
    assert msgspec.convert(known, LiveContact).state is State.QUEUED
    assert msgspec.convert(known | {"state": "away"}, LiveContact).state is State.AWAY
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(known | {"state": "lunching"}, LiveContact)


def test_every_state_has_its_word_on_a_page() -> None:
    words = "".join(one.read_text(encoding="utf-8") for one in Path("static/strings").rglob("*.js"))
    for name, table in (("contactStates", STATES), ("states", AGENT_STATES)):
        found = re.search(rf"^  {name}: \{{(.*?)^  \}}", words, re.DOTALL | re.MULTILINE)
        assert found
        assert {state.value for state in table} <= set(re.findall(r"(\w+): '", found[1]))


def test_a_page_is_told_what_holds() -> None:
    told = states.holding(STATES)
    assert told["queued"] == {
        "waits": True, "in_order": True, "unanswered": True, "not_made": True,
    }  # fmt: skip
    assert told["ended"] == {"over": True, "final": True}
    assert {one.name for one in fields(Row)} >= set(told["active"])


@pytest.mark.parametrize(
    ("name", "source", "what"),
    [
        ("router/a.py", 'if live.state == "ended": pass', AS_TEXT),
        ("holdfast/a.py", 'x = live.state in ("ended", y)', AS_TEXT),
        ("holdfast/a.py", 'MINE = ("ended", "wrapup")', FAMILY),
        ("holdfast/a.py", 'status in ("arriving", "queued")', None),
        ("holdfast/a.py", 'match live.state:\n    case "queued" if x: pass', AS_TEXT),
        ("router/a.py", 'live.state, live.until = "scheduled", 1', AS_TEXT),
        ("router/a.py", 'live.state = "a" if x else "queued"', AS_TEXT),
        ("router/a.py", 'LiveContact(id="c", state="dialing")', AS_TEXT),
        ("channels/a.py", "MINE = {State.ACTIVE, State.PARKED}", FAMILY),
        ("channels/a.py", "live.state == State.ACTIVE or live.state == State.PARKED", FAMILY),
        ("channels/a.py", "live.state == State.ACTIVE and c.state == State.PARKED", FAMILY),
        ("channels/a.py", "live.state in TALKS or live.state == State.QUEUED", None),
        ("channels/sandbox/a.py", 'call.state == "ringing"', None),
        ("tests/a.py", 'live.state == "ended"', None),
        ("router/live/lua/a.lua", "if c.state == 'queued' then", AS_TEXT),
        ("router/live/lua/a.lua", "c.state, c.state_at = 'wrapup', ctx.now", AS_TEXT),
        ("router/live/lua/a.lua", "enter(c, 'wrapup', ms)", AS_TEXT),
        ("router/live/lua/a.lua", "if c.state == State.QUEUD then", UNKNOWN),
        ("router/live/lua/a.lua", "if STATES[c.state].wates then", UNKNOWN),
        ("router/live/lua/a.lua", "local row = STATES[c.state]\nif row.wates then", UNKNOWN),
        ("router/live/lua/a.lua", "if AGENT_TIMERS[kind].lats then", UNKNOWN),
        (
            "router/live/lua/a.lua",
            "for kind, row in pairs(AGENT_TIMERS) do\n  if row.lats then",
            UNKNOWN,
        ),
        ("router/live/lua/a.lua", "arm('lease', a.id, ctx.now + 1)", TIMER),
        ("router/live/lua/a.lua", "deadlines.disarm('shift', a.id)", TIMER),
        ("router/live/lua/a.lua", "agent_timers.arm(a, 'shift')", None),
        ("router/live/lua/a.lua", "row.tries = row.tries + 1", None),
        ("router/live/lua/a.lua", "c.state == State.ACTIVE or c.state == State.PARKED", FAMILY),
        ("static/a.js", "const x = c.state === 'queued';", AS_TEXT),
        ("static/a.js", "      const x = myself(after)?.state !== 'paused',", AS_TEXT),
        ("static/a.js", "    case 'wrapup':", AS_TEXT),
        ("static/a.js", "['active'].includes(c.state)", AS_TEXT),
        ("static/a.js", "const WAITS = ['queued', 'offered'];", FAMILY),
        (
            "static/a.js",
            "const MINE = new Set([ContactState.ACTIVE, ContactState.PARKED]);",
            FAMILY,
        ),
        (
            "static/a.js",
            "c.state === ContactState.ACTIVE || c.state === ContactState.PARKED",
            FAMILY,
        ),
        (
            "static/a.js",
            "if (path.peek() === 'connecting') return 'lost'; // c.state === 'lost'",
            None,
        ),
        (
            "static/a.js",
            "const x =\n  c.state === ContactState.ACTIVE ||\n  c.state === ContactState.PARKED;",
            FAMILY,
        ),
        ("static/a.js", "const WAITS = [\n  'queued',\n  'offered',\n];", FAMILY),
        ("static/phone/a.js", "call.state === 'ringing'", None),
        (
            "router/live/lua/a.lua",
            "if c.state == State.ACTIVE\n  or c.state == State.PARKED then",
            FAMILY,
        ),
        ("router/live/lua/a.lua", "disarm('parked', c.id) -- c.state == 'parked'", None),
    ],
)
def test_make_check_finds_a_state_as_a_text_and_a_family_anew(
    name: str, source: str, what: str | None
) -> None:
    assert [found for _, found in check(name, source)] == ([what] if what else [])

"""Replay: traces are read strictly before anything runs; what is told is what was decided."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from holdfast.lab.own_store import run_replay
from holdfast.settings.environment import default_config_path
from router.simulation import trace
from router.simulation.trace import TraceError
from tests.setup.processes import run

A1 = '{"at":0,"do":"agent","id":"a1","skills":{"vet":3}}'
C1 = '{"at":1,"do":"arrive","id":"c1","channel":"voice","severity":3}'
A, C = '{"at":0,"do":"agent","id":"a1"', '{"at":0,"do":"arrive","id":"c1","channel":"voice"'

FAULTY = {
    "a byte order mark": "\ufeff" + A1,
    "no JSON": "at 0 agent a1",
    "two objects": A1 + A1,
    "no object": "[]",
    "an unknown deed": '{"at":0,"do":"dance","id":"a1"}',
    "an unknown field": A + ',"skills":{},"name":"x"}',
    "no moment": '{"do":"agent","id":"a1","skills":{}}',
    "a negative moment": '{"at":-1,"do":"agent","id":"a1","skills":{}}',
    "a moment that is no number": '{"at":true,"do":"agent","id":"a1","skills":{}}',
    "a broken moment": '{"at":0.5,"do":"agent","id":"a1","skills":{}}',
    "NaN": '{"at":NaN,"do":"agent","id":"a1","skills":{}}',
    "no number at all": '{"at":1e400,"do":"agent","id":"a1","skills":{}}',
    "a moment beyond all clocks": '{"at":99999999999999999999,"do":"agent","id":"a1","skills":{}}',
    "nested without an end": '{"at":0,"x":' + "[" * 100_000,
    "an agent without skills": A + "}",
    "a level that is no number": A + ',"skills":{"vet":true}}',
    "a level of 6": A + ',"skills":{"vet":6}}',
    "half a letter": A + ',"skills":{"\\ud800":1}}',
    "a floor that is none": A + ',"skills":{},"floor":3}',
    "an empty id": '{"at":0,"do":"agent","id":"","skills":{}}',
    "an id of two lines": '{"at":0,"do":"agent","id":"a\\n1","skills":{}}',
    "an id that steers a terminal": '{"at":0,"do":"agent","id":"\\u001b[31m","skills":{}}',
    "a field twice": A + ',"skills":{},"id":"a2"}',
    "a field twice, written otherwise": A + ',"skills":{},"\\u0069d":"a2"}',
    "a skill twice": A + ',"skills":{"vet":1,"vet":3}}',
    "a call without a severity": C + "}",
    "severity 5": C + ',"severity":5}',
    "two severities": C + ',"severity":1,"severity":4}',
    "no channel": '{"at":0,"do":"arrive","id":"c1","severity":3}',
    "an unknown channel": '{"at":0,"do":"arrive","id":"c1","channel":"fax","severity":3}',
    "a step without needs": C + ',"severity":3,"ladder":[{"for_s":5},{"need":{}}]}',
    "a step without an end": C + ',"severity":3,"ladder":[{"need":{}},{"need":{}}]}',
    "a step that lasts for ever": C + ',"severity":3,"ladder":[{"need":{},"for_s":1e300}]}',
    "a step that lasts twice": C + ',"severity":3,"ladder":[{"need":{},"for_s":1,"for_s":2}]}',
    "a ladder that narrows": (
        C + ',"severity":3,"ladder":[{"need":{},"for_s":1},{"need":{"vet":1}}]}'
    ),
    "a contact that nobody knows": '{"at":0,"do":"abandon","id":"c9"}',
    "an agent whom nobody knows": '{"at":0,"do":"ready","id":"a9"}',
}


def read(lines: list[str]) -> list[trace.Line]:
    return [line for _, line in trace.read([line.encode() for line in lines])]


@pytest.mark.parametrize("line", FAULTY.values(), ids=FAULTY.keys())
def test_a_malformed_line_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(TraceError, match=r"^line 1: "):
        read([line])
    with pytest.raises(TraceError, match=r"^line 2: "):
        read([A1.replace("a1", "a0"), line])


def test_a_byte_order_mark_is_named_because_nobody_sees_it() -> None:
    with pytest.raises(TraceError, match=r"^line 1: .*byte order mark"):
        read([FAULTY["a byte order mark"]])


def test_the_clock_does_not_go_back_and_nobody_comes_twice() -> None:
    with pytest.raises(TraceError, match=r"^line 3: at 0 is before 1"):
        read([A1, C1, A1.replace("a1", "a2")])
    with pytest.raises(TraceError, match=r"^line 3: contact 'c1' has already arrived"):
        read([A1, C1, C1])


def test_an_agent_may_come_again_and_empty_lines_say_nothing() -> None:
    assert len(read([A1 + "\n", "\n", A1, ""])) == 2
    assert read([]) == []


def test_a_byte_that_is_no_text_is_refused_with_its_line() -> None:
    line = b'{"at":0,"do":"agent","id":"a\xff","skills":{}}\n'
    with pytest.raises(TraceError, match=r"^line 3: .*UTF-8.* byte 29"):
        trace.read([A1.encode() + b"\n", b"\n", line])


def test_what_a_trace_need_not_say() -> None:
    [agent, contact] = read([A1, C1])
    assert isinstance(agent, trace.Agent)
    assert agent.floor == 0
    assert isinstance(contact, trace.Arrive)
    assert (contact.ladder, contact.named) == ([], None)


def written(tmp_path: Path, *lines: dict[str, Any] | str) -> Path:
    path = tmp_path / "trace.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path


async def replay(tmp_path: Path, *lines: dict[str, Any] | str) -> tuple[list[Any], str]:
    """Decisions and notes, in this process: one of its own costs 0.4 s of a core."""
    said: list[str] = []
    with redirect_stderr(StringIO()) as notes:
        await run_replay(written(tmp_path, *lines), default_config_path(), said.append)
    return [json.loads(line) for line in said], notes.getvalue()


async def command(path: Path) -> tuple[int, list[Any], str]:
    """The command itself: its status, decisions and errors."""
    status, out, errors = await run("replay", str(path), env={})
    return status, [json.loads(line) for line in out.splitlines()], errors


async def test_nothing_is_run_when_the_last_line_is_malformed(tmp_path: Path) -> None:
    status, told, errors = await command(written(tmp_path, A1, C1, "{"))
    assert (status, told) == (1, [])
    assert "line 3" in errors
    assert "Nothing was run" in errors
    assert "Traceback" not in errors


async def test_nothing_is_run_when_a_byte_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_bytes(A1.encode() + b"\n" + C1.encode().replace(b"c1", b"\xe9") + b"\n")
    status, told, errors = await command(path)
    assert (status, told) == (1, [])
    assert "line 2: " in errors
    assert "Nothing was run" in errors


async def test_an_emergency_widens_interrupts_and_is_told(tmp_path: Path) -> None:
    vet = {"need": {"vet": 3}, "for_s": 5}
    trace_ = written(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {"en": 5}},
        {"at": 0, "do": "arrive", "id": "m", "channel": "email", "severity": 3},
        {"at": 1000, "do": "accept", "id": "m", "agent": "a1"},
        {
            "at": 2000,
            "do": "arrive",
            "id": "c",
            "channel": "voice",
            "severity": 1,
            "ladder": [vet, {"need": {}}],
        },
        {"at": 8000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 9000, "do": "end", "id": "c"},
        {"at": 10000, "do": "wrapped", "id": "c", "agent": "a1"},
        {"at": 11000, "do": "end", "id": "m"},
    )
    status, told, errors = await command(trace_)
    assert (status, errors) == (0, "")
    assert {frozenset(line) for line in told} == {
        frozenset(("at", "event", "contact", "agent", "step", "why"))
    }
    lines = [(line["at"], line["event"], line["contact"], line["agent"]) for line in told[:9]]
    assert lines == [
        (0, "offered", "m", "a1"),
        (1000, "active", "m", "a1"),
        (7000, "moved", "c", None),
        (7000, "offered", "c", "a1"),
        (8000, "interrupted", "m", "a1"),
        (8000, "parked", "m", "a1"),
        (8000, "active", "c", "a1"),
        (10000, "ended", "c", "a1"),
        (10000, "active", "m", "a1"),
    ]


async def test_a_failed_self_test_pauses(tmp_path: Path) -> None:
    told, _ = await replay(
        tmp_path,
        A1,
        {"at": 0, "do": "selftest", "id": "a1", "pass": False},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 2},
    )
    assert [(line["at"], line["event"]) for line in told] == [
        (0, "offered"),
        (15000, "expired"),
        (15000, "requeued"),
    ]


ALONE = {"need": {"vet": 3}}


def brief(told: list[Any]) -> list[tuple[int, str, str | None, int]]:
    return [(line["at"], line["event"], line["agent"], line["step"]) for line in told]


async def test_an_s1_that_nobody_written_can_take_goes_on_to_anybody(tmp_path: Path) -> None:
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {"en": 5}},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": [ALONE]},
        {"at": 11000, "do": "accept", "id": "c", "agent": "a1"},
    )
    assert brief(told)[:3] == [
        (10000, "moved", None, 1),
        (10000, "offered", "a1", 1),
        (11000, "active", "a1", 1),
    ]


@pytest.mark.parametrize(("for_s", "anybody_at"), [(0, 0), (2, 2000), (None, 10000)])
async def test_the_last_step_of_an_s1_stands_as_long_as_it_says(
    tmp_path: Path, for_s: int | None, anybody_at: int
) -> None:
    rung = ALONE if for_s is None else ALONE | {"for_s": for_s}
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {}},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": [rung]},
    )
    offers = [line for line in brief(told) if line[1] == "offered"]
    assert offers[0] == (anybody_at, "offered", "a1", 1)


async def test_the_ladder_of_the_issue_ends_at_supervisors_and_outside(tmp_path: Path) -> None:
    ladder = [ALONE | {"for_s": 5}, {"need": {}}]
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": ladder},
    )
    assert brief(told) == [
        (0, "moved", None, 2),  # nobody ready may take it
        (10000, "moved", None, 3),
    ]


async def test_raised_to_s1_a_written_ladder_goes_on_and_lowered_it_does_not(
    tmp_path: Path,
) -> None:
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {}},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 3, "ladder": [ALONE]},
        {"at": 2000, "do": "arrive", "id": "d", "channel": "sms", "severity": 3, "ladder": [ALONE]},
        {"at": 4000, "do": "severity", "id": "c", "severity": 1},
        {"at": 4000, "do": "severity", "id": "d", "severity": 1},
        {"at": 6000, "do": "severity", "id": "d", "severity": 3},
        {"at": 11000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 30000, "do": "severity", "id": "d", "severity": 1},
    )
    assert brief([line for line in told if line["contact"] == "c"])[:4] == [
        (4000, "moved", None, 0),
        (10000, "moved", None, 1),  # ladder time runs from its arrival
        (10000, "offered", "a1", 1),
        (11000, "active", "a1", 1),
    ]
    assert brief([line for line in told if line["contact"] == "d"]) == [
        (4000, "moved", None, 0),
        (6000, "moved", None, 0),
        (30000, "moved", None, 3),  # 28 s of it: past anybody and supervisors
    ]


async def test_a_new_severity_in_a_call_keeps_the_step_it_was_answered_at(tmp_path: Path) -> None:
    ladder = [ALONE | {"for_s": 5}, {"need": {}}]
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {}},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 3, "ladder": ladder},
        {"at": 6000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 60000, "do": "severity", "id": "c", "severity": 1},
        {"at": 61000, "do": "end", "id": "c"},
        {"at": 62000, "do": "wrapped", "id": "c", "agent": "a1"},
    )
    assert [line["step"] for line in told[-3:]] == [1, 1, 1]
    assert [line["event"] for line in told[-3:]] == ["active", "moved", "ended"]


async def test_ended_is_told_after_the_wrap_up_and_names_whose_it_was(tmp_path: Path) -> None:
    call = {"do": "arrive", "channel": "voice", "severity": 3}
    told, _ = await replay(
        tmp_path,
        A1,
        {"at": 0, "id": "c", **call},
        {"at": 1000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 5000, "do": "end", "id": "c"},
        {"at": 6000, "id": "d", **call},
        {"at": 7000, "do": "abandon", "id": "d"},
        {"at": 40000, "do": "arrive", "id": "m", "channel": "email", "severity": 4},
        {"at": 41000, "do": "accept", "id": "m", "agent": "a1"},
        {"at": 42000, "do": "end", "id": "m"},
    )
    ended = [
        (line["at"], line["contact"], line["agent"]) for line in told if line["event"] == "ended"
    ]
    assert ended == [(7000, "d", None), (35000, "c", "a1"), (42000, "m", "a1")]


async def test_words_count_no_steps_beside_the_step(tmp_path: Path) -> None:
    ladder = [ALONE | {"for_s": 1}, {"need": {"vet": 1}, "for_s": 1}, {"need": {}}]
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": ladder},
        {"at": 90000, "do": "agent", "id": "a1", "skills": {}},
    )
    assert [(line["step"], line["why"]) for line in told[:3]] == [
        (3, "the ladder widens: everybody at a desk too"),
        (4, "the ladder widens: overflow"),
        (4, "needs no special skill; longest free"),
    ]
    told, _ = await replay(
        tmp_path,
        {"at": 0, "do": "agent", "id": "a1", "skills": {}},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": ladder},
    )
    assert [(line["step"], line["why"]) for line in told[:3]] == [
        (1, "the ladder widens: needs vet"),
        (2, "the ladder widens: needs no special skill"),
        (2, "needs no special skill; longest free"),
    ]


async def test_a_line_that_the_engine_refuses_is_named_beside_the_decisions(
    tmp_path: Path,
) -> None:
    call = {"do": "arrive", "channel": "voice", "severity": 3}
    told, errors = await replay(
        tmp_path,
        A1,
        A1.replace("a1", "a2").replace('"vet":3', ""),
        "",
        {"at": 0, "id": "c", **call, "ladder": [ALONE]},
        {"at": 1000, "do": "accept", "id": "c", "agent": "a2"},
        {"at": 1000, "do": "decline", "id": "c", "agent": "a2"},
        {"at": 2000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 2000, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 3000, "do": "end", "id": "c"},
        {"at": 3000, "do": "end", "id": "c"},
        {"at": 4000, "do": "wrapped", "id": "c", "agent": "a2"},
        {"at": 5000, "do": "wrapped", "id": "c", "agent": "a1"},
        {"at": 6000, "do": "severity", "id": "c", "severity": 1},
        {"at": 7000, "do": "offline", "id": "a2"},
        {"at": 8000, "do": "lost", "id": "a2"},
    )
    assert [line["event"] for line in told] == ["offered", "active", "ended"]
    assert errors.splitlines() == [
        "line 5: accept of c by a2: this offer is no longer yours",
        "line 6: decline of c by a2: the offer is gone",
        "line 8: accept of c by a1: the offer is gone",
        "line 10: end of c: the caller has hung up already",
        "line 11: wrapped of c by a2: this contact is not yours",
        "line 13: severity of c: it has ended",
        "line 15: lost of a2: not online",
    ]


async def test_what_keeps_agents_from_offers_is_told_beside_the_decisions(tmp_path: Path) -> None:
    _, errors = await replay(
        tmp_path,
        A1,
        A1.replace("a1", "a2"),
        {"at": 0, "do": "pause", "id": "a2"},
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 1, "ladder": [ALONE]},
        {"at": 30000, "do": "ready", "id": "a2"},
        {"at": 30000, "do": "selftest", "id": "a2", "pass": False},
        {"at": 60000, "do": "lost", "id": "a2"},
    )
    assert errors.splitlines() == [
        "8000 a1 tests itself for 3 s: missed",
        "18000 c overflows: nobody here has taken it",
        "26000 a1 tests itself for 3 s: missed",
        "29000 a1 paused: missed offers",
        "38000 a2 tests itself for 3 s: missed",
        "41000 a2 paused: the self-test failed",
        "180000 a2 offline: did not come back",
    ]


async def test_three_rounds_that_nobody_answered_are_told(tmp_path: Path) -> None:
    back = [{"at": at, "do": "ready", "id": "a1"} for at in range(30_000, 240_000, 10_000)]
    _, errors = await replay(
        tmp_path,
        A1,
        {"at": 0, "do": "arrive", "id": "c", "channel": "voice", "severity": 2},
        *back,
    )
    assert [line for line in errors.splitlines() if " c " in line] == [
        "135000 c went 3 rounds unanswered: every board is alarmed"
    ]


@pytest.mark.parametrize("back", ["ready", "agent"])
@pytest.mark.parametrize("severity", [1, 3])
async def test_who_comes_back_is_there_with_his_sound_in_one_moment(
    tmp_path: Path, back: str, severity: int
) -> None:
    told, _ = await replay(
        tmp_path,
        A1,
        {"at": 10, "do": "lost", "id": "a1"},
        {"at": 20, "do": "arrive", "id": "m", "channel": "email", "severity": 3},
        {"at": 30, "do": "arrive", "id": "c", "channel": "voice", "severity": severity},
        {"at": 40, "do": back, "id": "a1", **({"skills": {}} if back == "agent" else {})},
        {"at": 50, "do": "accept", "id": "c", "agent": "a1"},
    )
    some = [line for line in told if line["event"] != "moved"]
    assert [(line["at"], line["event"], line["contact"]) for line in some[:2]] == [
        (40, "offered", "c"),  # never the mail first, because its page was back before its sound
        (50, "active", "c"),
    ]


async def test_who_accepts_after_another_is_told_who_took_it(tmp_path: Path) -> None:
    agents = [A1.replace("a1", name) for name in ("a1", "a2", "a3", "a4", "a5")]
    told, errors = await replay(
        tmp_path,
        *agents,
        {"at": 1, "do": "arrive", "id": "c", "channel": "voice", "severity": 1},
        {"at": 9000, "do": "accept", "id": "c", "agent": "a4"},
        {"at": 9100, "do": "accept", "id": "c", "agent": "a3"},
        {"at": 9200, "do": "accept", "id": "c", "agent": "a1"},
        {"at": 9300, "do": "decline", "id": "c", "agent": "a5"},
        {"at": 9400, "do": "accept", "id": "c", "agent": "a4"},
    )
    assert [line["agent"] for line in told if line["event"] == "active"] == ["a4"]
    assert [line for line in errors.splitlines() if line.startswith("line")] == [
        "line 8: accept of c by a3: taken by a4",
        "line 9: accept of c by a1: the offer is gone",  # that of the round before
        "line 10: decline of c by a5: the offer is gone",
        "line 11: accept of c by a4: the offer is gone",
    ]

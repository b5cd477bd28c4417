"""Whose contact it is: each role, each intent, with a form that is right but for the person.

A contact is Priya's; somebody else asks. What they are told stands in the table, and what is
refused changes nothing and leaves no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdfast.http.access import ROLES
from router.core.model import Chosen
from router.records import accounts
from tests.kit import acts
from tests.kit.acts import INTENTS, LOOKS, READS, SKILLS, Floor, Scene, declared, floor_in

NO, MINE, LATE = "not_allowed", "not_yours", "too_late"
DONE = ""

SEATS = (("noah", "desk"), ("dana", "desk"), ("dana", "board"), ("ada", "desk"), ("ada", "board"))
"""Another agent, a supervisor, an administrator. Agents may open no board."""


@dataclass(frozen=True)
class Row:
    """What each seat is told; an administrator is told what a supervisor is."""

    scene: Scene
    agent: str
    supervisor: str
    board: str
    owner: str | None = "desk"
    """Priya's page, on which the same form is carried out; None: it needs sound, or only a
    supervisor may ask for it."""
    fields: tuple[tuple[str, Any], ...] = ()
    at_board: str = "ada"
    """Who does it there: whoever is ready, where that is asked for."""

    def told(self, who: str, view: str) -> str:
        if who == "noah":
            return self.agent
        return self.board if view == "board" else self.supervisor


A = acts
TABLE: dict[str, Row] = {
    # What is in hand is its agent's; a board decides about anybody's texts.
    "accept": Row(A.ringing, MINE, MINE, NO),
    "decline": Row(A.ringing, LATE, LATE, NO),
    "hang_up": Row(A.talking, MINE, MINE, NO),
    "leave_message": Row(A.called, MINE, MINE, NO),
    "hold": Row(A.talking, MINE, MINE, NO),
    "digits": Row(A.talking, MINE, MINE, NO, owner=None),
    "wrapped": Row(A.wrapping, MINE, MINE, NO),
    "wrapped a text": Row(A.text_in_hand, MINE, MINE, NO),
    "extend": Row(A.wrapping, LATE, LATE, NO),
    "close": Row(A.text_in_hand, MINE, MINE, DONE),
    "reply": Row(A.text_in_hand, MINE, MINE, NO),
    "return": Row(A.text_in_hand, MINE, MINE, NO),
    "park": Row(A.text_in_hand, MINE, MINE, DONE),
    "unpark": Row(A.text_aside, MINE, MINE, DONE),
    "transfer": Row(A.text_in_hand, MINE, MINE, NO),
    "transfer to somebody": Row(
        A.text_in_hand, MINE, MINE, NO, owner=None, fields=(("queue", None), ("agent", "u"))
    ),
    "transfer to a number": Row(
        A.talking, MINE, MINE, NO, owner=None, fields=(("queue", None), ("number", "x"))
    ),
    "consult": Row(A.accompanied, MINE, MINE, NO),
    "consult_answer": Row(A.asked_in, LATE, LATE, NO),
    "consult_end": Row(A.advised, LATE, LATE, NO),
    "consult_together": Row(A.advised, MINE, MINE, NO),
    "consult_hand_over": Row(A.advised, MINE, MINE, NO),
    "handed_done": Row(A.handed_on, LATE, LATE, NO),
    "transfer_targets": Row(A.text_in_hand, MINE, MINE, NO),
    "severity": Row(A.text_in_hand, MINE, MINE, DONE),
    "severity lowered": Row(A.text_said, MINE, MINE, DONE, fields=(("severity", 4),)),
    "severity_undo": Row(A.text_said, LATE, LATE, LATE),
    "glance": Row(A.text_unsure, LATE, LATE, NO),
    "why": Row(A.text_in_hand, MINE, DONE, DONE),
    # What a supervisor decides.
    "pull": Row(A.declined, NO, DONE, DONE, owner=None, at_board="dana"),
    "assign": Row(A.declined, NO, DONE, DONE, owner=None),
    "force_release": Row(A.talking, NO, DONE, DONE, owner=None),
    "abandoned_callback": Row(A.gave_up, NO, DONE, DONE, owner=None),
    "callbacks": Row(A.talking, DONE, DONE, DONE),
    "move_callback": Row(A.promised, DONE, DONE, DONE),
    "give_callback": Row(A.promised, DONE, DONE, DONE),
    "open_incidents": Row(A.talking, NO, DONE, DONE, owner=None),
    "corrections": Row(A.text_said, NO, DONE, DONE, owner=None),
    "make_ready": Row(A.waiting, NO, DONE, DONE, owner=None),
    "reserve": Row(A.waiting, NO, DONE, DONE, owner=None),
    "not_needed": Row(A.standing, MINE, MINE, MINE),
    "not_needed by a supervisor": Row(
        A.standing, MINE, DONE, DONE, owner=None,
        fields=(("through", None), ("reason", "they are here")),
    ),
    "not_needed_undo": Row(A.unneeded, LATE, LATE, LATE),
    "sit_beside": Row(A.supervised, NO, DONE, DONE, owner=None),
    "leave_beside": Row(A.beside, LATE, DONE, DONE, owner=None, at_board="dana"),
    "take_call": Row(A.supervised, NO, DONE, DONE, owner=None),
    "help_ask": Row(A.asked_for_help, DONE, DONE, NO),
    "help_take_back": Row(A.asked_for_help, MINE, MINE, NO),
    "help_see": Row(A.asked_for_help, NO, DONE, DONE, owner=None),
    "help_done": Row(A.asked_for_help, NO, DONE, DONE, owner=None),
    # An incident is everybody's: whoever is asked about it reads it, writes on it, calls back.
    "open": Row(A.talking, DONE, DONE, DONE),
    "peek": Row(A.talking, DONE, DONE, NO),
    "note": Row(A.talking, DONE, DONE, NO),
    "draft": Row(A.text_in_hand, DONE, DONE, NO),
    "title": Row(A.talking, DONE, DONE, NO),
    "callback": Row(A.gave_up, DONE, DONE, NO),
    "request_callback": Row(A.gave_up, DONE, DONE, DONE),
    "dial": Row(A.gave_up, DONE, DONE, NO),
    "dial_check": Row(A.gave_up, DONE, DONE, NO),
    "last_called": Row(A.gave_up, DONE, DONE, NO),
    "cancel_callback": Row(A.promised, DONE, DONE, DONE),
    "abandoned_done": Row(A.gave_up, DONE, DONE, DONE),
    "close_incident": Row(A.gave_up, DONE, DONE, DONE),
    "reopen_incident": Row(A.closed, DONE, DONE, DONE),
    "plan_next": Row(A.gave_up, DONE, DONE, DONE),
    "next_done": Row(A.planned, DONE, DONE, DONE),
    "incident_status": Row(A.planned, DONE, DONE, DONE),
    "incident_severity": Row(A.gave_up, DONE, DONE, DONE),
    "incident_fact": Row(A.gave_up, DONE, DONE, NO),
    "restrict": Row(A.gave_up, DONE, DONE, DONE),
    "open_restricted": Row(A.restricted, NO, DONE, DONE),
    "give_incident": Row(A.gave_up, DONE, DONE, DONE),
    "add_party": Row(A.gave_up, DONE, DONE, NO),
    "merge_look": Row(A.twins, DONE, DONE, DONE),
    "merge_incidents": Row(A.twins, DONE, DONE, DONE),
    "move_contacts": Row(A.twins, DONE, DONE, NO),
    "join_parties": Row(A.twins, DONE, DONE, NO),
    "undo_look": Row(A.twins, DONE, DONE, DONE),
    "undo_filing": Row(A.twins, DONE, DONE, DONE),
    "reveal": Row(A.gave_up, DONE, DONE, NO),
    "guidance_said": Row(A.poisoned, DONE, DONE, NO),
    "draft_guidance": Row(A.poisoned, DONE, DONE, NO),
    "callbacks_kept": Row(A.gave_up, NO, DONE, DONE),
    "guidance_followed": Row(A.gave_up, NO, DONE, DONE),
    # A summary is everybody's, as its incident is; with names it leaves by a supervisor alone.
    "summary": Row(A.summarised, DONE, DONE, DONE),
    "summary_version": Row(A.summarised, DONE, DONE, DONE),
    "draft_summary": Row(A.gave_up, DONE, DONE, DONE),
    "save_summary": Row(A.gave_up, DONE, DONE, DONE),
    "export_summary": Row(A.summarised, DONE, DONE, DONE),
    "export_summary in full": Row(
        A.summarised, NO, DONE, DONE, owner=None, fields=(("variant", "full"),)
    ),
    "snippets": Row(A.gave_up, DONE, DONE, NO),
    "write_first": Row(A.gave_up, DONE, DONE, NO),
    "change_party": Row(A.gave_up, DONE, DONE, NO),
    "add_address": Row(A.gave_up, DONE, DONE, NO),
    "drop_from": Row(A.twice_reached, DONE, DONE, NO),
    "put_back": Row(A.dropped, DONE, DONE, NO),
    "mark_unsafe": Row(A.gave_up, DONE, DONE, NO),
    "consent": Row(A.gave_up, DONE, DONE, NO),
    # A hand-off is between its sender and those for whom it is.
    "hand_off": Row(A.owned, MINE, MINE, NO),
    "take_back_hand_off": Row(A.handed_away, MINE, MINE, NO),
    "answer_hand_off": Row(A.handed_away, MINE, MINE, NO),
    "read_hand_off": Row(A.handed_back, MINE, MINE, NO),
    "accept_hand_off": Row(A.handed_to_me, MINE, MINE, NO),
    "return_hand_off": Row(A.handed_to_me, MINE, MINE, NO),
    "open_hand_off": Row(A.handed_to_me, MINE, MINE, NO),
    "ask_hand_off": Row(A.handed_to_me, MINE, MINE, NO),
    "draft_hand_off": Row(A.owned, DONE, DONE, NO),
    "hand_offs": Row(A.talking, DONE, DONE, NO),
    "hand_off_to": Row(A.talking, DONE, DONE, NO),
    "mine": Row(A.talking, DONE, DONE, NO),
    "colleagues": Row(A.talking, DONE, DONE, DONE),
    # The line, and the page's own.
    "waiting": Row(A.talking, DONE, DONE, DONE),
    "incidents": Row(A.talking, DONE, DONE, DONE),
    "sound_places": Row(A.waiting, NO, DONE, DONE, owner=None),
    "agent_day": Row(A.waiting, NO, DONE, DONE, owner=None),
    "figure": Row(A.talking, DONE, DONE, DONE, fields=(("figure", "left"), ("severity", 0))),
    "snapshot": Row(A.talking, DONE, DONE, DONE),
    "ready": Row(A.talking, DONE, DONE, NO),
    "pause": Row(A.talking, DONE, DONE, NO, fields=(("reason", "lunch"),)),
    "selftest": Row(A.missed, LATE, LATE, NO),
    "rtc_state": Row(A.talking, DONE, DONE, DONE),
    "relays": Row(A.talking, DONE, DONE, DONE),
}  # fmt: skip
OWN = {"rtc", "check_echo", "check_done"}
"""It names no contact: a page's own sound."""


def name(row: str) -> str:
    return row.split(" ")[0]


async def strangers(floor: Floor) -> None:
    """Another agent and an administrator; all three at their desks, with sound, paused."""
    async with floor.database.write() as connection:
        for login, role in (("noah", "agent"), ("ada", "admin")):
            account = await accounts.add(
                connection, login=login, name=login.title(), role=role, password_hash="x",
                skills=SKILLS, now=1,
            )  # fmt: skip
            assert account is not None
            floor.people[login] = account
    here = {agent.id for agent in (await floor.engine.snapshot()).agents}
    for login in ("noah", "dana", "ada"):
        who = floor.people[login]
        if who.id in here:
            continue
        desk = {"id": who.id, "name": who.name, "skills": SKILLS, "supervisor": login != "noah"}
        await floor.engine.step("agent_online", agent=desk, conn=f"conn-{login}")
        resting = Chosen(reason="recovering")  # not even an S1 rings for them
        await floor.engine.step("agent_choice", agent=who.id, choice=resting)
        await floor.engine.step("agent_media", agent=who.id, media="up", proc="media-1")
    await floor.settled()


def fields_of(floor: Floor, row: Row) -> dict[str, Any]:
    found = dict(row.fields)
    if found.get("agent") == "u":
        found["agent"] = floor.people["ada"].id
    return found


def test_every_intent_is_in_the_table() -> None:
    assert {name(row) for row in TABLE} | OWN == set(INTENTS)


def test_an_administrator_may_do_what_a_supervisor_may_and_a_supervisor_what_an_agent_may() -> None:
    assert ROLES["agent"] < ROLES["supervisor"] < ROLES["admin"]


BY_SCENE = sorted({row.scene.__name__ for row in TABLE.values()})


@pytest.mark.parametrize("scene", BY_SCENE)
async def test_what_is_refused_to_others_changes_nothing(
    scene: str, store_url: str, tmp_path: Path
) -> None:
    rows = {do: row for do, row in TABLE.items() if row.scene.__name__ == scene}
    async with floor_in(getattr(acts, scene), store_url, tmp_path) as floor:
        await strangers(floor)
        before, lines = await floor.picture(), await floor.signed()
        for do, row in rows.items():
            for who, view in SEATS:
                expected = row.told(who, view)
                if expected == DONE and name(do) not in READS:
                    continue
                told = await floor.asks(name(do), view, who, **fields_of(floor, row))
                assert (do, who, view, told.code) == (do, who, view, expected), told.text
        assert await floor.picture() == before
        assert await floor.signed() == lines


ACTS = [
    pytest.param(do, who, view, id=f"{do}-{who}-{view}")
    for do, row in TABLE.items()
    for who, view in (("noah", "desk"), ("dana", "desk"), (row.at_board, "board"))
    if row.told(who, view) == DONE and name(do) not in READS
]


@pytest.mark.parametrize(("do", "who", "view"), ACTS)
async def test_what_others_may_do_leaves_one_line_and_it_is_theirs(
    do: str, who: str, view: str, store_url: str, tmp_path: Path
) -> None:
    row = TABLE[do]
    async with floor_in(row.scene, store_url, tmp_path) as floor:
        await strangers(floor)
        before, lines = await floor.picture(), len(await floor.signed())
        told = await floor.asks(name(do), view, who, **fields_of(floor, row))
        assert told.ok, told
        assert (await floor.picture() != before) == (name(do) not in LOOKS)
        left = (await floor.signed())[lines:]
        assert len(left) == (1 if INTENTS[name(do)].audit else 0), left
        for actor, action, subject in left:
            assert actor == who
            assert declared(name(do), [action])
            known = [floor.facts[fact] for fact in ("contact", "incident", "agent")]
            assert subject in (*known, "centre", floor.people[who].id), subject


OTHERS_DO = {act.values[0] for act in ACTS}
OWNED = [
    do for do, row in TABLE.items() if row.owner and name(do) not in READS and do not in OTHERS_DO
]


@pytest.mark.parametrize("do", OWNED)
async def test_the_form_is_good_for_whoever_has_the_contact(
    do: str, store_url: str, tmp_path: Path
) -> None:
    """Else the table would show only that a wrong form is refused. What somebody else may do is
    done with that same form above, and by its own agent in test_audit_cannot_lie."""
    row = TABLE[do]
    async with floor_in(row.scene, store_url, tmp_path) as floor:
        await strangers(floor)
        told = await floor.asks(name(do), "desk", "priya", **fields_of(floor, row))
        assert told.ok, told


async def test_nobody_writes_over_what_another_is_writing(store_url: str, tmp_path: Path) -> None:
    """A draft is its author's, and so is a note, though the incident is everybody's."""
    async with floor_in(acts.text_in_hand, store_url, tmp_path) as floor:
        await strangers(floor)
        for who in ("priya", "noah"):
            assert (await floor.asks("draft", "desk", who, text=f"by {who}")).ok
        assert (await floor.asks("note", "desk", "priya", text="by priya")).ok
        assert (await floor.asks("note", "desk", "noah", text="by noah")).code == MINE
        picture = await floor.picture()
        drafts, notes = " ".join(picture["draft"]), " ".join(picture["note"])
        assert "by priya" in drafts
        assert "by noah" in drafts
        assert ("by priya" in notes, "by noah" in notes) == (True, False)

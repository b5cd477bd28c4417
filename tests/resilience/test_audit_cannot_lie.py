"""An act and its line in the audit are one, whenever the database goes away, and the page's words
are true. Every intent that a topic declares is walked over, by itself."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from holdfast.desk.desk import Desk
from holdfast.desk.hub import Page
from holdfast.desk.intents import Form, Id, Result, done, intent, said
from holdfast.desk.page_kinds import PAGE_KINDS
from router.core.model import Chosen
from router.live.engine import Engine
from router.recorder import Recorder
from router.records import schema
from router.records.database import RecordUnavailable
from tests.kit.acts import (
    INTENTS,
    LOOKS,
    READS,
    SCENES,
    Answer,
    Floor,
    Scene,
    alike,
    beside,
    declared,
    floor_in,
    talking,
)

MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"

SOUND = {"digits", "rtc", "check_echo"}
"""They need a caller's or a browser's sound, and touch neither index nor record."""
BEST = {
    "glance": "text_unsure", "severity_undo": "text_said", "selftest": "missed",
    "abandoned_done": "gave_up", "abandoned_callback": "gave_up", "cancel_callback": "promised",
    "move_callback": "promised", "give_callback": "promised",
    "not_needed": "standing", "not_needed_undo": "unneeded",
    "consult": "accompanied", "consult_answer": "asked_in", "consult_end": "advised",
    "consult_together": "advised", "consult_hand_over": "advised", "handed_done": "handed_on",
    "sit_beside": "supervised", "leave_beside": "beside", "take_call": "supervised",
    "help_ask": "talking", "help_take_back": "asked_for_help", "help_see": "asked_for_help",
    "help_done": "asked_for_help",
    "unpark": "text_aside", "park": "text_in_hand", "draft": "text_in_hand",
    "reply": "text_in_hand", "return": "text_in_hand", "transfer": "text_in_hand",
    "leave_message": "called",
    "hold": "talking", "hang_up": "talking", "wrapped": "wrapping", "extend": "wrapping",
    "force_release": "talking", "make_ready": "waiting", "accept": "ringing",
    "decline": "ringing", "close": "text_waits",
    "severity": "text_in_hand", "assign": "declined", "pull": "declined",
    "close_incident": "gave_up", "reopen_incident": "closed",
    "plan_next": "gave_up", "next_done": "planned",
    "incident_status": "planned", "incident_severity": "talking", "incident_fact": "talking",
    "guidance_said": "poisoned", "draft_guidance": "poisoned",
    "restrict": "gave_up", "open_restricted": "restricted",
    "give_incident": "gave_up", "add_party": "gave_up",
    "merge_incidents": "twins", "move_contacts": "twins", "join_parties": "twins",
    "undo_filing": "twins", "merge_look": "twins", "undo_look": "twins",
    "reveal": "gave_up", "write_first": "gave_up",
    "change_party": "gave_up", "add_address": "gave_up", "drop_from": "twice_reached",
    "put_back": "dropped", "mark_unsafe": "gave_up", "consent": "gave_up",
    "callback": "gave_up", "dial": "gave_up", "request_callback": "gave_up",
    "transfer_targets": "text_in_hand",
    "hand_off": "owned", "take_back_hand_off": "handed_away", "answer_hand_off": "handed_away",
    "accept_hand_off": "handed_to_me", "return_hand_off": "handed_to_me",
    "open_hand_off": "handed_to_me", "ask_hand_off": "handed_to_me",
    "read_hand_off": "handed_back", "draft_hand_off": "owned",
    "draft_summary": "gave_up", "save_summary": "gave_up", "summary_version": "summarised",
    "export_summary": "summarised",
}  # fmt: skip
"""Where each is tried first; one that is not here is tried everywhere."""


@dataclass
class Done:
    """What became of one act."""

    told: Answer
    changed: bool
    after: dict[str, list[str]]
    lines: list[str]
    accesses: list[str]
    """read or write, of the record while it was done."""


async def _done(floor: Floor, do: str, view: str, **away: int) -> Done:
    """The act, while the record goes away so; and what stands when it is back."""
    before, lines = await floor.picture(), len(await floor.lines())
    floor.database.watch(**away)
    told = await floor.asks(do, view)
    accesses = floor.database.accesses
    floor.database.watch()
    after = await floor.picture()
    return Done(told, after != before, alike(after), (await floor.lines())[lines:], accesses)


async def _usual(do: str, url: str, folder: Path) -> tuple[Scene, str, Done]:
    """A scene and a page in which the intent is done, and what becomes of it."""
    first = BEST.get(do)
    scenes = sorted(SCENES, key=lambda scene: scene.__name__ != first)
    refused = set()
    for scene in scenes:
        for view in ("board", "desk") if do == "close" else ("desk", "board"):
            async with floor_in(scene, url, folder) as floor:
                found = await _done(floor, do, view)
            if found.told.ok:
                return scene, view, found
            refused.add(found.told.text)
    raise AssertionError(f"no scene of tests/kit/acts.py in which {do} is done: {refused}")


async def test_a_topic_of_another_part_is_asked_and_told_as_any_other(
    store_url: str, tmp_path: Path
) -> None:
    """A new feature declares its intents in its own part: there is no list to put them in."""

    class Wave(Form, frozen=True):
        contact: Id

    class Waving:
        def __init__(self, engine: Engine) -> None:
            self._engine = engine

        @intent("wave", Wave, audit="contact.waved_at")
        async def _wave(self, page: Page, form: Wave) -> Result:
            by = said(page, "contact.waved_at", form.contact)
            step = {"agent": page.account.id, "contact": form.contact, "on": True}
            return done(await self._engine.step("hold", **step, audit=by))

    try:
        async with floor_in(talking, store_url, tmp_path) as floor:
            floor.house[Desk].takes(Waving(floor.engine))
            found = await _done(floor, "wave", "desk", down_at=0)
            assert (found.told.ok, found.lines) == (True, ["contact.waved_at"])
            assert not (await floor.asks("wave", "board")).ok
    finally:
        INTENTS.pop("wave", None)


def test_what_is_tried_first_is_a_scene() -> None:
    """Else each intent that names it walks through all of them."""
    assert set(BEST.values()) <= {scene.__name__ for scene in SCENES}


@pytest.mark.parametrize("do", sorted(INTENTS))
async def test_an_act_and_its_line_are_one_whenever_the_database_goes_away(
    do: str, store_url: str, tmp_path: Path
) -> None:
    if do in SOUND:
        assert INTENTS[do].audit == ()
        return
    scene, view, usual = await _usual(do, store_url, tmp_path)
    assert usual.changed == (do not in READS | LOOKS)
    assert len(usual.lines) == (1 if INTENTS[do].audit else 0), usual.lines
    assert declared(do, usual.lines)
    for number, kind in enumerate(usual.accesses):
        for how in ("down_at", "lost_at") if kind == "write" else ("down_at",):
            async with floor_in(scene, store_url, tmp_path) as floor:
                found = await _done(floor, do, view, **{how: number})
            where = f"{do} in {scene.__name__}, {how} {kind} {number}: {found}"
            if found.told.ok:
                assert found.lines == usual.lines, where
                assert found.changed == usual.changed, where
                assert found.after == usual.after, where
            elif how == "down_at" or do in READS:  # what a search writes first is no act
                assert not found.changed, where
                assert found.lines == [], where
                assert "Not saved" in found.told.text, where
            else:
                assert "may be saved or not" in found.told.text, where
                if do not in LOOKS:  # a line too many is right: they may have seen it
                    assert bool(found.lines) == (found.changed and bool(INTENTS[do].audit)), where


async def _their_call_ends(floor: Floor, _me: str) -> None:
    await floor.engine.step("caller_gone", contact=floor.facts["contact"], cause="hung_up")


async def _their_own_begins(floor: Floor, me: str) -> None:
    await floor.engine.step("agent_choice", agent=me, choice=Chosen(ready=True))
    call = {
        "id": "own", "channel": "voice", "severity": 3, "state": "queued", "queue": "general",
        "arrived_at": 1, "score": 1, "answer_by": 2, "ladder": "@", "link": "at_carrier",
    }  # fmt: skip
    await floor.engine.step("enqueue", contact=call)
    live = await floor.engine.look("own")
    assert live is not None
    assert live.offer is not None
    ids = {"agent": me, "contact": live.id, "fence": live.offer.fence}
    assert (await floor.engine.step("accept", **ids)).ok


async def _they_take_it(floor: Floor, me: str) -> None:
    assert (await floor.engine.step("take_call", agent=me, contact=floor.facts["contact"])).ok


async def _they_leave(floor: Floor, me: str) -> None:
    await floor.engine.step("leave_beside", agent=me)


async def _their_session_ends(floor: Floor, _me: str) -> None:
    await floor.house[Desk].session_over(Page(floor.people["dana"], PAGE_KINDS["desk"], "conn-x"))


async def _they_are_no_supervisor(floor: Floor, me: str) -> None:
    desk = {"id": me, "name": "Dana", "skills": {}, "supervisor": False}
    await floor.engine.step("agent_online", agent=desk, conn="conn-dana")


async def _their_desk_is_left(floor: Floor, me: str) -> None:
    await floor.engine.step("agent_off", agent=me)


ENDS = {
    _their_call_ends: "call_over", _their_own_begins: "own_work", _they_take_it: "took_it",
    _they_leave: "left", _their_session_ends: "session_over",
    _they_are_no_supervisor: "no_supervisor", _their_desk_is_left: "left_desk",
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
async def test_who_listened_from_when_to_when_is_audited_whatever_ended_it(
    end: Callable[[Floor, str], Awaitable[None]], store_url: str, tmp_path: Path
) -> None:
    async with floor_in(beside, store_url, tmp_path) as floor:
        me, before = floor.people["dana"].id, len(await floor.lines())
        floor.database.watch(down_at=0)
        await end(floor, me)
        with pytest.raises(RecordUnavailable):
            await floor.house[Recorder].drain()
        assert (await floor.lines())[before:] == []
        floor.database.watch()
        await floor.settled()
        assert (await floor.lines())[before:] == ["contact.left_beside"]
        last = (await floor.signed())[-1]
        assert last == ("dana", "contact.left_beside", floor.facts["contact"])
        a = schema.audit.c
        async with floor.database.read() as connection:
            detail = (await connection.execute(select(a.detail).order_by(a.id.desc()))).scalars()
            told = detail.first() or ""
        assert re.fullmatch(rf"listen from {MOMENT} to {MOMENT}, {ENDS[end]}", told)

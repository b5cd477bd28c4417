"""Whoever pressed is told what became of a call that nobody answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.desk.hub import Hub
from tests.kit.acts import Floor, floor_in, gave_up, promised
from tests.live.test_missed_told import notices, opened

DIALLED = "dial.not_reached"


async def calls(floor: Floor) -> str:
    """Priya calls them back; the contact."""
    told = await floor.asks("callback", "desk")
    assert told.ok, told
    await floor.settled()
    mine = floor.people["priya"].id
    (one,) = [c for c in (await floor.engine.snapshot()).contacts if c.agent == mine]
    return one.id


async def ends(floor: Floor, contact: str, cause: str) -> None:
    await floor.engine.step("caller_gone", contact=contact, cause=cause)
    await floor.settled()


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("busy", "the line is busy"),
        ("no_answer", "did not answer"),
        ("failed", "could not connect it"),
        ("unclear", "Nobody knows whether"),
        ("hung_up", "ended before anybody answered"),
        ("something new", "ended before anybody answered"),
    ],
)
async def test_a_call_that_nobody_answered_is_told_with_its_cause(
    store_url: str, tmp_path: Path, cause: str, words: str
) -> None:
    async with floor_in(gave_up, store_url, tmp_path) as floor:
        contact = await calls(floor)
        desk, board = opened(floor, "priya", "desk"), opened(floor, "dana", "board")
        await ends(floor, contact, cause)
        told = [text for code, text in notices(desk) if code == DIALLED]
        assert len(told) == 1
        assert words in told[0]
        assert [code for code, _ in notices(board) if code == DIALLED] == []


@pytest.mark.parametrize("how", ["hangs up", "answered", "refused"])
async def test_what_they_know_already_is_not_told(store_url: str, tmp_path: Path, how: str) -> None:
    async with floor_in(gave_up, store_url, tmp_path) as floor:
        contact = await calls(floor)
        desk = opened(floor, "priya", "desk")
        me: dict[str, Any] = {"agent": floor.people["priya"].id, "contact": contact}
        if how == "hangs up":
            assert (await floor.engine.step("hang_up", **me)).ok
        elif how == "answered":
            assert (await floor.engine.step("connected", **me)).ok
        await ends(floor, contact, "refused" if how == "refused" else "hung_up")
        assert [code for code, _ in notices(desk) if code == DIALLED] == []


@pytest.mark.parametrize(
    ("cause", "follows"),
    [("busy", "tried again later"), ("unclear", "listed with those who gave up")],
)
async def test_of_a_promised_call_it_says_what_follows(
    store_url: str, tmp_path: Path, cause: str, follows: str
) -> None:
    async with floor_in(promised, store_url, tmp_path) as floor:
        desk = opened(floor, "priya", "desk")
        contact = floor.facts["contact"]
        me = floor.people["priya"].id
        assert (await floor.engine.step("callback_now", agent=me, contact=contact)).ok
        await ends(floor, contact, cause)
        (told,) = [text for code, text in notices(desk) if code == DIALLED]
        assert follows in told
        assert floor.house[Hub].view.contacts.get(contact) is None

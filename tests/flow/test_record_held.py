"""Somebody else holds the database: an emergency is answered with sound all the same, what the
agent writes is kept, everybody is told why, and the record has all of it afterwards."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from holdfast.clock import now_ms
from tests.flow.conftest import until_heard
from tests.flow.test_database_away import locked
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk


async def readyz(centre: Centre) -> tuple[int, dict[str, object]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{centre.url}/readyz") as answer,
    ):
        return answer.status, dict(await answer.json())


async def metric(centre: Centre, name: str) -> float:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{centre.url}/metrics") as answer,
    ):
        lines = (await answer.text()).splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


async def again(board: DeskClient) -> None:
    """What a page does by itself when its socket ends."""
    await board.close()
    async with asyncio.timeout(60):
        while True:
            try:
                await board.connect("board")
                return
            except (AssertionError, OSError):
                await asyncio.sleep(0.1)


async def test_an_emergency_is_answered_and_worked_without_the_record(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        with locked(centre):
            call = await centre.sandbox.call(talk="tone", hz=440)
            offer = await agent.offered()
            assert (offer["severity"], offer["provisional"], offer["incident"]) == (1, True, None)
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            await until_heard(centre, call, 700)
            with pytest.raises(DeskError) as refused:
                await agent.do("note", incident=None, contact=contact, note="note-of-the-call",
                               text="blue gums")  # fmt: skip
            assert refused.value.code in ("not_recorded", "not_ready")
            await board.until(lambda: board.trouble == "locked")
            await agent.until(lambda: agent.trouble == "locked")
            status, words = await readyz(centre)
            assert (status, words["record"], words["spool"]) == (503, "locked", 1)
            assert await metric(centre, 'holdfast_record_trouble{cause="locked"}') == 1
        await agent.until(lambda: not agent.contacts[contact]["provisional"])
        assert agent.contacts[contact]["incident_no"].startswith("INC-")
        await agent.do("note", incident=None, contact=contact, note="note-of-the-call",
                       text="blue gums", ago_ms=3_600_000)  # fmt: skip
        await board.until(lambda: board.trouble is None)
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
    await centre.until_rows(
        "select c.state, c.outcome, n.text, i.owner is not null, n.offset_ms,"
        " n.at < c.ended_at - 3599000 from contact c"
        " join note n on n.contact = c.id join incident i on i.id = c.incident"
        f" where c.id = '{contact}'",
        [("ended", "handled", "blue gums", 1, 0, 1)],
    )
    assert (await readyz(centre))[1]["record"] == "takes writes"


async def test_who_hangs_up_meanwhile_stands_under_gave_up_at_once(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:

        def mine() -> list[dict[str, object]]:
            return [
                row
                for row in board.abandoned.values()
                if row["who"]["address"] == "+1 206 ••• 0777"
            ]

        with locked(centre):
            call = await centre.sandbox.call(from_="+12065550777")
            await centre.sandbox.wait_for(call, "play.started")
            await centre.sandbox.hang_up(call)
            await board.until(mine)
            (row,) = mine()
            assert row["provisional"]
            for intent in ("abandoned_done", "abandoned_callback"):
                with pytest.raises(DeskError) as refused:
                    await board.do(intent, incident=row["incident"])
                assert refused.value.code == "not_ready"
        await board.until(lambda: not any(row["provisional"] for row in mine()))
        (recorded,) = mine()
        assert recorded["contact"] == row["contact"]
        assert str(recorded["incident_no"]).startswith("INC-")


async def test_who_hung_up_stands_there_after_a_restart_of_the_worker_too(centre: Centre) -> None:
    """Neither the record nor the index's picture has them: what the index did is kept until the
    record has it."""
    async with desk(centre, "dana", view="board") as board:

        def mine() -> list[dict[str, object]]:
            return [
                row
                for row in board.abandoned.values()
                if row["who"]["address"] == "+1 206 ••• 0778"
            ]

        with locked(centre):
            call = await centre.sandbox.call(from_="+12065550778")
            await centre.sandbox.wait_for(call, "play.started")
            await centre.sandbox.hang_up(call)
            await board.until(mine)
            centre.kill_worker()
            board.abandoned.clear()
            await again(board)
            await board.until(mine)
            assert mine()[0]["provisional"]
        await board.until(lambda: mine() and not mine()[0]["provisional"])
        assert len(mine()) == 1


async def test_whom_the_record_has_and_who_hung_up_while_it_is_held_stands_there_after_a_restart(
    centre: Centre,
) -> None:
    """The record still has them as somebody who waits; nobody asks it again for its own sake."""
    async with desk(centre, "dana", view="board") as board:

        def they() -> set[str]:
            there = {str(row["who"]["address"]) for row in board.abandoned.values()}
            return there & {"+1 206 ••• 0781", "+1 206 ••• 0782"}

        known = await centre.sandbox.call(from_="+12065550781")
        await centre.sandbox.wait_for(known, "play.started")
        await centre.until_rows(
            f"select state from contact where carrier_id = '{known}'", [("queued",)]
        )
        with locked(centre):
            unknown = await centre.sandbox.call(from_="+12065550782")
            await centre.sandbox.wait_for(unknown, "play.started")
            for call in (known, unknown):
                await centre.sandbox.hang_up(call)
            await board.until(lambda: len(they()) == 2)
            centre.kill_worker()
            board.abandoned.clear()
            await again(board)
            await board.until(they)
            assert len(they()) == 2
        await board.until(lambda: not any(row["provisional"] for row in board.abandoned.values()))
        assert len(they()) == 2


async def test_a_note_of_a_call_that_is_over_stands_at_its_moment_in_it(centre: Centre) -> None:
    """It was typed while they talked; the record took the call, and then the note, afterwards."""
    async with desk(centre) as agent:
        with locked(centre):
            await centre.sandbox.call(talk="tone", hz=440)
            await agent.offered()
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            begun = now_ms()
            await agent.until(lambda: now_ms() - begun > 3000)  # longer than a note is on its way
            await agent.do("hang_up", contact=contact)
            await agent.until_state(contact, "wrapup")
            await agent.do(
                "wrapped", contact=contact, disposition="resolved", comment="", anyway=True
            )
            await agent.until(lambda: contact not in agent.contacts)
        await centre.until_rows(
            f"select state, answered_at is not null from contact where id = '{contact}'",
            [("ended", 1)],
        )
        await agent.do("note", incident=None, contact=contact, note="note-of-a-call-over",
                       text="pale gums", ago_ms=now_ms() - begun)  # fmt: skip
        await agent.do("note", incident=None, contact=contact, note="note-of-hours-later",
                       text="the vet called")  # fmt: skip
    await centre.until_rows(
        "select n.text, n.offset_ms = n.at - c.answered_at from note n"
        f" join contact c on c.id = n.contact where c.id = '{contact}' order by n.at",
        [("pale gums", 1), ("the vet called", None)],
    )


async def test_what_a_supervisor_does_without_the_record_stands_in_the_audit_afterwards(
    centre: Centre,
) -> None:
    """Done and answered at once; once it was done and answered "Not saved", and stood nowhere."""
    last = (await centre.rows("select max(id) from audit"))[0][0] or 0  # others were here before
    rows = f"select action from audit where id > {last} and action like 'reserve.%' order by id"
    async with desk(centre, "dana", view="board") as board:
        with locked(centre):
            await board.do("reserve", agents=1)
            await board.do("reserve", agents=0)
        await centre.until_rows(rows, [("reserve.set_to_1",), ("reserve.set_to_0",)])

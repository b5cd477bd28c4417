"""What stands at a board's top, and what boards are told at once, in virtual time."""

from __future__ import annotations

import asyncio
import json

from holdfast.clock import now_ms
from tests.kit.board import Board
from tests.kit.store import World


def row(board: Board, contact: str) -> str | None:
    found: str | None = board.hub.view.board("dana")["contacts"][contact]["alarm"]
    return found


async def talking(world: World, severity: int, channel: str = "voice") -> tuple[Board, str]:
    board = await Board(world).open()
    await world.agent("priya")
    contact = await world.arrive(channel, severity, who={"name": "Maya"})
    await world.answer(contact)
    await board.follow()
    assert (row(board, contact), board.alarms) == (None, [])
    return board, contact


async def test_an_agent_lost_in_an_s1_call_is_an_alarm_at_once_and_until_they_are_back(
    world: World,
) -> None:
    board, contact = await talking(world, 1)
    await world.engine.step("agent_media", agent="priya", media="down", proc="p1")
    await board.follow()
    assert row(board, contact) == "lost"
    alarm = (
        "contact.agent_lost",
        "S1 Maya: priya lost their connection; the caller hears music. If they are not back in"
        " 30 s, it goes to the next agent.",
    )
    assert board.alarms == [alarm]
    await world.engine.step("agent_lost", agent="priya", conn="conn-priya")
    await world.engine.step("describe", contact=contact, about="the dog, still")
    await board.follow()
    assert row(board, contact) == "lost"
    assert board.alarms == [alarm]  # one loss, told once
    await world.engine.step(
        "agent_online", agent={"id": "priya", "name": "priya", "skills": {}}, conn="conn-priya"
    )
    await world.engine.step("agent_media", agent="priya", media="up", proc="p1")
    await board.follow()
    assert row(board, contact) is None
    await world.engine.step("agent_media", agent="priya", media="down", proc="p1")
    await board.follow()
    assert board.alarms == [alarm, alarm]  # another loss


async def test_what_a_caller_hears_whose_agent_is_gone_is_said_as_it_is(world: World) -> None:
    board, contact = await talking(world, 1)
    await world.agent("ben")
    mine = {"agent": "priya", "contact": contact}

    async def told() -> str:
        await world.engine.step("agent_media", agent="priya", media="down", proc="p1")
        await board.follow()
        await world.engine.step("agent_media", agent="priya", media="up", proc="p1")
        await board.follow()
        return board.alarms[-1][1].removeprefix("S1 Maya: priya lost their connection; ")

    assert (await world.engine.step("consult", **mine, to_agent="ben")).ok
    assert await told() == (
        "the caller is on hold. If they are not back in 30 s, it goes to the next agent."
    )
    assert (await world.engine.step("consult_answer", agent="ben", contact=contact)).ok
    assert await told() == (
        "the caller is on hold. If they are not back in 30 s, the call is ben's."
    )
    assert (await world.engine.step("consult_together", **mine, on=True)).ok
    assert await told() == (
        "the caller hears ben. If they are not back in 30 s, the call is ben's."
    )


async def test_one_who_writes_with_an_s1_and_is_lost_is_an_alarm_too(world: World) -> None:
    board, contact = await talking(world, 1, "sms")
    await world.engine.step("agent_lost", agent="priya", conn="conn-priya")
    await board.follow()
    assert row(board, contact) == "lost"
    assert board.alarms == [
        (
            "contact.agent_lost",
            "S1 Maya: priya lost their connection. If they are not back in 30 s, it goes to the"
            " next agent.",
        )
    ]


async def test_raised_to_s1_while_their_agent_is_lost_it_is_an_alarm(world: World) -> None:
    board, contact = await talking(world, 3)
    await world.engine.step("agent_media", agent="priya", media="down", proc="p1")
    await board.follow()
    assert (row(board, contact), board.alarms) == (None, [])
    live = await world.contact(contact)
    assert live is not None
    await world.engine.step(
        "severity", contact=contact, severity=1, rule="dana", by="u9", target_ms=15_000,
        ageing_ms=60_000, ladders={"general": "@"}, home=None, wrapup_ms=30_000,
    )  # fmt: skip
    await board.follow()
    assert row(board, contact) == "lost"
    assert [code for code, _ in board.alarms] == ["contact.agent_lost"]


async def test_a_lost_page_whose_sound_is_up_talks_on_and_alarms_nobody(world: World) -> None:
    board, contact = await talking(world, 1)
    await world.engine.step("agent_lost", agent="priya", conn="conn-priya")
    await board.follow()
    assert (row(board, contact), board.alarms) == (None, [])


async def test_whom_everybody_declined_three_times_stands_at_the_top(world: World) -> None:
    board = await Board(world).open()
    await world.agent("a")
    contact = await world.arrive(severity=2)
    for _ in range(40):
        live = await world.contact(contact)
        assert live is not None
        if live.rounds and live.rounds >= 3 and live.offer is None:
            break
        if live.offer is not None:
            await world.engine.step("decline", agent="a", contact=contact, fence=live.offer.fence)
        await world.stay(5_000, "a")
        await board.follow()
    await board.follow()
    assert row(board, contact) == "untaken"
    await world.engine.step("caller_gone", contact=contact, cause="hung_up")
    await board.follow()
    assert contact not in board.hub.view.board("dana")["contacts"]


async def test_who_waits_past_the_target_counts_as_missed_though_nothing_else_happens(
    world: World,
) -> None:
    await world.arrive(severity=2, answer_by=now_ms() + 50)
    board = await Board(world).open()
    async with asyncio.timeout(60):
        while True:
            message = json.loads(await board.page.outbox.get() or b"{}")
            tally = message.get("put", {}).get("tally") or message["view"]["tally"]
            if tally["today"]["2"]["late"]:
                break
    assert tally["today"]["2"]["level"] == [0, 1]

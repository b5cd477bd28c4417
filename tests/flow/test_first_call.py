"""One emergency call, hop by hop, on real processes: carrier, centre, agent."""

from __future__ import annotations

import asyncio

from tests.flow.conftest import until_heard
from tests.kit.centre import Centre
from tests.kit.desk import desk


async def test_emergency_call_is_answered_with_sound_both_ways(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        offer = await agent.offered()
        assert offer["severity"] == 1
        assert offer["who"]["address"] == "+1 206 ••• 0142"
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        async with asyncio.timeout(60):
            while abs(agent.ear.hertz() - 440) > 8:
                await asyncio.sleep(0.1)
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await centre.sandbox.wait_for(call, "completed")
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
        await agent.until(lambda: agent.agent()["state"] == "ready")
        await centre.until_rows(
            "select state, outcome, disposition, answered_at is not null from contact"
            f" where id = '{contact}'",
            [("ended", "handled", "resolved", 1)],
        )


async def test_menu_digit_decides_severity_and_hold_loop_waits(centre: Centre) -> None:
    call = await centre.sandbox.call(to="+12065550101", keys=["2"])
    async with desk(centre, "dana", view="board") as board:
        await board.until(
            lambda: any(
                c["state"] == "queued" and c["severity"] == 2 for c in board.contacts.values()
            )
        )
        contact = next(iter(board.contacts.values()))
        assert contact["rule"] == "menu 2: harm is still possible"
        assert board.tally["waiting"]["2"]["voice"] == 1
        await centre.sandbox.hang_up(call)
        await board.until(lambda: not board.contacts)


async def test_the_same_webhook_five_times_is_one_contact(centre: Centre) -> None:
    before = (await centre.rows("select count(*) from contact"))[0][0]
    await centre.sandbox.fault(webhook_twice=5)
    call = await centre.sandbox.call()
    await centre.sandbox.wait_for(call, "play.started")
    assert (await centre.rows("select count(*) from contact"))[0][0] == before + 1


async def test_caller_waits_in_the_loop_and_is_answered_from_there(centre: Centre) -> None:
    call = await centre.sandbox.call(talk="tone", hz=440)
    await centre.sandbox.wait_for(call, "play.started")
    async with desk(centre) as agent:
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)


async def test_hold_plays_music_to_the_caller_and_nothing_of_the_agent(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        await agent.do("hold", contact=contact, on=True)
        async with asyncio.timeout(60):
            while abs(agent.ear.hertz() - 440) < 8:
                await asyncio.sleep(0.1)
        await agent.do("hold", contact=contact, on=False)
        await until_heard(centre, call, 700)

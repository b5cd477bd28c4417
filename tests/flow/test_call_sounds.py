"""How a call sounds, on real processes with real sound."""

from __future__ import annotations

import aiohttp

from tests.flow.conftest import until_heard
from tests.kit.centre import Centre
from tests.kit.desk import desk


async def test_nothing_from_the_caller_is_told_at_desk_and_board_and_so_is_its_end(
    centre: Centre,
) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        for page in (agent, board):
            sound = await page.until(lambda p=page: p.contacts[contact]["sound"])
            assert not sound["agent"]["missing"]
            assert sound["caller"]["mos"] > 4
        await centre.sandbox.fault(stream_mute=True)
        for page in (agent, board):
            await page.until(lambda p=page: p.contacts[contact]["sound"]["agent"]["missing"])
            sound = page.contacts[contact]["sound"]
            assert (sound["agent"]["where"], sound["caller"]["missing"]) == ("line", False)
        await centre.sandbox.heal()
        await agent.until(lambda: not agent.contacts[contact]["sound"]["agent"]["missing"])
        await agent.do("hold", contact=contact, on=True)
        await agent.until(lambda: agent.contacts[contact]["sound"] is None)
        await centre.sandbox.fault(stream_mute=True)
        await agent.do("hold", contact=contact, on=False)
        await agent.until(lambda: (agent.contacts[contact]["sound"] or {}).get("agent"))
        await centre.sandbox.heal()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{centre.url}/metrics") as answer,
        ):
            text = await answer.text()
        assert 'holdfast_call_one_way_total{hears="agent"}' in text
        assert 'holdfast_call_mos_bucket{hears="caller",le="4.3"}' in text
        assert 'holdfast_call_silent_seconds_total{hears="agent"}' in text
        assert "holdfast_call_backlog_seconds_count" in text
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        assert agent.contacts[contact]["sound"] is None

"""How a call sounds, on real processes with real sound."""

from __future__ import annotations

import aiohttp

from tests.flow.conftest import until_heard
from tests.flow.test_crashes import reconnect
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


async def test_the_report_of_a_call_stands_with_it_also_of_what_a_killed_worker_heard(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        await agent.until(lambda: agent.contacts[contact]["sound"])
        await agent.do("hold", contact=contact, on=True)
        await agent.do("hold", contact=contact, on=False)
        await centre.until_rows(
            f"select count(*) from call_sound where contact = '{contact}'", [(1,)]
        )
        centre.kill_worker()
        await reconnect(agent, 900)
        await until_heard(centre, call, 900)
        await agent.until(lambda: agent.contacts[contact]["sound"])
        incident = agent.contacts[contact]["incident"]
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await centre.until_rows(
            f"select count(*) from call_sound where contact = '{contact}'", [(2,)]
        )
        document = await agent.do("open", incident=incident)
        (line,) = [e for e in document["timeline"] if e["id"] == f"call:{contact}"]
        before, after = line["sound"]
        assert (before["agent"], after["agent"]) == ("Priya Nair", "Priya Nair")
        assert [mark["what"] for mark in before["marks"]] == ["hold"]
        assert before["hears"]["caller"]["mos"] > 4
        assert after["hears"]["agent"]["mos"] > 3
        assert len(before["points"]) <= 120

"""The check before a shift, on real processes with real sound."""

from __future__ import annotations

import asyncio

from tests.kit.centre import Centre
from tests.kit.desk import desk


async def test_one_hears_oneself_and_the_verdict_is_kept_for_the_supervisor(
    centre: Centre,
) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        me = agent.agent()["id"]
        assert (await agent.do("check_echo", on=True))["speak_ms"] == 5000
        async with asyncio.timeout(60):
            while abs(agent.ear.hertz() - 700) > 8:  # one's own tone
                await asyncio.sleep(0.1)
        said = {"lost": 0.0, "rtt_ms": 21.0, "speaker": True, "ring": True, "echo": True}
        result = await agent.do("check_done", key="k1", mic_name="Headset", **said)
        check = result["check"]
        assert (check["verdict"], check["faults"], check["mic"]) == ("good", [], "Headset")
        assert check["level_db"] > -30
        await board.until(lambda: board.agents[me]["check"] == check)
        await agent.do("check_done", key="k1", **said)  # the same again is one line
        await centre.until_rows(
            f"select count(*), min(verdict) from sound_check where agent = '{me}'", [(1, "good")]
        )
        assert await agent.code_of("check_done", key="k2", **said) == "too_late"  # nothing was said
        centre.kill_worker()
        await board.close()
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        await board.until(lambda: (board.agents.get(me) or {}).get("check"))
        assert board.agents[me]["check"]["verdict"] == "good"
        await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        assert await agent.code_of("check_echo", on=True) == "not_ready"

"""One emergency call, hop by hop, on real processes: carrier, centre, agent."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.kit.centre import running_centre
from tests.kit.desk import desk


async def until_heard(sandbox, sid, hertz, timeout_s=10):
    async with asyncio.timeout(timeout_s):
        while True:
            heard = (await sandbox.look(sid, 0.5))["heard"]
            if heard.get("hz") and abs(heard["hz"] - hertz) < 12:
                return heard
            await asyncio.sleep(0.1)


async def test_emergency_call_is_answered_with_sound_both_ways(tmp_path: Path) -> None:
    async with running_centre(tmp_path / "c") as centre, desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        offer = await agent.offered()
        assert offer["severity"] == 1
        assert offer["who"]["address"] == "+1 206 ••• 0142"
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre.sandbox, call, 700)
        async with asyncio.timeout(5):
            while abs(agent.ear.hertz() - 440) > 8:
                await asyncio.sleep(0.1)
        await agent.do("hangup", contact=contact)
        await agent.until_state(contact, "wrapup")
        await centre.sandbox.wait_for(call, "completed")
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="")
        await agent.until(lambda: agent.agent()["state"] == "ready")
        await centre.until_rows(
            "select state, outcome, disposition, answered_at is not null from contact",
            [("ended", "handled", "resolved", 1)],
        )

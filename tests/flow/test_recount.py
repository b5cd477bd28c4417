"""Whatever happened in this centre today, over a killed worker too, counted again is the same."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from tests.kit.centre import Centre
from tests.kit.desk import desk
from tests.kit.sandbox import ROOT


async def recounted(centre: Centre) -> dict[str, Any]:
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "recount", "--json"),
        env={**os.environ, **centre.env},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await command.communicate()
    found: dict[str, Any] = json.loads(told)
    assert command.returncode == bool(found["differences"])
    return found


async def gives_up(centre: Centre, number: str) -> None:
    of = f"from contact c join address a on a.id = c.address where a.value = '{number}'"
    call = await centre.sandbox.call(from_=number, to="+12065550101", keys=["4"])
    await centre.until_rows(f"select c.state, c.severity {of}", [("queued", 4)])
    await centre.sandbox.hang_up(call)
    await centre.until_rows(f"select c.outcome {of}", [("abandoned",)])


async def test_a_day_counted_again_is_the_day_as_it_was_counted(centre: Centre) -> None:
    await gives_up(centre, "+14255550811")
    before = await recounted(centre)
    assert before["differences"] == []
    centre.kill_worker()
    await centre.until_ready()
    async with desk(centre) as agent:
        await centre.sandbox.text("where is it?", from_="+14255550812", to="+12065550101")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)
    await gives_up(centre, "+14255550813")
    after = await recounted(centre)
    assert after["differences"] == []
    assert after["again"]["4:abandoned"] >= before["again"]["4:abandoned"] + 1

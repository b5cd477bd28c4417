"""Sessions that end while pages are open: a call is never dropped, everything else is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosqlite
import pytest

from tests.flow.conftest import until_heard
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk


async def write(centre: Centre, sql: str) -> None:
    async with aiosqlite.connect(centre.data_dir / "holdfast.db", timeout=10) as connection:
        await connection.execute(sql)
        await connection.commit()


async def expire(centre: Centre, agent: DeskClient) -> None:
    """Twelve hours have passed since this account signed in."""
    await write(centre, f"update session set created_at = 1 where account = '{agent.me['id']}'")


async def until_closed(page: DeskClient, timeout_s: float) -> float:
    """Waits for the end of the page's socket; how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(timeout_s):
        while page._ws is not None and not page._ws.closed:
            await asyncio.sleep(0.02)
    return time.monotonic() - began


@asynccontextmanager
async def shut_account(centre: Centre, agent: DeskClient) -> AsyncIterator[None]:
    who = f"where id = '{agent.me['id']}'"
    await write(centre, f"update account set active = 0 {who}")
    try:
        yield
    finally:
        await write(centre, f"update account set active = 1 {who}")


async def refused(agent: DeskClient, what: str, **fields: object) -> str:
    with pytest.raises(DeskError) as error:
        await agent.do(what, **fields)
    return error.value.code


async def test_session_that_ends_during_a_call_locks_the_desk_and_keeps_the_call(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        live = await agent.until_state(contact, "active")
        await expire(centre, agent)
        await agent.until(lambda: any(n["code"] == "signed_out" for n in agent.notices))
        await agent.until(lambda: agent.agent()["pause_reason"] == "signed_out")
        incident = live["incident"]
        assert await refused(agent, "ready") == "signed_out"
        assert await refused(agent, "open", incident=incident) == "signed_out"
        assert await refused(agent, "title", incident=incident, title="x") == "signed_out"
        assert await refused(agent, "hang_up", contact="another") == "signed_out"
        await asyncio.sleep(14)  # longer than lease (12 s) and silence
        await until_heard(centre, call, 700)
        assert agent.contacts[contact]["state"] == "active"
        assert agent.agent()["presence"] == "online"
        await agent.do("hold", contact=contact, on=True)
        await agent.do("hold", contact=contact, on=False)
        await agent.do("note", incident=incident, contact=contact, note="note-signed1", text="n")
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await asyncio.sleep(4)
        assert agent.contacts[contact]["state"] == "wrapup"
        await agent.do("wrapped", contact=contact, disposition="resolved", comment="", anyway=True)
        await until_closed(agent, 8)


async def test_signing_in_again_during_the_call_unlocks_the_desk(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await expire(centre, agent)
        await agent.until(lambda: any(n["code"] == "signed_out" for n in agent.notices))
        await agent.sign_in("priya")
        await agent.connect()
        await agent.ready()
        await until_heard(centre, call, 700)
        assert agent.contacts[contact]["state"] == "active"


async def test_session_that_ends_in_the_wrapup_of_a_call_handed_on_waits_for_its_end(
    centre: Centre,
) -> None:
    async with desk(centre, "tomas") as agent, desk(centre, "noah") as other:
        await other.do("pause", reason="admin")
        await centre.sandbox.call(talk="tone", hz=440, from_="+12065551499")
        contact = await agent.accept()
        live = await agent.until_state(contact, "active")
        await other.ready()
        await agent.do("transfer", contact=contact, agent=other.me["id"])
        await agent.until(lambda: agent.agent()["handed"])
        await expire(centre, agent)
        await agent.until(lambda: any(n["code"] == "signed_out" for n in agent.notices))
        note = {"incident": live["incident"], "contact": contact, "text": "n"}
        await agent.do("note", note="note-handed1", **note)
        assert await refused(agent, "ready") == "signed_out"
        assert agent.agent()["handed"]
        await agent.do("handed_done")
        await until_closed(agent, 8)


async def test_session_that_ends_without_a_call_closes_the_page(centre: Centre) -> None:
    async with desk(centre, "noah", sound=False) as agent:
        await expire(centre, agent)
        assert await until_closed(agent, 5) < 3
    async with desk(centre, "dana", view="board") as board:
        await expire(centre, board)
        assert await until_closed(board, 5) < 3


async def test_closed_account_loses_its_pages_within_two_seconds(centre: Centre) -> None:
    async with (
        desk(centre, "dana", view="board") as board,
        desk(centre, "dana", sound=False) as agent,
        shut_account(centre, agent),
    ):
        assert await until_closed(agent, 5) < 2
        assert await until_closed(board, 5) < 2


async def test_logout_closes_every_page_of_the_account(centre: Centre) -> None:
    async with (
        desk(centre, "dana", view="board") as board,
        desk(centre, "dana", sound=False) as agent,
        desk(centre, "noah", sound=False) as other,
    ):
        headers = {"X-Holdfast": "1"}
        async with agent._session.post(f"{centre.url}/api/logout", headers=headers) as answer:
            assert answer.status == 204
        assert await until_closed(agent, 3) < 1
        assert await until_closed(board, 3) < 1
        await other.do("snapshot")

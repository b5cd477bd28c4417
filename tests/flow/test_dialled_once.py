"""A worker dies while it dials a promised call: at the carrier each try is one call at most, and
the promise goes on, or is its owner's next action."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from router.live.engine import Engine
from tests.flow.test_promised import dialled, order_for, promised
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

Begun = Callable[[], Awaitable[Any]]
"""True once the worker is at the moment in which it is to die."""


@asynccontextmanager
async def before_the_mark(
    centre: Centre, order: dict[str, Any], _person: str
) -> AsyncIterator[Begun]:
    """It has claimed the dial; the record, which somebody else holds, does not know of it."""
    engine = Engine(centre.redis_url)
    ((contact,),) = await centre.rows(
        f"select contact from callback where incident = '{order['incident']}'"
    )
    held = sqlite3.connect(centre.data_dir / "holdfast.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")

    async def begun() -> bool:
        row: Any = await engine.client.get(f"{engine.prefix}:e:dial:{contact}")
        return row is not None and b'"proc"' in row

    try:
        yield begun
    finally:
        held.execute("ROLLBACK")
        held.close()
        await engine.close()


@asynccontextmanager
async def before_the_carrier(
    centre: Centre, order: dict[str, Any], _person: str
) -> AsyncIterator[Begun]:
    """The record has its one attempt, and the carrier never hears of it."""
    await centre.sandbox.fault(rest_hang_before=1)
    tried = (
        "select 1 from dial d join callback c on c.contact = d.contact"
        f" where d.state = 'attempted' and c.incident = '{order['incident']}'"
    )
    yield lambda: centre.rows(tried)


@asynccontextmanager
async def before_the_answer(
    centre: Centre, _order: dict[str, Any], person: str
) -> AsyncIterator[Begun]:
    """Their telephone rings; nobody here has heard of the call."""
    await centre.sandbox.fault(rest_acts_then_hangs=1)
    yield lambda: dialled(centre, person)


async def dies_while_it_dials(
    centre: Centre, agent: DeskClient, when: Any, person: str
) -> dict[str, Any]:
    """Somebody takes the call that is promised to them, and their worker dies at that moment."""
    await centre.sandbox.person(person, answer="answers", ring_ms=1500)
    order = await order_for(agent, centre, person)
    await agent.do("pause", reason="break")
    await agent.do("request_callback", **order, key=f"later-{person}")
    async with when(centre, order, person) as begun:
        await agent.do("ready")
        accepting = asyncio.create_task(agent.accept())
        async with asyncio.timeout(60):
            while not await begun():
                await asyncio.sleep(0.01)
        centre.kill_worker()
        accepting.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionResetError):
            await accepting
    await centre.sandbox.heal()
    await centre.until_ready()
    return order


def state_of(order: dict[str, Any]) -> str:
    return (
        "select d.state from dial d join callback c on c.contact = d.contact"
        f" where c.incident = '{order['incident']}'"
    )


@pytest.mark.parametrize("when", [before_the_mark, before_the_answer])
async def test_a_worker_that_dies_while_it_dials_calls_them_once(centre: Centre, when: Any) -> None:
    person = f"+1206555{791 + (when is before_the_mark):04}"
    async with desk(centre) as agent:
        order = await dies_while_it_dials(centre, agent, when, person)
        await centre.until_rows(state_of(order), [("dialed",)])
    assert len(await dialled(centre, person)) == 1
    async with desk(centre, "dana", view="board") as board:  # it is tried again: not here
        for call in await centre.sandbox.calls(live=True):
            await centre.sandbox.hang_up(call["sid"])
        again = await board.until(
            lambda: (c := promised(board)) and c["callback"]["tried"] == 2 and c
        )
        assert len(await dialled(centre, person)) == 1
        await board.do("cancel_callback", contact=again["id"], reason="off")
        await board.until(lambda: again["id"] not in board.contacts)


async def test_of_a_call_that_was_perhaps_dialled_its_owner_decides(centre: Centre) -> None:
    """Nobody dials it again by themselves: the carrier cannot say that nobody's telephone rang."""
    person = "+12065550713"
    async with desk(centre) as agent:
        order = await dies_while_it_dials(centre, agent, before_the_carrier, person)
        me = agent.me["id"]
        await centre.until_rows(state_of(order), [("unclear",)])
        found = f"select state, cause from callback where incident = '{order['incident']}'"
        await centre.until_rows(found, [("gave_up", "unclear")])
        todo = f"select agent, ended_at from next_action where incident = '{order['incident']}'"
        assert await centre.rows(todo) == [(me, None)]
    assert await dialled(centre, person) == []

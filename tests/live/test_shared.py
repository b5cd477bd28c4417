"""What all processes of a centre share beside the index: tickets and tries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from holdfast.security.credentials import Tickets
from holdfast.security.tries import SharedTries
from router.live.engine import Engine, IndexUnavailable
from router.live.shared import Shared

HOUR_MS = 3_600_000


@pytest.fixture
async def engines(store_url: str) -> AsyncIterator[tuple[Engine, Engine]]:
    """Of two processes."""
    both = Engine(store_url, "shared"), Engine(store_url, "shared")
    yield both
    async for name in both[0].client.scan_iter("{holdfast:shared}/*"):
        await both[0].client.delete(name)
    for engine in both:
        await engine.close()


async def test_a_ticket_is_taken_by_whichever_process_is_asked_once(
    engines: tuple[Engine, Engine],
) -> None:
    one, two = (Tickets(Shared(engine)) for engine in engines)
    ticket = await one.issue("u1", "s1")
    assert await two.redeem(ticket) == ("u1", "s1")
    assert await one.redeem(ticket) is None
    assert await two.redeem(ticket) is None


async def test_of_many_who_come_with_one_ticket_one_is_let_in(
    engines: tuple[Engine, Engine],
) -> None:
    tickets = [Tickets(Shared(engine)) for engine in engines]
    ticket = await tickets[0].issue("u1", "s1")
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(tickets[n % 2].redeem(ticket)) for n in range(20)]
    assert [task.result() for task in tries].count(("u1", "s1")) == 1


async def test_the_store_forgets_it_in_time_and_knows_no_ticket(
    engines: tuple[Engine, Engine],
) -> None:
    tickets, store = Tickets(Shared(engines[0])), engines[0].client
    ticket = await tickets.issue("u1", "s1")
    (name,) = [key async for key in store.scan_iter("{holdfast:shared}/ticket/*")]
    assert ticket.encode() not in name
    assert 0 < await store.pttl(name) <= 20_000
    assert await tickets.redeem("x") is None


async def test_tries_count_together_wherever_they_are_made(engines: tuple[Engine, Engine]) -> None:
    now = 1_000_000
    one, two = (SharedTries(Shared(engine), "login", 0, lambda: now, HOUR_MS) for engine in engines)
    assert [await it.take("ana", 2) for it in (one, two, one, two)] == [0, 0, 3600, 3600]
    assert await two.take("ben", 2) == 0  # each has their own
    assert await two.take("ana", 3) == 0  # the limit is another one now
    now += HOUR_MS - 500
    assert await one.take("ana", 3) == 1
    now += 500
    assert await one.take("ana", 1) == 0  # those of an hour ago count no more
    await two.give_back("ana")
    assert await one.take("ana", 1) == 0
    assert await one.take("nobody", 0) == 3600


async def test_simultaneous_tries_are_each_counted(engines: tuple[Engine, Engine]) -> None:
    tries = [SharedTries(Shared(engine), "login", 10, lambda: 1_000) for engine in engines]
    async with asyncio.TaskGroup() as group:
        all_ = [group.create_task(tries[n % 2].take("ana")) for n in range(40)]
    assert [task.result() for task in all_].count(0) == 10


async def test_they_outlive_the_index(engines: tuple[Engine, Engine]) -> None:
    engine = engines[0]
    tries = SharedTries(Shared(engine), "login", 1, lambda: 1_000)
    await engine.load()
    await engine.open_epoch(7, {}, [], [])
    assert await tries.take("ana") == 0
    assert await engine.forget(7)
    assert await tries.take("ana") == 60
    assert await SharedTries(Shared(engine), "login", 1, lambda: 1_000).take("ana") == 60


async def test_without_the_store_each_counts_by_itself() -> None:
    engine = Engine("unix:///nowhere")
    tries = SharedTries(Shared(engine), "login", 1, lambda: 1_000)
    assert [await tries.take("ana") for _ in range(2)] == [0, 60]
    await tries.give_back("ana")
    assert await tries.take("ana") == 0
    with pytest.raises(IndexUnavailable):
        await Shared(engine).take("x")


async def test_what_one_holds_is_nobody_elses_until_it_lets_go_or_says_so_no_more(
    engines: tuple[Engine, Engine],
) -> None:
    one, two = (Shared(engine) for engine in engines)
    assert await one.hold("pages", "one", HOUR_MS) == "one"
    assert await two.hold("pages", "two", HOUR_MS) == "one"
    assert await one.hold("pages", "one", HOUR_MS) == "one"
    await two.let_go("pages", "two")  # what is not theirs
    assert await two.hold("pages", "two", HOUR_MS) == "one"
    await one.let_go("pages", "one")
    assert await two.hold("pages", "two", 1) == "two"
    async with asyncio.timeout(20):
        while await one.hold("pages", "one", HOUR_MS) != "one":
            pass

"""How much a page may ask for: a person never meets the limit, a page that runs wild does."""

from __future__ import annotations

import asyncio

import pytest

from holdfast.desk import pace
from holdfast.desk.intents import INTENTS
from holdfast.desk.pace import Pace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def count(page: Pace, do: str, times: int, size: int = 100) -> int:
    return sum(page.admits(do, size) for _ in range(times))


def test_a_burst_is_taken_and_then_a_steady_rate() -> None:
    clock = Clock()
    page = Pace(clock)
    assert count(page, "draft", 1500) == pace.AT_ONCE
    clock.now += 10
    assert count(page, "draft", 1500) == 100
    clock.now += 2
    assert count(page, "draft", 1500) == 40
    clock.now += 3600
    assert count(page, "draft", 1500) == pace.AT_ONCE


def test_who_types_and_looks_about_all_day_never_meets_the_limit() -> None:
    clock = Clock()
    page = Pace(clock)
    for n in range(3600):
        clock.now += 1
        for do in ("note", "draft", "waiting", "why", "incidents", "open", "pong"):
            assert page.admits(do, 3000), (n, do)


def test_large_messages_cost_more() -> None:
    assert count(Pace(Clock()), "note", 1500, size=64_000) == 12


def test_the_list_of_a_figure_costs_more() -> None:
    assert count(Pace(Clock()), "figure", 1500) == pace.AT_ONCE / pace.COSTS["figure"]


def test_whoever_reads_lists_all_day_never_meets_the_limit() -> None:
    """The page asks again every two seconds, and the reader opens another one every second."""
    clock = Clock()
    page = Pace(clock)
    for n in range(3600):
        clock.now += 1
        assert all(page.admits("figure", 100) for _ in range(2)), n


def test_calls_go_on_while_a_page_drowns_in_drafts() -> None:
    page = Pace(Clock())
    count(page, "draft", 5000)
    for do in ("accept", "hold", "hang_up", "ready", "pong"):
        assert page.admits(do, 100)
    assert count(page, "hold", 5000) < pace.QUICK_AT_ONCE


def test_new_sound_paths_are_few() -> None:
    clock = Clock()
    page = Pace(clock)
    assert count(page, "rtc", 500) == pace.SOUND_AT_ONCE
    clock.now += 4
    assert count(page, "rtc", 500) == 2


def test_who_is_refused_again_and_again_is_cut_off_and_who_waits_is_not() -> None:
    clock = Clock()
    wild, calm = Pace(clock), Pace(clock)
    assert [wild.bears() for _ in range(301)] == [True] * 300 + [False]
    for _ in range(1000):
        clock.now += 1
        assert calm.bears()


@pytest.mark.parametrize("do", ["draft", "reply", "incidents"])
async def test_few_intents_of_a_page_are_in_work_at_a_time(do: str) -> None:
    page, here, most = Pace(Clock()), 0, 0
    go_on = asyncio.Event()

    async def work() -> None:
        nonlocal here, most
        async with page.turn(do):
            here += 1
            most = max(most, here)
            await go_on.wait()
            here -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(work())
        await asyncio.sleep(0)
        async with page.turn("accept"):  # does not wait behind them
            assert here == pace.IN_FLIGHT
        go_on.set()
    assert most == pace.IN_FLIGHT


@pytest.mark.parametrize("do", ["transfer", "severity", "wrapped"])
async def test_notes_that_the_record_does_not_take_hold_up_no_verb(do: str) -> None:
    """The page saves each again and again; meanwhile somebody hands the call on."""
    page, go_on = Pace(Clock()), asyncio.Event()

    async def save() -> None:
        async with page.turn("note"):
            await go_on.wait()

    tasks = [asyncio.create_task(save()) for _ in range(200)]
    await asyncio.sleep(0)
    assert not page.admits("note", 100)
    assert page.admits(do, 100)
    turn = page.turn(do)
    going = asyncio.create_task(turn.__aenter__())
    await asyncio.sleep(0)
    assert going.done()
    await turn.__aexit__(None, None, None)
    go_on.set()
    await asyncio.gather(*tasks)


async def test_a_wild_page_heaps_up_no_work_while_the_record_hangs() -> None:
    """It asks as fast as it may for an hour, and nothing comes back."""
    clock = Clock()
    page, go_on = Pace(clock), asyncio.Event()

    async def work() -> None:
        async with page.turn("note"):
            await go_on.wait()

    tasks = []
    for _ in range(3600):
        clock.now += 1
        tasks += [asyncio.create_task(work()) for _ in range(count(page, "note", 30))]
        await asyncio.sleep(0)
    assert len(tasks) <= pace.IN_LINE + pace.AT_ONCE
    assert page.admits("hang_up", 100)
    go_on.set()
    await asyncio.gather(*tasks)
    assert page.admits("note", 100)


def test_what_has_a_share_of_its_own_exists() -> None:
    assert pace.QUICK - {"pong"} <= set(INTENTS)

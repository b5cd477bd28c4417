"""A supervisor beside an agent who talks, with real sound: who hears whom, in tones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import numpy as np
import pytest
from redis.asyncio import Redis

from channels.sandbox import audio
from tests.flow.conftest import until_heard
from tests.flow.test_crashes import reconnect
from tests.flow.test_sessions import shut_account, until_closed
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, DeskError, desk

CALLER, AGENT, SUPERVISOR = 440.0, 700.0, 1000.0
ALL = (CALLER, AGENT, SUPERVISOR)
PHONE = "+12065551411"


@asynccontextmanager
async def supervised(centre: Centre) -> AsyncIterator[tuple[DeskClient, DeskClient, str, str]]:
    """Agent, supervisor, call at the carrier, contact; each says a tone of their own."""
    async with desk(centre, "priya") as agent:
        call = await centre.sandbox.call(talk="tone", hz=int(CALLER), from_=PHONE)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        async with desk(centre, "dana", sound=False) as supervisor:
            with pytest.raises(DeskError, match="Your own desk has no sound"):
                await supervisor.do("sit_beside", contact=contact, mode="listen")
            await supervisor.sound(SUPERVISOR)
            await until_heard(centre, call, AGENT)
            yield agent, supervisor, call, contact


async def hears(page: DeskClient, *tones: float) -> None:
    try:
        async with asyncio.timeout(60):
            while page.ear.tones(*ALL) != set(tones):
                await asyncio.sleep(0.1)
    except TimeoutError:
        seen = {name: getattr(page, name) for name in ("agents", "contacts", "notices", "events")}
        heard = f"they hear {page.ear.tones(*ALL)}, not {tones}; they see {seen}"
        raise AssertionError(f"{heard}\n{page._centre.words()}") from None


async def test_listen_whisper_take_part_and_leave(centre: Centre) -> None:
    async with supervised(centre) as (agent, supervisor, call, contact):
        await supervisor.do("sit_beside", contact=contact, mode="listen")
        await hears(supervisor, CALLER, AGENT)
        assert [one["mode"] for one in supervisor.contacts[contact]["beside"]] == ["listen"]
        await hears(agent, CALLER)
        await supervisor.do("sit_beside", contact=contact, mode="whisper")
        await hears(agent, CALLER, SUPERVISOR)
        await until_heard(centre, call, AGENT)
        assert [one["mode"] for one in agent.contacts[contact]["beside"]] == ["whisper"]
        await agent.do("hold", contact=contact, on=True)
        await hears(agent, SUPERVISOR)
        await hears(supervisor, AGENT)
        await agent.do("hold", contact=contact, on=False)
        await hears(supervisor, CALLER, AGENT)
        await supervisor.do("leave_beside")
        await hears(agent, CALLER)
        assert contact not in supervisor.contacts
        supervisor.ear.samples = supervisor.ear.samples[:0]
        await until_heard(centre, call, AGENT)
        assert supervisor.ear.tones(*ALL) == set()


def told(page: DeskClient) -> list[str]:
    """Of who sits beside whom."""
    codes = ("contact.taken_from_agent", "contact.left_beside")
    return [n["text"] for n in page.notices if n["code"] in codes]


async def handed_on(page: DeskClient, owner: str) -> str:
    """Who owns the incident that this page has open, once it is not this one."""
    await page.until(lambda: page.incident and page.incident["owner_name"] != owner)
    assert page.incident is not None
    return str(page.incident["owner_name"])


async def test_whoever_takes_a_call_of_their_own_is_told_that_they_have_left_the_other(
    centre: Centre,
) -> None:
    async with supervised(centre) as (agent, supervisor, _call, contact):
        await supervisor.do("sit_beside", contact=contact, mode="listen")
        await supervisor.ready()
        await centre.sandbox.call(talk="tone", hz=int(CALLER), from_="+12065551412")
        await supervisor.until_state(await supervisor.accept(), "active")
        assert told(supervisor) == [
            "You have left Priya Nair’s call: a call of your own has begun."
        ]
        assert told(agent) == []


async def test_who_takes_the_call_has_it_and_a_killed_worker_brings_all_back(
    centre: Centre,
) -> None:
    async with supervised(centre) as (agent, supervisor, call, contact):
        await supervisor.do("sit_beside", contact=contact, mode="barge")
        await hears(agent, CALLER, SUPERVISOR)
        centre.kill_worker()
        await centre.until_ready()
        await asyncio.gather(reconnect(agent, AGENT), reconnect(supervisor, SUPERVISOR))
        await hears(supervisor, CALLER, AGENT)
        await hears(agent, CALLER, SUPERVISOR)
        incident = supervisor.contacts[contact]["incident"]
        owner = (await supervisor.do("open", incident=incident))["owner_name"]
        await supervisor.do("take_call", contact=contact)
        assert (owner, "Dana Reyes") == ("Priya Nair", await handed_on(supervisor, owner))
        assert told(agent) == ["Dana Reyes has taken the call over."]
        assert told(supervisor) == []  # they know that they left what they took
        await until_heard(centre, call, SUPERVISOR)
        await hears(supervisor, CALLER)
        agent.ear.samples = agent.ear.samples[:0]
        await until_heard(centre, call, SUPERVISOR)
        assert agent.ear.tones(*ALL) == set()
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


def how_good(page: DeskClient, contact: str) -> list[bool]:
    """What comes to the other one in a call, and from them."""
    (how,) = page.contacts[contact]["sound"]["others"]
    return [bool(how[way]) and how[way]["mos"] > 3 for way in ("hears", "heard")]


@asynccontextmanager
async def heard_at_a_board(centre: Centre) -> AsyncIterator[tuple[DeskClient, DeskClient, str]]:
    """Agent, board, contact: somebody without a desk takes part by their board."""
    async with desk(centre, "priya") as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.call(talk="tone", hz=int(CALLER), from_=PHONE)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        with pytest.raises(DeskError, match="Your desk is not connected"):
            await board.do("sit_beside", contact=contact, mode="barge")
        await board.sound(
            SUPERVISOR,  # the page knows that its sound is up a moment before the centre
            before=lambda: board.do("sit_beside", contact=contact, mode="barge"),
        )
        await hears(agent, CALLER, SUPERVISOR)
        yield agent, board, contact


async def test_somebody_without_a_desk_hears_and_is_heard_by_their_board(centre: Centre) -> None:
    async with heard_at_a_board(centre) as (agent, board, contact):
        await hears(board, CALLER, AGENT)
        (there,) = agent.contacts[contact]["beside"]
        assert (there["name"], there["board"]) == ("Dana Reyes", True)
        for page in (agent, board):  # and how that sounds is known both ways
            (how,) = await page.until(
                lambda p=page: (p.contacts[contact]["sound"] or {}).get("others")
            )
            assert (how["who"], how["role"]) == (there["agent"], "beside")
            await page.until(lambda p=page: how_good(p, contact) == [True, True])
        await board.do("leave_beside")
        await hears(agent, CALLER)
        refused = await board.code_of("take_call", contact=contact)
        assert refused == "not_ready"  # a call needs a desk


async def test_a_board_that_is_closed_hears_nothing_and_the_agent_sees_it(centre: Centre) -> None:
    async with heard_at_a_board(centre) as (agent, board, contact):
        await board.close()
        await hears(agent, CALLER)
        await agent.until(lambda: not agent.contacts[contact]["beside"])


async def test_whose_account_is_closed_hears_nothing_by_their_board(centre: Centre) -> None:
    async with heard_at_a_board(centre) as (agent, board, contact), shut_account(centre, board):
        await until_closed(board, 5)
        await hears(agent, CALLER)
        await agent.until(lambda: not agent.contacts[contact]["beside"])


async def test_whose_account_is_closed_neither_hears_the_call_nor_speaks_in_it(
    centre: Centre,
) -> None:
    async with supervised(centre) as (agent, supervisor, _call, contact):
        await supervisor.do("sit_beside", contact=contact, mode="barge")
        await hears(agent, CALLER, SUPERVISOR)
        async with shut_account(centre, supervisor):
            await until_closed(supervisor, 5)
            await hears(agent, CALLER)
            await agent.until(lambda: not agent.contacts[contact]["beside"])


LOUD = 2000
"""Half of what a tone of these pages (8000) leaves at least in one of two windows that overlap, if
one frame of it is heard; a frame of another tone that breaks off leaves at most 900."""


async def whispered(centre: Centre, call: str) -> int:
    """How loud the supervisor's tone was at the caller at most, in any 20 ms of all they heard."""
    sound = audio.decode(audio.read_wav(await centre.sandbox.heard(call))).astype(float)
    turns = np.exp(-2j * np.pi * SUPERVISOR * np.arange(160) / audio.RATE)
    windows = np.lib.stride_tricks.sliding_window_view(sound, 160)[::80]
    return int(2 * np.abs(windows @ turns).max() / 160)


@pytest.mark.parametrize("lost", ["killed", "killed as it changes", "emptied"])
async def test_a_whisper_in_which_the_store_is_lost_goes_on_or_ends_and_never_reaches_the_caller(
    centre: Centre, lost: str
) -> None:
    async with supervised(centre) as (agent, supervisor, call, contact):
        await supervisor.do("sit_beside", contact=contact, mode="whisper")
        await hears(agent, CALLER, SUPERVISOR)
        if lost == "emptied":
            redis = Redis.from_url(centre.redis_url)
            await redis.flushall()
            await redis.aclose()
        else:
            centre.kill_store()
        if lost == "killed as it changes":
            for mode in ("listen", "whisper"):
                with suppress(DeskError):  # refused, or done: both will do
                    await supervisor.do("sit_beside", contact=contact, mode=mode)
        await until_heard(centre, call, AGENT)  # who talks goes on talking
        await centre.until_ready()
        await agent.until_state(contact, "active")
        for mode in ("listen", "whisper"):  # the index answers again, and knows who sits there
            await supervisor.do("sit_beside", contact=contact, mode=mode)
        await hears(agent, CALLER, SUPERVISOR)
        assert [one["mode"] for one in agent.contacts[contact]["beside"]] == ["whisper"]
        assert await whispered(centre, call) < LOUD
        await supervisor.do("sit_beside", contact=contact, mode="barge")
        async with asyncio.timeout(60):  # that is how it would have been seen
            while await whispered(centre, call) < LOUD:
                await asyncio.sleep(0.1)


async def test_a_whisper_by_the_board_ends_with_the_index_and_never_reaches_the_caller(
    centre: Centre,
) -> None:
    async with desk(centre, "priya") as agent, desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(talk="tone", hz=int(CALLER), from_=PHONE)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, AGENT)
        await board.sound(
            SUPERVISOR, before=lambda: board.do("sit_beside", contact=contact, mode="whisper")
        )
        await hears(agent, CALLER, SUPERVISOR)
        redis = Redis.from_url(centre.redis_url)
        await redis.flushall()
        await redis.aclose()
        await agent.until(lambda: not agent.contacts[contact]["beside"])
        await hears(agent, CALLER)
        await until_heard(centre, call, AGENT)
        assert await whispered(centre, call) < LOUD

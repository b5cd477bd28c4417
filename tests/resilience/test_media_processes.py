"""The sound of calls in processes of its own: hops between them, deaths, drains, a new worker.

Two processes of role `media` beside one of role `web`, on one store; the sandbox carrier.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import pytest_asyncio

from router.live.engine import Engine
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import Centre, free_port, running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.media import Media, media, start_media

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLER, AGENT = 440, 700


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("apart")
    config = short_config(folder)
    async with running_centre(folder / "d", role="web", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="module")
async def centre(running: Centre) -> AsyncIterator[Centre]:
    yield running
    for call in await running.sandbox.calls(live=True):
        await running.sandbox.hang_up(call["sid"])
    await running.until_ready()
    await running.end_everything()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def left() -> AsyncIterator[list[Media]]:
    """Processes that a test has left alive: the next one goes on with them."""
    found: list[Media] = []
    yield found
    await end(found)


async def end(some: list[Media]) -> None:
    """With all of these; the list is empty then."""
    for one in some:
        if one.process.returncode is None:
            one.kill()
            await one.ended()
    some.clear()


async def at_rest(centre: Centre, left: list[Media], n: int) -> list[Media]:
    """So many, who know of no call and of no page."""
    left[:] = [one for one in left if one.process.returncode is None]
    await end(left[n:])
    del left[n:]
    while len(left) < n:
        left.append(await start_media(centre))
    for one in left:
        await one.until(calls=0, pages=0, lent=0)
    return left


@pytest_asyncio.fixture(loop_scope="module")
async def only(centre: Centre, left: list[Media]) -> Media:
    """The one process with sound."""
    return (await at_rest(centre, left, 1))[0]


@pytest_asyncio.fixture(loop_scope="module")
async def two(centre: Centre, left: list[Media]) -> list[Media]:
    return await at_rest(centre, left, 2)


async def apart(two: list[Media]) -> tuple[Media, Media]:
    """The one that has the call and its agent, and the other."""
    async with asyncio.timeout(60):
        while True:
            for one, other in (two, two[::-1]):
                about = await one.about()
                if about and (about.calls, about.pages) == (1, 1):
                    return one, other
            await asyncio.sleep(0.05)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)


async def both_hear(centre: Centre, call: str, agent: DeskClient) -> None:
    """The caller hears the agent, and the agent the caller."""
    await until_heard(centre, call, AGENT)
    await until(lambda: agent.ear and abs(agent.ear.hertz() - CALLER) < 8)


async def talking(centre: Centre, agent: DeskClient) -> tuple[str, str]:
    """A call in which both hear each other: the carrier's id, and the contact."""
    call = await centre.sandbox.call(talk="tone", hz=CALLER)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    await both_hear(centre, call, agent)
    return call, contact


async def test_a_call_is_answered_with_sound_of_another_process(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as agent:
        _, contact = await talking(centre, agent)
        one, other = await apart(two)
        await one.until(calls=1, pages=1, lent=0)
        await other.until(calls=0, pages=0, lent=0)
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        await one.until(calls=0, pages=1)


async def test_an_agent_comes_back_in_the_process_of_their_call(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        one, other = await apart(two)
        await agent.close()
        async with desk(centre) as again:
            await again.until_state(contact, "active")
            await both_hear(centre, call, again)
            await one.until(calls=1, pages=1, lent=0)
            await other.until(calls=0, pages=0)


async def test_a_call_is_handed_on_to_an_agent_of_another_process(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as first:
        call, contact = await talking(centre, first)
        one, other = await apart(two)
        async with desk(centre, "tomas") as second:
            await other.until(pages=1)
            await first.do("transfer", contact=contact, to="agent", agent=second.me["id"], note="")
            await second.accept()
            await second.until_state(contact, "active")
            await both_hear(centre, call, second)
            await one.until(calls=1, lent=0)  # the caller has not moved
            await other.until(calls=0, lent=1)
            await second.do("hold", contact=contact, on=True)
            await until_music(centre, call)
            second.ear.samples = second.ear.samples[:0]
            await second.do("hold", contact=contact, on=False)
            await both_hear(centre, call, second)
            await second.do("hang_up", contact=contact)
            await other.until(lent=0)


async def test_a_board_listens_and_takes_part_from_another_process(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        one, other = await apart(two)
        async with desk(centre, "dana", view="board") as board:
            await board.sound(1000)
            await other.until(pages=1)
            await board.do("sit_beside", contact=contact, mode="listen")
            await until(lambda: board.ear.tones(CALLER, AGENT) == {CALLER, AGENT})
            assert await agent_alone(centre, call)
            await board.do("sit_beside", contact=contact, mode="barge")
            await until(lambda: agent.ear.tones(CALLER, 1000) == {CALLER, 1000})
            await one.until(calls=1)


async def agent_alone(centre: Centre, call: str) -> bool:
    """The caller hears the agent and nobody else."""
    heard = (await centre.sandbox.look(call, 0.4))["heard"]
    return bool(heard.get("hz")) and abs(heard["hz"] - AGENT) < 12


async def test_a_process_is_killed_in_a_call_and_another_goes_on_with_it(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        one, other = await apart(two)
        one.kill()
        await agent.until(lambda: any(n["code"] == "sound_again" for n in agent.notices))
        await agent.sound()
        await both_hear(centre, call, agent)
        await other.until(calls=1, pages=1)
        live = agent.contacts[contact]
        assert (live["state"], live["agent"]) == ("active", agent.me["id"])


async def test_without_any_process_a_caller_is_asked_to_hold_and_no_stream_is_tried(
    centre: Centre, only: Media
) -> None:
    async with desk(centre) as agent:
        call, _ = await talking(centre, agent)
        before = refused_streams(centre)
        only.kill()
        await centre.sandbox.wait_for(call, "play.started")  # words; music only at their place
        assert refused_streams(centre) - before <= 3  # what was on its way when it died
        await centre.sandbox.hang_up(call)


def refused_streams(centre: Centre) -> int:
    """How many streams the carrier could not open, so far."""
    log = (centre.data_dir / "centre.log").read_text(errors="replace")
    return log.count("WebSocket - Handshake Error")


async def test_a_process_that_drains_drops_no_talk(centre: Centre, two: list[Media]) -> None:
    assert centre.env["HOLDFAST_DRAIN"] == "1s"
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        one, other = await apart(two)
        one.ask_to_end()
        await agent.until(lambda: any(n["code"] == "sound_again" for n in agent.notices))
        await agent.sound()
        await both_hear(centre, call, agent)
        assert await one.ended() == 0
        await other.until(calls=1, pages=1)
        await both_hear(centre, call, agent)
        assert agent.contacts[contact]["agent"] == agent.me["id"]
        assert [live["sid"] for live in await centre.sandbox.calls(live=True)] == [call]


async def test_the_pages_process_is_killed_and_nobody_hears_a_gap(
    centre: Centre, only: Media
) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        before = await streams_of(centre, call)
        centre.kill_worker()
        await agent.until(lambda: agent.cut)
        await centre.until_ready()
        await agent.connect()
        await agent.until_state(contact, "active")
        await both_hear(centre, call, agent)
        await only.until(calls=1, pages=1)
        assert await streams_of(centre, call) == before
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")


async def test_the_store_loses_everything_and_the_talk_goes_on(centre: Centre, only: Media) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        await flush(centre)
        await only.until(calls=1, pages=1)
        await agent.until_state(contact, "active")
        await both_hear(centre, call, agent)
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")


async def until_music(centre: Centre, call: str) -> None:
    """The caller hears nobody any more."""
    async with asyncio.timeout(60):
        while await agent_alone(centre, call):
            await asyncio.sleep(0.05)


async def streams_of(centre: Centre, call: str) -> int:
    """How many streams the carrier has opened for it."""
    timeline = (await centre.sandbox.ask("GET", f"calls/{call}"))["timeline"]
    return sum(event["event"] == "stream.started" for event in timeline)


async def flush(centre: Centre) -> None:
    """The index is lost with all that it held."""
    engine = Engine(centre.redis_url)
    try:
        await engine.wipe()
    finally:
        await engine.close()


async def told(centre: Centre, *command: str) -> tuple[int, str]:
    """Exit status and words of a command at this centre."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", *command),
        env={**os.environ, **centre.env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_each_process_is_shown_with_its_calls(centre: Centre, only: Media) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await talking(centre, agent)
        await only.until(calls=1, pages=1)
        code, words = await told(centre, "status")
        assert code == 0
        row = next(line for line in words.splitlines() if f"-{only.port} " in line).split()
        assert row[1:4] == ["1", "1", "0"]
        assert " 1 in hand" in words
        assert f"-{only.port}: 1 calls, 1 pages" in (await told(centre, "doctor"))[1]
        figures = await metrics_of(centre)
        assert figures['holdfast_sound_seconds_count{what="bridge_ms"}'] >= 1
        assert figures['holdfast_sound_seconds_count{what="first_caller_frame_ms"}'] >= 1
        (place,) = (await board.do("sound_places"))["places"]
        assert (place["calls"], place["pages"], place["draining"]) == (1, 1, False)
        assert await agent.code_of("sound_places") == "not_allowed"
        only.kill()
        await board.until(lambda: any(n["code"] == "sound.none" for n in board.notices))


async def metrics_of(centre: Centre) -> dict[str, float]:
    """Of the process with the pages."""
    async with aiohttp.ClientSession() as session, session.get(f"{centre.url}/metrics") as answer:
        lines = [line for line in (await answer.text()).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_a_process_that_hangs_is_noticed_by_its_lease(
    centre: Centre, two: list[Media]
) -> None:
    async with desk(centre) as agent:
        call, contact = await talking(centre, agent)
        one, other = await apart(two)
        one.process.send_signal(signal.SIGSTOP)
        try:
            await agent.until(lambda: any(n["code"] == "sound_again" for n in agent.notices))
            before, agent._pc = agent._pc, None  # it still sends, and is heard when that wakes
            await agent.sound()
            await both_hear(centre, call, agent)
            await other.until(calls=1, pages=1)
        finally:
            one.process.send_signal(signal.SIGCONT)
        await one.until(calls=0, pages=0)  # awake again, it knows that others have them
        await both_hear(centre, call, agent)
        assert agent.contacts[contact]["agent"] == agent.me["id"]
        assert not agent.contacts[contact].get("fault")
        assert before is not None
        await before.close()


async def test_processes_of_two_machines_meet_by_tcp(centre: Centre, left: list[Media]) -> None:
    await end(left)
    places = [f"tcp:127.0.0.1:{free_port()}" for _ in range(2)]
    async with media(centre, HOLDFAST_MEDIA_LINK=places[0]) as one, desk(centre) as first:
        call, contact = await talking(centre, first)
        async with (
            media(centre, HOLDFAST_MEDIA_LINK=places[1]) as other,
            desk(centre, "tomas") as it,
        ):
            await other.until(pages=1)
            await first.do("transfer", contact=contact, to="agent", agent=it.me["id"], note="")
            await it.accept()
            await both_hear(centre, call, it)
            await one.until(calls=1, lent=0)
            await other.until(calls=0, lent=1)

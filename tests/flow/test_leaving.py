"""The centre is stopped or renewed with people on the line: nobody is hung up, talks come back."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, desk

VET = "+12065550155"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder = tmp_path_factory.mktemp("leaving")
    config = short_config(folder)
    text = config.read_text().replace('come_back = "6s"', 'come_back = "30s"')
    vet = f'[[outside]]\nname = "vet"\nword = "Vet"\nnumber = "{VET}"\n'
    config.write_text(text.replace("# [interpreters]", f"{vet}\n# [interpreters]"))
    async with running_centre(
        folder / "data", HOLDFAST_CONFIG=str(config), HOLDFAST_DRAIN="20s"
    ) as found:
        yield found
        await hang_up_all(found)


@pytest_asyncio.fixture(loop_scope="session")
async def centre(known: Centre) -> Centre:
    """It waits twenty seconds for talks when it is stopped."""
    return await at_rest(known, "20s")


@pytest_asyncio.fixture(loop_scope="session")
async def hasty(known: Centre) -> Centre:
    """The same, but it waits for no talk."""
    return await at_rest(known, "0s")


async def at_rest(centre: Centre, drain: str) -> Centre:
    """It runs with this setting, and nobody is left of the test before."""
    await hang_up_all(centre)
    assert centre.process is not None
    if centre.env["HOLDFAST_DRAIN"] != drain:
        await centre.stop()
        centre.env["HOLDFAST_DRAIN"] = drain
    if centre.process.returncode is not None:
        await centre.start()
    await centre.end_everything()
    return centre


async def hang_up_all(centre: Centre) -> None:
    await centre.sandbox.heal()
    for call in await centre.sandbox.calls(live=True):
        await centre.sandbox.hang_up(call["sid"])


async def ask_to_stop(centre: Centre) -> None:
    """SIGTERM; returns when the worker drains."""
    assert centre.process is not None
    centre.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{centre.url}/readyz") as answer:
                if (await answer.json())["draining"]:
                    assert answer.status == 503
                    return


async def ended(centre: Centre) -> None:
    assert centre.process is not None
    async with asyncio.timeout(60):
        await centre.process.wait()


async def again(page: DeskClient) -> None:
    """The page comes back by itself, as a browser's does."""
    async with asyncio.timeout(60):
        while True:
            try:
                await page.connect()
                return
            except (aiohttp.ClientError, ConnectionError, AssertionError):
                await asyncio.sleep(0.1)


async def live(centre: Centre, sid: str) -> bool:
    return any(call["sid"] == sid for call in await centre.sandbox.calls(live=True))


async def test_a_talk_goes_on_to_its_end_while_nobody_is_offered_anything(centre: Centre) -> None:
    async with desk(centre, "priya") as agent, desk(centre, "noah") as idle:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept() if not idle.offer() else await idle.accept()
        talker, other = (agent, idle) if agent.contacts.get(contact) else (idle, agent)
        await talker.until_state(contact, "active")
        await ask_to_stop(centre)
        await other.until(lambda: other.cut)
        # No emergency: with nobody at a desk, as after a start, that goes to the numbers on call.
        line = {"from_": "+12065550902", "to": "+12065550101", "keys": ["3"]}
        waiting = await centre.sandbox.call(**line)
        await centre.sandbox.wait_for(waiting, "play.started")
        await until_heard(centre, call, 700)
        assert centre.process is not None
        assert centre.process.returncode is None
        await talker.do("hang_up", contact=contact)
        await ended(centre)  # long before the twenty seconds: nobody talks any more
        assert await live(centre, waiting)  # who waits is kept on the line without us
        await centre.start()
        async with desk(centre, "noah" if talker is agent else "priya") as free:
            kept = await free.accept()
            await free.until_state(kept, "active")
            await until_heard(centre, waiting, 700)


async def test_a_renewed_worker_has_its_imports_done_before_the_old_one_goes(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        first = centre.worker_pid()
        assert centre.process is not None
        centre.process.send_signal(signal.SIGHUP)
        await agent.until(lambda: agent.cut)
        began = time.monotonic()
        await again(agent)
        await agent.mute_network()
        await agent.sound()
        await until_heard(centre, call, 700)
        print(f"handed over, talking again after {time.monotonic() - began:.2f} s")
        assert centre.worker_pid() != first
        assert await live(centre, call)
        assert agent.contacts[contact]["state"] == "active"


@pytest.mark.long
async def test_under_load_talks_go_on_within_three_seconds_of_a_renewal(centre: Centre) -> None:
    """Forty callers wait, five a second come; measured from the end of the pages' sockets."""
    numbers = (f"+120655{n:05d}" for n in range(52_000, 53_000))
    enough = asyncio.Event()

    async def arrivals() -> None:
        while not enough.is_set():
            await centre.sandbox.call(from_=next(numbers), to="+12065550100")
            await asyncio.sleep(0.2)

    async def talks_again(agent: DeskClient, call: str) -> float:
        await agent.until(lambda: agent.cut)
        began = time.monotonic()
        await again(agent)
        await agent.mute_network()
        await agent.sound()
        await until_heard(centre, call, 700)
        return time.monotonic() - began

    async with desk(centre) as one, desk(centre, "noah") as other:
        talks: dict[str, DeskClient] = {}
        for n in range(2):
            call = await centre.sandbox.call(from_=f"+1206555152{n}", talk="tone", hz=440)
            free = [page for page in (one, other) if page not in talks.values()]
            while not any(page.offer() for page in free):
                await asyncio.sleep(0.05)
            agent = next(page for page in free if page.offer())
            await agent.until_state(await agent.accept(), "active")
            talks[call] = agent
        for _ in range(40):
            await centre.sandbox.call(from_=next(numbers), to="+12065550100")
        arriving = asyncio.create_task(arrivals())
        assert centre.process is not None
        centre.process.send_signal(signal.SIGHUP)
        took = await asyncio.gather(*(talks_again(agent, call) for call, agent in talks.items()))
        enough.set()
        await arriving
        print(f"renewed under load, talking again after {max(took):.2f} s")
        assert max(took) < 3


async def with_vet(centre: Centre, agent: DeskClient, from_: str) -> tuple[str, str, str]:
    """All three hear each other: the caller's call, the contact, the vet's call."""
    await centre.sandbox.person(VET, talk="tone", hz=1000, ring_ms=50)
    call = await centre.sandbox.call(talk="tone", hz=440, from_=from_)
    contact = await agent.accept()
    await agent.until_state(contact, "active")
    await agent.do("consult", contact=contact, number="vet")
    await agent.until(
        lambda: (it := agent.contacts[contact]["consult"]) is not None and it["at"] == "apart"
    )
    await agent.do("consult_together", contact=contact, on=True)
    (there,) = [it["sid"] for it in await centre.sandbox.calls(live=True) if it["to"] == VET]
    return call, contact, there


async def test_a_caller_and_the_number_that_has_them_talk_on_while_we_drain(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call, contact, there = await with_vet(centre, agent, "+12065550918")
        await agent.do("consult_hand_over", contact=contact)
        await until_heard(centre, call, 1000)
        await ask_to_stop(centre)
        await until_heard(centre, there, 440)
        assert centre.process is not None
        assert centre.process.returncode is None
        await centre.sandbox.hang_up(there)
        await ended(centre)
        assert not await live(centre, call)


async def test_callers_of_talks_that_are_cut_stay_on_the_line_and_are_connected_again(
    hasty: Centre,
) -> None:
    async with desk(hasty) as agent:
        call = await hasty.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        assert hasty.process is not None
        hasty.process.send_signal(signal.SIGTERM)
        await ended(hasty)
        assert await live(hasty, call)
        kinds = [entry["event"] for entry in (await hasty.sandbox.look(call))["timeline"]]
        assert "hangup" not in kinds
        await hasty.start()
        await again(agent)
        await agent.sound()
        await agent.until_state(contact, "active")
        await until_heard(hasty, call, 700)


async def test_a_number_in_a_talk_that_is_cut_stays_on_the_line_and_is_back_with_both(
    hasty: Centre,
) -> None:
    async with desk(hasty) as agent:
        _call, contact, there = await with_vet(hasty, agent, "+12065550911")
        assert hasty.process is not None
        hasty.process.send_signal(signal.SIGTERM)
        await ended(hasty)
        assert await live(hasty, there)
        await hasty.start()
        await again(agent)
        await agent.sound()
        await agent.until_state(contact, "active")
        await agent.until(lambda: agent.contacts[contact]["consult"]["until"] is None)
        async with asyncio.timeout(60):
            while agent.ear.tones(440.0, 1000.0) != {440.0, 1000.0}:
                await asyncio.sleep(0.1)
        await until_heard(hasty, there, 440, within=300)

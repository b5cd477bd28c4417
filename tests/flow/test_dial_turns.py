"""An account that starts one call in fifty seconds: the next one waits its turn, and is told so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from holdfast.clock import now_ms
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, desk

FIRST, SECOND = "+12065550861", "+12065550862"


@pytest_asyncio.fixture(loop_scope="session")
async def slow(tmp_path: Path) -> AsyncIterator[Centre]:
    config = short_config(tmp_path)
    text = config.read_text()
    assert "calls_per_second = 0 " in text
    config.write_text(text.replace("calls_per_second = 0 ", "calls_per_second = 0.02 "))
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


async def text_in_hand(centre: Centre, agent: DeskClient, person: str) -> dict[str, str]:
    """What a call back to this person asks for."""
    await centre.sandbox.text("please call me", from_=person, to="+12065550101")
    text = await agent.accept()
    incident = await agent.do("open", incident=agent.contacts[text]["incident"])
    address = incident["parties"][0]["addresses"][0]["id"]
    await centre.sandbox.person(person, ring_ms=50, talk="tone", hz=440)
    return {"incident": incident["id"], "address": address, "key": f"turn-{person}"}


def dialled(person: str) -> str:
    return (
        "select d.state from dial d join contact c on c.id = d.contact"
        f" join address a on a.id = c.address where a.value = '{person}'"
    )


async def test_the_second_waits_is_told_and_comes_once_though_the_worker_dies(
    slow: Centre,
) -> None:
    async with desk(slow, "noah") as noah, desk(slow, "tomas") as tomas:
        await tomas.do("pause", reason="recovering")
        one = await text_in_hand(slow, noah, FIRST)
        await noah.do("pause", reason="recovering")
        await tomas.ready()
        other = await text_in_hand(slow, tomas, SECOND)
        await noah.do("callback", **one)
        await slow.until_rows(dialled(FIRST), [("dialed",)])
        await tomas.do("callback", **other)
        await tomas.until(lambda: any("Dialled in about" in it["text"] for it in tomas.notices))
        assert await slow.rows(dialled(SECOND)) == [("intended",)]
        slow.kill_worker()
        await slow.until_ready()
        await slow.until_rows(dialled(SECOND), [("dialed",)])
    calls = [it for it in await slow.sandbox.calls() if it["to"] == SECOND]
    assert len(calls) == 1


async def test_a_number_that_is_asked_in_waits_its_turn_too(slow: Centre) -> None:
    async with desk(slow, "noah") as noah, desk(slow, "tomas") as tomas:
        await tomas.do("pause", reason="recovering")
        one = await text_in_hand(slow, noah, FIRST)
        await noah.do("pause", reason="recovering")
        await tomas.ready()
        call = await slow.sandbox.call(from_="+12065550864", talk="tone", hz=440)
        contact = await tomas.accept()
        await tomas.until_state(contact, "active")
        await noah.do("callback", **one)
        await slow.until_rows(dialled(FIRST), [("dialed",)])
        await tomas.do("consult", contact=contact, number=SECOND)
        await tomas.until(lambda: any("Dialled in about" in it["text"] for it in tomas.notices))
        await tomas.until(
            lambda: tomas.contacts[contact]["consult"]["until"] > now_ms() + 30_000
        )  # its time to be answered begins with its turn
        assert not [it for it in await slow.sandbox.calls() if it["to"] == SECOND]
        await tomas.do("consult_end", contact=contact)
        await until_heard(slow, call, 700)


async def test_a_carrier_that_is_busy_is_waited_for_in_words(centre: Centre) -> None:
    async with desk(centre) as agent:
        order = await text_in_hand(centre, agent, "+12065550863")
        await centre.sandbox.fault(rest_429=1)
        await agent.do("callback", **order)
        await agent.until(lambda: any("The carrier is busy" in it["text"] for it in agent.notices))
        await centre.until_rows(dialled("+12065550863"), [("dialed",)])
        calls = [it for it in await centre.sandbox.calls() if it["to"] == "+12065550863"]
        assert len(calls) == 1

"""An agent asks for help with one key: real desks, boards, telephones, and losses in between."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.flow.conftest import short_config
from tests.flow.test_outside import FIRST, NUMBERS, heard, many_to, telephoned
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, desk

LINES = "select action from audit where action like 'help.%' order by id"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def night(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre with people on call."""
    folder: Path = tmp_path_factory.mktemp("help")
    config = short_config(folder)
    config.write_text(config.read_text() + NUMBERS)
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(night: Centre) -> AsyncIterator[Centre]:
    await night.sandbox.person(FIRST, answer="no-answer")
    yield night
    await night.sandbox.heal()
    for call in await night.sandbox.calls(live=True):
        await night.sandbox.hang_up(call["sid"])
    await night.until_ready()
    await night.end_everything()


def news(page: DeskClient) -> list[str]:
    return [one["text"] for one in page.notices if one["code"] == "help.ended"]


async def told_by(page: DeskClient, asked: str) -> dict[str, Any]:
    found: dict[str, Any] = await page.until(lambda: page.helps.get(asked))
    return found


async def seen_at(page: DeskClient, asked: str) -> dict[str, Any]:
    found: dict[str, Any] = await page.until(
        lambda: (it := page.helps.get(asked)) and it["seen"] and it
    )
    return found


async def test_one_key_and_a_supervisor_is_told_wherever_she_is(centre: Centre) -> None:
    async with (
        desk(centre) as agent,
        desk(centre, "noah") as other,
        desk(centre, "dana", view="board") as board,
        desk(centre, "dana", sound=False) as hers,
        desk(centre, "ada", view="board") as second,
    ):
        await centre.sandbox.call(talk="tone", from_="+12065551880")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        asked = (await agent.do("help_ask"))["help"]
        assert (await agent.do("help_ask"))["help"] == asked, "twice is once"
        for page in (board, hers, second, agent):
            request = await told_by(page, asked)
            assert (request["agent"], request["contact"]) == (agent.me["id"], contact)
            assert (request["has"], request["incident_no"]) != (None, None)
            assert request["told"]["name"] in ("Dana Reyes", "Ada Lind")
        assert asked not in other.helps
        for code, page, do in (
            ("not_allowed", agent, "help_see"),
            ("not_allowed", agent, "help_done"),
            ("not_yours", other, "help_take_back"),
            ("not_allowed", board, "help_ask"),
        ):
            fields = {} if do == "help_ask" else {"help": asked}
            assert await page.code_of(do, **fields) == code
        await hers.do("help_see", help=asked)
        assert (await seen_at(agent, asked))["seen"]["name"] == "Dana Reyes"
        assert await second.code_of("help_see", help=asked) == "taken"
        await board.do("help_see", help=asked)  # the same person, at another page
        await second.do("help_done", help=asked)
        for page in (
            agent,
            board,
            hers,
        ):  # who asked; who had it, at each page
            await page.until(lambda page=page: news(page))  # type: ignore[misc]
        assert "Ada Lind has closed your request" in news(agent)[0]
        assert news(hers) == ["Ada Lind has closed the request for help of Priya Nair."]
        assert news(second) == news(other) == []
        for page in (agent, board, hers, second):
            await page.until(lambda page=page: asked not in page.helps)  # type: ignore[misc]
        await centre.until_rows(LINES, [("help.asked",), ("help.seen",), ("help.done",)])
        incident = agent.contacts[contact]["incident"]
        shown = await agent.do("open", incident=incident)
        told = [one for one in shown["timeline"] if (one["text"] or "").startswith("asked for")]
        ((line),) = told
        assert line["who"] == "Priya Nair"
        assert re.fullmatch(
            r"asked for help · seen by Dana Reyes after \d+ s · done", line["text"]
        ), line
        assert '"event": "help.ended"' in centre.words()


async def test_a_supervisor_who_listens_has_it_and_is_seen_there(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", sound=False) as dana:
        await centre.sandbox.call(talk="tone", from_="+12065551881")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await dana.sound(1000)
        asked = (await agent.do("help_ask"))["help"]
        await dana.do("sit_beside", contact=contact, mode="listen")
        request = await seen_at(agent, asked)
        assert request["seen"]["how"] == "listened"
        await agent.until(
            lambda: [one["name"] for one in agent.helps[asked]["listens"]] == ["Dana Reyes"]
        )
        await dana.do("leave_beside")
        await agent.until(lambda: not agent.helps[asked]["listens"])
        await agent.do("help_take_back", help=asked)
        await agent.until(lambda: not agent.helps)


async def test_nobody_has_it_then_all_are_told_and_the_telephone_rings(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=50, keys=["1"])
    before = await many_to(centre, FIRST)
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.text("it is about my booking", from_="+12065551882")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        asked = (await agent.do("help_ask"))["help"]
        call = await telephoned(centre, FIRST, before)
        request = await seen_at(agent, asked)
        assert request["seen"] | {"at": 0} == {
            "by": "on_call:night_lead", "name": "Night lead", "at": 0, "how": "telephone",
        }  # fmt: skip
        stages = [one["stage"] for one in board.helps_told if one["id"] == asked]
        assert list(dict.fromkeys(stages)) == ["one", "all", "telephone"]
        await centre.sandbox.wait_for(call, "completed")
        said = await heard(centre, call)
        number = ", ".join(request["incident_no"].removeprefix("INC-")[:3])
        assert f"An agent in a hard call asks for help. It is incident {number}" in said
        assert "Priya Nair is told that you see to it." in said
        assert "booking" not in said
        asks_of = f"select action, actor from audit where subject = '{contact}' and action = "
        await centre.until_rows(asks_of + "'help.seen'", [("help.seen", "on_call:night_lead")])
        await agent.do("help_take_back", help=asked)


async def test_nobody_on_duty_the_telephone_rings_at_once_and_two_agents_are_two(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, ring_ms=60_000)
    before = await many_to(centre, FIRST)
    async with desk(centre) as agent, desk(centre, "noah") as other:
        first = (await agent.do("help_ask"))["help"]
        second = (await other.do("help_ask"))["help"]
        assert first != second
        request = await told_by(agent, first)
        assert (request["stage"], request["told"], request["contact"]) == ("telephone", None, None)
        call = await telephoned(centre, FIRST, before)
        async with desk(centre, "dana", view="board") as late:  # who comes later finds both
            assert set(late.helps) == {first, second}
            await late.do("help_see", help=first)
            await late.do("help_see", help=second)
        await centre.sandbox.wait_for(call, "call.ended")
        assert set(agent.helps) == {first}
        await agent.do("help_take_back", help=first)
        await other.do("help_take_back", help=second)


@pytest.mark.parametrize("dies", ["worker", "store", "both"])
async def test_it_outlives_a_worker_and_the_store(centre: Centre, dies: str) -> None:
    async with desk(centre) as agent:
        asked = (await agent.do("help_ask"))["help"]
        at = (await told_by(agent, asked))["at"]
        await centre.until_rows(
            "select count(*) from meta where value like '%" + asked + "%'", [(1,)]
        )
        if dies != "worker":
            centre.kill_store()
        if dies != "store":
            centre.kill_worker()
        await centre.until_ready()
        async with desk(centre, "dana", view="board") as board:
            request = await told_by(board, asked)
            assert (request["at"], request["seen"]) == (at, None)
            await board.do("help_see", help=asked)
            await board.do("help_done", help=asked)
            await board.until(lambda: not board.helps)

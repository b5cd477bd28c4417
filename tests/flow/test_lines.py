"""A number outside, or an interpreter, that the agent of a call asks in, with real sound: who hears
whom, in tones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.flow.conftest import short_config, until_heard
from tests.flow.test_beside import AGENT, CALLER, hears
from tests.flow.test_crashes import reconnect
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, DeskError, desk

LINE = 1000.0
VET, SPANISH, TYPED = "+12065550155", "+12065550157", "+12065551958"
NUMBERS = f"""
[[outside]]
name = "vet"
word = "Green Valley Vet"
number = "{VET}"

[interpreters]
es = "{SPANISH}"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    folder: Path = tmp_path_factory.mktemp("lines")
    config = short_config(folder)
    text = config.read_text().replace("outside_countries = []", 'outside_countries = ["+44"]')
    config.write_text(text.replace("# [interpreters]", NUMBERS + "\n# [interpreters]"))
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(known: Centre) -> AsyncIterator[Centre]:
    yield known
    await known.sandbox.heal()
    for call in await known.sandbox.calls(live=True):
        await known.sandbox.hang_up(call["sid"])
    await known.until_ready()
    await known.end_everything()


@asynccontextmanager
async def talking(centre: Centre, phone: str) -> AsyncIterator[tuple[DeskClient, str, str]]:
    async with desk(centre, "tomas") as agent:
        call = await centre.sandbox.call(talk="tone", hz=int(CALLER), from_=phone)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, AGENT)
        yield agent, call, contact


async def dialled(centre: Centre, number: str, *, live: bool = False) -> list[str]:
    calls = await centre.sandbox.calls(**({"live": True} if live else {}))
    return [it["sid"] for it in calls if it["to"] == number]


async def at(agent: DeskClient, contact: str, where: str | None) -> None:
    def there() -> bool:
        consult = agent.contacts[contact]["consult"]
        return (consult and consult["at"]) == where

    await agent.until(there)


async def over(agent: DeskClient, words: str) -> None:
    await agent.until(lambda: any(words in it["text"] for it in agent.notices))


async def test_ask_a_number_talk_swap_bring_together_and_let_go(centre: Centre) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=1500)
    async with talking(centre, "+12065551901") as (agent, call, contact):
        await agent.do("consult", contact=contact, number="vet")
        async with asyncio.timeout(20):  # 440 and 480 Hz together: it rings there
            while agent.ear.tones(440.0, 480.0) != {440.0, 480.0}:
                await asyncio.sleep(0.05)
        assert agent.contacts[contact]["held"]
        assert agent.contacts[contact]["consult"]["name"] == "Green Valley Vet"
        await at(agent, contact, "apart")
        (there,) = await dialled(centre, VET)
        await hears(agent, LINE)
        await until_heard(centre, there, AGENT)
        await agent.do("hold", contact=contact, on=False)
        await hears(agent, CALLER)
        await until_heard(centre, call, AGENT)
        await agent.do("consult_together", contact=contact, on=True)
        await hears(agent, CALLER, LINE)
        await agent.do("consult_end", contact=contact)
        await centre.sandbox.wait_for(there, "completed")
        await hears(agent, CALLER)
        await until_heard(centre, call, AGENT)
        lines = f"from audit where action = 'contact.consult_asked' and subject = '{contact}'"
        await centre.until_rows(f"select detail {lines}", [("Green Valley Vet",)])


async def test_handed_over_the_two_talk_until_one_hangs_up(centre: Centre) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=50)
    async with talking(centre, "+12065551902") as (agent, call, contact):
        await agent.do("consult", contact=contact, number="vet")
        await at(agent, contact, "apart")
        (there,) = await dialled(centre, VET, live=True)
        await hears(agent, LINE)
        await agent.do("consult_hand_over", contact=contact)
        await agent.until(lambda: agent.agent()["state"] == "wrapup")
        await until_heard(centre, call, LINE)
        await until_heard(centre, there, CALLER)
        centre.kill_worker()
        await centre.until_ready()
        await until_heard(centre, call, LINE)
        await until_heard(centre, there, CALLER)
        await centre.sandbox.hang_up(there)
        await centre.sandbox.wait_for(call, "completed")
        ended = f"select state, outcome from contact where id = '{contact}'"
        await centre.until_rows(ended, [("ended", "handled")])


async def test_a_caller_who_was_handed_over_is_measured_and_the_board_is_alarmed(
    centre: Centre,
) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=50)
    async with (
        desk(centre, "dana", view="board") as board,
        talking(centre, "+12065551915") as (agent, call, contact),
    ):
        incident = agent.contacts[contact]["incident"]
        await agent.until(lambda: agent.contacts[contact]["sound"])
        await agent.do("consult", contact=contact, number="vet")
        await at(agent, contact, "apart")
        await agent.do("consult_hand_over", contact=contact)
        await until_heard(centre, call, LINE)

        def sound() -> dict[str, Any]:
            live = board.contacts[contact]
            return (live["state"] == "away" and live["sound"]) or {}

        found = await board.until(sound)
        assert min(found["agent"]["mos"], found["caller"]["mos"]) > 3.5
        await centre.sandbox.fault(stream_mute=True)
        await board.until(lambda: sound()["agent"]["missing"] and sound()["caller"]["missing"])
        assert {sound()[who]["where"] for who in ("agent", "caller")} == {"line"}
        await centre.sandbox.heal()
        await board.until(lambda: not sound()["caller"]["missing"])
        await centre.sandbox.hang_up(call)
        ended = f"select state from contact where id = '{contact}'"
        await centre.until_rows(ended, [("ended",)])
        kept = f"select count(*) from call_sound where contact = '{contact}'"
        await centre.until_rows(kept, [(2,)])
        document = await board.do("open", incident=incident)
        (line,) = [e for e in document["timeline"] if e["id"] == f"call:{contact}"]
        with_agent, with_vet = line["sound"]
        assert (with_agent["agent"], with_agent["number"]) == ("Tomás Vega", None)
        assert (with_vet["agent"], with_vet["number"]) == (None, "Green Valley Vet")
        assert {mark["hears"] for mark in with_vet["marks"]} == {"agent", "caller"}
        assert with_vet["hears"]["caller"]["silent_s"] >= 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("busy", "Green Valley Vet is engaged."),
        ("no-answer", "Nobody answered at Green Valley Vet."),
        ("failed", "Green Valley Vet cannot be reached"),
    ],
)
async def test_where_nobody_comes_it_is_told_and_the_caller_is_back(
    centre: Centre, answer: str, words: str
) -> None:
    await centre.sandbox.person(VET, answer=answer, ring_ms=100)
    async with talking(centre, "+12065551903") as (agent, call, contact):
        await agent.do("consult", contact=contact, number="vet")
        await over(agent, words)
        await hears(agent, CALLER)
        await until_heard(centre, call, AGENT)
        assert not agent.contacts[contact]["held"]


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        ("900 976 1234", "not_allowed", "a premium number"),
        ("+44 20 7946 0958", "not_allowed", "another country"),
        ("+12065550100", "not_allowed", "our own line"),
        ("1-800-FLOWERS", "bad_request", "no telephone number"),
    ],
)
async def test_what_may_not_be_called_is_refused_before_anything_happens(
    centre: Centre, number: str, code: str, words: str
) -> None:
    async with talking(centre, "+12065551904") as (agent, call, contact):
        with pytest.raises(DeskError, match=words) as refused:
            await agent.do("consult", contact=contact, number=number)
        assert refused.value.code == code
        assert agent.contacts[contact]["consult"] is None
        assert not agent.contacts[contact]["held"]
        await until_heard(centre, call, AGENT)


async def test_a_typed_number_is_masked_for_others_and_not_left_alone_with_a_caller(
    centre: Centre,
) -> None:
    await centre.sandbox.person(TYPED, talk="tone", hz=int(LINE), ring_ms=50)
    async with talking(centre, "+12065551905") as (agent, _call, contact):
        targets = await agent.do("transfer_targets", contact=contact)
        assert (targets["any_number"], targets["begin"]) == (True, ["+44"])
        await agent.do("consult", contact=contact, number="(206) 555-1958")
        await at(agent, contact, "apart")
        assert agent.contacts[contact]["consult"]["line"]["stays"]  # the page offers no hand over
        assert agent.contacts[contact]["consult"]["name"] == "+1 206 ••• 1958"
        with pytest.raises(DeskError, match="Not handed over") as refused:
            await agent.do("consult_hand_over", contact=contact)
        assert refused.value.code == "not_allowed"
        await hears(agent, LINE)
        (there,) = await dialled(centre, TYPED)
        await centre.sandbox.hang_up(there)
        await over(agent, "has hung up. You have the caller.")
        await hears(agent, CALLER)


async def test_an_interpreter_is_with_both_at_once_and_a_killed_worker_brings_all_back(
    centre: Centre,
) -> None:
    await centre.sandbox.person(SPANISH, talk="tone", hz=int(LINE), ring_ms=50)
    async with talking(centre, "+12065551906") as (agent, call, contact):
        found = await agent.do("transfer_targets", contact=contact)
        assert found["interpreters"] == [{"name": "es", "word": "Spanish"}]
        await agent.do("consult", contact=contact, interpreter="es")
        await hears(agent, CALLER, LINE)
        assert agent.contacts[contact]["consult"]["line"]["stays"]
        with pytest.raises(DeskError, match="An interpreter takes no calls"):
            await agent.do("consult_hand_over", contact=contact)
        (there,) = await dialled(centre, SPANISH)
        centre.kill_worker()
        await centre.until_ready()
        await reconnect(agent, AGENT)
        await hears(agent, CALLER, LINE)
        assert agent.contacts[contact]["consult"]["at"] == "together"
        assert await dialled(centre, SPANISH) == [there]
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")
        await centre.sandbox.wait_for(there, "completed")
        lines = f"from audit where action = 'contact.consult_asked' and subject = '{contact}'"
        await centre.until_rows(f"select detail {lines}", [("the interpreter (Spanish)",)])


async def test_who_asks_and_lets_go_again_and_again_is_told_when_the_next_is_possible(
    tmp_path: Path,
) -> None:
    """Of the centre's own numbers: an interpreter, and one of the list."""
    config = short_config(tmp_path)
    text = config.read_text().replace("# [interpreters]", NUMBERS + "\n# [interpreters]")
    assert "asked_an_hour = 60" in text
    config.write_text(text.replace("asked_an_hour = 60", "asked_an_hour = 1"))
    async with running_centre(tmp_path / "data", HOLDFAST_CONFIG=str(config)) as centre:
        await centre.sandbox.person(SPANISH, talk="tone", hz=int(LINE), ring_ms=50)
        async with talking(centre, "+12065551916") as (agent, _call, contact):
            await agent.do("consult", contact=contact, interpreter="es")
            await hears(agent, CALLER, LINE)
            await agent.do("consult_end", contact=contact)
            for again in ({"interpreter": "es"}, {"number": "vet"}):
                words = "at most 1 number of the centre asked in an hour. The next one is possible"
                with pytest.raises(DeskError, match=words):
                    await agent.do("consult", contact=contact, **again)
            assert len(await dialled(centre, SPANISH)) == 1
            assert not agent.contacts[contact]["held"]
            audit = "select count(*) from audit where action = 'contact.asked_too_often'"
            await centre.until_rows(audit, [(2,)])


async def test_a_killed_worker_while_it_rings_dials_nobody_twice(centre: Centre) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=2500)
    before = len(await dialled(centre, VET))
    async with talking(centre, "+12065551907") as (agent, _call, contact):
        await agent.do("consult", contact=contact, number="vet")
        async with asyncio.timeout(20):
            while len(await dialled(centre, VET)) == before:
                await asyncio.sleep(0.02)
        centre.kill_worker()
        await centre.until_ready()
        await reconnect(agent, AGENT)
        await at(agent, contact, "apart")
        await hears(agent, LINE)
        assert len(await dialled(centre, VET)) == before + 1


# Bad moments ------------------------------------------------------------------------------------


@asynccontextmanager
async def with_vet(centre: Centre, phone: str) -> AsyncIterator[tuple[DeskClient, str, str, str]]:
    """All three hear each other: agent, caller, contact, the call to the vet."""
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=50)
    async with talking(centre, phone) as (agent, call, contact):
        await agent.do("consult", contact=contact, number="vet")
        await at(agent, contact, "apart")
        await agent.do("consult_together", contact=contact, on=True)
        await hears(agent, CALLER, LINE)
        (there,) = await dialled(centre, VET, live=True)
        yield agent, call, contact, there


@pytest.mark.parametrize("lost", ["killed", "emptied"])
async def test_a_lost_store_takes_nobody_out_of_a_three_way(centre: Centre, lost: str) -> None:
    phone = f"+1206555192{'ke'.index(lost[0])}"
    async with with_vet(centre, phone) as (agent, call, contact, there):
        if lost == "killed":
            centre.kill_store()
        else:
            redis = Redis.from_url(centre.redis_url)
            await redis.flushall()
            await redis.aclose()
        await centre.until_ready()
        await agent.until_state(contact, "active")
        await agent.until(lambda: not agent.contacts[contact]["consult"]["until"])
        await hears(agent, CALLER, LINE)
        assert await dialled(centre, VET, live=True) == [there]
        assert agent.contacts[contact]["consult"]["at"] == "together"
        await agent.do("consult_hand_over", contact=contact)
        await until_heard(centre, call, LINE)
        await until_heard(centre, there, CALLER)


async def test_after_a_hand_over_a_lost_index_leaves_the_two_together(centre: Centre) -> None:
    async with with_vet(centre, "+12065551922") as (agent, call, contact, there):
        await agent.do("consult_hand_over", contact=contact)
        await until_heard(centre, call, LINE)
        redis = Redis.from_url(centre.redis_url)
        await redis.flushall()
        await redis.aclose()
        await centre.until_ready()
        await until_heard(centre, there, CALLER)
        await until_heard(centre, call, LINE)
        await centre.sandbox.hang_up(call)
        await centre.sandbox.wait_for(there, "completed")


async def test_a_supervisor_hears_all_three_and_takes_the_call_without_the_number(
    centre: Centre,
) -> None:
    async with (
        with_vet(centre, "+12065551923") as (agent, call, contact, there),
        desk(centre, "dana", sound=False) as supervisor,
    ):
        await supervisor.sound(LINE)
        await supervisor.do("sit_beside", contact=contact, mode="listen")
        await hears(supervisor, CALLER, AGENT, LINE)
        await agent.do("hold", contact=contact, on=True)
        await hears(supervisor, AGENT, LINE)
        await supervisor.do("take_call", contact=contact)
        await centre.sandbox.wait_for(there, "completed")
        await hears(supervisor, CALLER)
        await until_heard(centre, call, LINE)  # the supervisor's own tone


async def test_an_agent_who_does_not_come_back_leaves_the_caller_in_line(centre: Centre) -> None:
    async with with_vet(centre, "+12065551924") as (agent, call, contact, there):
        await agent.close()
        await until_heard(centre, call, LINE)  # not alone meanwhile
        await centre.sandbox.wait_for(there, "completed")
        where = f"select state from contact where id = '{contact}'"
        await centre.until_rows(where, [("queued",)])
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"rest_refuse": 1, "rest_code": 10004}, "at its limit of calls at once"),
        ({"rest_429": 1, "retry_after_s": 1}, None),
        ({"rest_acts_then_500": 1}, None),
    ],
)
async def test_what_the_carrier_does_to_a_dial(
    centre: Centre, fault: dict[str, int], words: str | None
) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=50)
    before = len(await dialled(centre, VET))
    phone = f"+1206555192{5 + len(fault)}"
    async with talking(centre, phone) as (agent, _call, contact):
        await centre.sandbox.fault(**fault)
        await agent.do("consult", contact=contact, number="vet")
        if words is not None:
            await over(agent, words)
            await hears(agent, CALLER)
            opened = await agent.do("open", incident=agent.contacts[contact]["incident"])
            assert any(words in str(entry.get("text")) for entry in opened["timeline"])
        else:
            await at(agent, contact, "apart")
            await hears(agent, LINE)
        assert len(await dialled(centre, VET)) == before + (words is None)


async def test_a_machine_there_is_told_and_the_agent_decides(centre: Centre) -> None:
    await centre.sandbox.person(VET, machine="no_beep", ring_ms=50)
    async with talking(centre, "+12065551928") as (agent, _call, contact):
        await agent.do("consult", contact=contact, number="vet")
        await over(agent, "A machine answered at Green Valley Vet.")
        assert agent.contacts[contact]["consult"]["at"] == "apart"
        await agent.do("consult_end", contact=contact)
        await hears(agent, CALLER)
        opened = await agent.do("open", incident=agent.contacts[contact]["incident"])
        told = [entry.get("text") for entry in opened["timeline"]]
        assert "a machine answered at Green Valley Vet" in told


async def test_whoever_is_rung_while_the_caller_hangs_up_is_rung_no_more(centre: Centre) -> None:
    await centre.sandbox.person(VET, talk="tone", hz=int(LINE), ring_ms=20_000)
    async with talking(centre, "+12065551929") as (agent, call, contact):
        await agent.do("consult", contact=contact, number="vet")
        await agent.until(lambda: agent.contacts[contact]["consult"]["line"]["rings"])
        (there,) = await dialled(centre, VET, live=True)
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")
        await centre.sandbox.wait_for(there, "call.ended")


async def test_who_is_let_go_hears_so_also_while_the_carrier_takes_no_orders(
    centre: Centre,
) -> None:
    async with with_vet(centre, "+12065551931") as (agent, call, contact, there):
        await centre.sandbox.fault(rest_500=20)
        await agent.do("consult_end", contact=contact)
        await centre.sandbox.wait_for(there, "completed")
        timeline = (await centre.sandbox.look(there))["timeline"]
        said = [entry["what"] for entry in timeline if entry["event"] == "play.started"]
        assert said == ["say: This call is over. Thank you."]
        await until_heard(centre, call, AGENT)

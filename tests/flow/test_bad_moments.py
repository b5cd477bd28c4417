"""Callers and agents who leave at any moment; stale answers; broken streams."""

from __future__ import annotations

import asyncio

import pytest

from tests.flow.conftest import until_heard
from tests.kit.centre import Centre
from tests.kit.desk import DeskError, desk
from tests.kit.figures import Stopwatch

OFFICE = "+12065550101"


@pytest.mark.figure
async def test_hang_up_while_ringing_takes_the_offer_away_at_once(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call()
        offer = await agent.offered()
        gone = Stopwatch()
        await centre.sandbox.hang_up(call)
        await agent.until(lambda: not agent.contacts and agent.agent()["state"] == "ready")
        gone.took("caller hangs up to offer gone")
        with pytest.raises(DeskError) as late:
            await agent.do("accept", contact=offer["id"], fence=offer["offer"]["fence"])
        assert late.value.code == "caller_gone"
        # Its time was not up, by the centre's own clock.
        ended = f"select count(*) from contact where ended_at < {offer['offer']['expires']}"
        await centre.until_rows(f"{ended} and id = '{offer['id']}'", [(1,)])


async def test_hang_up_while_connecting_frees_the_agent(centre: Centre) -> None:
    await centre.sandbox.fault(stream_start_ms=[3000, 3000])
    async with desk(centre) as agent:
        call = await centre.sandbox.call()
        contact = await agent.accept()
        await agent.until_state(contact, "connecting")
        await centre.sandbox.hang_up(call)
        await agent.until(lambda: agent.agent()["state"] == "ready")
        assert not agent.contacts


async def test_hang_up_while_talking_begins_the_wrapup(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await centre.sandbox.hang_up(call)
        found = await agent.until_state(contact, "wrapup")
        assert found["caller"] == "gone"
        assert found["until"] > found["state_at"]


async def test_tab_closed_while_ringing_rings_at_the_next_agent(centre: Centre) -> None:
    async with desk(centre, "tomas") as second:
        await second.do("pause", reason="break")
        async with desk(centre) as first:
            await centre.sandbox.call()
            offer = await first.offered()
            await second.ready()
            await first.close()
            again = await second.offered()
            assert again["id"] == offer["id"]
            assert again["arrived_at"] == offer["arrived_at"]


async def test_tab_closed_while_talking_holds_the_caller_then_the_next_agent(
    centre: Centre,
) -> None:
    async with desk(centre, "tomas") as second:
        await second.do("pause", reason="break")
        async with desk(centre) as first:
            call = await centre.sandbox.call(talk="tone", hz=440)
            contact = await first.accept()
            before = await first.until_state(contact, "active")
            await until_heard(centre, call, 700)
            await second.ready()
            await first.close()
            again = await second.offered()  # 1.5 s to notice, 4 s to come back
            assert again["id"] == contact
            assert again["arrived_at"] == before["arrived_at"]
            await second.accept()
            await second.until_state(contact, "active")
            await until_heard(centre, call, 700)
            assert (await centre.sandbox.look(call))["status"] == "in-progress"


async def test_an_agent_gone_for_good_leaves_the_call_its_place_and_its_notes(
    centre: Centre,
) -> None:
    async with (
        desk(centre, "dana", view="board") as board,
        desk(centre, "tomas", sound=False) as second,
    ):
        await second.do("pause", reason="recovering")
        async with desk(centre) as first:
            call = await centre.sandbox.call(talk="tone", hz=440, to=OFFICE, keys=["3"])
            contact = await first.accept()
            incident = (await first.until_state(contact, "active"))["incident"]
            fields = {"incident": incident, "contact": contact, "note": "note-of-the-first"}
            await first.do("note", text="limps on the left", ago_ms=0, **fields)
            later = await centre.sandbox.call(from_="+12065551977", to=OFFICE, keys=["3"])
            await centre.sandbox.wait_for(later, "play.started")
        await board.until_state(contact, "queued")
        assert (await centre.sandbox.look(call))["status"] == "in-progress"
        await second.sound()
        await second.ready()
        assert await second.accept() == contact  # though the later one has waited all the time
        await second.until_state(contact, "active")
        await until_heard(centre, call, 700)
        shown = await second.do("open", incident=incident)
        assert "limps on the left" in str(shown["timeline"])


async def test_agent_who_reloads_in_a_call_talks_again(centre: Centre) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await agent.close()
        await agent.connect()
        assert agent.contacts[contact]["state"] == "active"
        await agent.sound(900)
        await until_heard(centre, call, 900)
        await agent.until(lambda: agent.contacts[contact]["fault"] is None)


async def test_declined_goes_to_the_next_and_keeps_its_place(centre: Centre) -> None:
    async with desk(centre) as first, desk(centre, "tomas") as second:
        await centre.sandbox.call()
        rung, other = first, second
        await asyncio.wait(
            [asyncio.create_task(a.offered()) for a in (first, second)],
            return_when=asyncio.FIRST_COMPLETED,
        )
        if rung.offer() is None:
            rung, other = second, first
        offer = rung.offer()
        assert offer is not None
        await rung.do("decline", contact=offer["id"], fence=offer["offer"]["fence"])
        again = await other.offered()
        assert (again["id"], again["arrived_at"]) == (offer["id"], offer["arrived_at"])
        with pytest.raises(DeskError) as late:
            await rung.do("accept", contact=offer["id"], fence=offer["offer"]["fence"])
        assert late.value.code == "too_late"


async def test_missed_tests_the_desk_then_pauses_the_agent_with_a_reason(centre: Centre) -> None:
    async with desk(centre, "noah") as agent:  # whose skills no queue asks for
        agent.passes_tests = True
        await centre.sandbox.call(to="+12065550101", keys=["3"])
        await agent.offered()
        await agent.until(lambda: agent.agent()["testing"])
        await agent.until(lambda: agent.agent()["state"] == "ready")  # it passed: back once
        await agent.offered()
        found = await agent.until(lambda: agent.agent()["state"] == "paused" and agent.agent())
        assert found["pause_reason"] == "missed"


async def test_a_failed_test_pauses_the_agent_at_once(centre: Centre) -> None:
    async with desk(centre, "tomas") as agent:
        agent.passes_tests = False
        await centre.sandbox.call()
        await agent.offered()
        found = await agent.until(lambda: agent.agent()["state"] == "paused" and agent.agent())
        assert found["pause_reason"] == "self_test_failed"


async def test_accept_pressed_in_two_tabs_at_once_connects_once(centre: Centre) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.call(talk="tone", hz=440)
        offer = await agent.offered()
        fields = {"contact": offer["id"], "fence": offer["offer"]["fence"]}
        await asyncio.gather(agent.do("accept", **fields), agent.do("accept", **fields))
        await agent.until_state(offer["id"], "active")
        assert agent.agent()["contacts"] == [offer["id"]]


async def test_two_agents_accept_one_wins_the_other_is_told(centre: Centre) -> None:
    async with desk(centre) as first, desk(centre, "tomas") as second:
        await centre.sandbox.call()
        both = (first, second)
        await asyncio.wait(
            [asyncio.create_task(a.offered()) for a in both], return_when=asyncio.FIRST_COMPLETED
        )
        offer = first.offer() or second.offer()
        assert offer is not None
        fields = {"contact": offer["id"], "fence": offer["offer"]["fence"]}
        results = await asyncio.gather(
            *(a.do("accept", **fields) for a in both), return_exceptions=True
        )
        refused = [r for r in results if isinstance(r, DeskError)]
        assert len(refused) == 1
        assert refused[0].code in ("not_yours", "taken", "too_late")


@pytest.mark.parametrize("ending", ["sent", "twice", "late", "missing"])
async def test_broken_stream_comes_back_whatever_the_carrier_reports(
    centre: Centre, ending: str
) -> None:
    await centre.sandbox.fault(actions={"lost": ending, "closed": ending}, action_late_ms=1500)
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        await centre.sandbox.drop_stream(call)
        await centre.sandbox.wait_for(call, "stream.started", n=2)
        await until_heard(centre, call, 700)
        assert agent.contacts[contact]["state"] == "active"


async def test_call_that_vanishes_without_a_callback_is_noticed(centre: Centre) -> None:
    await centre.sandbox.fault(status_missing=-1, actions={"hangup": "missing"})
    async with desk(centre) as agent:
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await centre.sandbox.hang_up(call)
        await agent.until_state(contact, "wrapup")


async def test_status_that_overtakes_the_first_webhook_leaves_no_ghost(centre: Centre) -> None:
    await centre.sandbox.fault(status_early=1)
    async with desk(centre) as agent:
        call = await centre.sandbox.call(hang_up_at="start")
        await centre.sandbox.wait_for(call, "call.ended")
        await agent.until(lambda: agent.agent()["state"] == "ready")
        await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])


async def test_a_call_that_the_carrier_ends_for_want_of_sound_says_so_on_the_timeline(
    centre: Centre,
) -> None:
    await centre.sandbox.fault(stream_deaf_after_ms=1500, status_twice=2)
    async with desk(centre) as agent:
        await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "wrapup")
        incident = agent.contacts[contact]["incident"]
        shown = await agent.do("open", incident=incident)
        told = [e["text"] for e in shown["timeline"] if "RTP time-out" in str(e["text"])]
        assert len(told) == 1
        assert "32014" in told[0]


@pytest.mark.parametrize("first", ["the control", "the caller"])
@pytest.mark.parametrize("control", ["hold", "resume", "consult", "transfer", "return"])
async def test_a_control_that_crosses_the_hang_up_leaves_nothing(
    centre: Centre, control: str, first: str
) -> None:
    async with desk(centre, "tomas") as agent, desk(centre, "noah") as other:
        await other.do("pause", reason="recovering")
        call = await centre.sandbox.call(talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        if control == "consult":
            await other.do("pause", reason="admin")  # may be asked
        elif control in ("transfer", "return"):
            await other.ready()
        if control == "resume":
            await agent.do("hold", contact=contact, on=True)
            await agent.until(lambda: agent.contacts[contact]["held"])
        act = {
            "hold": {"what": "hold", "on": True},
            "resume": {"what": "hold", "on": False},
            "consult": {"what": "consult", "agent": other.me["id"]},
            "transfer": {"what": "transfer", "agent": other.me["id"]},
            "return": {"what": "return"},
        }[control]
        what = act.pop("what")
        both = [agent.code_of(what, contact=contact, **act), centre.sandbox.hang_up(call)]
        await asyncio.gather(*(both if first == "the control" else both[::-1]))
        await centre.sandbox.wait_for(call, "completed")
        await other.until(lambda: not other.contacts and not other.agent()["asked"])
        await agent.until(
            lambda: (
                contact not in agent.contacts
                or ((c := agent.contacts[contact])["state"] == "wrapup" and not c["consult"])
            )
        )
        if agent.agent()["handed"]:
            await agent.do("handed_done")
        if contact in agent.contacts:
            await agent.do(
                "wrapped", contact=contact, disposition="resolved", comment="", anyway=True
            )
        await agent.until(lambda: agent.agent()["state"] == "ready" and not agent.contacts)
        await centre.until_rows(f"select state from contact where id = '{contact}'", [("ended",)])

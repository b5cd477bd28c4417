"""Calls of ours that a machine answers: it is told, and the message is left on it."""

from __future__ import annotations

import asyncio

import pytest

from channels.sandbox import audio
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

MESSAGE = "say: Hello. This is Incident Safety. We are returning your call."


async def answered(centre: Centre, agent: DeskClient, person: str, **plan: object) -> str:
    """The contact of a call that is answered there."""
    await centre.sandbox.text("please call me", from_=person, to="+12065550101")
    text = await agent.accept()
    incident = await agent.do("open", incident=agent.contacts[text]["incident"])
    address = incident["parties"][0]["addresses"][0]["id"]
    await centre.sandbox.person(person, ring_ms=100, **plan)
    await agent.do("callback", incident=incident["id"], address=address, key=f"machine-{person}")
    ours = f"select id from contact where direction = 'out' and incident = '{incident['id']}'"
    await centre.until_rows(f"select count(*) from ({ours}) as ours", [(1,)])
    contact = str((await centre.rows(ours))[0][0])
    await agent.until_state(contact, "active")
    return contact


async def sid_of(centre: Centre, contact: str) -> str:
    known = f"select carrier_id from contact where id = '{contact}'"
    await centre.until_rows(f"select count(*) from ({known}) where carrier_id is not null", [(1,)])
    return str((await centre.rows(known))[0][0])


async def said(centre: Centre, sid: str) -> list[str]:
    timeline = (await centre.sandbox.look(sid))["timeline"]
    return [e["what"] for e in timeline if e["event"] == "play.started"]


@pytest.mark.parametrize(("machine", "n"), [("beep", 0), ("no_beep", 1)])
async def test_a_machine_is_told_and_gets_the_whole_message_while_its_agent_is_free(
    centre: Centre, machine: str, n: int
) -> None:
    async with desk(centre) as agent:
        contact = await answered(centre, agent, f"+1206555087{n}", machine=machine)
        await agent.until(lambda: any("A machine answered." in it["text"] for it in agent.notices))
        sid = await sid_of(centre, contact)
        if machine == "beep":
            async with asyncio.timeout(60):
                while abs(agent.ear.hertz() - 1000) > 20:
                    await asyncio.sleep(0.02)
        await agent.do("leave_message", contact=contact)
        await agent.until_state(contact, "wrapup")
        await centre.sandbox.wait_for(sid, "completed")
        told = await said(centre, sid)
        assert told[-2].startswith(MESSAGE)
        assert told[-1].startswith("say: Hola. Le llama Incident Safety.")
        end = (await centre.sandbox.look(sid))["timeline"][-1]
        assert end["event"] in ("call.ended", "status.sent")
        kept = audio.read_wav(await centre.sandbox.heard(sid))
        assert len(kept) > 8000  # nothing cut it off: see the order of the events below
        events = [e["event"] for e in (await centre.sandbox.look(sid))["timeline"]]
        assert "call.redirected" not in events
        assert events.index("play.started") > events.index("stream.ended")
        await agent.do("wrapped", contact=contact, disposition="no_contact", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)
        audit = "select count(*) from audit where action = 'contact.message_left'"
        await centre.until_rows(f"{audit} and subject = '{contact}'", [(1,)])


async def test_nobody_is_told_of_a_person_and_the_message_is_refused_where_it_makes_no_sense(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        call = await centre.sandbox.call(to="+12065550100", from_="+12065550879")
        theirs = await agent.accept()
        await agent.until_state(theirs, "active")
        assert await agent.code_of("leave_message", contact=theirs) == "bad_request"
        await agent.do("hang_up", contact=theirs)
        await centre.sandbox.wait_for(call, "completed")
        await agent.do("wrapped", contact=theirs, disposition="resolved", comment="", anyway=True)
        contact = await answered(centre, agent, "+12065550880", talk="tone", hz=440)
        sid = await sid_of(centre, contact)
        await centre.sandbox.wait_for(sid, "call.answered_by")
        assert not [it for it in agent.notices if "machine" in it["text"]]
        await agent.do("hang_up", contact=contact)


async def test_a_machine_that_hangs_up_in_the_message_leaves_nobody_behind(centre: Centre) -> None:
    async with desk(centre) as agent:
        contact = await answered(centre, agent, "+12065550881", machine="beep")
        sid = await sid_of(centre, contact)
        await agent.do("leave_message", contact=contact)
        await centre.sandbox.wait_for(sid, "play.started")
        await centre.sandbox.hang_up(sid)
        await centre.sandbox.wait_for(sid, "completed")
        await agent.until_state(contact, "wrapup")

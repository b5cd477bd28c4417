"""A supervisor frees an agent of work that is stuck: both are told what became of it."""

from __future__ import annotations

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


def told(agent: DeskClient) -> list[str]:
    return [n["text"] for n in agent.notices if n["code"] == "contact.force_released"]


async def test_who_still_waits_is_back_in_line_and_the_agent_is_told(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.call(from_="+12065550761", to="+12065550101", keys=["3"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        assert await agent.code_of("force_release", contact=contact) == "not_allowed"
        assert await board.do("force_release", contact=contact) == {"ended": False}
        await board.until_state(contact, "queued")
        await agent.until(lambda: contact not in agent.contacts and told(agent))
        assert told(agent) == ["Dana Reyes freed you of +1 206 ••• 0761: it went back in line."]
        assert await board.code_of("force_release", contact=contact) == "not_allowed"


async def test_what_is_over_ends_unfinished(centre: Centre) -> None:
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.call(from_="+12065550762", to="+12065550101", keys=["3"])
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await agent.do("hang_up", contact=contact)
        await agent.until_state(contact, "wrapup")
        assert await board.do("force_release", contact=contact) == {"ended": True}
        await agent.until(lambda: contact not in agent.contacts and told(agent))
        assert told(agent) == ["Dana Reyes freed you of +1 206 ••• 0762: it ended as unfinished."]
        await agent.until(lambda: agent.agent()["state"] == "ready")

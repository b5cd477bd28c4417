"""An agent whose desk is gone in an S1 call: boards know at once, not when it is back in line."""

from __future__ import annotations

from typing import Any

from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


def told(board: DeskClient, contact: str) -> list[tuple[Any, Any]]:
    """The states and alarms of this contact, as the board was told them."""
    puts = [m["put"].get("contacts", {}) for m in board.heard if m["type"] == "event"]
    return [(put[contact]["state"], put[contact]["alarm"]) for put in puts if contact in put]


async def test_boards_are_alarmed_while_the_call_is_still_theirs(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board:
        async with desk(centre) as agent:
            await centre.sandbox.call(from_="+12065550795", to="+12065550100")
            contact = await agent.accept()
            await agent.until_state(contact, "active")
        await board.until(
            lambda: any(notice["code"] == "contact.agent_lost" for notice in board.notices)
        )
        words = next(n["text"] for n in board.notices if n["code"] == "contact.agent_lost")
        assert words.startswith("S1 +1 206 ••• 0795: Priya Nair lost their connection; the caller")
        await board.until(lambda: ("active", "lost") in told(board, contact))
        await board.until_state(contact, "queued")
        assert board.contacts[contact]["alarm"] in (None, "untaken")

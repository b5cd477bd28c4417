"""The list of promised calls, from desk and board: what each row says, and that it follows."""

from __future__ import annotations

from typing import Any

from tests.flow.test_incident_closed import words_of
from tests.flow.test_promised import now_ms, order_for
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk

HOUR = 3_600_000


async def row_of(page: DeskClient, incident: str) -> dict[str, Any] | None:
    rows = (await page.do("callbacks"))["rows"]
    return next((row for row in rows if row["incident"] == incident), None)


async def row_with(page: DeskClient, incident: str, **fields: Any) -> dict[str, Any]:
    """Its row, once it says this; asked for again whenever the page is told to."""
    while True:
        heard = told(page)
        row = await row_of(page, incident)
        if row is not None and row.items() >= fields.items():
            return row
        await page.until(lambda heard=heard: told(page) > heard)


def told(page: DeskClient) -> int:
    return sum(one["code"] == "callbacks_changed" for one in page.notices)


async def test_a_promise_is_listed_moved_given_and_called_off(centre: Centre) -> None:
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        order = await order_for(agent, centre, "+12065550751")
        of, at = order["incident"], now_ms() + HOUR
        assert await row_of(board, of) is None
        note = "ask for the vet's bill"
        await agent.do("request_callback", **order, key="listed", at=at, note=note)
        await board.until(lambda: told(board))
        row = await row_of(board, of)
        assert row is not None
        assert (row["kind"], row["due"], row["note"]) == ("scheduled", at, note)
        assert (row["owner_name"], row["owner_here"], row["by_name"]) == (
            "Priya Nair", True, "Priya Nair",
        )  # fmt: skip
        assert (row["tried"], row["last"], row["state"]) == (1, None, "scheduled")
        assert row["zones"] == ["America/Los_Angeles"]
        assert row["address"] == order["address"]

        heard = told(board)
        await board.do("move_callback", contact=row["contact"], at=at + HOUR)
        await board.until(lambda: told(board) > heard)

        moved = await row_with(board, of, due=at + HOUR)
        assert (moved["note"], moved["kind"]) == (note, "scheduled")
        lines = [one["text"] for one in (await agent.do("open", incident=of))["timeline"]]
        assert any("moved to another time by Dana" in line for line in lines), lines

        tomas = (await board.do("colleagues"))["people"]
        to = next(one["id"] for one in tomas if one["name"].startswith("Tom"))
        await board.do("give_callback", contact=moved["contact"], agent=to)
        await board.until(lambda: board.contacts[moved["contact"]]["named"] == to)
        given = await row_with(board, of, owner=to, owner_here=False, given=to)
        document = await agent.do("open", incident=of)
        assert document["owner_name"] == "Priya Nair"  # this call alone
        lines = [one["text"] for one in document["timeline"]]
        assert any("given to Tomás Vega by Dana" in line for line in lines), lines
        late = await words_of(
            board, "give_callback", contact=given["contact"], agent=moved["owner"]
        )
        assert "gave it to another meanwhile" in late

        await agent.do("cancel_callback", contact=moved["contact"], reason="off", anyway=True)
        assert await row_of(agent, of) is None


async def test_an_s1_that_nobody_reaches_alarms_the_boards(centre: Centre) -> None:
    person = "+12065550752"
    await centre.sandbox.person(person, answer="busy", ring_ms=100)
    async with desk(centre, "dana", view="board") as board, desk(centre) as agent:
        order = await order_for(agent, centre, person)
        of = order["incident"]
        before = (await agent.do("open", incident=of))["severity"]
        await agent.do(
            "incident_severity", incident=of, severity=1, before=before, reason="she collapsed"
        )
        await agent.do("request_callback", **order, key="in vain")
        for _ in range(4):
            tried = await agent.accept()
            await agent.until(lambda tried=tried: tried not in agent.contacts)
        alarm = await board.until(
            lambda: next((n for n in board.notices if n["code"] == "callback.not_reached"), None)
        )
        assert (alarm["level"], "not reached, 4 calls" in alarm["text"]) == ("alarm", True)
        next_action = await agent.until(lambda: agent.incident["next"])
        assert (next_action["agent_name"], "not reached, 4 calls" in next_action["what"]) == (
            "Priya Nair", True,
        )  # fmt: skip

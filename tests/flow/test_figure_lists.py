"""Each figure of the day opens its contacts: as many as it says, through a real centre."""

from __future__ import annotations

from typing import Any

from router.core.figures import FIGURES
from tests.flow.test_recount import gives_up
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


def shown(board: DeskClient, figure: str, severity: int) -> int:
    """The figure as a board shows it."""
    row = board.tally["today"][str(severity)]
    kind, _, word = figure.partition("_")
    if kind == "closed":
        return int(row["closed"][word])
    number = row[figure]
    return int(number[1] if figure in ("level", "all") else number)


async def listed(board: DeskClient, figure: str, severity: int) -> list[dict[str, Any]]:
    """All of it: a centre that is shared with other tests may have more than a page."""
    rows: list[dict[str, Any]] = []
    older: dict[str, Any] = {}
    while True:
        found = await board.do("figure", figure=figure, severity=severity, **older)
        assert (found["figure"], found["severity"]) == (figure, severity)
        rows += found["rows"]
        if found["older"] is None:
            return rows
        older = {"before": found["older"]}


async def test_each_figure_opens_as_many_contacts_as_it_says(centre: Centre) -> None:
    await gives_up(centre, "+14255550841")
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        await centre.sandbox.text("where is it?", from_="+14255550842", to="+12065550101")
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)
        await board.until(lambda: shown(board, "abandoned", 4) >= 1)
        await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
        for figure in FIGURES:  # a page each: lists have their price (holdfast/desk/pace.py)
            every = []
            async with desk(centre, "dana", view="board") as page:
                for severity in (1, 2, 3, 4):
                    rows = await listed(page, figure, severity)
                    assert len(rows) == shown(page, figure, severity), (figure, severity)
                    assert all(row["severity"] == severity for row in rows)
                    every += rows
                together = await listed(page, figure, 0)
            assert sorted(r["at"] for r in together) == sorted(r["at"] for r in every)
        [gone] = [r for r in await listed(board, "abandoned", 4) if r["who"].endswith("0841")]
        assert gone["incident_no"].startswith("INC-")
        assert (gone["outcome"], gone["agent_name"], gone["in_target"]) == (
            "abandoned",
            None,
            False,
        )
        assert gone["waited_ms"] < 60_000
        assert await board.code_of("figure", figure="happiness", severity=1) == "bad_request"
        assert await agent.code_of("figure", figure="left", severity=7) == "bad_request"
        for odd in ("x", "1", "x y", "1 2 x", "1 2 3 4", "1 \0 3", "9999999999999999 x"):
            nowhere = {"figure": "left", "severity": 0, "before": odd}
            assert await board.code_of("figure", **nowhere) == "bad_request"

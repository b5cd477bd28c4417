"""What is handed off to somebody, and what they handed off: with how many questions it is read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from holdfast.desk.hand_offs import HandingOff
from holdfast.desk.hub import Hub
from holdfast.desk.intents import Nothing
from router.incidents.hand_off import HandOffs
from router.incidents.next_actions import Plan
from router.live.engine import Engine as Index
from router.records.database import Database
from tests.kit.hand_offs import NOW, PARTS, current_of, incident_of
from tests.kit.store import centre_of
from tests.records.test_hand_offs import HOUR, Floor
from tests.unit.test_slow_page import page_of


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database)


async def test_the_list_has_each_with_its_draft_and_its_next_in_the_same_few_questions(
    floor: Floor,
) -> None:
    centre = centre_of(floor.database, Index("unix:///nowhere.sock"), config=current_of())
    desk = HandingOff(centre, Hub(dict), HandOffs(centre))
    await floor.begin()
    elena, priya = floor.who["Elena"], floor.who["Priya"]
    heard: list[str] = []
    counts = []

    def before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    for n in range(4):
        incident = await incident_of(floor.database, elena, f"+1206555013{n}")
        plan = Plan(incident.id, f"Call {n}", elena, NOW + HOUR, elena, f"p{n}")
        assert (await floor.actions.plan(plan, NOW)).ok
        row = await floor.offered(incident, key=f"k{n}")
        assert (await floor.room.keep(incident.id, row.id, priya, f"Begun {n}", NOW)).ok
        heard.clear()
        event.listen(Engine, "before_cursor_execute", before)
        try:
            told = await desk._mine(page_of(priya, "desk"), Nothing())
        finally:
            event.remove(Engine, "before_cursor_execute", before)
        counts.append(len(heard))
    found = sorted((one["draft"], one["next"]["what"]) for one in told["incoming"])
    assert found == [(f"Begun {n}", f"Call {n}") for n in range(4)]
    assert all(one["parts"] == PARTS for one in told["incoming"])
    mine = await desk._mine(page_of(elena, "desk"), Nothing())
    assert (len(mine["incoming"]), len(mine["outgoing"])) == (0, 4)
    assert len(set(counts)) == 1, counts

"""The follower of hand-offs: deadlines to the second, by any process; and who is told of what."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from holdfast.followers.handing_off import ELSEWHERE_MS, LOOK_S, HandingOff, Told
from router.core.hand_off import HandOffState
from router.core.terms import Terms
from router.incidents.hand_off import HandOffs
from router.incidents.life import Judged
from router.incidents.ownership import Gift
from router.live.engine import Engine as Index
from router.records import accounts
from router.records.database import Database
from tests.kit.hand_offs import MINUTE, NOW, accepted, current_of, incident_of, row_of
from tests.kit.store import centre_of
from tests.records.test_hand_offs import Floor


class Process:
    """A follower with pages that note what they are told."""

    def __init__(self, database: Database, at: int = NOW) -> None:
        self.at = at
        self.asked: list[set[str]] = []
        self.said: list[tuple[str, str]] = []
        self.alarms: list[tuple[str | None, str]] = []
        self.here: set[str] = set()
        self.open: set[str | None] = set()
        self.boards = True
        centre = centre_of(
            database, Index("unix:///nowhere.sock"), config=current_of(), clock=lambda: self.at
        )
        self.follows = HandingOff(
            centre,
            HandOffs(centre),
            Told(
                ask=lambda agents: self.asked.append(set(agents)),
                changed=lambda _incident: None,
                say=lambda agent, text: self.said.append((agent, text)),
                open=lambda lead: lead in self.open,
                boards=lambda: self.boards,
                alarm=self._alarm,
                here=lambda agent: agent in self.here,
            ),
        )

    def _alarm(self, lead: str | None, text: str) -> None:
        self.alarms.append((lead, text))

    async def turn(self, at: int | None = None) -> float:
        self.at = self.at if at is None else at
        return await self.follows.turn()


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database)


async def state(floor: Floor, incident: Any) -> str:
    return str((await row_of(floor.database, incident.id)).state)


async def test_it_comes_back_at_its_deadline_and_the_lead_is_told_once(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    one, other = Process(floor.database), Process(floor.database)
    dana = floor.who["Dana"]
    one.open = other.open = {dana}
    await one.turn()
    assert await one.turn(row.due_at - 100) == pytest.approx(0.1)
    assert await state(floor, incident) == HandOffState.OFFERED
    await asyncio.gather(one.turn(row.due_at), other.turn(row.due_at))
    assert await floor.state(incident) == ("expired", "Elena")
    for process in (one, other):
        await process.turn()
    told = [*one.alarms, *other.alarms]
    assert told == [
        (
            dana,
            f"S1 {incident.word} About +12065550142: Priya did not accept the hand-off in time."
            " It is still Elena's: call them, or give it to somebody.",
        )
    ]
    assert {floor.who["Elena"], floor.who["Priya"]} <= one.asked[-1]


async def test_a_process_that_begins_later_settles_what_became_due_meanwhile_at_once(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    first = Process(floor.database)
    await first.turn()  # and it is killed
    later = Process(floor.database, row.due_at + 90 * MINUTE)
    later.boards = False  # pages come back a moment later
    await later.turn()
    assert await state(floor, incident) == HandOffState.EXPIRED
    assert later.alarms == []
    later.boards = True
    await later.turn(later.at + ELSEWHERE_MS)
    await later.turn()
    assert len(later.alarms) == 1


async def test_a_lead_whose_page_another_process_has_is_told_before_any_board(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    board, leads = Process(floor.database), Process(floor.database)
    leads.open, leads.boards = {floor.who["Dana"]}, False
    await board.turn(row.due_at)
    await board.turn(row.due_at + 1_000)
    assert board.alarms == []
    await leads.turn(row.due_at + 1_000)
    await board.turn(row.due_at + ELSEWHERE_MS)
    assert ([lead for lead, _ in leads.alarms], board.alarms) == ([floor.who["Dana"]], [])


async def test_it_looks_often_enough_for_a_second(floor: Floor) -> None:
    await floor.begin()
    assert await Process(floor.database).turn() == LOOK_S <= 1


async def test_who_signs_out_gives_it_back_and_a_page_that_was_never_here_does_not(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    await floor.offered(incident)
    process = Process(floor.database)
    await process.turn()  # after a restart: their page is not back yet
    assert await state(floor, incident) == HandOffState.OFFERED
    process.here = {floor.who["Priya"]}
    await process.turn()
    process.here = set()
    await process.turn()
    assert await floor.state(incident) == ("returned", "Elena")


async def test_whose_contract_ends_gives_it_back(floor: Floor) -> None:
    incident = await floor.begin()
    await floor.offered(incident)
    async with floor.database.write() as connection:
        await accounts.set_terms(connection, floor.who["Priya"], Terms(contract_to="2020-01-01"))
    await Process(floor.database).turn()
    assert await floor.state(incident) == ("returned", "Elena")


async def test_of_a_department_the_others_go_on_if_one_signs_out(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident, None, department="tier2")
    process = Process(floor.database)
    process.here = {floor.who["Priya"], floor.who["Omar"]}
    await process.turn()
    process.here = {floor.who["Omar"]}
    await process.turn()
    assert await state(floor, incident) == HandOffState.OFFERED
    assert (await accepted(floor.room, row, floor.who["Omar"], NOW)).reply.ok
    await process.turn()
    assert process.said == [
        (floor.who["Priya"], f"{incident.word}, About +12065550142: taken by Omar.")
    ]


async def test_of_a_department_those_are_told_who_may_have_it_as_severe_as_it_is_now(
    floor: Floor,
) -> None:
    """Also that it is over: whoever is in training for S2 to S4 could not have an S1."""
    incident = await floor.begin(severity=1)
    async with floor.database.write() as connection:
        await accounts.set_terms(connection, floor.who["Priya"], Terms(stage="junior"))
    process = Process(floor.database)
    await process.turn()
    row = await floor.offered(incident, None, department="tier2")
    await process.turn()
    assert floor.who["Priya"] not in process.asked[-1]
    await floor.life.judge(Judged(incident.id, 2, 1, floor.who["Elena"], "milder"), NOW + 1)
    await process.turn()
    assert floor.who["Priya"] in process.asked[-1]
    assert (await accepted(floor.room, row, floor.who["Omar"], NOW + 2)).reply.ok
    await process.turn()
    assert floor.who["Priya"] in process.asked[-1]
    assert [agent for agent, _ in process.said] == [floor.who["Priya"]]


async def test_of_a_department_it_comes_back_once_everybody_who_is_here_cannot(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident, None, department="tier2")
    process = Process(floor.database)
    process.here = {floor.who["Priya"], floor.who["Omar"]}
    await floor.room.give_back(row.id, floor.who["Priya"], "a call", NOW)
    await process.turn()
    assert await state(floor, incident) == HandOffState.OFFERED
    await floor.room.give_back(row.id, floor.who["Omar"], "a call", NOW)
    await process.turn()
    assert await floor.state(incident) == ("returned", "Elena")
    told = "the hand-off came back: nobody of tier2 who is here can take it"
    assert told in await floor.lines(incident.id)


@pytest.mark.parametrize("case", ["shut", "nobody there", "only its sender there"])
async def test_of_a_department_it_stays_while_others_may_still_come(
    floor: Floor, case: str
) -> None:
    """Of a process that has just begun, too: it does not know yet who is at a desk."""
    incident = await floor.begin()
    process = Process(floor.database)
    if case == "shut":
        row = await floor.offered(incident, None, department="claims")
        agent, process.here = floor.who["Cleo"], {floor.who["Cleo"]}
    else:
        row = await floor.offered(incident, None, department="tier2")
        agent = floor.who["Priya"]
        process.here = {floor.who["Elena"]} if case == "only its sender there" else set()
    assert (await floor.room.give_back(row.id, agent, "a call", row.made_at)).reply.ok
    await process.turn(row.made_at + 1)
    assert await state(floor, incident) == HandOffState.OFFERED
    if case == "shut":
        await process.turn(row.opens_at)
        assert await floor.state(incident) == ("returned", "Elena")


async def test_what_waits_for_a_department_is_looked_at_with_the_same_few_questions(
    floor: Floor,
) -> None:
    """Each process looks twice a second, all night: never one question, or more, for each."""
    await floor.begin()
    process, heard, looks = Process(floor.database), [], []
    process.here = {floor.who["Priya"], floor.who["Omar"]}

    def before(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    for n in range(8):
        incident = await incident_of(floor.database, floor.who["Elena"], f"+1206555012{n}")
        row = await floor.offered(incident, None, department="tier2")
        assert (await floor.room.give_back(row.id, floor.who["Priya"], "a call", NOW)).reply.ok
        await process.turn()
        event.listen(Engine, "before_cursor_execute", before)
        try:
            await process.turn()
        finally:
            event.remove(Engine, "before_cursor_execute", before)
        looks.append(len(heard))
        heard.clear()
    assert len(set(looks)) == 1, looks


async def test_what_somebody_else_did_to_the_incident_is_told_to_whom_it_was_for(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    process = Process(floor.database)
    await process.turn()
    gift = Gift(incident.id, floor.who["Omar"], floor.who["Dana"], floor.who["Elena"])
    await floor.ownership.give(gift, NOW)
    await process.turn()
    (agent, words) = process.said[0]
    assert (agent, "the hand-off is over" in words) == (floor.who["Priya"], True)
    assert row.agent in process.asked[-1]


async def test_a_question_reaches_the_sender_at_the_next_look(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    process = Process(floor.database)
    await process.turn()
    before = len(process.asked)
    await process.turn()
    assert len(process.asked) == before  # nothing has changed
    await floor.room.ask(row.id, floor.who["Priya"], "Who pays?", "q", NOW)
    await process.turn()
    assert floor.who["Elena"] in process.asked[-1]

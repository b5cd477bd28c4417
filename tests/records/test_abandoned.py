"""Callers who gave up, from the record on both databases and by the fold of steps: the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.desk.abandoned import Abandoned
from router.core.abandoned import DONE, KEEP_MS, MOST, AbandonedCaller, abandoned_by
from router.core.model import Happening, LiveContact, Step
from router.records import abandoned, contacts, messages, people
from router.records.database import Database
from tests.records.test_records import NOW

AT = NOW + 60_000


class Story:
    """Steps that are both folded by a board's view and recorded."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: dict[str, LiveContact] = {}
        self._incidents: dict[str, people.IncidentRef] = {}
        self._steps = 0
        self.board = Abandoned()
        self.page: dict[str, Any] = {}
        """What a board's page folded from puts and drops."""

    async def step(
        self, who: str, contact: str, state: str, at: int, channel: str = "voice", **fields: Any
    ) -> LiveContact:
        self._steps += 1
        async with self._database.write() as connection:
            person = await people.find_or_make(connection, "phone", who, NOW)
            if who not in self._incidents:
                self._incidents[who] = await people.open_incident(
                    connection, "x", 2, person.party, "caller", NOW
                )
            incident = self._incidents[who]
            live = LiveContact(
                id=contact, channel=channel, severity=2, arrived_at=NOW - 900_000, rang_at=NOW,
                queued_at=NOW, score=1, state=state, incident=incident.id,
                incident_no=incident.word,
                who={"name": who, "address": who, "role": "caller"}, line="support", **fields,
            )  # fmt: skip
            await contacts.admit(
                connection, live, party=person.party, address=person.address, our_address="x"
            )
            if live.replied_at:
                await messages.add(
                    connection, key=f"out:{self._steps}", contact=live.id, incident=live.incident,
                    channel=channel, direction="out", author="u1", text="hi", status="sent",
                    at=at,
                )  # fmt: skip
        step = Step(at=at, epoch=1, events=[Happening("x.y", contact=contact)], contacts=[live])
        await self.take(step)
        return live

    async def take(self, step: Step) -> None:
        self._steps += 1
        async with self._database.write() as connection:
            await contacts.fold(connection, [(contacts.sortable(f"{NOW}-{self._steps}"), step)])
        for live in step.contacts:
            self._open.pop(live.id, None)
            if live.state != "ended":
                self._open[live.id] = live
        put, drop = self.board.fold(step, self._open)
        self.page |= put
        for incident in drop:
            del self.page[incident]

    async def gives_up(self, who: str, contact: str, at: int = AT, **fields: Any) -> None:
        await self.step(who, contact, "ended", at, outcome="abandoned", ended_at=at, **fields)

    async def seen(self, now: int = AT) -> list[tuple[str, int]]:
        """(who, tries); the page, the fold and a fresh process see the same."""
        async with self._database.read() as connection:
            recorded = await abandoned.callers(connection, now)
        fresh = Abandoned()
        fresh.load(recorded, now, self._open)
        assert self.page == self.board.shown
        assert fresh.shown == self.board.shown
        return sorted((row["who"]["name"], row["tries"]) for row in self.board.shown.values())


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database)


async def test_who_hung_up_while_waiting_stands_there_with_his_wait(story: Story) -> None:
    await story.gives_up("+12065550101", "c1")
    await story.step("+12065550102", "c2", "ended", AT, outcome="handled", ended_at=AT)
    await story.step(
        "+12065550103", "c3", "ended", AT, outcome="not_reached", ended_at=AT, dir="out"
    )
    await story.step("+12065550104", "c4", "queued", AT)
    assert await story.seen() == [("+12065550101", 1)]
    (row,) = story.board.shown.values()
    assert (row["severity"], row["at"], row["waited_ms"]) == (2, AT, 60_000)
    assert row["contact"] == "c1"
    assert row["incident_no"].startswith("INC-")


Later = Callable[[Story], Any]
LEAVES: dict[str, Later] = {
    "a call of ours is answered": lambda s: s.step(
        "a", "c2", "active", AT + 9, dir="out", answered_at=AT + 9
    ),
    "his next call is answered": lambda s: s.step("a", "c2", "active", AT + 9, answered_at=AT + 9),
    "a text is answered the first time": lambda s: s.step(
        "a", "c2", "parked", AT + 9, "sms", answered_at=AT + 9, replied_at=AT + 9
    ),
    "a text is answered again": lambda s: s.step(
        "a", "c2", "ended", AT + 9, "sms", answered_at=AT - 9, replied_at=AT + 9, ended_at=AT + 9,
        outcome="handled",
    ),
    "he waits again": lambda s: s.step("a", "c2", "queued", AT + 9),
    "a number outside rings for him": lambda s: s.step("a", "c2", "outside", AT + 9),
    "nobody here took it, and he speaks to the voicemail": lambda s: s.step(
        "a", "c2", "voicemail", AT + 9, overflow_at=AT + 5
    ),
    "somebody marks it done": lambda s: s.take(
        Step(at=AT + 9, epoch=1, events=[Happening(DONE, contact="c1", agent="u1")])
    ),
}  # fmt: skip
STAYS: dict[str, Later] = {
    "our call was not answered": lambda s: s.step(
        "a", "c2", "ended", AT + 9, dir="out", outcome="not_reached", ended_at=AT + 9
    ),
    "somebody else of the incident talks since before": lambda s: s.step(
        "a", "c2", "wrapup", AT + 9, answered_at=AT - 9
    ),
    "a text came in": lambda s: s.step("a", "c2", "queued", AT + 9, "sms"),
    "a text was closed without an answer": lambda s: s.step(
        "a", "c2", "ended", AT + 9, "sms", outcome="handled", ended_at=AT + 9
    ),
    "another incident was answered": lambda s: s.step(
        "b", "c2", "active", AT + 9, answered_at=AT + 9
    ),
    "another call was marked done": lambda s: s.take(
        Step(at=AT + 9, epoch=1, events=[Happening(DONE, contact="c7", agent="u1")])
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LEAVES)
async def test_a_row_leaves(story: Story, what: str) -> None:
    await story.gives_up("a", "c1")
    await LEAVES[what](story)
    assert await story.seen(AT + 10) == []


@pytest.mark.parametrize("what", STAYS)
async def test_a_row_stays(story: Story, what: str) -> None:
    await story.gives_up("a", "c1")
    await STAYS[what](story)
    assert await story.seen(AT + 10) == [("a", 1)]


async def test_who_waits_again_and_hangs_up_again_has_tried_twice(story: Story) -> None:
    await story.gives_up("a", "c1")
    await story.step("a", "c2", "in_menu", AT + 5)
    assert await story.seen(AT + 6) == []
    await story.gives_up("a", "c2", AT + 9)
    assert await story.seen(AT + 10) == [("a", 2)]
    await story.step("a", "c3", "active", AT + 20, dir="out", answered_at=AT + 20)
    await story.gives_up("a", "c4", AT + 30)
    assert await story.seen(AT + 31) == [("a", 1)]


async def test_put_back_in_line_and_then_hung_up_gave_up_too(story: Story) -> None:
    await story.step("a", "c1", "ended", AT, outcome="dropped", ended_at=AT, answered_at=AT - 100)
    assert await story.seen() == [("a", 1)]


async def test_a_row_leaves_after_a_day_and_the_oldest_of_too_many(story: Story) -> None:
    await story.gives_up("old", "c0")
    await story.gives_up("new", "c1", AT + KEEP_MS + 1)
    assert await story.seen(AT + KEEP_MS + 1) == [("new", 1)]
    board = Abandoned()
    for n in range(MOST + 5):
        live = LiveContact(
            id=f"c{n}", channel="voice", severity=2, arrived_at=NOW, score=1, state="ended",
            outcome="abandoned", ended_at=NOW + n, incident=f"i{n}",
        )  # fmt: skip
        board.fold(Step(at=NOW + n, epoch=1, contacts=[live]), {})
    assert len(board.shown) == MOST
    assert "i4" not in board.shown


def test_what_came_while_the_record_was_read_stays() -> None:
    board = Abandoned()
    live = LiveContact(
        id="c1", channel="voice", severity=2, arrived_at=NOW, score=1, state="ended",
        outcome="abandoned", ended_at=AT, incident="i1",
    )  # fmt: skip
    board.fold(Step(at=AT, epoch=1, contacts=[live]), {})
    old = AbandonedCaller("i0", None, "c0", 1, {}, "l", AT - 9, 5)
    spoken = AbandonedCaller("i2", None, "c2", 1, {}, "l", AT - 9, 5)
    talks = LiveContact(
        id="c3", channel="voice", severity=2, arrived_at=NOW, score=1, state="active",
        answered_at=AT, incident="i2",
    )  # fmt: skip
    board.load([old, spoken], AT - 1, {"c3": talks})
    assert sorted(board.shown) == ["i0", "i1"]
    board.load([old], AT + 1, {})
    assert list(board.shown) == ["i0"]


@pytest.mark.parametrize("process", ["the same", "one that heard of it first now"])
def test_whom_somebody_took_off_while_the_record_was_read_does_not_come_back(process: str) -> None:
    board = Abandoned()
    live = LiveContact(
        id="c1", channel="voice", severity=2, arrived_at=NOW, score=1, state="ended",
        outcome="abandoned", ended_at=AT, incident="i1",
    )  # fmt: skip
    if process == "the same":
        board.fold(Step(at=AT, epoch=1, contacts=[live]), {})
    caller = abandoned_by(live)
    assert caller is not None
    board.fold(Step(at=AT + 9, epoch=1, events=[Happening(DONE, contact="c1")]), {})
    put, _ = board.load([caller], AT + 5, {})
    assert put == {}
    assert board.shown == {}


def early(contact: str, at: int = AT, **fields: Any) -> Step:
    """They hung up while the record was held: the index knows their line and number alone."""
    live = LiveContact(
        id=contact, channel="voice", severity=3, arrived_at=NOW, rang_at=NOW, score=1,
        state="ended", outcome="abandoned", ended_at=at, provisional=True,
        who={"name": "+1 206 ••• 0142"}, **fields,
    )  # fmt: skip
    return Step(at=at, epoch=1, contacts=[live])


async def test_who_hangs_up_while_the_record_is_held_stands_there_at_once(story: Story) -> None:
    """And the record's own row takes the place: never two of one caller, and never none."""
    board = Abandoned()
    put, drop = board.fold(early("c1"), {})
    assert list(put) == ["c1"]
    assert (put["c1"]["provisional"], put["c1"]["waited_ms"], drop) == (True, 60_000, [])
    put, drop = board.load([], AT + 5, {}, taken=set())  # read, and still not there
    assert (put, drop) == ({}, [])
    await story.step("a", "c1", "ended", AT, outcome="abandoned", ended_at=AT)
    async with story._database.read() as connection:
        taken = await abandoned.taken(connection, board.provisional)
        recorded = await abandoned.callers(connection, AT + 10)
    assert taken == {"c1"}
    put, drop = board.load(recorded, AT + 10, {}, taken=taken)
    assert drop == ["c1"]
    assert [(row["contact"], row["provisional"]) for row in put.values()] == [("c1", False)]
    assert list(board.shown) == [story._incidents["a"].id]


async def test_whom_the_record_still_has_as_waiting_stays_until_it_heard_of_the_end(
    story: Story,
) -> None:
    """The try that was slow has written the call; what became of it is not folded yet."""
    board = Abandoned()
    board.fold(early("c1"), {})
    await story.step("a", "c1", "queued", AT)
    async with story._database.read() as connection:
        taken = await abandoned.taken(connection, board.provisional)
        recorded = await abandoned.callers(connection, AT + 10)
    board.load(recorded, AT + 10, {}, taken=taken)
    assert list(board.shown) == ["c1"]


def test_whom_the_record_knows_and_nobody_needs_to_call_leaves_the_board() -> None:
    """They called again and were answered: the record has the call, and no row for it."""
    board = Abandoned()
    board.fold(early("c1"), {})
    board.fold(early("c2"), {})
    assert board.provisional == ["c1", "c2"]
    put, drop = board.load([], AT + 5, {}, taken={"c1"})
    assert (put, drop, list(board.shown)) == ({}, ["c1"], ["c2"])


def test_a_row_of_the_record_replaces_it_although_it_was_read_a_moment_before() -> None:
    """What is known of a call was asked just before the call came into the record."""
    board = Abandoned()
    board.fold(early("c1"), {})
    board.load([AbandonedCaller("i1", "INC-1", "c1", 3, {}, "l", AT, 5)], AT + 5, {}, taken=set())
    assert list(board.shown) == ["i1"]


def test_an_index_that_hears_of_it_again_with_its_incident_makes_no_second_row() -> None:
    board = Abandoned()
    board.fold(early("c1"), {})
    again = early("c1", AT + 5, incident="i1")
    again.contacts[0].provisional = False
    put, drop = board.fold(again, {})
    assert (list(put), drop, list(board.shown)) == (["i1"], ["c1"], ["i1"])


def test_whom_the_index_told_of_before_this_process_began_stands_there_until_recorded() -> None:
    board = Abandoned()
    before = AbandonedCaller("c1", None, "c1", 3, {}, "l", AT, 5, provisional=True)
    other = AbandonedCaller("c2", None, "c2", 3, {}, "l", AT, 5, provisional=True)
    board.load([before, other], AT + 5, {}, taken={"c2"})
    assert list(board.shown) == ["c1"]
    board.load([before, AbandonedCaller("i1", "INC-1", "c1", 3, {}, "l", AT, 5)], AT + 6, {})
    assert list(board.shown) == ["i1"]


def test_what_the_record_has_not_heard_of_is_read_behind_it_and_counts_once() -> None:
    """The recorder is behind: a row that it has, an answer and a new row that it has not."""
    board = Abandoned()
    rows = [AbandonedCaller(f"i{n}", f"INC-{n}", f"c{n}", 2, {}, "l", AT, 5) for n in (1, 2)]
    again, talks, late = (
        LiveContact(
            id=name, channel="voice", severity=2, arrived_at=NOW, score=1, state=state,
            outcome="abandoned" if state == "ended" else None, incident=incident,
            ended_at=AT if state == "ended" else None, answered_at=answered,
        )
        for name, state, incident, answered in (
            ("c1", "ended", "i1", None), ("c9", "active", "i2", AT + 1), ("c3", "ended", "i3", None)
        )
    )  # fmt: skip
    steps = [Step(at=AT + n, epoch=1, contacts=[it]) for n, it in enumerate((again, talks, late))]
    board.load(rows, AT + 5, {}, taken=set(), steps=steps)
    assert {name: row["tries"] for name, row in board.shown.items()} == {"i1": 1, "i3": 1}

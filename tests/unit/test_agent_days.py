"""What each agent did in the last hour and today, from steps alone; and over a restart."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from holdfast.desk.agent_days import HOUR_MS, AgentDays
from holdfast.followers.agent_history import AgentHistory
from router.core.model import Happening, LiveAgent, LiveContact, Step
from router.core.states import AgentState
from router.records.database import Database, RecordUnavailable
from tests.kit.record import new_sqlite

NOON = 12 * HOUR_MS
DAY = 24 * HOUR_MS


PLACES = count(1)
"""Of the steps, as they come."""


class Days(AgentDays):
    """Follows each step at the next place, unless the test says at which."""

    def then(self, step: Step, place: int | None = None) -> None:
        self.fold(f"{place or next(PLACES)}-0", step)


def days() -> Days:
    return Days(lambda now: now // DAY)


def step(at: int, *events: tuple[str, str], state: AgentState | None = None) -> Step:
    """Events of Mia's call c1 and text t1; her state after it."""
    contacts = [LiveContact("c1", "voice", 1, 0, 0), LiveContact("t1", "sms", 3, 0, 0)]
    agents = [LiveAgent("mia", "Mia", state=state)] if state else []
    told = [Happening(name, contact=contact, agent="mia") for name, contact in events]
    return Step(at, 1, told, contacts, agents)


def shown(of: AgentDays, now: int) -> dict[str, Any]:
    found = of.shown("mia", now)
    found["hour"] = [(row["at"] - NOON, row["state"]) for row in found["hour"]]
    return found


def test_what_they_took_missed_and_declined_counts_and_how_long_it_rang() -> None:
    of = days()
    for n, rang in enumerate((4_000, 5_000, 9_000)):
        at = NOON + n * 60_000
        of.then(step(at, ("contact.offered", "c1")))
        of.then(step(at + rang, ("contact.accepted", "c1")))
    of.then(step(NOON + 200_000, ("contact.accepted", "t1")))  # taken by hand: it did not ring
    of.then(step(NOON + 210_000, ("contact.missed", "t1")))
    of.then(step(NOON + 220_000, ("contact.declined", "t1")))
    found = shown(of, NOON + 230_000)
    assert (found["calls"], found["texts"]) == (3, 1)
    assert (found["missed"], found["declined"]) == (1, 1)
    assert found["rang"] == {"p50_ms": 5_000, "p90_ms": 9_000}


def test_a_ring_that_was_withdrawn_does_not_make_the_next_one_longer() -> None:
    of = days()
    of.then(step(NOON, ("contact.offered", "c1")))
    of.then(step(NOON + 3_000, ("offer.withdrawn", "c1")))
    of.then(step(NOON + 60_000, ("contact.accepted", "c1")))
    assert shown(of, NOON + 61_000)["rang"] is None


def test_the_counts_begin_anew_each_day_and_the_hour_goes_on() -> None:
    of = days()
    of.then(step(DAY - 60_000, ("contact.accepted", "c1"), state=AgentState.TALKING))
    assert of.shown("mia", DAY - 1)["calls"] == 1
    found = of.shown("mia", DAY + 1)
    assert (found["calls"], found["hour"]) == (0, [{"at": DAY - 60_000, "state": "talking"}])


def test_the_hour_has_every_change_and_the_state_in_which_it_began() -> None:
    of = days()
    of.then(step(NOON, state=AgentState.READY))
    of.then(step(NOON + 1_000, state=AgentState.READY))  # nothing new
    of.then(step(NOON + 60_000, state=AgentState.TALKING))
    of.then(step(NOON + 59_000, state=AgentState.WRAPUP))  # a clock that was put back
    assert shown(of, NOON + HOUR_MS)["hour"] == [
        (0, "ready"), (60_000, "talking"), (60_000, "wrapup")
    ]  # fmt: skip
    assert shown(of, NOON + HOUR_MS + 70_000)["hour"] == [(60_000, "wrapup")]


def test_nobody_has_done_nothing() -> None:
    assert days().shown("mia", NOON) == {
        "from": NOON - HOUR_MS, "hour": [], "calls": 0, "texts": 0, "missed": 0, "declined": 0,
        "dialled": 0, "rang": None,
    }  # fmt: skip


class Away(Database):
    """A record that can be away."""

    away = False

    def write(self) -> Any:
        if self.away:
            raise RecordUnavailable("locked")
        return super().write()


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    path = tmp_path / "record.db"
    await (await new_sqlite(path)).close()
    database = Away(f"sqlite:///{path}")
    yield database
    await database.close()


async def test_it_survives_a_restart_and_a_record_that_is_away(database: Away) -> None:
    first = days()
    history = AgentHistory(database, first, lambda: NOON + 120_000)
    await history.load()
    first.then(step(NOON, ("contact.accepted", "c1"), state=AgentState.TALKING))
    database.away = True
    with pytest.raises(RecordUnavailable):
        await history.keep()
    database.away = False
    first.then(step(NOON + 60_000, ("contact.missed", "t1"), state=AgentState.READY))
    await history.keep()
    second = days()
    second.begin(
        f"{next(PLACES)}-0",
        {"mia": LiveAgent("mia", state=AgentState.READY, state_at=NOON + 60_000)},
    )
    again = AgentHistory(database, second, lambda: NOON + 180_000)
    await again.keep()  # not read yet: nothing is written over it
    second.then(step(NOON + 150_000, ("contact.accepted", "t1"), state=AgentState.MESSAGES))
    await again.load()
    found = shown(second, NOON + 180_000)
    assert found["hour"] == [(0, "talking"), (60_000, "ready"), (150_000, "messages")]
    assert (found["calls"], found["texts"], found["missed"]) == (1, 1, 1)
    await again.keep()
    third = days()
    await AgentHistory(database, third, lambda: NOON).load()
    assert shown(third, NOON + 180_000) == found


async def test_an_old_worker_and_a_new_one_that_follow_the_same_steps_count_each_once(
    database: Away,
) -> None:
    """While the old one speaks its calls to their end, both follow and both write."""
    took, missed = ("contact.accepted", "c1"), ("contact.missed", "t1")
    ready, talks = AgentState.READY, AgentState.TALKING
    old, new = days(), days()
    olds = AgentHistory(database, old, lambda: NOON + 60_000)
    news = AgentHistory(database, new, lambda: NOON + 60_000)
    await olds.load()
    old.then(step(NOON, took, state=talks), 101)
    new.begin("101-0", {"mia": LiveAgent("mia", state=talks, state_at=NOON)})
    for both in (old, new):
        both.then(step(NOON + 10_000, missed, state=ready), 102)
    await olds.keep()  # with a step that the new one has seen as well
    for both in (old, new):
        both.then(step(NOON + 20_000, took, state=talks), 103)
    await news.load()
    found = shown(new, NOON + 30_000)
    assert (found["calls"], found["missed"]) == (2, 1)
    assert found["hour"] == [(0, "talking"), (10_000, "ready"), (20_000, "talking")]
    new.then(step(NOON + 40_000, ("contact.declined", "t1"), state=ready), 104)
    new.then(step(NOON + 40_000, ("contact.declined", "t1"), state=ready), 104)  # told twice
    await news.keep()
    await olds.keep_last()  # it has followed less: nothing is taken back
    third = days()
    await AgentHistory(database, third, lambda: NOON).load()
    found = shown(third, NOON + 50_000)
    assert (found["calls"], found["missed"], found["declined"]) == (2, 1, 1)


def test_the_calls_that_they_made_today_count_by_the_day_and_over_a_restart() -> None:
    of = days()
    of.then(step(NOON, ("contact.dialing", "c1")))
    of.then(step(NOON + 1, ("contact.dialing", "c1")))
    assert (of.dialled("mia", NOON + 2), of.dialled("mia", NOON + DAY)) == (2, 0)
    assert of.dialled("nobody", NOON) == 0
    again = days()
    again.then(step(NOON + 3, ("contact.dialing", "c1")))
    again.before(of.take(NOON + 4))
    assert again.dialled("mia", NOON + 5) == 3
    again.then(step(NOON + DAY, ("contact.dialing", "c1")))
    assert again.dialled("mia", NOON + DAY) == 1

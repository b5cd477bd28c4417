"""An open incident that everybody has left: what is next in it is somebody's to say, by rule."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import text

from holdfast.followers.settling import Settling
from router.core.next_action import UNSAID, is_needed
from router.core.terms import Terms
from router.incidents.next_actions import NextActions
from router.incidents.unplanned import QUIET_MS, Unplanned
from router.live.engine import Engine
from router.records import accounts, callbacks, incident_changes, next_actions, people, unplanned
from router.records.database import Database
from router.records.sql import put_meta
from tests.kit.store import centre_of
from tests.records.test_incident_changes import contact_in, incident_of, life_of
from tests.records.test_next_actions import agents, lines, plan_of
from tests.records.test_records import NOW

LATER = NOW + QUIET_MS + 1
HOUR = 3_600_000


class Sweep:
    """The sweep, at a moment that the test says; `told`: the incidents of which pages heard."""

    def __init__(self, database: Database) -> None:
        self.at = LATER
        self.told: list[str] = []
        centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: self.at)
        self.actions = NextActions(centre)
        rule = Unplanned(centre, "supervisor".__eq__)
        self._settling = Settling(centre, life_of(database), rule, self.told.extend)

    async def turns(self) -> None:
        while await self._settling.turn():
            pass


async def given(database: Database) -> list[tuple[str, str, int, str]]:
    """All that is next anywhere: what, by whom, by when, who planned it."""
    asked = "select what, agent, due_at, made_by from next_action where ended_at is null"
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(text(f"{asked} order by due_at"))]


async def over(database: Database, contact: str, at: int) -> None:
    async with database.write() as connection:
        ended = "update contact set state = 'ended', ended_at = :at where id = :id"
        await connection.execute(text(ended), {"at": at, "id": contact})


def test_what_goes_on_or_is_promised_is_next_by_itself() -> None:
    """The rule alone; the sweep looks for candidates first, and then asks it."""
    for planned, alive, promised in product((False, True), repeat=3):
        needed = is_needed(planned=planned, alive=alive, promised=promised)
        assert needed == ((planned, alive, promised) == (False, False, False))


async def test_whoever_owns_it_is_to_say_what_is_next_soon_by_how_severe_it_is_and_once(
    database: Database,
) -> None:
    who, sweep = await agents(database), Sweep(database)
    incident = await incident_of(database, "+12065550142", severity=2)
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, who["Priya"])
    sweep.at = NOW + QUIET_MS - 1  # whoever ended the last of it may be about to say it
    await sweep.turns()
    assert await given(database) == []
    sweep.at = LATER
    await sweep.turns()
    await sweep.turns()
    assert await given(database) == [(UNSAID, who["Priya"], LATER + 4 * HOUR, "rule")]
    assert sweep.told == [incident.id]
    assert await lines(database, incident.id) == [
        (None, "nobody had said what is next: Priya is asked"),
    ]
    async with database.read() as connection:
        rows = (await connection.execute(text("select actor, action, subject from audit"))).all()
    assert [tuple(row) for row in rows] == [("rule", "incident.next_planned", incident.id)]


async def test_what_is_in_hand_waits_or_is_promised_is_itself_what_is_next(
    database: Database,
) -> None:
    who, sweep = await agents(database), Sweep(database)
    alive, promised, planned, closed = [
        await incident_of(database, f"+1206555014{n}") for n in range(4)
    ]
    for one in (alive, promised, planned, closed):
        async with database.write() as connection:
            await people.hand_on(connection, one.id, who["Priya"])
    await contact_in(database, alive, "c1", state="parked", parked_for="party", agent=who["Priya"])
    async with database.write() as connection:
        person = await people.find_or_make(connection, "phone", "+12065550141", NOW)
        await connection.execute(
            callbacks.schema.callback.insert().values(
                id="b1", incident=promised.id, address=person.address, state="open", contact="c9",
                tried=0, asked_by="u1", why="asked", made_at=NOW,
            )
        )  # fmt: skip
    await sweep.actions.plan(plan_of(planned, who["Priya"]), NOW)
    assert (await life_of(database).close(closed.id, who["Priya"], "resolved", "", NOW)).ok
    await sweep.turns()
    assert [row[0] for row in await given(database)] == ["Call Dr. Novak"]
    await over(database, "c1", LATER)
    sweep.at = LATER + QUIET_MS - 1
    await sweep.turns()
    assert len(await given(database)) == 1  # it ended a moment ago
    sweep.at = LATER + QUIET_MS + 1
    await sweep.turns()
    assert sweep.told == [alive.id]


async def test_what_is_alive_in_one_that_was_merged_into_it_counts(database: Database) -> None:
    who, sweep = await agents(database), Sweep(database)
    stays, goes = [await incident_of(database, f"+1206555014{n}") for n in (2, 3)]
    await contact_in(database, goes, "c1", state="active")
    async with database.write() as connection:
        await people.hand_on(connection, stays.id, who["Priya"])
        merged = "update incident set state = 'merged', stays = :stays where id = :goes"
        await connection.execute(text(merged), {"stays": stays.id, "goes": goes.id})
    await sweep.turns()
    assert await given(database) == []
    await over(database, "c1", NOW)
    await sweep.turns()
    assert sweep.told == [stays.id]


async def test_what_nobody_owns_goes_to_whoever_the_passing_on_names_each_their_share(
    database: Database,
) -> None:
    sweep, boss = Sweep(database), []
    four = [await incident_of(database, f"+1206555014{n}", severity=1) for n in range(4)]
    await sweep.turns()
    assert await given(database) == []  # nobody is here at all
    async with database.write() as connection:
        for name in ("Sam", "Kim"):
            made = await accounts.add(
                connection, login=name.lower(), name=name, role="supervisor", password_hash="x",
                skills={}, now=NOW, terms=Terms(),
            )  # fmt: skip
            assert made is not None
            boss.append(made.id)
    await sweep.turns()
    assert sorted(sweep.told) == sorted(one.id for one in four)
    assert sorted(row[1] for row in await given(database)) == sorted(boss * 2)
    assert {row[2] for row in await given(database)} == {LATER + HOUR // 2}


async def test_whose_owner_is_gone_goes_to_their_lead(database: Database) -> None:
    who, sweep = await agents(database), Sweep(database)
    incident = await incident_of(database, "+12065550142")
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, who["Priya"])
        await accounts.set_terms(
            connection, who["Priya"], Terms(lead=who["Elena"], contract_to="2020-01-01")
        )
    await sweep.turns()
    assert [row[1] for row in await given(database)] == [who["Elena"]]


async def test_what_was_left_before_the_upgrade_is_left_alone_until_something_changes(
    database: Database,
) -> None:
    who, sweep = await agents(database), Sweep(database)
    old, moved = [await incident_of(database, f"+1206555014{n}") for n in (2, 3)]
    await contact_in(database, moved, "c1", state="wrapup")
    async with database.write() as connection:
        for one in (old, moved):
            await people.hand_on(connection, one.id, who["Priya"])
        await put_meta(connection, unplanned.SINCE, str(NOW + 1))
    await over(database, "c1", NOW + 2)  # its wrap-up was going on
    sweep.at = NOW + HOUR
    await sweep.turns()
    assert sweep.told == [moved.id]
    for by in ("", who["Priya"]):  # passed on by the rule: nothing of its own; then by a person
        assert sweep.told == [moved.id]
        async with database.write() as connection:
            row = await incident_changes.held(connection, old.id)
            gift = {"to": who["Elena"], "author": by}
            await incident_changes.give(connection, old.id, sweep.at, row, **gift)
        sweep.at += QUIET_MS + 1
        await sweep.turns()
    assert sweep.told == [moved.id, old.id]


async def test_those_that_nobody_can_have_keep_nobody_elses_from_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no supervisor, and nobody owns them; they are the longest left."""
    monkeypatch.setattr(unplanned, "PAGE", 3)
    who, sweep = await agents(database), Sweep(database)
    for n in range(7):
        await incident_of(database, f"+1206555015{n}")
    incident = await incident_of(database, "+12065550142", at=NOW + 1)
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, who["Priya"])
    sweep.at = LATER + 1
    await sweep.turns()
    assert sweep.told == [incident.id]


async def test_one_that_was_done_without_saying_what_follows_gets_one_again(
    database: Database,
) -> None:
    who, sweep = await agents(database), Sweep(database)
    incident = await incident_of(database, "+12065550142")
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, who["Priya"])
    await sweep.turns()
    async with database.write() as connection:
        await next_actions.end(connection, incident.id, "done", who["Priya"], sweep.at + 1)
    sweep.at += QUIET_MS
    await sweep.turns()
    assert await given(database) == []
    sweep.at += 2
    await sweep.turns()
    assert len(await given(database)) == 1

"""The list of what is mine: whatever changes it, its page hears of it, also while it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdfast.desk.hub import Hub, Page
from holdfast.desk.incident_life import Ending
from holdfast.desk.intents import IncidentForm, Nothing
from holdfast.desk.listing import Listing
from holdfast.desk.next_actions import NextSteps
from holdfast.desk.typing_news import TYPING, tell
from router.core.model import LiveContact, Step
from router.incidents.facts import Facts
from router.incidents.next_actions import NextActions
from router.incidents.ownership import Ownership
from router.live.engine import Engine
from router.records import next_actions, people
from router.records.database import Database
from tests.kit.store import centre_of
from tests.records.test_incident_changes import incident_of, life_of
from tests.records.test_next_actions import MINUTE, agents, plan_of
from tests.records.test_records import NOW
from tests.unit.test_slow_page import page_of, read


@pytest.fixture
def hub() -> Hub:
    return Hub(dict)


@pytest.fixture
def steps(database: Database, hub: Hub) -> NextSteps:
    centre = centre_of(database, Engine("unix:///nowhere.sock"))
    return NextSteps(centre, hub, NextActions(centre), Ownership(centre))


def hints(page: Page) -> int:
    return sum(one is not None and one.get("code") == "mine_changed" for one in read(page))


async def owned(database: Database) -> tuple[Page, people.IncidentRef]:
    """Elena's desk, and an incident of hers."""
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    async with database.write() as connection:
        await people.hand_on(connection, incident.id, who["Elena"])
    return page_of(who["Elena"], "desk"), incident


@asynccontextmanager
async def pushing(hub: Hub, written: asyncio.Event) -> AsyncIterator[None]:
    """The record knows of a step once it is `written`."""

    async def recorded(_step: str) -> None:
        await written.wait()

    async def build(_incident: str, _readers: Collection[str]) -> dict[str, dict[str, Any]]:
        return {}

    task = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    yield
    task.cancel()


async def all_pushed() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_changes_while_it_is_read_is_told_behind_it(
    database: Database, hub: Hub, steps: NextSteps
) -> None:
    page, incident = await owned(database)
    hub.join(page)
    written = asyncio.Event()
    written.set()
    async with pushing(hub, written):
        asked = asyncio.get_running_loop().create_task(steps._mine(page, Nothing()))
        while page.listed is None:
            await asyncio.sleep(0)
        # It is being read.
        hub.incident_changed(incident.id)
        hub.incident_changed("i-of-others")
        await all_pushed()
        assert [row["id"] for row in (await asked)["rows"]] == [incident.id]
        assert hints(page) == 1
        hub.incident_changed(incident.id)  # it has not asked again
        await all_pushed()
        assert hints(page) == 0


async def test_it_is_told_once_the_record_has_what_happened(
    database: Database, hub: Hub, steps: NextSteps
) -> None:
    page, incident = await owned(database)
    hub.join(page)
    written = asyncio.Event()
    async with pushing(hub, written):
        await steps._mine(page, Nothing())
        hub.incident_changed(incident.id, "7-1")
        await all_pushed()
        assert hints(page) == 0  # it would read what was
        written.set()
        await all_pushed()
        assert hints(page) == 1


async def test_who_asks_before_the_record_has_what_happened_is_told_once_it_has(
    database: Database, hub: Hub, steps: NextSteps
) -> None:
    """They took it, and opened their desk before that was written."""
    page, incident = await owned(database)
    hub.join(page)
    written = asyncio.Event()
    async with pushing(hub, written):
        hub.incident_changed("another", "7-1", page.account.id)
        hub.incident_changed(incident.id, "7-1")
        await all_pushed()
        await steps._mine(page, Nothing())
        written.set()
        await all_pushed()
        assert hints(page) == 1


async def test_a_page_that_opens_before_the_record_has_what_happened_gets_it_then(
    hub: Hub,
) -> None:
    page, written = page_of("dana"), asyncio.Event()
    hub.join(page)

    async def recorded(_step: str) -> None:
        await written.wait()

    async def build(incident: str, readers: Collection[str]) -> dict[str, dict[str, str]]:
        return {reader: {"id": incident, "state": "closed"} for reader in readers}

    pushed = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    hub.incident_changed("i1", "7-1")
    await all_pushed()
    page.incident = "i1"
    written.set()
    await all_pushed()
    pushed.cancel()
    assert [
        one["incident"]["state"] for one in read(page) if one and one["type"] == "incident"
    ] == ["closed"]


async def test_what_the_record_had_too_late_is_shown_once_it_has_it(hub: Hub) -> None:
    """It is not waited for long: the page shows what is known, and then what is so."""
    page, written = page_of("dana"), asyncio.Event()
    page.incident = "i1"
    hub.join(page)
    read(page)

    async def recorded(_step: str) -> None:
        await asyncio.sleep(0)
        if not written.is_set():
            raise TimeoutError

    async def build(incident: str, readers: Collection[str]) -> dict[str, dict[str, str]]:
        found = {"id": incident, "state": "closed" if written.is_set() else "open"}
        return dict.fromkeys(readers, found)

    pushed = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    hub.incident_changed("i1", "7-1")
    await all_pushed()
    written.set()
    await all_pushed()
    pushed.cancel()
    shown = [one["incident"]["state"] for one in read(page) if one and one["type"] == "incident"]
    assert (shown[0], shown[-1]) == ("open", "closed")


async def test_whom_a_change_concerns_is_told_though_the_incident_changes_again(hub: Hub) -> None:
    """The record is behind, and something else happens in the incident meanwhile."""
    page, behind = page_of("dana"), asyncio.Event()
    hub.join(page)
    read(page)

    async def recorded(_step: str) -> None:
        await asyncio.sleep(0)
        if not behind.is_set():
            behind.set()
            hub.incident_changed("i1", "7-2")
            raise TimeoutError
        page.listed = page.listed or listed

    async def build(_incident: str, _readers: Collection[str]) -> dict[str, dict[str, str]]:
        return {}

    listed = Listing({page.account.id})
    listed.read([])
    pushed = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    hub.incident_changed("i1", "7-1", page.account.id)  # they took it; it is on no list yet
    await all_pushed()
    pushed.cancel()
    assert hints(page) == 1


def test_whom_changes_concern_is_kept_while_a_list_is_read() -> None:
    listing = Listing({"priya"})
    listing.changed({"i1": {"priya"}})
    listing.changed({"i1": set()})
    assert listing.read([])


async def test_whose_incident_opens_again_has_it_on_the_list(
    database: Database, hub: Hub, steps: NextSteps
) -> None:
    page, incident = await owned(database)
    hub.join(page)
    life, written = life_of(database), asyncio.Event()
    written.set()
    assert (await life.close(incident.id, "u1", "resolved", "", NOW)).ok
    async with pushing(hub, written):
        assert (await steps._mine(page, Nothing()))["rows"] == []
        again = LiveContact(
            "c1", "sms", 3, arrived_at=NOW, score=1, incident=incident.id, named=page.account.id
        )
        hub.on_step("8-1", Step(at=NOW, epoch=1, contacts=[again]))  # they have written again
        await all_pushed()
        assert hints(page) == 1
        assert (await steps._mine(page, Nothing()))["rows"] == []
        facts = Facts(centre_of(database, Engine("unix:///nowhere.sock")))
        await Ending(hub, life, facts)._reopen(page_of("dana"), IncidentForm(incident.id))
        await all_pushed()
        assert hints(page) == 1
        assert len((await steps._mine(page, Nothing()))["rows"]) == 1


async def test_who_has_the_same_incident_open_at_a_desk_reads_that_somebody_writes(
    hub: Hub,
) -> None:
    pages = {name: page_of(name, "desk") for name in ("priya", "noah", "leo")}
    pages["dana"] = page_of("dana", "board")
    for name, page in pages.items():
        page.incident = "i2" if name == "leo" else "i1"
        hub.join(page)
    tell(hub.pages(), pages["priya"], "i1", "an answer")
    told = {
        name: [one["text"] for one in read(page) if one and one.get("code") == TYPING]
        for name, page in pages.items()
    }
    words = f"{pages['priya'].account.name} is writing an answer here."
    assert told == {"priya": [], "noah": [words], "leo": [], "dana": []}


async def test_a_supervisor_has_all_that_is_open_what_is_overdue_first_and_how_many(
    database: Database, hub: Hub, steps: NextSteps
) -> None:
    who = await agents(database)
    me = who["Elena"]
    late, bare, owned, closed = [
        await incident_of(database, f"+1206555014{n}", severity=sev)
        for n, sev in enumerate((3, 2, 4, 1))
    ]
    async with database.write() as connection:
        for one in (late, owned):
            await people.hand_on(connection, one.id, me)
    assert (await life_of(database).close(closed.id, me, "resolved", "", NOW)).ok
    actions = NextActions(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await actions.plan(plan_of(late, me, key="a"), NOW)).ok
    assert (await actions.plan(plan_of(owned, me, key="b", due=NOW + 60 * MINUTE), NOW)).ok

    async def listed(only: str) -> tuple[list[str], bool, dict[str, int]]:
        async with database.read() as connection:
            at = NOW + 16 * MINUTE
            rows, more, counts = await next_actions.of_all(connection, {me: "Elena"}, only, at, me)
        return [row["number"] for row in rows], more, counts

    counts = {"all": 3, "overdue": 1, "nobodys": 1, "severe": 1}
    assert await listed("") == ([late.word, bare.word, owned.word], False, counts)
    assert await listed("overdue") == ([late.word], False, counts)
    assert (await listed("nobodys"))[0] == (await listed("severe"))[0] == [bare.word]

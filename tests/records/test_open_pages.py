"""An incident that several have open is read once for all of them when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from holdfast.desk.hub import Hub
from holdfast.desk.opened import Incidents
from router.live.engine import Engine
from router.records import drafts
from router.records.database import Database
from tests.kit.store import centre_of
from tests.records.test_incident_changes import incident_of
from tests.records.test_records import NOW
from tests.unit.test_slow_page import page_of, read


async def test_two_who_have_one_open_get_it_from_one_reading_each_with_their_own_draft(
    database: Database,
) -> None:
    incident = await incident_of(database, "+12065550142")
    other = await incident_of(database, "+12065550143")
    opened, hub = Incidents(centre_of(database, Engine("unix:///nowhere.sock"))), Hub(dict)
    pages = {name: page_of(name, "desk") for name in ("priya", "noah", "leo")}
    for name, page in pages.items():
        page.incident = (other if name == "leo" else incident).id
        hub.join(page)
        read(page)
    async with database.write() as connection:
        for name in ("priya", "noah", "leo"):
            await drafts.save(connection, incident.id, "c1", name, f"By {name}", NOW)
    readings: list[tuple[str, list[str]]] = []

    async def build(of: str, readers: Collection[str]) -> dict[str, dict[str, Any]]:
        readings.append((of, sorted(readers)))
        return await opened.documents(of, readers)

    async def recorded(_step: str) -> None: ...

    hub.incident_changed(incident.id)
    pusher = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    async with asyncio.timeout(60):
        while any(pages[name].outbox.empty() for name in ("priya", "noah")):
            await asyncio.sleep(0)
    pusher.cancel()
    assert readings == [(incident.id, ["noah", "priya"])]
    for name in ("priya", "noah"):
        (message,) = read(pages[name])
        assert message is not None
        assert message["incident"]["id"] == incident.id
        assert message["incident"]["drafts"] == {"c1": f"By {name}"}
    assert pages["leo"].outbox.empty()
    assert await opened.documents("i-nowhere", ["priya"]) == {}
    assert await opened.document("i-nowhere", "priya") is None

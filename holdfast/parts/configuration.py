"""The configuration file, read again while people wait."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.clips import Clips
from holdfast.desk.hub import Hub
from holdfast.http.reload_route import ReloadRoute
from holdfast.parts import House, Part
from holdfast.settings.reload import ConfigFile, People, Reload
from router.core.skills import Skills
from router.records import accounts
from router.triage.learned import Weights


def part(house: House) -> Part:
    centre, hub = house.centre, house[Hub]

    async def crew() -> Sequence[Skills]:
        async with centre.database.read() as connection:
            return await accounts.crew(connection)

    reload = Reload(
        house[ConfigFile],
        centre.config,
        centre.engine,
        People(hub.show_anew, crew, hub.view.contacts.values),
        house[Weights],
        house[Clips],
    )
    house.keep(Reload, reload)
    return Part(
        routes=ReloadRoute(reload).routes(),
        tasks={"reload": reload.run},
        listeners=[reload.on_step],
    )

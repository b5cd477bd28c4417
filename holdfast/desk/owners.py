"""Who owns an incident: whoever took its first contact, until they hand it on."""

from __future__ import annotations

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub
from router.centre import Centre
from router.core.incident_status import News
from router.core.model import LiveContact
from router.records import incident_changes, people
from router.records.database import RecordUnavailable

log = structlog.get_logger()


class Owners:
    """Best effort: the contact is in their hands, whatever the record says of its incident."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._database = centre.database
        self._hub = hub

    async def took(self, live: LiveContact | None, agent: str, *, handed: bool = False) -> None:
        """An agent has taken this contact; `handed`: out of hands that may own its incident."""
        if live is None or live.incident is None:
            return
        own = people.hand_on if handed else people.own_if_nobody_does
        try:
            async with self._database.write() as connection:
                await own(connection, live.incident, agent)
                await incident_changes.news(
                    connection, live.incident, now_ms(), News.TAKEN, author=agent
                )
            self._hub.incident_changed(live.incident)
            self._hub.mine_changed(agent)
        except RecordUnavailable:
            log.warning("incident.owner_not_recorded", contact=live.id)

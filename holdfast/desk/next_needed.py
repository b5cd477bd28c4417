"""Whoever leaves an open incident with nothing to come says what is next in it, first."""

from __future__ import annotations

from holdfast.desk.hub import Hub
from holdfast.desk.intents import Refused
from router.centre import Centre
from router.incidents.next_actions import NextActions
from router.records.database import RecordUnavailable


class NextNeeded:
    """Asks the record, and the index what of it is over already (NextActions.left_without)."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._actions = NextActions(centre)
        self._view = hub.view

    async def ask(
        self, incident: str | None, *, but: str = "", asked: bool = False, calls_off: bool = False
    ) -> None:
        """
        Args:
            but: the contact that ends with it.
            asked, calls_off: as there.

        Raises:
            Refused: next_needed.
        """
        if incident is None:
            return
        try:
            no = await self._actions.left_without(
                incident,
                lambda contact: contact != but and contact in self._view.contacts,
                asked=asked,
                calls_off=calls_off,
            )
        except RecordUnavailable:
            return  # nobody is kept here by a record that is away; the sweep asks later
        if no is not None:
            raise Refused(no.code, no.text)

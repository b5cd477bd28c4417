"""Closing an incident at a desk, and opening it again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, Id, IncidentForm, Refused, Result, Word, intent
from router.core.incident import REASONS
from router.core.model import Reply
from router.incidents.life import ENDED, REOPENED, IncidentLife


class CloseIncidentForm(Form, frozen=True):
    """`reason`: a code of `centre.close_reasons`; `comment`: their own words beside it."""

    incident: Id
    reason: Word
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Ending:
    """Handlers of close_incident and reopen_incident."""

    def __init__(self, hub: Hub, life: IncidentLife) -> None:
        self._hub = hub
        self._life = life

    @intent("close_incident", CloseIncidentForm, audit=ENDED)
    async def _close(self, page: Page, form: CloseIncidentForm) -> Result:
        if form.reason not in REASONS:
            raise Refused("bad_request", f"The reason is one of: {', '.join(REASONS)}.")
        comment = " ".join(form.comment.split())
        reply = await self._life.close(
            form.incident, page.account.id, form.reason, comment, now_ms()
        )
        return self._told(reply, form.incident)

    @intent("reopen_incident", IncidentForm, audit=REOPENED)
    async def _reopen(self, page: Page, form: IncidentForm) -> Result:
        reply = await self._life.reopen(form.incident, page.account.id, now_ms())
        self._hub.mine_changed()  # whoever owns it has it on the list again
        return self._told(reply, form.incident)

    def _told(self, reply: Reply, incident: str) -> Result:
        self._hub.incident_changed(incident)  # refused: somebody else was quicker
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

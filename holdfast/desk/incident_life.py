"""Closing an incident at a desk or a board, and opening it again."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Count, Form, Id, IncidentForm, Refused, Result, Word, intent
from holdfast.http.access import Permission
from router.core.incident import REASONS
from router.core.model import Reply
from router.core.severity import Severity
from router.incidents.facts import WRITTEN, Facts, Written
from router.incidents.life import ENDED, JUDGED, REOPENED, SAID, IncidentLife, Judged, Said

SEVERITIES = {int(one) for one in Severity}


class CloseIncidentForm(Form, frozen=True):
    """`reason`: a code of `centre.close_reasons`; `comment`: their own words beside it."""

    incident: Id
    reason: Word
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""


class StatusForm(IncidentForm, frozen=True):
    """`status`: one that a person says; `before`: the one that the page showed."""

    status: Word
    before: Word
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""


class SeverityOfForm(IncidentForm, frozen=True):
    """`severity` 1 to 4, `before` the one that the page showed; `reason`: why, in words."""

    severity: Count
    before: Count
    reason: Annotated[str, msgspec.Meta(max_length=500)]


class FactForm(IncidentForm, frozen=True):
    """`name`: one of router.core.incident_facts; `before`: the value that the page showed."""

    name: Word
    value: Annotated[str, msgspec.Meta(max_length=500)]
    before: Annotated[str, msgspec.Meta(max_length=500)]


class Ending:
    """Handlers of close_incident, reopen_incident, incident_status, incident_severity and
    incident_fact."""

    def __init__(self, hub: Hub, life: IncidentLife, facts: Facts) -> None:
        self._hub = hub
        self._life = life
        self._facts = facts

    @intent("close_incident", CloseIncidentForm, audit=ENDED, desk_only=False)
    async def _close(self, page: Page, form: CloseIncidentForm) -> Result:
        if form.reason not in REASONS:
            raise Refused("bad_request", f"The reason is one of: {', '.join(REASONS)}.")
        comment = " ".join(form.comment.split())
        reply = await self._life.close(
            form.incident, page.account.id, form.reason, comment, now_ms()
        )
        return self._told(reply, form.incident)

    @intent("reopen_incident", IncidentForm, audit=REOPENED, desk_only=False)
    async def _reopen(self, page: Page, form: IncidentForm) -> Result:
        reply = await self._life.reopen(form.incident, page.account.id, now_ms())
        self._hub.mine_changed()  # whoever owns it has it on the list again
        return self._told(reply, form.incident)

    @intent("incident_status", StatusForm, audit=SAID, desk_only=False)
    async def _status(self, page: Page, form: StatusForm) -> Result:
        words = " ".join(form.comment.split())
        order = Said(form.incident, form.status, form.before, page.account.id, words)
        return self._told(await self._life.say(order, now_ms()), form.incident)

    @intent(
        "incident_severity", SeverityOfForm, Permission.SEVERITY_SET, audit=f"{JUDGED}*",
        desk_only=False,
    )  # fmt: skip
    async def _severity(self, page: Page, form: SeverityOfForm) -> Result:
        if form.severity not in SEVERITIES:
            raise Refused("bad_request", "Severity is 1 to 4.")
        reason = " ".join(form.reason.split())
        if not reason:
            raise Refused("bad_request", "Say why.")
        order = Judged(form.incident, form.severity, form.before, page.account.id, reason)
        reply = await self._life.judge(order, now_ms())
        self._hub.mine_changed()
        return self._told(reply, form.incident)

    @intent("incident_fact", FactForm, audit=WRITTEN)
    async def _fact(self, page: Page, form: FactForm) -> Result:
        order = Written(form.incident, form.name, form.value, form.before, page.account.id)
        return self._told(await self._facts.write(order, now_ms()), form.incident)

    def _told(self, reply: Reply, incident: str) -> Result:
        self._hub.incident_changed(incident)  # refused: somebody else was quicker
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

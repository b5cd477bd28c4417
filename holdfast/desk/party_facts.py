"""What is said of the people of an incident at a desk: who they are, where else they are reached,
where that is not safe, what they agreed to; and what was added by mistake."""

from __future__ import annotations

from typing import Annotated

import msgspec

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Id, IncidentForm, Refused, Result, Word, intent
from holdfast.desk.parties import read_address
from router.centre import Centre
from router.core.model import Reply
from router.core.party import CONSENTS, NAME_LETTERS, ROLES, SAYS
from router.incidents.party_facts import (
    CHANGED,
    CONSENT,
    DROPPED,
    PUT_BACK,
    REACHED,
    SAFE,
    UNSAFE,
    By,
    PartyFacts,
)

Name = Annotated[str, msgspec.Meta(max_length=NAME_LETTERS)]


class ChangeForm(IncidentForm, frozen=True):
    """`was_name`, `was_role`: as the page showed them."""

    party: Id
    name: Name
    role: Word
    was_name: Name
    was_role: Word


class ReachForm(IncidentForm, frozen=True):
    party: Id
    at: Annotated[str, msgspec.Meta(max_length=320)]


class DropForm(IncidentForm, frozen=True):
    """`address`: one of theirs; None: the person."""

    party: Id
    address: Id | None = None


class UnsafeForm(IncidentForm, frozen=True):
    """`reason`: none, it is safe again."""

    address: Id
    reason: Annotated[str, msgspec.Meta(max_length=200)]


class ConsentForm(IncidentForm, frozen=True):
    party: Id
    what: Word
    says: Word


class SaidOfPeople:
    """Handlers of change_party, add_address, drop_from, put_back, mark_unsafe, consent."""

    def __init__(self, centre: Centre, hub: Hub, facts: PartyFacts) -> None:
        self._current = centre.config
        self._hub = hub
        self._facts = facts

    @intent("change_party", ChangeForm, audit=CHANGED)
    async def _change(self, page: Page, form: ChangeForm) -> Result:
        if form.role not in ROLES and form.role != form.was_role:
            raise Refused("bad_request", f"A role is one of: {', '.join(ROLES)}.")
        name = " ".join(form.name.split())
        reply = await self._facts.change(
            self._by(page, form),
            form.party,
            was=(form.was_name, form.was_role),
            now=(name, form.role),
        )
        return self._told(form, reply)

    @intent("add_address", ReachForm, audit=REACHED)
    async def _reach(self, page: Page, form: ReachForm) -> Result:
        kind, value = read_address(form.at, self._current.value.lines)
        by = self._by(page, form)
        return self._told(form, await self._facts.add_address(by, form.party, kind, value))

    @intent("drop_from", DropForm, audit=DROPPED)
    async def _drop(self, page: Page, form: DropForm) -> Result:
        by = self._by(page, form)
        return self._told(form, await self._facts.drop(by, form.party, form.address))

    @intent("put_back", DropForm, audit=PUT_BACK)
    async def _put_back(self, page: Page, form: DropForm) -> Result:
        by = self._by(page, form)
        return self._told(form, await self._facts.put_back(by, form.party, form.address))

    @intent("mark_unsafe", UnsafeForm, audit=(UNSAFE, SAFE))
    async def _unsafe(self, page: Page, form: UnsafeForm) -> Result:
        reason = " ".join(form.reason.split())
        return self._told(form, await self._facts.mark(self._by(page, form), form.address, reason))

    @intent("consent", ConsentForm, audit=CONSENT)
    async def _consent(self, page: Page, form: ConsentForm) -> Result:
        if form.what not in CONSENTS or form.says not in SAYS:
            raise Refused("bad_request", f"what: {', '.join(CONSENTS)}; says: {', '.join(SAYS)}.")
        by = self._by(page, form)
        return self._told(form, await self._facts.agree(by, form.party, form.what, form.says))

    @staticmethod
    def _by(page: Page, form: IncidentForm) -> By:
        return By(form.incident, page.account.id, now_ms())

    def _told(self, form: IncidentForm, reply: Reply) -> Result:
        self._hub.incident_changed(form.incident)
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

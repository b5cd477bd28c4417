"""The people of an incident, at a desk: somebody is added, with a role and an address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from channels.email.headers import addresses
from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Id, IncidentForm, Refused, Result, Word, intent
from holdfast.http.access import Permission
from router.centre import Centre
from router.core.config import Line
from router.core.dialling import country_of, in_groups, typed_number
from router.core.model import Reply
from router.core.party import NAME_LETTERS, ROLES
from router.incidents.parties import ADDED, REVEALED, Newcomer, Parties

NOT_READ = (
    "This is neither a telephone number nor a mail address. Type the number with its country"
    " (+1 …), or as one dials it from here."
)


class PartyForm(IncidentForm, frozen=True):
    """`at`: a number as it is typed, or a mail address."""

    at: Annotated[str, msgspec.Meta(max_length=320)]
    role: Word
    name: Annotated[str, msgspec.Meta(max_length=NAME_LETTERS)] = ""


class RevealForm(IncidentForm, frozen=True):
    address: Id


class PeopleOf:
    """Handlers of add_party and reveal."""

    def __init__(self, centre: Centre, hub: Hub, parties: Parties) -> None:
        self._current = centre.config
        self._hub = hub
        self._parties = parties

    @intent("add_party", PartyForm, audit=ADDED)
    async def _add(self, page: Page, form: PartyForm) -> Result:
        if form.role not in ROLES:
            raise Refused("bad_request", f"A role is one of: {', '.join(ROLES)}.")
        kind, value = read_address(form.at, self._current.value.lines)
        newcomer = Newcomer(
            form.incident, kind, value, " ".join(form.name.split()), form.role, page.account.id
        )
        reply = await self._parties.add(newcomer, now_ms())
        self._hub.incident_changed(form.incident)
        if not reply.ok:
            raise Refused.by(reply, {})
        return {}

    @intent("reveal", RevealForm, Permission.ADDRESS_REVEAL, audit=REVEALED)
    async def _reveal(self, page: Page, form: RevealForm) -> Result:
        told = await self._parties.reveal(form.incident, form.address, page.account.id, now_ms())
        if isinstance(told, Reply):
            raise Refused.by(told, {})
        return {"value": told, "shown": in_groups(told)}


def read_address(at: str, lines: Sequence[Line]) -> tuple[str, str]:
    """Kind and value of an address as it is typed.

    Raises:
        Refused: it is none, or one of our own (`lines`).
    """
    first = next((line.number for line in lines if line.number), "")
    mails = addresses(at) if "@" in at else []
    if len(mails) == 1 and "." in mails[0].value.partition("@")[2]:
        kind, value = "email", mails[0].value
    elif number := typed_number(at, country_of(first)):
        kind, value = "phone", number
    else:
        raise Refused("bad_request", NOT_READ)
    name, _, domain = value.partition("@")
    bare = f"{name.partition('+')[0]}@{domain}" if domain else value  # help+x@ is help@
    if any(bare in (line.number, line.mail) for line in lines):
        raise Refused("bad_request", "This is one of our own lines.")
    return kind, value

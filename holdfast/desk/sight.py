"""What an account may see and do in a restricted incident: the one place at the desk that says so.

Every intent passes here before its handler, by whichever door. What a form names is looked up
(router/records/sight.py); whoever is not on the list is refused, with a line in the audit, unless
they have a contact of it in hand: an S1 that nobody on the list could take. That contact they
work, with its own words alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Form, Refused
from router.centre import Centre
from router.core.model import LiveContact
from router.records import audit, sight
from router.records.database import RecordUnavailable

log = structlog.get_logger()

NAMES: dict[str, tuple[str, ...]] = {
    "incident": ("incident",),
    "stays": ("incident",),
    "goes": ("incident",),
    "to": ("incident",),
    "other": ("number",),
    "contact": ("contact",),
    "through": ("contact",),
    "hand_off": ("hand_off",),
    "question": ("question",),
    "filing": ("filing", "filing_other"),
}
"""What a form's fields name: kinds of router/records/sight.py."""
PEOPLE = ("agent",)
"""Fields that name somebody who is given something of it."""
BY_PLACE = frozenset({"why", "force_release", "open_restricted"})
"""What needs no sight: where a contact stands, that it is stuck, and to open it with a reason."""
OF_THE_CONTACT = frozenset({"open", "peek", "note", "draft", "snippets"})
"""What whoever has a contact of it may do in its incident."""
READS = frozenset({"open", "peek", "summary", "summary_version", "hand_off_to", "merge_look"})
REFUSED, READ = "incident.refused", "incident.read"
"""Actions of the audit; the detail is the intent."""

WORDS = (
    "This is restricted to a few people, and you are not among them. That you asked is noted. Ask"
    " somebody on its list, or your supervisor."
)
NOT_LISTED = "They are not on this incident's list. Put them on it first."


@dataclass(frozen=True, slots=True)
class Restricted:
    """A restricted incident that a form names, and the contact by which it does."""

    incident: str
    people: Collection[str]
    contact: str | None = None


class Sight:
    """Asked before every intent."""

    def __init__(self, centre: Centre, hub: Hub) -> None:
        self._database = centre.database
        self._hub = hub

    async def check(self, page: Page, do: str, form: Form) -> None:
        """
        Raises:
            Refused: restricted, with its line in the audit; not_listed.
            RecordUnavailable: whose it is cannot be known, and nothing was done.
        """
        me = page.account.id
        for one in await self._named(form):
            if me in one.people:
                self._needs_listed(form, one)
                if do in READS:
                    await self._note(me, READ, one.incident, do)
            elif do not in BY_PLACE and not self._has(me, do, one):
                await self._note(me, REFUSED, one.incident, do)
                raise Refused("restricted", WORDS)
            elif do not in BY_PLACE:
                self._needs_listed(form, one)

    async def hears(self, account: str, message: str) -> bool:
        """Whether they may hear what a caller said; if not, it is noted that they asked.

        Raises:
            RecordUnavailable: whose it is cannot be known.
        """
        async with self._database.read() as connection:
            one = await sight.people_of(connection, "message", message)
        if one is None or account in one[1] or self.contacts_of(account, one[0]):
            return True
        await self._note(account, REFUSED, one[0], "voicemail")
        return False

    def contacts_of(self, account: str, incident: str) -> set[str]:
        """Those of an incident that this account has in hand, or that ring at their desk."""
        return {
            live.id
            for live in self._hub.view.contacts.values()
            if live.incident == incident and has_it(live, account)
        }

    def _has(self, account: str, do: str, one: Restricted) -> bool:
        mine = self.contacts_of(account, one.incident)
        return one.contact in mine if one.contact else do in OF_THE_CONTACT and bool(mine)

    @staticmethod
    def _needs_listed(form: Form, one: Restricted) -> None:
        named = [getattr(form, name, None) for name in PEOPLE]
        if any(isinstance(who, str) and who and who not in one.people for who in named):
            raise Refused("not_listed", NOT_LISTED)

    async def _named(self, form: Form) -> list[Restricted]:
        """The restricted incidents that it names; live contacts are known without the record."""
        asked: list[tuple[str, str]] = []
        found: list[Restricted] = []
        known: set[str] = set()
        for name, kinds in NAMES.items():
            if not isinstance(key := getattr(form, name, None), str) or not key:
                continue
            live = self._hub.view.contacts.get(key) if kinds == ("contact",) else None
            if live is None:
                asked += [(kind, key) for kind in kinds]
            elif live.incident and live.only:
                known.add(live.incident)
                found.append(Restricted(live.incident, live.only, live.id))
        asked = [one for one in asked if one[0] != "incident" or one[1] not in known]
        if asked:
            async with self._database.read() as connection:
                for kind, key in asked:
                    if (it := await sight.people_of(connection, kind, key)) is not None:
                        contact = key if kind == "contact" else None
                        found.append(Restricted(it[0], it[1], contact))
        return found

    async def _note(self, who: str, action: str, incident: str, do: str) -> None:
        if action == REFUSED:
            log.warning("incident.refused", account=who, incident=incident, do=do)
        try:
            async with self._database.write() as connection:
                await audit.append(
                    connection, actor=who, action=action, subject=incident, now=now_ms(), detail=do
                )
        except RecordUnavailable as error:
            if action == READ:
                raise  # nothing is shown of which nobody can say that it was
            log.error("incident.refusal_not_kept", error=type(error).__name__)


def has_it(live: LiveContact, account: str) -> bool:
    """They have it in hand, or it rings at their desk."""
    rings = live.offer is not None and account in live.offer.agents
    return live.agent == account or rings

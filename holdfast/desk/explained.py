"""Why here, why now: a contact's place explained to pages, from this process's live picture. Codes
and facts only; pages have the words (static/strings).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.entities import name_seen, telling_entity
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import ContactForm, Nothing, Refused, Result, intent
from holdfast.followers.waits import Waits
from holdfast.http.access import Permission, allowed
from router.core.abandoned import waits_from
from router.core.causes import Cause
from router.core.explain import Why, in_order
from router.core.model import LiveContact

LISTED = 30
"""Waiting contacts explained at once."""

NAMES = 5
"""Agents named beside each cause."""


def order_of(live: LiveContact) -> tuple[float, float, str]:
    """Who is less comes first: as the index orders them."""
    return (live.score, live.arrived_at, live.id)


class Explained:
    """Answers the intent `why` and the API's question of the same name."""

    def __init__(self, hub: Hub, waits: Waits) -> None:
        self._hub = hub
        self._waits = waits

    @intent("waiting", desk_only=False)
    async def waiting(self, page: Page, form: Nothing) -> Result:
        """The waiting contacts, in order, and why each is not here: what an agent may know of the
        line."""
        view = self._hub.view
        line = [c for c in view.contacts.values() if in_order(c)]
        line.sort(key=order_of)
        picture = view.picture(now_ms())
        mine = page.account.id
        rows = []
        for order, live in enumerate(line[:LISTED], start=1):
            why = picture.why(live)
            me = next((one for one in why.judgements if one.agent == mine), None)
            guess = self._waits.of(live.id)
            rows.append(
                {
                    "contact": live.id,
                    "channel": live.channel,
                    "severity": live.severity,
                    "state": live.state,
                    "who": name_seen(live, mine),
                    "callback": live.callback is not None and live.answered_at is None,
                    "waits_from": waits_from(live),
                    "answer_by": live.answer_by,
                    "order": order,
                    "place": why.ahead + 1,
                    "wait": {"p50_ms": guess.p50_ms, "p90_ms": guess.p90_ms} if guess else None,
                    "needs": dict(why.needs),
                    "ringing": [self._name(a) for a in (live.offer.agents if live.offer else [])],
                    "telling": telling_entity(live),
                    "kept_from_me": list(me.causes) if me else [],
                    "sticky_for": self._name(live.sticky_for),
                    "again_at": (live.cooling or {}).get(mine)
                    if me and Cause.COOLING in me.causes
                    else None,
                }
            )
        return {"rows": rows, "more": max(0, len(line) - LISTED)}

    @intent("why", ContactForm, desk_only=False)
    async def why(self, page: Page, form: ContactForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        steers = allowed(page.account.role, Permission.BOARD_SEE)
        if live is not None and not steers and not self._hub.view.concerns(live, page.account.id):
            raise Refused("not_yours", "This is not on your desk.")
        document = self.document(form.contact)
        if document is None or live is None:
            raise Refused("unknown", "This is over already.")
        pull = self._hub.view.picture(now_ms()).by_name(live, page.account.id, at_once=True)
        return document | {"pull": pull.cause}

    def document(self, contact: str) -> Result | None:
        """The Why of docs/desk-protocol.md; None if the contact has ended."""
        view = self._hub.view
        live = view.contacts.get(contact)
        if live is None:
            return None
        picture = view.picture(now_ms())
        why = picture.why(live)
        guess = self._waits.of(contact)
        return {
            "contact": contact,
            "state": live.state,
            "score": live.score,
            "tier": why.tier,
            "promoted": why.promoted,
            "order": 1
            + sum(
                order_of(other) < order_of(live)
                for other in view.contacts.values()
                if in_order(other)
            ),
            "place": why.ahead + 1,
            "step": why.step,
            "steps": why.steps,
            "needs": dict(why.needs),
            "ranks": list(why.ranks),
            "next_step_at": None if why.next_step_ms is None else now_ms() + why.next_step_ms,
            "sticky_for": self._name(live.sticky_for),
            "stands": {
                "why": live.stands.why,
                "agent": self._name(live.stands.agent),
                "at": live.stands.at,
                "until": live.until,
            }
            if live.stands
            else None,
            "wait": {"p50_ms": guess.p50_ms, "p90_ms": guess.p90_ms} if guess else None,
            "by_name": {one.agent: one.cause for one in picture.all_by_name(live)},
            **self._agents(why, live),
        }

    def _agents(self, why: Why, live: LiveContact) -> dict[str, Any]:
        ringing = live.offer.agents if live.offer else []
        may = [one for one in why.judgements if not one.causes]
        by_cause: dict[tuple[Cause, int], list[str]] = defaultdict(list)
        alone: dict[tuple[Cause, int], int] = defaultdict(int)
        for one in why.judgements:
            if one.agent in ringing:
                continue  # this very offer keeps nobody from it
            told = [(cause, self._floor(cause, one.agent)) for cause in one.causes]
            for cause in told:
                by_cause[cause].append(self._name(one.agent) or "?")
            if len(told) == 1:
                alone[told[0]] += 1
        return {
            "ringing": [self._name(agent) for agent in ringing],
            "may": [{"agent": self._name(one.agent), "cost": one.cost} for one in may[:NAMES]],
            "kept_from": [
                {
                    "cause": cause,
                    "floor": floor or None,
                    "count": len(names),
                    "alone": alone[cause, floor],
                    "names": sorted(names)[:NAMES],
                }
                for (cause, floor), names in sorted(
                    by_cause.items(), key=lambda kv: (-len(kv[1]), kv[0])
                )
            ],
        }

    def _floor(self, cause: Cause, agent: str) -> int:
        """In training, the lowest tier number they may take; otherwise 0."""
        known = self._hub.view.agents.get(agent)
        return int(known.floor or 0) if cause == Cause.TRAINING and known is not None else 0

    def _name(self, agent: str | None) -> str | None:
        if agent is None:
            return None
        known = self._hub.view.agents.get(agent)
        return known.name if known else agent

"""Why here, why now: a contact's place told to people, from the live picture of this process."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from holdfast.clock import now_ms
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import ContactForm, Nothing, Refused, Result, intent
from holdfast.followers.waits import Waits
from holdfast.http.access import Permission, allowed
from router.core.bidi import isolated
from router.core.current import Current
from router.core.explain import CAUSES, Judgement, Limits, Picture, Why
from router.core.model import LiveContact
from router.core.states import IN_ORDER

LISTED = 30
"""Waiting contacts explained at once."""

NAMES = 5
"""Agents named beside each cause."""

YOURS = {
    "lost": "you are not connected",
    "paused": "you are paused",
    "self_test": "this desk is being tested",
    "shift": "outside of your shift: S1 and S2 only",
    "no_sound": "your sound is down",
    "ringing": "something else rings here",
    "on_call": "you are on a call",
    "wrapup": "you are in wrap-up",
    "full": "you have no room for another",
    "texts": "it may not interrupt what you have",
    "cooling": "you missed or declined it a moment ago",
    "out": "you missed or declined it, others come first",
    "reserve": "kept back for an S1",
}
"""The same causes, told to the agent whom they keep away."""

TRAINING = {1: "in training: S2 to S4 only", 2: "in training: S3 and S4 only"}

COSTS = {
    0: "free",
    1: "has room beside other texts",
    2: "mails give way",
    3: "texts give way",
    4: "wrap-up can wait",
    5: "supervisor on duty",
}


class Explained:
    """Answers the intent `why` and the API's question of the same name."""

    def __init__(self, hub: Hub, waits: Waits, current: Current) -> None:
        self._hub = hub
        self._waits = waits
        self._current = current

    @intent("waiting", desk_only=False)
    async def waiting(self, page: Page, form: Nothing) -> Result:
        """Who waits, in order, and why each is not here: what an agent may know of the line."""
        view = self._hub.view
        line = [c for c in view.contacts.values() if c.state in IN_ORDER]
        line.sort(key=lambda c: (c.score, c.arrived_at, c.id))
        picture = self._picture()
        mine = page.account.id
        rows = []
        for live in line[:LISTED]:
            why = picture.why(live)
            me = next((one for one in why.judgements if one.agent == mine), None)
            guess = self._waits.of(live.id)
            rows.append(
                {
                    "contact": live.id,
                    "channel": live.channel,
                    "severity": live.severity,
                    "state": live.state,
                    "who": isolated(live.who.get("name") or live.who.get("address") or "?"),
                    "callback": live.callback is not None and live.answered_at is None,
                    "arrived_at": live.arrived_at,
                    "answer_by": live.answer_by,
                    "place": why.ahead + 1,
                    "wait": {"p50_ms": guess.p50_ms, "p90_ms": guess.p90_ms} if guess else None,
                    "needs": dict(why.needs),
                    "ringing": [self._name(a) for a in (live.offer.agents if live.offer else [])],
                    "kept_from_me": self._told(me, live, why) if me else [],
                    "again_at": (live.cool or {}).get(mine)
                    if me and "cooling" in me.causes
                    else None,
                }
            )
        return {"rows": rows, "more": max(0, len(line) - LISTED)}

    def _told(self, me: Judgement, live: LiveContact, why: Why) -> list[str]:
        """What keeps it from this agent, in words for himself."""
        needs = [name if level == 1 else f"{name} {level}+" for name, level in why.needs.items()]
        words = {
            **YOURS,
            "skills": f"needs {', '.join(needs)}",
            "held": f"held for {self._name(live.held_for)}",
            "training": f"you are {self._word('training', me.agent)}",
        }
        return [words[cause] for cause in me.causes]

    def _picture(self) -> Picture:
        view, config = self._hub.view, self._current.now
        limits = Limits(config.max_sms, config.max_email, view.reserve)
        return Picture(view.contacts, view.agents, limits, now_ms())

    @intent("why", ContactForm, desk_only=False)
    async def why(self, page: Page, form: ContactForm) -> Result:
        live = self._hub.view.contacts.get(form.contact)
        steers = allowed(page.account.role, Permission.BOARD_SEE)
        if live is not None and not steers and not self._hub.view.concerns(live, page.account.id):
            raise Refused("not_yours", "This is not on your desk.")
        document = self.document(form.contact)
        if document is None:
            raise Refused("unknown", "This is over already.")
        return document

    def document(self, contact: str) -> Result | None:
        """The Why of docs/desk-protocol.md; None when the contact has ended."""
        view = self._hub.view
        live = view.contacts.get(contact)
        if live is None:
            return None
        why = self._picture().why(live)
        guess = self._waits.of(contact)
        return {
            "contact": contact,
            "state": live.state,
            "score": live.score,
            "tier": why.tier,
            "promoted": why.promoted,
            "place": why.ahead + 1,
            "step": why.step,
            "steps": why.steps,
            "needs": dict(why.needs),
            "next_step_at": None if why.next_step_ms is None else now_ms() + why.next_step_ms,
            "held_for": self._name(live.held_for),
            "wait": {"p50_ms": guess.p50_ms, "p90_ms": guess.p90_ms} if guess else None,
            **self._agents(why, live),
        }

    def _agents(self, why: Why, live: LiveContact) -> dict[str, Any]:
        ringing = live.offer.agents if live.offer else []
        may = [one for one in why.judgements if not one.causes]
        by_cause: dict[tuple[str, str], list[str]] = defaultdict(list)
        alone: dict[tuple[str, str], int] = defaultdict(int)
        for one in why.judgements:
            if one.agent in ringing:
                continue  # this very offer keeps nobody from it
            told = [(cause, self._word(cause, one.agent)) for cause in one.causes]
            for cause in told:
                by_cause[cause].append(self._name(one.agent) or "?")
            if len(told) == 1:
                alone[told[0]] += 1
        return {
            "ringing": [self._name(agent) for agent in ringing],
            "may": [
                {"agent": self._name(one.agent), "cost": one.cost, "word": COSTS[one.cost]}
                for one in may[:NAMES]
            ],
            "kept_from": [
                {
                    "cause": cause,
                    "word": word,
                    "count": len(names),
                    "alone": alone[cause, word],
                    "names": sorted(names)[:NAMES],
                }
                for (cause, word), names in sorted(
                    by_cause.items(), key=lambda kv: (-len(kv[1]), kv[0])
                )
            ],
        }

    def _word(self, cause: str, agent: str) -> str:
        """The cause in words, with what this agent may take."""
        known = self._hub.view.agents.get(agent)
        if cause == "training" and known is not None:
            return TRAINING.get(int(known.floor or 0), CAUSES[cause])
        return CAUSES[cause]

    def _name(self, agent: str | None) -> str | None:
        if agent is None:
            return None
        known = self._hub.view.agents.get(agent)
        return known.name if known else agent

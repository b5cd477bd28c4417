"""The promised calls that nobody has made yet: what is overdue, what is due, what comes later."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from holdfast.desk.entities import who_for_all
from holdfast.desk.hub import Hub, Page, notice
from holdfast.desk.intents import Nothing, Result, intent
from router.centre import Centre
from router.core.abandoned import abandoned_by
from router.core.bidi import isolated
from router.core.dialling import zones_of
from router.core.model import LiveAgent, LiveContact, Step
from router.core.restricted import listed, may_see
from router.core.severity import Severity
from router.core.states import NOT_MADE, AgentState, State
from router.records import accounts, callback_list
from router.records.database import Row

CHANGED = "callbacks_changed"
"""Code of a notice without words."""
NOT_REACHED = "callback.not_reached"
SHOWN = 200
BEHIND_S = 1.0
AWAITED = NOT_MADE | {State.DIALING}


HIDDEN: dict[str, Any] = {
    "number": "", "title": None, "who": {}, "address": None, "zones": [], "note": "", "kind": "",
    "by": "", "by_name": "", "place": None, "stands": None, "tried": 1, "last": None,
    "hidden": True,
}  # fmt: skip
"""What whoever is not on the list of a restricted incident sees of a call that is promised in it:
that there is one, how severe it is, when, and whose it is."""


class CallbackList:
    """Handler of `callbacks`; a page that has asked is told once when its list has changed."""

    def __init__(
        self, centre: Centre, hub: Hub, recorded: Callable[[str], Awaitable[None]]
    ) -> None:
        """`recorded` returns once the record holds a step of the index."""
        self._database = centre.database
        self._hub = hub
        self._recorded = recorded
        self._shown: dict[str, set[str]] = {}
        """Pages, by their connections, whose list is as they have it, and the incidents in it."""
        self._step = "0-0"
        self._moved = asyncio.Event()

    @intent("callbacks", Nothing, desk_only=False)
    async def _list(self, page: Page, _form: Nothing) -> Result:
        """From now on this page is told when its list has changed."""
        await self._has(self._hub.view.last)
        self._shown[page.conn] = shown = set()  # from here on: what is read is newer
        async with self._database.read() as connection:
            found = await callback_list.open_ones(connection)
            known = await accounts.all_accounts(connection)
        names = {one.id: one.name for one in known}
        view = self._hub.view
        rows = []
        for one in found:
            shown.add(one.incident)
            live = view.contacts.get(one.contact)
            live = live or msgspec.json.decode(one.live, type=LiveContact)
            if live.callback is not None and live.state in AWAITED and live.answered_at is None:
                row = _row(one, live, names, view.agents)
                rows.append(row if may_see(listed(one.only), page.account.id) else row | HIDDEN)
        rows.sort(key=lambda row: (row["severity"], row["late_at"]))
        return {"rows": rows[:SHOWN], "more": len(rows) > SHOWN or len(found) == callback_list.MOST}

    def on_step(self, step_id: str, step: Step) -> None:
        """A step of the index: of a promised call, or of an incident in which one is promised."""
        for live in step.contacts:
            self._alarm(live)
        shown = set().union(*self._shown.values())
        if self._shown and any(live.callback or live.incident in shown for live in step.contacts):
            self._step = step_id
            self._moved.set()

    def _alarm(self, live: LiveContact) -> None:
        """An S1 whom the last try has not reached: every board hears of it."""
        caller = abandoned_by(live) if live.callback is not None else None
        if caller is None or caller.kind != "callback" or live.severity > Severity.S1:
            return
        who = who_for_all(live)
        known = isolated(who.get("name") or who.get("address") or "")
        of = known if live.only else f"{known}, {live.incident_no}"
        words = f"{of}: not reached, {caller.tries} calls. Somebody has to decide."
        self._hub.alarm_boards(words, NOT_REACHED)

    async def run(self) -> None:
        """Tells pages, until cancelled."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            await self._has(self._step)
            told, self._shown = self._shown, {}
            for page in self._hub.pages():
                if page.conn in told:
                    page.send(notice("info", CHANGED, ""))

    async def _has(self, step: str) -> None:
        """The record holds that step of the index, or is behind: then it is read as it is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEHIND_S):
                await self._recorded(step)


def _row(
    one: Row, live: LiveContact, names: Mapping[str, str], agents: Mapping[str, LiveAgent]
) -> dict[str, Any]:
    assert live.callback is not None
    promise, whose = live.callback, live.callback.given or one.owner
    owner = agents.get(whose or "")
    came = live.due_from if live.due_from is not None else live.arrived_at
    due = max(came, live.not_before or 0)
    rung = live.offer.agents if live.offer else [live.agent] if live.agent else []
    return {
        "contact": live.id,
        "incident": one.incident,
        "number": f"INC-{one.number}",
        "title": one.title and isolated(one.title),
        "severity": live.severity,
        "who": {name: word and isolated(word) for name, word in live.who.items()},
        "address": one.address,
        "zones": [one.zone] if one.zone else list(zones_of(one.value)),
        "kind": one.kind or promise.kind,
        "by": promise.by,
        "by_name": promise.by_name,
        "note": promise.note,
        "due": due,
        "late_at": live.answer_by if live.answer_by is not None else due,
        "place": live.arrived_at if live.arrived_at < due else None,
        "state": live.state,
        "until": live.until,
        "agents": [names.get(agent, agent) for agent in rung],
        "stands": {
            "why": live.stands.why,
            "agent_name": names.get(live.stands.agent or ""),
            "at": live.stands.at,
        }
        if live.stands
        else None,
        "owner": whose,
        "owner_name": names.get(whose or ""),
        "given": promise.given,
        "owner_here": owner is not None and owner.state != AgentState.OFFLINE,
        "tried": promise.tried,
        "tries": promise.tries,
        "last": promise.last,
        "hidden": False,
    }

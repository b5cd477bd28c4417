"""The next action of an incident is planned, changed and done at a person's word.

Each is one transaction with its line in the audit. Two who change it at the same time: the second
is told, and nothing of the first is lost, because each says which one they saw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from router.centre import Centre
from router.core.incident_status import News
from router.core.model import Reply
from router.core.next_action import DONE, fault, is_needed
from router.incidents.replies import NOBODY, OVERTAKEN, held_open, works_here
from router.records import audit, hand_offs, incident_changes, next_actions, people, stays
from router.records.ids import derived_id

NEEDED = "next_needed"
"""The code of a refusal: an open incident would be left without a next action."""
PLANNED, ENDED = "incident.next_planned", "incident.next_done"
"""Actions of the audit; its detail is the id of the next action."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to happen next. `instead_of`: the one that the page showed, None: none. `key` makes
    a repeated order one order, if it says the same. `due`: ms."""

    incident: str
    what: str
    agent: str
    due: int
    by: str
    key: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """What follows on one that was done, as in Plan."""

    what: str
    agent: str
    due: int


class NextActions:
    """Plans and ends them. Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database
        self._current = centre.config

    async def plan(self, order: Plan, now: int) -> Reply:
        """Refused if the incident is closed, if what was shown is no longer the one that stands
        (`too_late`), or for nobody who works here."""
        if wrong := fault(order.what, order.due, now):
            return Reply(ok=False, code="bad_request", text=wrong)
        said = (order.incident, order.what, order.agent, str(order.due))
        new = derived_id("x", "next", order.by, order.key, *said)
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, order.incident), Reply):
                return row
            if await next_actions.by_id(connection, new) is not None:
                return Reply(duplicate=True)
            known = await next_actions.open_of(connection, row.id)
            if (known and known.id) != order.instead_of:
                return OVERTAKEN
            if not await works_here(connection, order.agent, self._current, now):
                return NOBODY
            await next_actions.plan(
                connection,
                {
                    "id": new, "incident": row.id, "what": order.what,
                    "agent": order.agent, "due_at": order.due, "made_by": order.by, "made_at": now,
                },
            )  # fmt: skip
            await incident_changes.news(
                connection, row.id, now, News.TAKEN, row=row, author=order.by
            )
            await audit.append(
                connection, actor=order.by, action=PLANNED, subject=row.id, now=now,
                detail=new,
            )  # fmt: skip
        return Reply()

    async def left_without(
        self,
        incident: str,
        counts: Callable[[str], bool],
        *,
        asked: bool = False,
        calls_off: bool = False,
    ) -> Reply | None:
        """Refused (`next_needed`): the incident is open and needs a next action once this is done.

        Args:
            counts: whether this contact goes on, of those that the record has.
            asked: one is asked for whatever else of the incident goes on.
            calls_off: the call that is promised is not, any more.
        """
        async with self._database.read() as connection:
            found = await people.incident_by_id(connection, incident)
            if found is None or not found.open:
                return None
            planned = await next_actions.is_planned(connection, incident)
            alive, promised = await incident_changes.alive(connection, incident, counts)
        needed = is_needed(
            planned=planned,
            alive=bool(alive) and not asked,
            promised=promised and not (asked or calls_off),
        )
        return _needed(found.word) if needed else None

    async def done(
        self,
        incident: str,
        action: str,
        by: str,
        now: int,
        then: Following | None = None,
        *,
        anyway: bool = False,
    ) -> Reply:
        """It was done. Refused (`next_needed`) if the incident needs one and none is to follow,
        unless `anyway`: it is resolved now. Whoever says so second is told (`too_late`); the same
        person saying the same again is one."""
        if then is not None and (wrong := fault(then.what, then.due, now)):
            return Reply(ok=False, code="bad_request", text=wrong)
        async with self._database.write() as connection:
            if isinstance(row := await held_open(connection, incident), Reply):
                return row
            known = await next_actions.by_id(connection, action)
            if known is None or await stays.root(connection, known.incident) != row.id:
                return OVERTAKEN
            new = _after(action, by, then)
            if known.ended_at is not None:
                same = known.how == DONE and known.ended_by == by
                if same and new:
                    same = await next_actions.by_id(connection, new) is not None
                return Reply(duplicate=True) if same else OVERTAKEN
            if then is None and not anyway:
                alive, promised = await incident_changes.alive(connection, row.id)
                handed = await hand_offs.open_of(connection, row.id) is not None
                if is_needed(planned=handed, alive=bool(alive), promised=promised):
                    found = await people.incident_by_id(connection, row.id)
                    return _needed(found.word if found else "It")
            if then is not None and not await works_here(
                connection, then.agent, self._current, now
            ):
                return NOBODY
            await next_actions.end(connection, row.id, DONE, by, now)
            await audit.append(
                connection, actor=by, action=ENDED, subject=row.id, now=now, detail=action
            )
            if then is not None:
                await next_actions.plan(
                    connection,
                    {
                        "id": new, "incident": row.id, "what": then.what,
                        "agent": then.agent, "due_at": then.due, "made_by": by, "made_at": now,
                    },
                )  # fmt: skip
                await audit.append(
                    connection, actor=by, action=PLANNED, subject=row.id, now=now, detail=new
                )
        return Reply()


def _after(action: str, by: str, then: Following | None) -> str:
    """The id of what follows, empty: nothing does. Whoever says other words means another one."""
    if then is None:
        return ""
    return derived_id("x", "after", action, by, then.what, then.agent, str(then.due))


def _needed(number: str) -> Reply:
    words = f"{number} stays open: say what is next, by whom, by when."
    return Reply(ok=False, code=NEEDED, text=words)

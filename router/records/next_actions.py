"""What has to happen next in incidents: at most one in each, and what became of those before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, union, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.next_action import CHANGED, CLOSED, DONE, MERGED, UNSAID
from router.core.restricted import listed, may_see
from router.core.severity import BY_RULE
from router.records import hand_offs, schema, sight, stays

Action = Row[Any]
"""A row of the table."""

action, incident = schema.next_action, schema.incident

SEVERE = 2
MINE, TEAMS = 200, 50
"""More than that is nobody's list."""


async def open_of(connection: AsyncConnection, incident_id: str) -> Action | None:
    """The one that is to be done."""
    return (await connection.execute(_OPEN, {"the_id": incident_id})).first()


def is_said(known: Action | None) -> bool:
    """Whether there is one, and a person said it."""
    return known is not None and (known.what, known.made_by) != (UNSAID, BY_RULE)


async def open_in(connection: AsyncConnection, incidents: Collection[str]) -> dict[str, Action]:
    """The same of several, which stay; those that have one."""
    if not incidents:
        return {}
    whose = await stays.members(connection, incidents)
    asked = select(action).where(and_(action.c.incident.in_(list(whose)), schema.IS_NEXT))
    return {whose[row.incident]: row for row in await connection.execute(asked)}


async def is_planned(connection: AsyncConnection, incident_id: str) -> bool:
    """It has one, or is being handed off."""
    known = await open_of(connection, incident_id) or await hand_offs.open_of(
        connection, incident_id
    )
    return known is not None


_OPEN = select(action).where(and_(stays.of(action.c.incident, bindparam("the_id")), schema.IS_NEXT))


async def by_id(connection: AsyncConnection, action_id: str) -> Action | None:
    return (await connection.execute(select(action).where(action.c.id == action_id))).first()


async def history(connection: AsyncConnection, incident_id: str) -> Sequence[Action]:
    """All that were ever planned, oldest first."""
    return (await connection.execute(_HISTORY, {"the_id": incident_id})).all()


_HISTORY = (
    select(action)
    .where(stays.of(action.c.incident, bindparam("the_id")))
    .order_by(action.c.made_at, action.c.id)
)


async def plan(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Puts one in the place of the one before. The incident is held (incident_changes.held)."""
    await end(connection, values["incident"], CHANGED, values["made_by"], values["made_at"])
    waits = and_(action.c.incident == values["incident"], action.c.how == MERGED)
    await connection.execute(update(action).where(waits).values(how=CHANGED))
    await connection.execute(insert(action), dict(values))


async def end(connection: AsyncConnection, incident_id: str, how: str, by: str, now: int) -> None:
    """Ends the one that is to be done, if there is one."""
    mine = and_(stays.of(action.c.incident, incident_id), schema.IS_NEXT)
    await connection.execute(update(action).where(mine).values(ended_at=now, ended_by=by, how=how))


async def again(connection: AsyncConnection, incident_id: str) -> None:
    """The one that ended with its incident is to be done again: somebody reopens that."""
    it = incident.c.id == stays.one(incident_id)
    closed_at = select(incident.c.closed_at).where(it).scalar_subquery()
    last = and_(
        stays.of(action.c.incident, incident_id),
        action.c.how == CLOSED,
        action.c.ended_at == closed_at,
    )
    values = {"ended_at": None, "ended_by": None, "how": None}
    await connection.execute(update(action).where(last).values(**values))


async def give_way(connection: AsyncConnection, action_id: str, by: str, now: int) -> None:
    """Ends this one because that of another incident, merged with its own, was chosen."""
    mine = action.c.id == action_id
    values = {"ended_at": now, "ended_by": by, "how": MERGED}
    await connection.execute(update(action).where(mine).values(**values))


async def carry(connection: AsyncConnection, action_id: str, to: str) -> None:
    """Puts it into exactly that incident."""
    await connection.execute(update(action).where(action.c.id == action_id).values(incident=to))


async def is_in(connection: AsyncConnection, action_id: str, incidents: Sequence[str]) -> bool:
    """Whether it is in exactly one of these."""
    known = await by_id(connection, action_id)
    return known is not None and known.incident in incidents


async def come_back(connection: AsyncConnection, incident_id: str, first: Sequence[str]) -> None:
    """Of those that gave way in exactly this incident, one is there again, if nothing is to be done
    in it: one of `first`, else the last."""
    mine = and_(action.c.incident == incident_id, or_(schema.IS_NEXT, action.c.how == MERGED))
    rows = (await connection.execute(select(action).where(mine))).all()
    if not rows or any(row.ended_at is None for row in rows):
        return
    best = max(rows, key=lambda row: (row.id in first, row.ended_at, row.made_at, row.id))
    values = {"ended_at": None, "ended_by": None, "how": None}
    await connection.execute(update(action).where(action.c.id == best.id).values(**values))


async def move(
    connection: AsyncConnection, agents: Sequence[str], to: str, incident: str | None = None
) -> Sequence[str]:
    """Gives what these are to do to somebody else, in one incident or in all; those in which it
    is."""
    theirs = and_(action.c.agent.in_(agents), schema.IS_NEXT)
    if incident is not None:
        theirs = and_(theirs, stays.of(action.c.incident, incident))
    rows = await connection.execute(select(action.c.incident).where(theirs))
    found = list(rows.scalars())
    if found:
        await connection.execute(update(action).where(theirs).values(agent=to))
    return found


async def hand_on(connection: AsyncConnection, incident_id: str, to: str) -> None:
    """What is next in this incident, which is held, is theirs to do."""
    mine = and_(stays.of(action.c.incident, incident_id), schema.IS_NEXT)
    await connection.execute(update(action).where(mine).values(agent=to))


async def doing(connection: AsyncConnection, agents: Sequence[str]) -> set[str]:
    """Who of these has something to do."""
    theirs = and_(action.c.agent.in_(agents), schema.IS_NEXT)
    rows = await connection.execute(select(action.c.agent).where(theirs).distinct())
    return set(rows.scalars())


async def restricted_of(connection: AsyncConnection, agents: Sequence[str]) -> dict[str, list[str]]:
    """By agent, the restricted incidents in which these have something to do."""
    asked = (
        select(action.c.agent, incident.c.id)
        .join(incident, incident.c.id == action.c.incident)
        .where(action.c.agent.in_(agents), schema.IS_NEXT, schema.IS_RESTRICTED)
        .order_by(incident.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in await connection.execute(asked):
        found.setdefault(row.agent, []).append(row.id)
    return found


async def overdue(connection: AsyncConnection, before: int) -> Sequence[Action]:
    """Those that were due before this moment and of which the boards were not told, with number,
    title and severity of their incidents."""
    asked = (
        select(action, incident.c.number, incident.c.title, incident.c.severity, incident.c.only)
        .join(incident, incident.c.id == action.c.incident)
        .where(and_(schema.IS_NEXT, action.c.due_at < before, action.c.told_at.is_(None)))
        .order_by(action.c.due_at)
        .limit(MINE)
    )
    return (await connection.execute(asked)).all()


async def tell(connection: AsyncConnection, action_id: str, now: int) -> bool:
    """Notes that the boards are told. False: another process tells them."""
    first = and_(action.c.id == action_id, schema.IS_NEXT, action.c.told_at.is_(None))
    done = await connection.execute(update(action).where(first).values(told_at=now))
    return done.rowcount == 1


async def of_agent(
    connection: AsyncConnection, agent: str, names: Mapping[str, str]
) -> tuple[list[dict[str, Any]], bool]:
    """The open incidents that are theirs, or in which they are to act: by when they are due, then
    those that nobody planned. And whether there are more than MINE: what is overdue is listed."""
    ids = union(
        select(incident.c.id).where(and_(incident.c.owner == agent, schema.INCIDENT_IS_OPEN)),
        select(action.c.incident).where(and_(action.c.agent == agent, schema.IS_NEXT)),
    ).subquery()
    asked = _LISTED.join(ids, ids.c.id == incident.c.id).order_by(
        action.c.due_at.asc().nulls_last(), incident.c.severity, incident.c.number
    )
    rows = (await connection.execute(asked.limit(MINE + 1))).all()
    return [_listed(row, names) for row in rows[:MINE]], len(rows) > MINE


async def of_team(
    connection: AsyncConnection, team: Sequence[str], names: Mapping[str, str], reader: str
) -> list[dict[str, Any]]:
    """The open incidents of these, by when they are due, then those that nobody planned; at most
    TEAMS, and none that is restricted to others than `reader`."""
    if not team:
        return []
    asked = _LISTED.where(incident.c.owner.in_(team), sight.seen_by(reader)).order_by(
        action.c.due_at.asc().nulls_last(), incident.c.severity, incident.c.number
    )
    rows = (await connection.execute(asked.limit(TEAMS))).all()
    return [_listed(row, names) for row in rows]


FILTERS = ("", "overdue", "nobodys", "severe")
"""Of open incidents: all, those whose next action is overdue, without an owner, S1 and S2."""


async def of_all(
    connection: AsyncConnection, names: Mapping[str, str], only: str, now: int, reader: str
) -> tuple[list[dict[str, Any]], bool, dict[str, int]]:
    """The open incidents, one of FILTERS alone: what is overdue, an S1 or S2 that nobody planned,
    the others by when they are due, those that nobody planned. Whether there are more than MINE,
    and how many there are by filter. Of one that is restricted to others than `reader` they are
    told that there is one."""
    is_so = {
        "overdue": action.c.due_at < now,
        "nobodys": incident.c.owner.is_(None),
        "severe": incident.c.severity <= SEVERE,
    }
    rank = case(
        (is_so["overdue"], 0), (action.c.due_at.is_not(None), 2), (is_so["severe"], 1), else_=3
    )
    every = _LISTED.where(incident.c.touched_at > 0)  # all; SQLite reads them by their index so
    asked = every.where(is_so[only]) if only else every
    asked = asked.order_by(
        rank, action.c.due_at.asc().nulls_last(), incident.c.severity, incident.c.number
    )
    rows = (await connection.execute(asked.limit(MINE + 1))).all()
    sums = [func.sum(case((so, 1), else_=0)).label(name) for name, so in is_so.items()]
    counted = every.with_only_columns(func.count().label("all"), *sums)
    counts = (await connection.execute(counted)).one()._mapping
    found = [_seen(_listed(row, names), row, reader) for row in rows[:MINE]]
    return found, len(rows) > MINE, {name: int(counts[name] or 0) for name in ("all", *is_so)}


_LISTED = (
    select(
        incident.c.id, incident.c.number, incident.c.title, incident.c.severity, incident.c.status,
        incident.c.owner, incident.c.only, action.c.what, action.c.agent, action.c.due_at,
    )
    .outerjoin(action, and_(action.c.incident == incident.c.id, schema.IS_NEXT))
    .where(schema.INCIDENT_IS_OPEN)
)  # fmt: skip


def _seen(told: dict[str, Any], row: Any, reader: str) -> dict[str, Any]:
    if may_see(listed(row.only), reader):
        return told
    hidden = {"number": "", "title": "", "hidden": True}
    return told | hidden | ({"next": told["next"] | {"what": ""}} if told.get("next") else {})


def _listed(row: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": f"INC-{row.number}",
        "title": isolated(row.title),
        "severity": row.severity,
        "status": row.status,
        "owner_name": names.get(row.owner) if row.owner else None,
        "next": row.what
        and {
            "what": isolated(row.what),
            "agent": row.agent,
            "agent_name": names.get(row.agent, "somebody"),
            "due": row.due_at,
        },
    }


# Words ------------------------------------------------------------------------------------------


def shown(row: Action | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The `next` of an incident's document."""
    if row is None:
        return None
    return {
        "id": row.id,
        "what": isolated(row.what),
        "agent": row.agent,
        "agent_name": names.get(row.agent, "somebody"),
        "due": row.due_at,
        "by_name": "the centre" if row.made_by == BY_RULE else names.get(row.made_by, "somebody"),
    }


def told(rows: Sequence[Action], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Their lines on the timeline: what was planned, and what was done."""
    lines = []
    for row in rows:
        by, whose = (names.get(who, "somebody") for who in (row.made_by, row.agent))
        what = isolated(row.what)
        lines.append(
            {
                "id": f"next:{row.id}",
                "at": row.made_at,
                "who": None if row.made_by == BY_RULE else by,
                "text": f"nobody had said what is next: {whose} is asked"
                if row.made_by == BY_RULE
                else f"{by} planned: {what}"
                + ("" if row.agent == row.made_by else f" · {whose} does it"),
                "due": row.due_at,
            }
        )
        if row.how == DONE:
            did = names.get(row.ended_by, "somebody")
            lines.append(
                {
                    "id": f"done:{row.id}",
                    "at": row.ended_at,
                    "who": did,
                    "text": f"done by {did}: {what}",
                }
            )
    return lines

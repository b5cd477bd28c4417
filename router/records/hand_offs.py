"""Hand-offs of incidents: at most one that is offered in each, and what became of those before.

A row says all of one; its id and its state are the fence of whoever changes it. The incident is
held (incident_changes.held) before its hand-off is changed, so that everything that crosses waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, desc, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core import hand_off as rule
from router.core.hand_off import Act, GoneWhy, HandOffState
from router.core.severity import BY_RULE
from router.records import audit, schema, stays
from router.records.hand_off_tables import (
    IS_OFFERED,
    IS_UNHEARD,
    IS_UNTOLD,
    hand_off,
    passed,
    question,
)
from router.records.sql import insert_new

HandOff = Row[Any]
"""A row of the table."""

incident = schema.incident
SOME = 2000
"""At once: more than any centre hands off."""
ACTION = "hand_off."
"""Of the audit, followed by what became of it; the detail is the id of the hand-off."""


async def by_id(connection: AsyncConnection, hand_off_id: str) -> HandOff | None:
    asked = select(hand_off).where(hand_off.c.id == hand_off_id)
    return (await connection.execute(asked)).first()


async def open_of(connection: AsyncConnection, incident_id: str) -> HandOff | None:
    """The one that waits to be accepted; the older, of two that are being merged."""
    return (await connection.execute(_OPEN, {"the_id": incident_id})).first()


async def all_open_of(connection: AsyncConnection, incident_id: str) -> Sequence[HandOff]:
    """The same, oldest first: two while they are merged."""
    return (await connection.execute(_OPEN, {"the_id": incident_id})).all()


_OPEN = (
    select(hand_off)
    .where(and_(stays.of(hand_off.c.incident, bindparam("the_id")), IS_OFFERED))
    .order_by(hand_off.c.made_at, hand_off.c.id)
)


async def last_of(connection: AsyncConnection, incident_id: str) -> HandOff | None:
    """The one that was offered last, whatever became of it."""
    return (await connection.execute(_LAST, {"the_id": incident_id})).first()


async def history(connection: AsyncConnection, incident_id: str) -> Sequence[HandOff]:
    """All that there ever were, oldest first."""
    return (await connection.execute(_HISTORY, {"the_id": incident_id})).all()


_ALL = select(hand_off).where(stays.of(hand_off.c.incident, bindparam("the_id")))
_HISTORY = _ALL.order_by(hand_off.c.made_at, hand_off.c.id)
_LAST = _ALL.order_by(desc(hand_off.c.made_at), desc(hand_off.c.id)).limit(1)


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Offers one. The incident is held."""
    last = await last_of(connection, values["incident"])
    made = max(values["made_at"], last.made_at + 1 if last else 0)  # in order within one ms, too
    empty = {"state": HandOffState.OFFERED, "cause": "", "words": ""}
    await connection.execute(insert(hand_off), {**empty, **values, "made_at": made})


async def end(
    connection: AsyncConnection,
    row: HandOff,
    act: Act,
    now: int,
    *,
    by: str = BY_RULE,
    cause: str = "",
    words: str = "",
) -> bool:
    """What becomes of it by this act, with its line in the audit. False: it is over already."""
    to = rule.after(row.state, act)
    if to is None:
        return False
    fence = and_(hand_off.c.id == row.id, hand_off.c.state == row.state)
    root = await stays.root(connection, row.incident)
    values: dict[str, Any] = {
        "state": to, "ended_at": now, "ended_by": by, "cause": cause, "words": words,
        "told_at": None if act is Act.EXPIRE else now,
    }  # fmt: skip
    if act is Act.ACCEPT:
        values["incident"] = root  # where the owner moves, whatever is undone later
    done = await connection.execute(update(hand_off).where(fence).values(**values))
    if not done.rowcount:
        return False
    if act is Act.ACCEPT and root != row.incident:
        for its in (question, passed):
            await connection.execute(
                update(its).where(its.c.hand_off == row.id).values(incident=root)
            )
    await audit.append(
        connection, actor=by, action=f"{ACTION}{to}", subject=root, now=now, detail=row.id
    )
    return True


async def end_open(
    connection: AsyncConnection,
    incident_id: str,
    act: Act,
    now: int,
    *,
    by: str = BY_RULE,
    cause: str = "",
) -> None:
    """The same of the one that is offered in this incident, which is held; if there is one."""
    row = await open_of(connection, incident_id)
    if row is not None:
        await end(connection, row, act, now, by=by, cause=cause)


async def one_goes_on(connection: AsyncConnection, incident_id: str, now: int) -> None:
    """Of two incidents that are one now both may be handed off: the older hand-off goes on, the
    other is returned. The incident is held."""
    for row in (await all_open_of(connection, incident_id))[1:]:
        await end(connection, row, Act.RETURN, now, cause=GoneWhy.MERGED)


async def hasten(connection: AsyncConnection, incident_id: str, now: int) -> None:
    """The incident has become S1: what is offered in it is due sooner, never later."""
    for row in await all_open_of(connection, incident_id):
        due = rule.hastened(row.due_at, now, row.urgent_ms, row.opens_at)
        if due < row.due_at:
            fence = and_(hand_off.c.id == row.id, IS_OFFERED)
            await connection.execute(
                update(hand_off).where(fence).values(due_at=due, hastened_at=now)
            )


async def open_at(connection: AsyncConnection, row: HandOff, by: str, now: int) -> bool:
    """A receiver has it open. False: one had already, or it is over."""
    first = and_(hand_off.c.id == row.id, IS_OFFERED, hand_off.c.opened_at.is_(None))
    values = {"opened_at": now, "opened_by": by}
    done = await connection.execute(update(hand_off).where(first).values(**values))
    return bool(done.rowcount)


async def hear(connection: AsyncConnection, row: HandOff, now: int) -> bool:
    """Its sender has read how it ended. False: they had already."""
    first = and_(hand_off.c.id == row.id, IS_UNHEARD)
    done = await connection.execute(update(hand_off).where(first).values(heard_at=now))
    return bool(done.rowcount)


async def hear_all(connection: AsyncConnection, incident_id: str, sender: str, now: int) -> None:
    """They hand this incident off anew: how it ended before need not be shown any more."""
    mine = and_(stays.of(hand_off.c.incident, incident_id), hand_off.c.sender == sender, IS_UNHEARD)
    await connection.execute(update(hand_off).where(mine).values(heard_at=now))


async def tell(connection: AsyncConnection, hand_off_id: str, now: int) -> bool:
    """Notes that somebody beside its sender is told that it ran out. False: another tells them."""
    first = and_(hand_off.c.id == hand_off_id, IS_UNTOLD)
    done = await connection.execute(update(hand_off).where(first).values(told_at=now))
    return bool(done.rowcount)


# Questions ---------------------------------------------------------------------------------------


async def ask(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await connection.execute(insert(question), {"answer": "", **values})


async def question_by_id(connection: AsyncConnection, question_id: str) -> Any:
    return (await connection.execute(select(question).where(question.c.id == question_id))).first()


async def answer(
    connection: AsyncConnection, question_id: str, by: str, words: str, now: int
) -> None:
    values = {"answered_by": by, "answered_at": now, "answer": words}
    mine = question.c.id == question_id
    await connection.execute(update(question).where(mine).values(**values))


async def questions_of(
    connection: AsyncConnection, hand_offs: Collection[str]
) -> dict[str, list[Any]]:
    """What was asked in each of these, oldest first."""
    found: dict[str, list[Any]] = {one: [] for one in hand_offs}
    if found:
        asked = select(question).where(question.c.hand_off.in_(list(found)))
        for row in await connection.execute(asked.order_by(question.c.asked_at, question.c.id)):
            found[row.hand_off].append(row)
    return found


async def pass_by(
    connection: AsyncConnection, row: HandOff, agent: str, words: str, now: int
) -> bool:
    """Somebody of its department cannot take it. False: they said so before."""
    values = {
        "hand_off": row.id, "agent": agent, "incident": row.incident, "words": words, "at": now,
    }  # fmt: skip
    return await insert_new(connection, passed, values, unique=["hand_off", "agent"])


async def passed_by(
    connection: AsyncConnection, hand_offs: Collection[str]
) -> dict[str, list[Any]]:
    """Who cannot take each of these, and why, oldest first."""
    found: dict[str, list[Any]] = {one: [] for one in hand_offs}
    if found:
        asked = select(passed).where(passed.c.hand_off.in_(list(found)))
        for row in await connection.execute(asked.order_by(passed.c.at, passed.c.agent)):
            found[row.hand_off].append(row)
    return found


# Lists -------------------------------------------------------------------------------------------


async def offered(connection: AsyncConnection) -> Sequence[HandOff]:
    """All that wait to be accepted, by when they are due, with number, title and owner of their
    incidents, and the id of the one that stays (`root`)."""
    asked = _WITH_INCIDENT.where(IS_OFFERED).order_by(hand_off.c.due_at, hand_off.c.id)
    return (await connection.execute(asked.limit(SOME))).all()


async def unheard_of(connection: AsyncConnection, sender: str) -> Sequence[HandOff]:
    """Those of this sender that ended, and of which they have not read how; newest first."""
    mine = and_(hand_off.c.sender == sender, IS_UNHEARD)
    asked = _WITH_INCIDENT.where(mine).order_by(desc(hand_off.c.ended_at), hand_off.c.id)
    return (await connection.execute(asked.limit(SOME))).all()


async def untold(connection: AsyncConnection) -> Sequence[HandOff]:
    """Those that ran out, and of which nobody but their sender was told."""
    asked = _WITH_INCIDENT.where(IS_UNTOLD).order_by(hand_off.c.ended_at, hand_off.c.id)
    return (await connection.execute(asked.limit(SOME))).all()


_named, _stays = incident.alias("named"), incident.alias("stays_now")
_WITH_INCIDENT = (
    select(
        hand_off, _stays.c.id.label("root"), _stays.c.number, _stays.c.title, _stays.c.owner,
        _stays.c.severity.label("severity_now"), _stays.c.only,
    )
    .join(_named, _named.c.id == hand_off.c.incident)
    .join(_stays, _stays.c.id == stays.root_of(_named))
)  # fmt: skip

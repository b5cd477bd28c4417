"""The audit: who did what to what, in a chain that shows any change made to it.

Each line's hash covers the line, its number and the hash before it; the head beside the chain
names the last line, so that lines cut off its end are noticed as well. A line is written in the
transaction that makes its change; for acts of the live index, in the fold of the step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import desc, insert, select, text, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.help import Help
from router.core.model import Happening, LiveContact, Said, Step
from router.core.text import clean, span
from router.records import corrections, schema
from router.records.database import RecordRefused, savepoint
from router.records.sql import get_meta, insert_new, put_meta

log = structlog.get_logger()

HEAD = "audit.head"
AT_ONCE = 1000
LEFT_BESIDE = "contact.left_beside"
OF_HELP = ("help.asked", "help.widened", "help.seen", "help.ended")
"""Each has its line, whoever or whatever brought it about."""
BY_CLOCK = "system"
_chain = schema.audit
_NEXT = text("SELECT nextval(pg_get_serial_sequence('audit', 'id'))")


async def append(
    connection: AsyncConnection,
    *,
    actor: str,
    action: str,
    subject: str,
    now: int,
    detail: str = "",
    step: str | None = None,
) -> None:
    """Adds a line; best last in its transaction, because others wait for its end. `step`: of the
    index, as contacts.sortable."""
    await _lock(connection)
    await _append(connection, now, actor, action, subject, detail, step)


async def fold(connection: AsyncConnection, steps: Sequence[tuple[str, Step]]) -> None:
    """Writes the lines of steps that a person asked for and of everybody who stopped listening, and
    the corrections that triage learns from; existing ones are left. Each step comes with its id as
    `sortable`, oldest first."""
    lines = [(key, step, said_so) for one, step in steps for key, said_so in _lines(one, step)]
    if not lines:
        return
    await _lock(connection)
    asked = select(_chain.c.step).where(_chain.c.step.in_([key for key, _, _ in lines]))
    known = set((await connection.execute(asked)).scalars())
    for key, step, said_so in lines:
        if key in known:
            continue
        learnt = await _learnt(connection, step, said_so)
        await _append(
            connection,
            int(step.at),
            clean(said_so.by, 32),
            clean(said_so.action, 48),
            clean(said_so.subject, 64),
            clean(learnt or said_so.detail),
            key,
        )


def _lines(step_id: str, step: Step) -> list[tuple[str, Said]]:
    """What a person asked for; and, whatever brought it about, who stopped listening to whom in
    this step, and what became of requests for help: each by its own key."""
    lines = [] if step.audit is None else [(step_id, step.audit)]
    ends = [event for event in step.events if event.name == LEFT_BESIDE]
    lines += [(f"{step_id}.{n}", _sat(event, step)) for n, event in enumerate(ends)]
    helped = [(one, one.help) for one in step.events if one.name in OF_HELP and one.help]
    return lines + [(f"{step_id}.h{n}", _helped(*one)) for n, one in enumerate(helped)]


def _helped(event: Happening, request: Help) -> Said:
    """Of what it is: the contact in hand when it was asked, else the agent."""
    action, detail = event.name, ""
    if event.name == "help.asked":
        detail = f"told {request.told.agent if request.told else 'all'}"
    elif event.name == "help.widened":
        detail = f"told {event.why}"
    elif request.end:
        action = f"help.{request.end}"
    elif request.seen:
        detail = f"after {span(int(request.seen.at - request.at))}, {request.seen.how}"
    if request.contact and action != "help.asked":
        detail = f"{detail}, asked by {request.agent}".removeprefix(", ")
    return Said(event.by or BY_CLOCK, action, request.contact or request.agent, detail)


def _sat(event: Happening, step: Step) -> Said:
    since = step.at if event.since is None else event.since
    mode = f"{event.mode}, hidden," if event.hidden else event.mode or ""
    detail = _how(mode, since, step.at, event.why or "")
    return Said(event.by or "", LEFT_BESIDE, event.contact or "", detail)


def _how(mode: str, since: float, until: float, why: str) -> str:
    """How somebody sat beside an agent, from when to when in universal time, and what ended it."""
    begun, over = (datetime.fromtimestamp(int(ms) / 1000, UTC) for ms in (since, until))
    return f"{mode} from {begun:%Y-%m-%d %H:%M:%S} to {over:%Y-%m-%d %H:%M:%S}, {why}"


async def all_left(connection: AsyncConnection, live: LiveContact, now: int) -> None:
    """Of a call that ended while there was no index to tell of it: who sat there until then."""
    for one in live.beside or ():
        mode = f"{one.mode}, hidden," if one.hidden else one.mode
        detail = _how(mode, one.since, now, "index_lost")
        line = {"actor": one.agent, "action": LEFT_BESIDE, "subject": live.id}
        await append(connection, **line, now=now, detail=detail)


async def _learnt(connection: AsyncConnection, step: Step, said: Said) -> str | None:
    """A correction that the database refuses is left out and logged, or it would hold up the
    record, and with it every rebuild. Its line stays."""
    if said.correction is None and said.takes_back is None:
        return None
    try:
        async with savepoint(connection):
            return await corrections.fold(connection, step, said)
    except RecordRefused as error:
        log.error("audit.correction_refused", contact=said.subject, reason=str(error))
        return None


async def _lock(connection: AsyncConnection) -> None:
    """The head of the chain is one row that stays locked until the transaction ends. A lock on the
    last line would not do: a transaction that waited for it does not see the line that came
    meanwhile."""
    await insert_new(connection, schema.meta, {"key": HEAD, "value": ""}, unique=["key"])
    key, value = schema.meta.c.key, schema.meta.c.value
    await connection.execute(update(schema.meta).where(key == HEAD).values(value=value))


async def _append(
    connection: AsyncConnection,
    now: int,
    actor: str,
    action: str,
    subject: str,
    detail: str,
    step: str | None,
) -> None:
    last = select(_chain.c.id, _chain.c.hash).order_by(desc(_chain.c.id)).limit(1)
    before = (await connection.execute(last)).first()
    if connection.dialect.name == "sqlite":
        number = (before.id if before else 0) + 1
    else:
        number = int((await connection.execute(_NEXT)).scalar_one())
    previous = before.hash if before else ""
    sealed = _seal([previous, number, now, actor, action, subject, detail, step])
    await connection.execute(
        insert(_chain).values(
            id=number,
            at=now,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
            step=step,
            previous=previous,
            hash=sealed,
        )
    )
    await put_meta(connection, HEAD, f"{number} {sealed}")


def _seal(line: list[Any]) -> str:
    return hashlib.sha256(json.dumps(line).encode()).hexdigest()


def _fits(row: Row[Any], previous: str) -> bool:
    said = [row.at, row.actor, row.action, row.subject, row.detail]
    now = _seal([previous, row.id, *said, row.step])
    before_0015 = _seal([previous, *said]) if row.step is None else now
    return row.previous == previous and row.hash in (now, before_0015)


async def verify(connection: AsyncConnection) -> tuple[int, str | None]:
    """The number of lines in the chain up to the first that does not fit, and that line's number
    and fault; None if the chain is whole."""
    count, last, previous = 0, 0, ""
    while True:
        lines = select(_chain).where(_chain.c.id > last).order_by(_chain.c.id).limit(AT_ONCE)
        rows = (await connection.execute(lines)).all()
        if not rows:
            break
        for row in rows:
            if not _fits(row, previous):
                why = (
                    "was changed" if row.previous == previous else "does not follow the one before"
                )
                return count, f"line {row.id} {why}"
            count, last, previous = count + 1, row.id, row.hash
    head = await get_meta(connection, HEAD)
    if not head and count:
        return (
            count,
            f"audit.head, which names the last line, is gone; line {last} is the last one found",
        )
    number, _, sealed = (head or "").partition(" ")
    if sealed and (number, sealed) != (str(last), previous):
        return count, f"lines are missing after line {last}: the last was line {number}"
    return count, None

"""What belongs where is put right at a person's word, and back again: merged, moved, split, undone.

Each is one transaction with its line in the audit. Two who do it crosswise at the same time: one of
them is told (incidents are locked in the order of their ids; what PostgreSQL breaks off because two
wait for each other is tried once more).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from router.centre import Centre
from router.core import filing as core
from router.core.model import Reply
from router.incidents import joining, merging, moving
from router.incidents.at_work import Tell, index_of, tell_of
from router.incidents.merging import Merge, Since
from router.incidents.moving import Move
from router.records import audit, filings, joinings
from router.records.database import Database, Transaction, once_more

UNDONE = "incident.undone"
"""Action of the audit: something of these was undone; its detail says what, and of which act."""

NOT_KNOWN = Reply(ok=False, code="unknown", text="no such change")
FIXED = Reply(
    ok=False,
    code="not_ready",
    text="nothing was left in that incident: there is nothing to undo. Move something instead",
)


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of it. `incidents`: those that look different now; `at`: where it is now."""

    reply: Reply
    incidents: Sequence[str] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """`back`: what came since a merge and goes with the incident that leaves (ids of contacts and
    notes)."""

    filing: str
    by: str
    back: frozenset[str] = field(default_factory=frozenset)


class Filings:
    """Everything raises RecordUnavailable: nothing was changed."""

    def __init__(self, database: Database, tell: Tell) -> None:
        """`tell`: the index, see `at_work`."""
        self._database = database
        self._tell = tell

    async def merge(self, order: Merge, now: int) -> Filed:
        async def act() -> Reply:
            async with self._database.write() as connection:
                return await merging.merge(connection, order, now)

        reply = await once_more(act)
        return await self._done(Filed(reply, (order.stays, order.goes), order.stays))

    async def move(self, order: Move, now: int) -> Filed:
        async def act() -> tuple[Reply, str | None]:
            async with self._database.write() as connection:
                return await moving.move(connection, order, now)

        reply, to = await once_more(act)
        return await self._done(Filed(reply, (order.incident, *([to] if to else [])), to))

    async def join(self, order: joining.Join, now: int) -> Filed:
        async def act() -> Reply:
            async with self._database.write() as connection:
                return await joining.join(connection, order, now)

        return await self._done(Filed(await once_more(act), (order.incident,)))

    async def undo(self, order: Undo, now: int) -> Filed:
        """Refused where it would be a lie: something of it was put elsewhere again since."""

        async def act() -> Filed:
            async with self._database.write() as connection:
                return await _undo(connection, order, now)

        return await self._done(await once_more(act))

    async def since(self, filing: str) -> list[Since]:
        """What whoever undoes this is asked about: only a merge has such."""
        async with self._database.read() as connection:
            row = await filings.by_id(connection, filing)
            if row is None or row.what != core.MERGED or row.undone_at is not None:
                return []
            return await merging.since(connection, row)

    async def _done(self, filed: Filed) -> Filed:
        if not filed.reply.ok or filed.reply.duplicate:
            return filed
        await tell_of(self._database, filed.incidents, self._tell)
        return filed

    @classmethod
    def of(cls, centre: Centre) -> Filings:
        """With this centre's index."""
        return cls(centre.database, index_of(centre))


async def _undo(connection: Transaction, order: Undo, now: int) -> Filed:
    row = await filings.held_by_id(connection, order.filing)
    if row is None:
        return Filed(NOT_KNOWN)
    sides = (row.incident, *([row.other] if row.other else []))
    if row.undone_at is not None:
        return Filed(Reply(duplicate=True), sides)
    if row.what == core.JOINED:
        if not await joining.part(connection, row, order.by, now):
            return Filed(joining.JOINED_ON, sides)
        changed = [row.incident]
    elif row.what == core.MERGED:
        if filings.data_of(row).get("fixed"):
            return Filed(FIXED, sides)
        changed = await merging.part(connection, row, order.back, order.by, now)
    else:
        put = await moving.put_back(connection, row, order.by, now)
        if isinstance(put, Reply):
            return Filed(put, sides)
        changed = put
    data = filings.data_of(row)
    who = [data[name] for name in ("one", "party") if row.what == core.JOINED]
    await joinings.tidy(connection, {*changed, *sides}, who)
    for one in sorted({*changed, *sides}):
        await moving.one_again(connection, one, order.by, now)
    await audit.append(
        connection, actor=order.by, action=UNDONE, subject=row.incident, now=now,
        detail=f"{row.what} {row.id}",
    )  # fmt: skip
    return Filed(Reply(), (*changed, *sides))

"""Two parties are one person: what one has, the other has, until that is undone."""

from __future__ import annotations

from dataclasses import dataclass

from router.core import filing as core
from router.core.model import Reply
from router.incidents.replies import held_open
from router.records import audit, filings, joinings, people
from router.records.database import Transaction
from router.records.ids import derived_id

ACT = "party.joined"
"""Action of the audit, of the incident in which it was done; its detail: who, and to whom."""

NOT_THEIRS = Reply(
    ok=False,
    code="too_late",
    text="one of them is no longer among the people of this incident. Look again",
)
JOINED_ON = Reply(
    ok=False,
    code="not_ready",
    text="they were joined to somebody else since. Undo that first",
)
SAME = Reply(ok=False, code="bad_request", text="choose two people")


@dataclass(frozen=True, slots=True)
class Join:
    """`party` is the same person as `one`, under whose name both are known from now on. `key` makes
    a repeated order one order."""

    incident: str
    one: str
    party: str
    by: str
    key: str

    @property
    def id(self) -> str:
        said = (self.incident, self.one, self.party)
        return derived_id("f", core.JOINED, self.by, self.key, *said)


async def join(connection: Transaction, order: Join, now: int) -> Reply:
    """Refused unless both are people of this incident."""
    if await filings.by_id(connection, order.id) is not None:
        return Reply(duplicate=True)
    if order.one == order.party:
        return SAME
    if isinstance(row := await held_open(connection, order.incident), Reply):
        return row
    await joinings.hold(connection, (order.one, order.party))
    for party in (order.one, order.party):
        mine = await people.is_party_of(connection, row.id, party)
        if not mine or not await joinings.addresses(connection, party):
            return NOT_THEIRS
    data = await joinings.told(connection, order.one, order.party)
    await filings.add(
        connection, id=order.id, what=core.JOINED, incident=row.id, author=order.by, at=now,
        data=data,
    )  # fmt: skip
    await joinings.agree(connection, data)
    for kind, name in await joinings.join(connection, order.one, order.party):
        await filings.note_rows(connection, order.id, kind, [(name, order.party)])
    await audit.append(
        connection, actor=order.by, action=ACT, subject=row.id, now=now,
        detail=f"{order.party} {order.one}",
    )  # fmt: skip
    return Reply()


async def part(connection: Transaction, row: filings.Filing, by: str, now: int) -> bool:
    """Each is a person by themselves again, with what they had, and with what came from their
    addresses since. False: they were joined to somebody else since."""
    data = filings.data_of(row)
    await joinings.hold(connection, (data["one"], data["party"]))
    moved = await filings.rows_of(connection, row.id)
    if not await joinings.are_with(connection, data["one"], moved):
        return False
    await joinings.part(connection, data, moved, row.at)
    await filings.undone(connection, row.id, by, now)
    return True

"""Two incidents are one: the second is found as the first, until that is undone.

Nothing is copied or deleted (router/records/stays.py). What has one place in an incident - its
severity, its owner, its next action - is the other's as well, and each merge keeps what it takes to
give it back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from router.core import filing as core
from router.core.incident import CLOSED, MERGED
from router.core.model import Reply
from router.core.restricted import together
from router.core.severity import Severity
from router.incidents.replies import UNKNOWN
from router.records import audit, filings, hand_offs, next_actions, party_facts, search_index, stays
from router.records.database import Transaction
from router.records.ids import derived_id

ACT = "incident.merged"
"""Action of the audit; its detail is the incident that was merged."""

ONE_ALREADY = Reply(ok=False, code="too_late", text="these are one incident already")
LOOK_AGAIN = Reply(
    ok=False,
    code="too_late",
    text="one of them was merged with another meanwhile. Look again; nothing was changed",
)
DIFFERENT_LISTS = Reply(
    ok=False,
    code="not_ready",
    text="one of them is restricted to other people. Give both the same list first; nothing was"
    " changed",
)
CHOOSE = Reply(
    ok=False,
    code="too_late",
    text="both have a next action, or one was changed meanwhile. Look again and choose which stays;"
    " nothing was changed",
)


@dataclass(frozen=True, slots=True)
class Merge:
    """`goes` is found as `stays` from now on. `next`: the next action that stays, if both have
    one. `key` makes a repeated order one order."""

    stays: str
    goes: str
    by: str
    key: str
    next: str | None = None

    @property
    def id(self) -> str:
        return derived_id("f", core.MERGED, self.by, self.key, self.stays, self.goes)


async def merge(connection: Transaction, order: Merge, now: int) -> Reply:
    """Refused if one of them is no longer what the page showed, or the one that is to stay is
    closed."""
    if await filings.by_id(connection, order.id) is not None:
        return Reply(duplicate=True)
    here, there = await filings.held(connection, [order.stays, order.goes])
    if here is None or there is None:
        return UNKNOWN
    if here.id == there.id:
        return ONE_ALREADY
    if (here.id, there.id) != (order.stays, order.goes):
        return LOOK_AGAIN
    if here.state == CLOSED:
        words = f"INC-{here.number} is closed. Reopen it first, or let the other one stay"
        return Reply(ok=False, code="not_ready", text=words)
    if not together(here.only, there.only):
        return DIFFERENT_LISTS
    ours = await next_actions.open_of(connection, here.id)
    theirs = await next_actions.open_of(connection, there.id)
    known = [one.id for one in (ours, theirs) if one is not None]
    if (len(known) == 2 and order.next not in known) or order.next not in (None, *known):
        return CHOOSE
    stands = await _standing(connection, here.id)
    data: dict[str, Any] = {
        "state": there.state,
        "touched": here.touched_at,
        "severity": None if stands.follows else here.severity,
        "owner": None if here.owner else there.owner,
        "parties": [sorted(await filings.parties(connection, one)) for one in (here.id, there.id)],
    }
    await filings.add(
        connection, id=order.id, what=core.MERGED, incident=here.id, other=there.id,
        author=order.by, at=now, data=data,
    )  # fmt: skip
    await _choose(connection, order, ours, theirs, now)
    for one, other in ((here, there), (there, here)):
        if one.severity > Severity.S1 and other.severity == Severity.S1 and other.state != CLOSED:
            await hand_offs.hasten(connection, one.id, now)
    under = [there.id, *await filings.below(connection, there.id)]
    await filings.point(connection, under, here.id)
    await filings.change(connection, there.id, state=MERGED)
    severity = min(here.severity, there.severity if there.state != CLOSED else here.severity)
    await filings.change(connection, here.id, severity=severity, owner=here.owner or there.owner)
    await search_index.look_again(connection, here.id)
    await hand_offs.one_goes_on(connection, here.id, now)
    await audit.append(
        connection, actor=order.by, action=ACT, subject=here.id, now=now, detail=there.id
    )
    return Reply()


async def _choose(connection: Transaction, order: Merge, ours: Any, theirs: Any, now: int) -> None:
    """One next action stays, and stands in the incident that stays; the other gives way."""
    if theirs is None:
        return
    if ours is None or order.next == theirs.id:
        if ours is not None:
            await next_actions.give_way(connection, ours.id, order.by, now)
            await filings.note_rows(connection, order.id, "gaveway", [(ours.id, ours.incident)])
        await next_actions.carry(connection, theirs.id, order.stays)
        await filings.note_rows(connection, order.id, "next", [(theirs.id, theirs.incident)])
    else:
        await next_actions.give_way(connection, theirs.id, order.by, now)
        await filings.note_rows(connection, order.id, "gaveway", [(theirs.id, theirs.incident)])


# Undone -----------------------------------------------------------------------------------------


async def part(
    connection: Transaction, row: filings.Filing, back: Collection[str], by: str, now: int
) -> list[str]:
    """Each of the two is by itself again, with what it had. What came since stays where it came,
    except `back` (ids of contacts and notes), which goes with the one that leaves. Returns the
    incidents that change."""
    above = await _above(connection, row.incident)
    while True:
        for one in sorted({row.other, *above}):
            await filings.lock(connection, one)
        known, above = above, await _above(connection, row.incident)
        if above == known:
            break  # nobody merges its top into another any more
    top = above[-1]
    data = filings.data_of(row)
    standings = [await _standing(connection, one) for one in above]
    there = await filings.get(connection, row.other)
    touched = max(there.touched_at, await _touched_since(connection, row))
    await _own_before(connection, row, data)
    await filings.undone(connection, row.id, by, now)
    under = await filings.below(connection, row.other)
    await filings.point(connection, under, row.other)
    only = (await filings.get(connection, top)).only  # what counted for both counts for each
    await filings.change(
        connection, row.other, stays=None, state=data["state"], touched_at=touched, only=only
    )
    if data["owner"] and standings[0].owner == data["owner"]:
        await filings.change(connection, row.incident, owner=None)
    await _bring_back(connection, row, data, [top, row.incident], [row.other, *under], back)
    await _rate(connection, standings, row)
    rows = await filings.rows_of(connection, row.id)
    for kind, action, was in rows:
        if kind == "next" and await next_actions.is_in(connection, action, above):
            await next_actions.carry(connection, action, was)
            await filings.forget_since(connection, row, "next", action)
    gave_way = [action for kind, action, _ in rows if kind == "gaveway"]
    for one in (top, row.other):
        await next_actions.come_back(connection, one, gave_way)
        await search_index.look_again(connection, one)
    return [top, row.other]


async def _above(connection: Transaction, incident: str) -> list[str]:
    """This one, and what it was merged into, one after the other."""
    found = [incident]
    while (row := await filings.out_of(connection, found[-1])) is not None:
        found.append(row.incident)
    return found


async def _touched_since(connection: Transaction, row: filings.Filing) -> int:
    """When something last happened in what this one was merged into; 0: nothing since."""
    found = 0
    merge: filings.Filing | None = row
    while merge is not None:
        into = await filings.get(connection, merge.incident)
        if into.touched_at > filings.data_of(merge)["touched"]:
            found = max(found, into.touched_at)
        merge = await filings.out_of(connection, merge.incident)
    return found


@dataclass(frozen=True, slots=True)
class _Standing:
    """An incident and the merges into it. `own`: how severe it was before the first that counts,
    None: none does; `others`: those that lend it their severity, with that."""

    id: str
    severity: int
    owner: str | None
    own: int | None
    others: dict[str, int]

    @property
    def follows(self) -> bool:
        """Nobody has changed its severity since."""
        return self.own is not None and self.severity == min([self.own, *self.others.values()])


async def _standing(connection: Transaction, incident: str) -> _Standing:
    """Merges from before somebody changed its severity do not count: the one after that has it."""
    row = await filings.get(connection, incident)
    own: int | None = None
    others: dict[str, int] = {}
    for one in await filings.into(connection, incident):
        data = filings.data_of(one)
        if data["severity"] is not None:
            own, others = data["severity"], {}
        if data["state"] != CLOSED:
            others[one.other] = (await filings.get(connection, one.other)).severity
    return _Standing(incident, row.severity, row.owner, own, others)


async def _rate(
    connection: Transaction, standings: Sequence[_Standing], row: filings.Filing
) -> None:
    """How severe those are that it leaves, each of which was merged into the next."""
    below, lends = row.other, None
    for one in standings:
        rest = {name: lent for name, lent in one.others.items() if name != below}
        if lends is not None and below in one.others:
            rest[below] = lends
        came = [live.by_itself for live in await filings.at_work(connection, [one.id], row.at)]
        lends = one.severity
        if one.own is not None and below in one.others:
            lends = core.left_by(
                one.severity, one.own, one.others.values(), [*rest.values(), *came]
            )
            await filings.change(connection, one.id, severity=lends)
        below = one.id


async def lend(connection: Transaction, incident: str, severity: int) -> None:
    """Gives exactly this incident that severity, and those that it was merged into what follows
    from it."""
    above = [await _standing(connection, one) for one in await _above(connection, incident)]
    await filings.change(connection, incident, severity=severity)
    below, lends = incident, severity
    for one in above[1:]:
        if one.own is None or below not in one.others:
            return
        rest = one.others | {below: lends}
        lends = core.left_by(one.severity, one.own, one.others.values(), rest.values())
        await filings.change(connection, one.id, severity=lends)
        below = one.id


async def _own_before(connection: Transaction, row: filings.Filing, data: dict[str, Any]) -> None:
    """What a merge keeps of how severe it was before, the next one keeps from now on."""
    merges = await filings.into(connection, row.incident)
    at = [one.id for one in merges].index(row.id)
    for following in merges[at + 1 : at + 2]:
        known = filings.data_of(following)
        if known["severity"] is None:
            known["severity"] = data["severity"]
            await filings.put_data(connection, following.id, known)


async def _bring_back(
    connection: Transaction,
    row: filings.Filing,
    data: dict[str, Any],
    here: Sequence[str],
    there: Sequence[str],
    back: Collection[str],
) -> None:
    """What came since and belongs with the one that leaves: what a person chose, and what came into
    contacts that are its own, and what its people said."""
    contacts, notes = await filings.came_since(connection, set(here), row.at)
    chosen = [one for one in contacts if one.id in back]
    roles = await filings.parties(connection, here[0])
    for one in chosen:
        await filings.carry(connection, "contact", [one.id], row.other)
        role = roles.get(one.party, "caller")
        await filings.put_party(connection, row.other, one.party, role)
        if one.party not in data["parties"][0]:
            for of in set(here):
                await filings.part_party(connection, of, one.party)
    await filings.carry(connection, "note", [one.id for one in notes if one.id in back], row.other)
    own = await filings.own_contacts(connection, there)
    homes = await filings.where(connection, "contact", own)
    for kind in filings.OF_CONTACT:
        for one, of in await filings.came_into(connection, kind, own, set(here), row.at):
            await filings.carry(connection, kind, [one], homes[of])
    both = await filings.parties(connection, here[0])
    for of in there:
        await party_facts.take_along(connection, set(here), of, row.at, both)


@dataclass(frozen=True, slots=True)
class Since:
    """Something that came since two incidents were merged. `side`: where it is proposed to go."""

    id: str
    kind: str
    at: int
    side: str
    row: Any


async def since(connection: Transaction, row: filings.Filing) -> list[Since]:
    """What whoever undoes this merge is asked about, oldest first."""
    ours, theirs = filings.data_of(row)["parties"]
    top = await stays.root(connection, row.incident)
    contacts, notes = await filings.came_since(connection, {top, row.incident}, row.at)
    found = [
        Since(one.id, "contact", one.arrived_at,
              core.side_of(one.party, stays=ours, goes=theirs), one)
        for one in contacts
    ]  # fmt: skip
    found += [Since(one.id, "note", one.at, core.STAYS, one) for one in notes]
    return sorted(found, key=lambda one: (one.at, one.id))

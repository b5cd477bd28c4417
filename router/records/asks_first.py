"""What whoever writes or calls is asked first: is it safe there, does it give another side away?"""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import Reply
from router.core.sides import Other, apart, given_away
from router.records import filings, party_facts, stays
from router.records.reached import Reached

UNSAFE, OTHER_SIDE = "unsafe", "other_side"
"""Codes of what is refused until the person is sure."""


async def unsafe(connection: AsyncConnection, address: str, sure: Container[str]) -> Reply | None:
    """The mark on this address; None: there is none, or they are sure."""
    if UNSAFE in sure:
        return None
    reason = await party_facts.unsafe_by_any(connection, address)
    if reason is None:
        return None
    return Reply(ok=False, code=UNSAFE, text=f"this is not safe to use: {reason}")


async def before_writing(
    connection: AsyncConnection, incident: str, to: Reached, text: str, sure: Container[str]
) -> Reply | None:
    """Why these words do not go to this party yet; None: they may."""
    if no := await unsafe(connection, to.address, sure):
        return no
    if OTHER_SIDE in sure:
        return None
    roles = await filings.parties(connection, await stays.root(connection, incident))
    theirs: dict[str, Other] = {}

    def other(row: Reached) -> Other:
        known = theirs.get(row.party)
        return known or Other(row.name or "somebody else", (), ())

    for row in await party_facts.everybody(connection, incident):
        if apart(to.party, to.role, row.party, roles.get(row.party)):
            one = other(row)
            theirs[row.party] = Other(one.name, one.words, (*one.values, row.value))
    for row in await party_facts.others(connection, incident, to.party):
        if apart(to.party, to.role, row.party, roles.get(row.party)):
            one = other(row)
            theirs[row.party] = Other(one.name, (*one.words, row.text), one.values)
    found = given_away(text, theirs.values())
    if found is None:
        return None
    return Reply(ok=False, code=OTHER_SIDE, text=f"{found}, and {_side(to)} would read that")


def _side(to: Reached) -> str:
    return str(to.name or "the person you write to")

"""What the index is told of contacts that are not over, because something else is so of them by
now: which incident is theirs, and who they are with."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Collection

from router.centre import Centre
from router.live.engine import IndexLost, IndexUnavailable
from router.records import filings
from router.records.database import Database, RecordUnavailable
from router.records.filings import AtWork

Tell = Callable[[AtWork], Awaitable[None]]


def index_of(centre: Centre) -> Tell:
    """If it cannot be told, it knows once it is built again; the record decides anyway."""

    async def tell(it: AtWork) -> None:
        with contextlib.suppress(IndexLost, IndexUnavailable):
            await centre.engine.step(
                "describe", contact=it.contact, incident=it.incident, incident_no=it.number,
                who=it.who, only=it.only,
            )  # fmt: skip

    return tell


async def tell_of(database: Database, incidents: Collection[str], tell: Tell) -> None:
    """Of all contacts of these incidents that are not over."""
    try:
        async with database.read() as connection:
            known = await filings.alive_in(connection, incidents)
    except RecordUnavailable:
        return  # what was to be told is done all the same
    for it in known:
        await tell(it)

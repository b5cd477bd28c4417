"""Keeps the words that incidents are found by up to date, and takes in those of an older version.

What changed is taken first, before every search as well: a note is found once it is saved. Older
incidents follow a few at a time, the newest first; a start goes on where the last one ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from router.core.search_words import Known, known
from router.records import search_index
from router.records.database import Database, RecordUnavailable
from router.records.search_index import Source

log = structlog.get_logger()

LOOK_S = 0.5
PAUSE_S = 0.02
"""Between two batches of older ones: calls go first."""
BATCH = 20
ROUNDS = 50
LONG = 50_000
"""Letters that take a thread of their own: folding them takes milliseconds."""


class Findable:
    """One per process; of two that take in the same, the later words stay."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            older = False
            try:
                await self.catch_up()
                older = await self.take_in_older()
            except RecordUnavailable as error:
                log.info("search.waits", error=type(error).__name__)
            await asyncio.sleep(PAUSE_S if older else LOOK_S)

    async def catch_up(self) -> None:
        """Takes in what has changed, the last first; all of it, unless that is a flood.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        async with self._turn:
            for _ in range(ROUNDS):  # a search waits for no flood; the next turn goes on
                async with self._database.read() as connection:
                    due = await search_index.what_is_due(connection, BATCH)
                    found = await search_index.sources(connection, list(due)) if due else {}
                if not due:
                    return
                words = await _words(found)
                rows = {
                    it.number: [row for one in it.members for row in due.pop(one, ())]
                    for it in found.values()
                }
                async with self._database.write() as connection:
                    await search_index.write(connection, words, rows)
                    await search_index.nothing_there(
                        connection, [row for it in due.values() for row in it]
                    )

    async def take_in_older(self) -> bool:
        """The next few incidents of an older version. False: there are none left.

        Raises:
            RecordUnavailable: the next turn does it.
        """
        async with self._turn:
            async with self._database.read() as connection:
                below = await search_index.below(connection)
                if below is None:
                    return False
                rows = await search_index.older(connection, below, BATCH)
                found = (
                    await search_index.sources(connection, [row.id for row in rows]) if rows else {}
                )
            words = await _words(found)
            reached = rows[-1].number if rows else None
            async with self._database.write() as connection:
                await search_index.write_older(connection, words)
                await search_index.taken_in(connection, reached)
            if reached is None:
                log.info("search.taken_in")
            return reached is not None


async def _words(found: Mapping[str, Source]) -> dict[int, Known]:
    def work() -> dict[int, Known]:
        return {it.number: known(it.head, it.newest_first()) for it in found.values()}

    letters = sum(len(text) for it in found.values() for _, text in it.texts)
    return await asyncio.to_thread(work) if letters > LONG else work()

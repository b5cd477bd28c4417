"""How many waited, over a restart; on both databases."""

from __future__ import annotations

import pytest

from holdfast.desk.hub import Hub
from holdfast.desk.view import DEPTH_POINTS
from holdfast.followers.depth_history import BACK_MS, DepthHistory
from router.records import depth
from router.records.database import Database
from router.records.depth import SPAN_MS, SPANS, Point
from tests.records.test_records import NOW

START = NOW - NOW % SPAN_MS


async def kept(database: Database, since: int = 0) -> list[Point]:
    async with database.read() as connection:
        return await depth.kept(connection, since)


class Board:
    """A process with a picture, and its clock."""

    def __init__(self, database: Database, now: int) -> None:
        self.now = now
        self.hub = Hub(dict)
        self.history = DepthHistory(database, self.hub.view, self.hub.show_anew, lambda: self.now)

    def sees(self, at: int, *counts: int) -> None:
        self.hub.view.depth.append({"at": at, "counts": list(counts)})

    @property
    def shown(self) -> list[tuple[int, ...]]:
        return [(p["at"], *p["counts"]) for p in self.hub.view.board("dana")["depth"]]


async def test_the_chart_goes_on_after_a_restart(database: Database) -> None:
    before = Board(database, START + 20)
    await before.history.load()
    before.sees(START + 1, 1, 0, 0, 0)
    await before.history.keep()
    before.hub.view.depth[-1]["counts"] = [2, 0, 0, 0]  # one more within the same 5 s
    before.sees(START + 20, 1, 0, 3, 0)
    await before.history.keep_last()
    after = Board(database, START + 50)
    after.sees(START + 40, 0, 0, 3, 0)  # quicker than the record was read
    await after.history.keep()
    assert len(await kept(database)) == 2  # nothing is written over before it was read
    await after.history.load()
    told = [(START + 1, 2, 0, 0, 0), (START + 20, 1, 0, 3, 0), (START + 40, 0, 0, 3, 0)]
    assert after.shown == told
    await after.history.keep()
    assert await kept(database) == told


async def test_what_is_too_old_for_the_chart_is_not_shown_and_not_written_again(
    database: Database,
) -> None:
    board = Board(database, START)
    await board.history.load()
    board.sees(START, 1, 0, 0, 0)
    board.sees(START + 1, 0, 0, 0, 0)
    await board.history.keep()
    board.now = START + SPANS * SPAN_MS + 1  # the same row of the ring
    board.sees(board.now, 2, 0, 0, 0)
    await board.history.keep()
    assert await kept(database) == [(board.now, 2, 0, 0, 0)]
    board.hub.view.depth.popleft()  # the old row is another than was written
    await board.history.keep()
    assert await kept(database) == [(board.now, 2, 0, 0, 0)]
    later = Board(database, board.now + BACK_MS + 1)
    await later.history.load()
    assert later.shown == []


@pytest.mark.parametrize("seen", [0, 3, DEPTH_POINTS - 1, DEPTH_POINTS])
async def test_the_newest_points_stay_if_there_are_too_many(database: Database, seen: int) -> None:
    async with database.write() as connection:
        await depth.keep(connection, depth.spans((START + n, 1, 0, 0, 0) for n in range(5)))
    board = Board(database, START + 9_000)
    for n in range(seen):
        board.sees(START + 1_000 + n, 0, 0, 0, n)
    await board.history.load()
    assert board.shown[-1][0] == (START + 999 + seen if seen else START + 4)
    assert len(board.shown) == min(seen + 5, DEPTH_POINTS)

"""Open requests for help in the record: the newest step counts, and what is over stays over; and
the line on the timeline."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from router.core.help import Help, HelpEnd, HelpStage, Seen
from router.core.model import Happening, Step
from router.records import audit, contacts, helps, schema
from router.records.contact_words import NO_WORDS
from router.records.database import Database
from router.records.lines import helps as lines
from router.records.lines.line import Around

ASKED = Help("help-1.1-a", "a", "Ana", 1_000, HelpStage.ONE, contact="c1")
SEEN = msgspec.structs.replace(ASKED, seen=Seen("dana", "Dana Reyes", 8_000, "said"))


def step(name: str, request: Help, at: int, by: str | None = None) -> Step:
    told = Happening(name, contact=request.contact, agent=request.agent, by=by, help=request)
    return Step(at, 1, [told])


def ended(request: Help, why: HelpEnd) -> Help:
    return msgspec.structs.replace(request, end=why)


def steps(*those: Step) -> list[tuple[str, Step]]:
    return [(contacts.sortable(f"{int(one.at)}-0"), one) for one in those]


async def fold(database: Database, *those: Step) -> None:
    async with database.write() as connection:
        await contacts.fold(connection, steps(*those))
        await helps.fold(connection, steps(*those))
        await audit.fold(connection, steps(*those))


async def still_open(database: Database) -> list[Help]:
    async with database.read() as connection:
        return await helps.still_open(connection)


async def audited(database: Database) -> list[tuple[str, str, str, str]]:
    a = schema.audit.c
    asked = select(a.actor, a.action, a.subject, a.detail).order_by(a.id)
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(asked)]  # type: ignore[misc]


async def test_an_older_step_never_overwrites_a_newer_one(database: Database) -> None:
    asked, seen = step("help.asked", ASKED, 1_000, "a"), step("help.seen", SEEN, 8_000, "dana")
    await fold(database, asked, seen)
    await fold(database, asked)
    assert await still_open(database) == [SEEN]
    over = step("help.ended", ended(SEEN, HelpEnd.DONE), 9_000, "dana")
    await fold(database, over)
    await fold(database, asked, seen, over)
    await fold(database, seen)
    assert await still_open(database) == []
    again = msgspec.structs.replace(ASKED, id="help-1.2-a", at=10_000)
    await fold(database, step("help.asked", again, 10_000, "a"))
    assert await still_open(database) == [again]
    assert await audited(database) == [
        ("a", "help.asked", "c1", "told all"),
        ("dana", "help.seen", "c1", "after 7 s, said, asked by a"),
        ("dana", "help.done", "c1", "asked by a"),
        ("a", "help.asked", "c1", "told all"),
    ]


async def test_what_the_clock_did_has_its_line_too(database: Database) -> None:
    wider = msgspec.structs.replace(ASKED, stage=HelpStage.ALL)
    widened = step("help.widened", wider, 11_000)
    widened.events[0].why = "all"
    await fold(database, widened, step("help.ended", ended(wider, HelpEnd.LEFT), 20_000))
    assert await audited(database) == [
        ("system", "help.widened", "c1", "told all, asked by a"),
        ("system", "help.left", "c1", "asked by a"),
    ]


@pytest.mark.parametrize(
    ("those", "says"),
    [
        ([ASKED], "asked for help · nobody has it yet"),
        ([ASKED, SEEN], "asked for help · seen by Dana Reyes after 7 s"),
        ([ASKED, SEEN, ended(SEEN, HelpEnd.OVER)], "asked for help · seen by Dana Reyes after 7 s"),
        ([ASKED, ended(ASKED, HelpEnd.TAKEN_BACK)], "asked for help · not needed any more"),
        (
            [ended(SEEN, HelpEnd.ASKED_AGAIN)],
            "asked for help · seen by Dana Reyes after 7 s · asked again",
        ),
        ([ended(SEEN, HelpEnd.DONE)], "asked for help · seen by Dana Reyes after 7 s · done"),
    ],
)
async def test_it_is_one_line_where_it_was_asked(
    database: Database, those: list[Help], says: str
) -> None:
    names = {0: "help.asked", 1: "help.seen", 2: "help.ended"}
    told = [
        step("help.ended" if one.end else names[n], one, 1_000 * (n + 1))
        for n, one in enumerate(those)
    ]
    await fold(database, *told)

    class Row:
        id = "c1"

    rows: list[Any] = [Row()]
    around = Around("i1", {"a": "Ana Ruiz"}, NO_WORDS, [], rows, [], [])
    async with database.read() as connection:
        (found,) = await lines.lines(connection, around)
    assert (found["at"], found["who"], found["text"]) == (1_000, "Ana Ruiz", says)

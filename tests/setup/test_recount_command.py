"""`holdfast recount`, as an operator runs it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from holdfast import cli
from holdfast.lab.day_bounds import bounds
from router.core.figures import Facts, words_of
from router.core.model import Happening, Step
from router.records import contacts
from router.records.database import Database
from router.records.today import Today
from tests.kit.record import new_sqlite
from tests.kit.store import CONFIG

DAY = "2026-11-20"
BEGIN, END = bounds(DAY, CONFIG.zone)
NUMBER = 20_777
"""Days since 1970."""

IN_TIME = Facts(2, in_target=True)
HUNG_UP = Facts(3, waited_ms=4_000.0, in_target=True)
SOME = [
    ("contact.queued", None, Facts(2)),
    ("contact.answered", None, IN_TIME),
    ("contact.answered", None, None),  # a second agent: counted before
    ("contact.ended", "handled", Facts(2, answered=True)),
    ("contact.queued", None, Facts(3)),
    ("contact.ended", "abandoned", HUNG_UP),
    ("contact.queued", None, Facts(1)),
    ("contact.ended", "voicemail", Facts(1, waited_ms=60_000.0)),
    ("contact.ended", "voicemail", Facts(3, closed=True)),
    ("contact.offered", None, None),
]
COUNTED = {
    "1:queued": 1, "1:left": 1, "2:queued": 1, "2:answered": 1, "2:in_target": 1, "3:queued": 1,
    "3:abandoned": 1, "3:abandoned_in_target": 1, "3:short": 1, "3:closed_left": 1,
}  # fmt: skip


def steps_of(happened: Sequence[tuple[str, str | None, Facts | None]], begin: int) -> list[Step]:
    return [
        Step(at=begin + n * 1_000, epoch=1, events=[Happening(name, outcome=outcome, facts=facts)])
        for n, (name, outcome, facts) in enumerate(happened)
    ]


async def write(folder: Path) -> None:
    database = await new_sqlite(folder / "holdfast.db")
    today = Today({"day": NUMBER, **COUNTED, "3:missed": 4})  # a word of an older version
    outside = [step for at in (BEGIN - 60_000, END) for step in steps_of(SOME[:1], at)]
    async with database.write() as connection:
        for step in [*steps_of(SOME, BEGIN), *outside]:
            await contacts.fold(connection, [(contacts.sortable(f"{step.at:.0f}-0"), step)])
        await today.keep(connection)
    await database.close()


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    asyncio.run(write(tmp_path))
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    monkeypatch.delenv("HOLDFAST_CONFIG", raising=False)
    return tmp_path


def recounted(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["recount", *words])


def change(folder: Path, statement: str) -> None:
    async def work() -> None:
        database = Database(f"sqlite:///{folder / 'holdfast.db'}")
        async with database.write() as connection:
            await connection.execute(text(statement))
        await database.close()

    asyncio.run(work())


def test_the_same_is_told_with_the_table(record: Path) -> None:
    answer = recounted(DAY)
    assert answer.exit_code == 0, answer.output
    head, _, *rows = answer.output.splitlines()
    assert head == (
        f"{DAY} ({CONFIG.zone}), counted again from 9 events: the same as counted as it happened"
    )
    table = {row[:26].strip(): row[26:].split() for row in rows}
    assert table[""] == ["S1", "S2", "S3", "S4", "all", "closed"]
    assert table["left"] == ["1", "0", "0", "0", "1", "1"]
    assert table["gave up"] == ["0", "0", "1", "0", "1", "0"]
    assert table["F short removed"][-2:] == ["50.0", "%"]  # 1 of 2: answered and left
    assert table["C all abandons hurt"][-2:] == ["33.3", "%"]


def test_a_figure_that_differs_is_named(record: Path) -> None:
    change(record, "delete from event where name = 'contact.ended' and data like '%voicemail%'")
    answer = recounted(DAY)
    assert answer.exit_code == 1
    assert "they DIFFER" in answer.output
    assert "1:left: 1 as they happened, 0 by the events" in answer.output
    assert "3:closed_left: 1 as they happened, 0 by the events" in answer.output
    data = json.loads(recounted(DAY, "--json").output)
    assert data["differences"] == [
        "1:left: 1 as they happened, 0 by the events",
        "3:closed_left: 1 as they happened, 0 by the events",
    ]


def test_another_day_is_counted_and_compared_with_nothing(record: Path) -> None:
    answer = recounted("2026-11-19")
    assert answer.exit_code == 0
    assert "from 1 events: the counts of that day are not kept" in answer.output


def test_events_of_a_version_without_facts_are_named_and_nothing_is_compared(record: Path) -> None:
    change(
        record, "update event set data = '{\"name\":\"contact.queued\"}' where name like '%queued'"
    )
    answer = recounted(DAY)
    assert answer.exit_code == 0
    assert "3 of them are of a version that did not write what is counted" in answer.output


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_no_day_is_refused_in_words(record: Path, day: str) -> None:
    answer = recounted(day)
    assert answer.exit_code == 1
    assert f"'{day}' is not a day such as 2026-11-20" in answer.output


def test_where_there_is_no_record_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    answer = recounted()
    assert answer.exit_code == 1
    assert "there is no record in" in answer.output
    assert list(tmp_path.glob("*.db")) == []


def test_the_words_of_this_file_are_those_of_the_rule() -> None:
    found: dict[str, int] = {}
    for name, outcome, facts in SOME:
        for word in words_of(name, outcome, facts) if facts else []:
            found[word] = found.get(word, 0) + 1
    assert found == COUNTED

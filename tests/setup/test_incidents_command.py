"""`holdfast incidents closed-by-upgrade | reopen`, as an operator runs them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text
from typer.testing import CliRunner, Result

from holdfast import cli
from router.records import people
from router.records.database import Database, Transaction
from router.records.upgrades import steps_on
from tests.kit.record import new_sqlite

LONG_AGO = 1_700_000_000_000


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["incidents", *words])


def within(folder: Path, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
    async def go() -> Any:
        database = Database(f"sqlite:///{folder / 'holdfast.db'}")
        try:
            async with database.write() as connection:
                return await work(connection)
        finally:
            await database.close()

    return asyncio.run(go())


def states(folder: Path) -> list[tuple[int, str]]:
    async def work(connection: Transaction) -> list[tuple[int, str]]:
        rows = await connection.execute(text("select number, state from incident order by number"))
        return [(row.number, row.state) for row in rows]

    found: list[tuple[int, str]] = within(folder, work)
    return found


def audited(folder: Path) -> list[tuple[str, str]]:
    async def work(connection: Transaction) -> list[tuple[str, str]]:
        rows = await connection.execute(text("select actor, action from audit order by id"))
        return [(row.actor, row.action) for row in rows]

    found: list[tuple[str, str]] = within(folder, work)
    return found


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three incidents of a version in which none ended, after the upgrade."""

    def back(connection: Connection) -> None:
        command.downgrade(steps_on(connection), "0015")

    async def write() -> None:
        database = await new_sqlite(tmp_path / "holdfast.db")
        async with database.write() as connection:
            for n in range(3):
                person = await people.find_or_make(
                    connection, "phone", f"+1206555014{n}", LONG_AGO, "Maya Torres"
                )
                await people.open_incident(
                    connection, "Her dog", 1, person.party, "caller", LONG_AGO
                )
            await connection.run_sync(back)
        await database.migrate()
        await database.close()

    asyncio.run(write())
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    return tmp_path


def test_they_are_listed_without_personal_data_and_with_what_to_do(record: Path) -> None:
    answer = run("closed-by-upgrade")
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert lines[0] == "INC-20401  S1  last touched 2023-11-14 22:13 UTC"
    assert [line.split()[0] for line in lines[:3]] == ["INC-20401", "INC-20402", "INC-20403"]
    assert "holdfast incidents reopen --closed-by-upgrade" in answer.output
    for personal in ("Maya", "dog", "5550"):
        assert personal not in answer.output


def test_those_that_are_named_open_again_each_with_its_line(record: Path) -> None:
    answer = run("reopen", "INC-20402", "20403")
    assert (answer.exit_code, answer.output) == (0, "holdfast: 2 reopened.\n")
    assert states(record) == [(20401, "closed"), (20402, "open"), (20403, "open")]
    assert audited(record) == [("command line", "incident.reopened")] * 2
    again = run("reopen", "INC-20402")
    assert again.output == "holdfast: 0 reopened.\nholdfast: 1 were open already.\n"
    assert len(audited(record)) == 2


def test_all_of_them_open_again_with_one_command(record: Path) -> None:
    answer = run("reopen", "--closed-by-upgrade")
    assert (answer.exit_code, answer.output) == (0, "holdfast: 3 reopened.\n")
    assert {state for _, state in states(record)} == {"open"}
    assert run("closed-by-upgrade").output == "holdfast: no incident is closed by an upgrade.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["reopen"], "name incidents"),
        (["reopen", "INC-20401", "--closed-by-upgrade"], "name incidents"),
        (["reopen", "INC-20401", "INC-9"], "no such incident: INC-9. Nothing was done."),
        (["reopen", "the dog"], "is not an incident such as INC-20401. Nothing was done."),
        (["reopen", "INC-" + "9" * 40], "is not an incident"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    record: Path, words: list[str], told: str
) -> None:
    answer = run(*words)
    assert answer.exit_code == 1
    assert told in answer.output
    assert {state for _, state in states(record)} == {"closed"}
    assert audited(record) == []


def test_without_a_record_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    assert "there is no record" in run("closed-by-upgrade").output
    assert list(tmp_path.iterdir()) == []

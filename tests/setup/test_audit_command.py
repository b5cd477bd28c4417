"""`holdfast audit verify`, as an operator runs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from holdfast import cli
from router.records import audit
from router.records.database import Database
from tests.kit.record import new_sqlite

NOW = 1_800_000_000_000


def verified() -> Result:
    return CliRunner().invoke(cli.app, ["audit", "verify"])


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with three lines in its audit."""

    async def write() -> None:
        database = await new_sqlite(tmp_path / "holdfast.db")
        async with database.write() as connection:
            for n in range(3):
                await audit.append(connection, actor="u", action="a", subject=f"c{n}", now=NOW)
        await database.close()

    asyncio.run(write())
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    return tmp_path


def alter(folder: Path, statement: str) -> None:
    async def write() -> None:
        database = Database(f"sqlite:///{folder / 'holdfast.db'}")
        async with database.write() as connection:
            await connection.execute(text(statement))
        await database.close()

    asyncio.run(write())


def test_a_whole_audit_is_told_with_its_length(record: Path) -> None:
    answer = verified()
    assert (answer.exit_code, answer.output) == (0, "holdfast: the audit is intact: 3 lines\n")


def test_an_altered_line_is_named_with_what_to_do(record: Path) -> None:
    alter(record, "update audit set actor = 'v' where id = 2")
    answer = verified()
    assert answer.exit_code == 1
    assert "the audit was altered: line 2 was changed. The 1 lines before it" in answer.output
    assert "docs/runbook.md" in answer.output


def test_without_a_record_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    answer = verified()
    assert answer.exit_code == 1
    assert "there is no record" in answer.output
    assert list(tmp_path.iterdir()) == []


def test_a_record_of_another_version_is_not_judged(record: Path) -> None:
    alter(record, "update alembic_version set version_num = '0014'")
    answer = verified()
    assert answer.exit_code == 1
    assert "holdfast migrate" in answer.output

"""`holdfast audit list`, as an operator runs it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from holdfast import cli
from router.records import accounts, audit, people, schema
from tests.kit.record import new_sqlite

NOON = 1_796_040_000_000  # 2026-11-30 12:00:00 in universal time
HOUR = 3_600_000


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["audit", "list", *words])


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Dana listened to a call and set terms; somebody called. The name of the incident."""

    async def write() -> str:
        database = await new_sqlite(tmp_path / "holdfast.db")
        async with database.write() as connection:
            made = {"name": "x", "password_hash": "x", "skills": {}, "now": 1}
            dana = await accounts.add(connection, login="dana", role="supervisor", **made)
            noah = await accounts.add(connection, login="noah", role="agent", **made)
            assert dana is not None
            assert noah is not None
            person = await people.find_or_make(connection, "phone", "+12065550140", NOON, "Maya")
            opened = await people.open_incident(
                connection, "Her dog", 1, person.party, "caller", NOON
            )
            await connection.execute(insert(schema.contact).values(
                id="c1", channel="voice", direction="in", state="ended", severity=1, queue="q",
                line="l", rule="r", party=person.party, address=person.address, our_address="x",
                incident=opened.id, arrived_at=NOON, live="{}"))  # fmt: skip
            for at, actor, action, subject, detail in (
                (NOON, dana.id, "contact.sat_beside", "c1", "listen, hidden"),
                (NOON + HOUR, "caller", "callback.promised", opened.id, ""),
                (NOON + 2 * HOUR, dana.id, "account.terms_set", noah.id, "stage junior"),
                (NOON + 3 * HOUR, noah.id, "severity.set_to_1", "gone", ""),
            ):
                await audit.append(
                    connection, actor=actor, action=action, subject=subject, detail=detail, now=at
                )
        await database.close()
        return f"INC-{opened.number}"

    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HOLDFAST_DATABASE_URL", raising=False)
    return asyncio.run(write())


def test_lines_have_names_and_come_newest_last(record: str) -> None:
    answer = run()
    assert (answer.exit_code, answer.output.splitlines()) == (0, [
        f"2026-11-30 12:00:00  dana  contact.sat_beside  {record} call  listen, hidden",
        f"2026-11-30 13:00:00  caller  callback.promised  {record}",
        "2026-11-30 14:00:00  dana  account.terms_set  noah  stage junior",
        "2026-11-30 15:00:00  noah  severity.set_to_1  gone",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        (["--by", "Dana"], [12, 14]),
        (["--of", "noah"], [14]),
        (["--of", "gone"], [15]),
        (["--action", "beside"], [12]),
        (["--action", "%"], []),
        (["--since", "2026-11-30"], [12, 13, 14, 15]),
        (["--since", "2026-12-01"], []),
        (["--newest", "2"], [14, 15]),
        (["--by", "dana", "--action", "terms", "--newest", "1"], [14]),
    ],
)
def test_what_is_asked_for_is_listed(record: str, words: list[str], hours: list[int]) -> None:
    answer = run(*words, "--json")
    assert answer.exit_code == 0, answer.output
    found = [json.loads(line) for line in answer.output.splitlines()]
    assert [12 + (one["at"] - NOON) // HOUR for one in found] == hours


def test_of_an_incident_what_was_done_to_its_contacts_is_listed_too(record: str) -> None:
    assert [line.split("  ")[2] for line in run("--of", record.lower()).output.splitlines()] == [
        "contact.sat_beside",
        "callback.promised",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "nobody"], "no account has the login 'nobody'"),
        (["--of", "INC-1"], "no such incident: INC-1"),
        (["--since", "yesterday"], "a day such as 2026-11-29"),
    ],
)
def test_what_cannot_be_is_told(record: str, words: list[str], said: str) -> None:
    answer = run(*words)
    assert answer.exit_code == 1
    assert said in answer.output


def test_nothing_found_says_so(record: str) -> None:
    assert run("--action", "nothing").output == "holdfast: no such line\n"

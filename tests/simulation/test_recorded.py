"""A day of the record as people and agents."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holdfast.cli import app
from holdfast.lab.day_bounds import bounds
from holdfast.lab.own_store import TrialError
from holdfast.lab.recorded_day import recorded
from holdfast.settings.environment import default_config_path, load_config
from router.core.model import Happening, LiveContact, Step
from router.records import accounts, contacts, people
from router.records.database import Database
from router.simulation.chance import parse
from router.simulation.figures import of_waits
from router.simulation.recorded import beyond, desk, survival, waits
from router.simulation.scenario import Hands

CONFIG = load_config(default_config_path())
DAY = "2026-11-20"
BEGIN = bounds(DAY, "UTC")[0]
MINUTE = 60_000


def test_a_day_is_the_sites_own() -> None:
    begin, end = bounds("2026-10-25", "Europe/Berlin")
    assert end - begin == 25 * 3_600_000
    with pytest.raises(ValueError, match="not a day"):
        bounds("yesterday", "UTC")


def test_patience_by_kaplan_and_meier() -> None:
    curve = survival([(10, True), (20, False), (30, True), (40, False)])
    assert curve == [(10, 0.75), (30, pytest.approx(0.375))]
    assert beyond(curve, 0, 0.8) == 10
    assert beyond(curve, 0, 0.5) == 30
    assert beyond(curve, 15, 0.6) == 30
    assert beyond(curve, 15, 0.4) == math.inf
    assert beyond([], 5, 0.5) == math.inf


async def write(database: Database) -> None:
    await database.migrate()
    steps: list[Step] = []
    async with database.write() as connection:
        for login in ("one", "two"):
            made = await accounts.add(
                connection, login=login, name=login, role="agent", password_hash="x",
                skills={"safety": 3}, now=BEGIN,
            )  # fmt: skip
            assert made is not None
            for minute, name in (
                *((-1, "ready"), (20, "lost"), (21, "online"), (60, "paused")),
                *((70, "lost"), (71, "online")),
            ):
                event = Happening(f"agent.{name}", agent=made.id)
                steps.append(Step(at=BEGIN + minute * MINUTE, epoch=1, events=[event]))
            for number in range(10):
                at, contact = BEGIN + MINUTE + number, f"x{number}{login}"
                offered = Happening("contact.offered", contact=contact, agent=made.id)
                accepted = Happening("contact.accepted", contact=contact, agent=made.id)
                steps += [Step(at=at, epoch=1, events=[offered]),
                          Step(at=at + 2_000, epoch=1, events=[accepted])]  # fmt: skip
        steps.append(Step(at=BEGIN, epoch=1, events=[Happening("contact.missed", contact="x")]))
        party = await people.find_or_make(connection, "phone", "+12065550142", BEGIN)
        incident = await people.open_incident(connection, "x", 3, party.party, "caller", BEGIN)
        for number in range(7):
            at = BEGIN + number * MINUTE
            live = LiveContact(
                id=f"c{number}", channel="voice", severity=3, arrived_at=at, queued_at=at,
                score=1, queue="general", line="support", state="ended",
                incident=incident.id,
            )  # fmt: skip
            if number == 6:  # hung up in the menu
                live.queued_at, live.outcome, live.ended_at = None, "abandoned", at + 4_000
            elif number == 5:
                live.outcome, live.gone_at, live.ended_at = "abandoned", at + 40_000, at + 40_000
            else:
                live.outcome, live.answered_at, live.talk_ms = "handled", at + 5_000, 100_000
                live.ended_at = at + 125_000
            await contacts.admit(
                connection, live, party=party.party, address=party.address, our_address="x"
            )
            steps.append(Step(at=at, epoch=1, contacts=[live]))
        for number, step in enumerate(steps):
            await contacts.fold(connection, [(contacts.sortable(f"{step.at:.0f}-{number}"), step)])


def test_hands_are_as_quick_as_they_were() -> None:
    assert desk([3_000] * 19, 1).pickup == Hands().pickup
    quick = desk([*range(200, 390, 10), 800], 5)
    assert quick.pickup == "lognormal median 290ms p95 380ms"
    assert quick.miss == 0.2
    assert parse(desk([0] * 30, 0).pickup).at(0.5) == pytest.approx(1)


def test_what_became_of_them_by_the_record() -> None:
    def one(at: int, **more: object) -> LiveContact:
        known = {"channel": "sms", "severity": 3, "arrived_at": at, "queued_at": at, "score": 1.0}
        return LiveContact(**(known | {"id": "c", "queue": "general", "line": "x"} | more))  # type: ignore[arg-type]

    found = waits(
        [
            one(0, channel="voice", answered_at=9_000, ended_at=60_000),
            one(0, channel="voice", gone_at=5_000, ended_at=8_000, outcome="abandoned"),
            one(0, channel="voice", queued_at=None, ended_at=3_000),
            one(0, queued_at=90_000, answered_at=30_000, replied_at=95_000),  # its second turn
            one(0, accepted_at=10_000, ended_at=40_000),
            one(50_000),
        ],
        CONFIG,
        80_000,
    )
    assert [(w.waited_ms, w.answered, w.gone) for w in found] == [
        (9_000, True, False),
        (5_000, False, True),
        (30_000, True, False),
        (40_000, True, False),
        (30_000, False, False),
    ]
    measures = of_waits(found)
    assert measures["S3 voice/people"] == 2
    assert measures["S3 voice/abandoned"] == 0.5
    assert measures["S3 voice/in_target"] == 0.5
    assert measures["S3 sms/in_target"] == pytest.approx(2 / 3)


async def test_a_recorded_day_is_read_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    database = Database(url)
    try:
        await write(database)
    finally:
        await database.close()
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", url)
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    day = await recorded(DAY, CONFIG, None, 2, 1)
    on_duty = ((0, 20 * MINUTE), (21 * MINUTE, 60 * MINUTE))
    assert [w.spans for w in day.staff] == [on_duty] * 2
    some = day.people[0]
    assert [p.at for p in some] == [n * MINUTE for n in range(6)]
    assert {(p.handling, p.wrapup) for p in some} == {(100_000, 20_000)}
    assert some[5].patience == 40_000
    assert all(p.patience >= 40_000 for p in some)
    assert day.desk == Hands(pickup="lognormal median 2000ms p95 2001ms", miss=1 / 21)
    assert len((await recorded(DAY, CONFIG, 5, 1, 1)).staff) == 5
    with pytest.raises(TrialError, match="nobody who called or wrote"):
        await recorded("2026-11-19", CONFIG, None, 1, 1)


def test_the_command_tells_what_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    url = f"sqlite:///{tmp_path / 'record.db'}"

    async def make() -> None:
        database = Database(url)
        try:
            await write(database)
        finally:
            await database.close()

    asyncio.run(make())
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", url)
    monkeypatch.setenv("HOLDFAST_DATA_DIR", str(tmp_path))
    shown = CliRunner().invoke(app, ["simulate", "--from-records", DAY, "--agents", "1", "--json"])
    assert shown.exit_code == 0, shown.output
    data = json.loads(shown.stdout)
    assert data["contacts"] == 6
    assert data["rules"]["ours"]["S3 voice"]["people"]["mean"] == 6
    assert data["recorded"]["S3 voice"]["abandoned"]["mean"] == pytest.approx(1 / 6)
    assert data["recorded"]["S3 voice"]["p90_s"]["mean"] == 5
    shown = CliRunner().invoke(app, ["simulate", "--from-records", DAY, "--agents", "1"])
    assert shown.stdout.count("what happened, by the record") == 1
    assert shown.stdout.index(f"{DAY} with 2 agents") < shown.stdout.index(f"{DAY} with 1 agent\n")
    picture = tmp_path / "day.svg"
    shown = CliRunner().invoke(
        app, ["simulate", "--from-records", DAY, "--picture", str(picture), "--pickup", "zero"]
    )
    assert "S3 calls" in shown.stdout
    assert picture.read_text().startswith("<svg")
    for wrong in (
        ["--rule", "best"],
        ["no-such"],
        ["--agents", "3"],
        ["--pickup", "soon"],
        ["--picture", str(tmp_path / "no" / "x.svg")],
    ):
        shown = CliRunner().invoke(app, ["simulate", *wrong])
        assert shown.exit_code == 1, wrong
        assert shown.stdout == ""

"""`holdfast triage learn`: shown first, refused where an emergency is lost, taken back."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from sqlalchemy import delete

from holdfast.clock import now_ms
from holdfast.doctor.triage import weights
from holdfast.lab import learn_command, lesson
from holdfast.lab.learned_state import MEND
from holdfast.lab.lesson import Lesson
from holdfast.settings.environment import default_config_path
from router.records import corrections, messages, schema
from router.records.database import Database, RecordUnavailable
from router.triage import learned, shipped
from router.triage.learning import Correction
from tests.kit.record import new_postgres, new_sqlite
from tests.kit.weights import CODE, taken, untaught
from tests.records.test_records import admitted

EMERGENCY = "my dog is not breathing"
"""Of the phrase book."""
SECRET = "\x1b[2Jmy name is Maya Torres and the green parcel came"


@pytest.fixture(scope="session")
def small() -> Lesson:
    """A part of the phrase book: a study takes a fraction of a second."""
    return Lesson([*[x for x in shipped.book() if x.text == EMERGENCY], *shipped.book()[::25]])


@dataclass
class Ground:
    """A record with one contact, a data folder, and what the command says."""

    database: Database
    url: str
    folder: Path
    lesson: Lesson
    capture: pytest.CaptureFixture[str]
    count: int = 0

    async def said(self, text: str) -> str:
        """A text of theirs now; its key."""
        self.count += 1
        key = f"t{self.count}"
        async with self.database.write() as connection:
            incident = (await connection.execute(schema.incident.select())).first()
            assert incident is not None
            await messages.add(
                connection, key=key, incident=incident.id, contact="c1", channel="sms",
                direction="in", status="received", text=text, at=now_ms() + self.count,
            )  # fmt: skip
            await connection.execute(schema.incident.update().values(touched_at=now_ms()))
        return key

    async def corrected(self, text: str, was: int, is_: int) -> str:
        """The correction of a text that just came."""
        await self.said(text)
        kind = corrections.RAISED if is_ < was else corrections.NEVER
        async with self.database.write() as connection:
            made = await corrections.add(connection, "c1", was, is_, kind, "u1", now_ms())
        assert made is not None
        return made

    async def erased(self, text: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(schema.message).where(schema.message.c.text == text))

    async def study(self, **how: Any) -> tuple[str, str]:
        """Output and errors."""
        self.capture.readouterr()
        await learn_command.study(self.url, self.folder, lesson=self.lesson, **how)
        out, errors = self.capture.readouterr()
        return out, errors

    async def refused(self, **how: Any) -> str:
        self.capture.readouterr()
        with pytest.raises(typer.Exit) as exit_:
            await learn_command.study(self.url, self.folder, lesson=self.lesson, **how)
        assert exit_.value.exit_code == 1
        return self.capture.readouterr().err

    async def told(self, **how: Any) -> str:
        self.capture.readouterr()
        await learn_command.tell(self.url, self.folder, **how)
        return self.capture.readouterr().out

    async def audit(self) -> list[tuple[str, dict[str, Any]]]:
        async with self.database.read() as connection:
            rows = await connection.execute(schema.audit.select().order_by(schema.audit.c.id))
            return [(row.action, json.loads(row.detail)) for row in rows]

    def severity(self, text: str) -> int:
        return learned.weights_in_use(self.folder).reader().read(text).severity


@pytest_asyncio.fixture
async def ground(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    small: Lesson,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[Ground]:
    if getattr(request, "param", "sqlite") == "sqlite":
        url = f"sqlite:///{tmp_path}/record.db"
        database = await new_sqlite(tmp_path / "record.db")
    else:
        url = request.getfixturevalue("postgres_url")
        database = await new_postgres(url)
    await admitted(database)
    yield Ground(database, url, tmp_path, small, capsys)
    await database.close()


@pytest.mark.parametrize("ground", ["sqlite", "postgresql"], indirect=True)
async def test_it_is_shown_taken_and_taken_back(ground: Ground) -> None:
    out, _ = await ground.study()
    assert out.startswith("holdfast: the record has no corrections")
    made = await ground.corrected(CODE, 3, 1)
    await ground.said(SECRET)
    out, _ = await ground.study()
    assert "1 correction: 1 raised, 0 never an emergency." in out
    assert "S1 found as S1" in out
    assert "Last 90 days, 2 texts and mails: " in out
    assert out.endswith("nothing was changed. To use these weights: holdfast triage learn --take\n")
    assert (ground.severity(CODE), await ground.audit()) == (untaught(), [])
    data = json.loads((await ground.study(as_json=True, take=True))[0])
    assert (data["taken"], data["corrections"], data["lost"]) == (True, 1, [])
    assert data["last_days"]["moves"][f"S{untaught()} -> S1"] >= 1
    assert ground.severity(CODE) == 1
    told = await ground.told()
    assert "in use: learned from 1 correction, since " in told
    state = json.loads(await ground.told(as_json=True))
    assert (state["corrections"], state["gone"], state["fault"]) == ([made], [], "")
    await learn_command.go_back(ground.url, ground.folder)
    assert ground.severity(CODE) == untaught()
    [first, second] = await ground.audit()
    assert (first[0], first[1]["corrections"]) == ("triage.learned", 1)
    assert second[0] == "triage.back"
    with pytest.raises(typer.Exit):
        await learn_command.go_back(ground.url, ground.folder)
    assert "nothing to go back to" in ground.capture.readouterr().err


async def test_what_loses_an_emergency_of_the_book_is_refused(ground: Ground) -> None:
    await ground.corrected(CODE, 3, 1)
    wrong = await ground.corrected(EMERGENCY, 1, 4)
    for take in (False, True):
        errors = await ground.refused(take=take)
        assert f"“{EMERGENCY}” (first.tsv); nearest: {wrong}" in errors
        assert f"holdfast triage learn --without {wrong}" in errors
    assert (ground.severity(CODE), await ground.audit()) == (untaught(), [])
    assert "not a correction in the record: k0" in await ground.refused(without=["k0"])
    await ground.study(take=True, without=[wrong])
    assert (ground.severity(CODE), ground.severity(EMERGENCY)) == (1, 1)
    assert f"without {wrong}" in await ground.told()


async def test_what_was_made_of_words_that_are_gone_is_made_anew(ground: Ground) -> None:
    other = "the lamp on the third landing hums"
    await ground.corrected(CODE, 3, 1)
    await ground.study(take=True)
    await ground.corrected(other, 3, 1)
    await ground.study(take=True)
    assert (ground.severity(CODE), ground.severity(other)) == (1, 1)
    assert (
        "1 earlier weights are kept; to go back: holdfast triage learn --back"
        in await ground.told()
    )
    await ground.erased(CODE)
    assert "1 of the corrections they were made of are gone" in await ground.told()
    [found] = await weights(ground.url, ground.folder, asked=True)
    assert (found.state, found.mend) == ("warn", MEND)
    await ground.study(take=True)
    assert (ground.severity(CODE), ground.severity(other)) == (untaught(), 1)
    assert len(learned.files(ground.folder)) == 1  # of the others one correction is gone
    assert "gone" not in await ground.told()
    await ground.erased(other)
    await ground.study(take=True)
    assert learned.files(ground.folder) == []
    lines = [(name, line["corrections"], "by" in line) for name, line in await ground.audit()]
    assert lines == [("triage.learned", count, True) for count in (1, 2, 1, 0)]


async def test_nobody_goes_back_to_words_that_are_gone(ground: Ground) -> None:
    await ground.corrected(CODE, 3, 1)
    await ground.study(take=True)
    await ground.study(take=True)
    await ground.erased(CODE)
    await learn_command.go_back(ground.url, ground.folder)
    assert learned.files(ground.folder) == []


async def test_what_was_said_otherwise_since_can_be_gone_back_to(ground: Ground) -> None:
    """Corrected twice: both corrections are in the record, the last one counts."""
    await ground.corrected(CODE, 3, 1)
    await ground.study(take=True)
    async with ground.database.write() as connection:
        await corrections.add(connection, "c1", 1, 4, corrections.NEVER, "u2", now_ms() + 9)
    await ground.study(take=True)
    assert ground.severity(CODE) == 4
    assert len(learned.files(ground.folder)) == 2
    await learn_command.go_back(ground.url, ground.folder)
    assert ground.severity(CODE) == 1


async def test_where_no_centre_has_run_nothing_is_made(
    tmp_path: Path, small: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(tmp_path, "k1")
    there = {*tmp_path.iterdir()}
    url = f"sqlite:///{tmp_path}/record.db"
    for work in (
        learn_command.study(url, tmp_path, take=True, lesson=small),
        learn_command.go_back(url, tmp_path),
    ):
        with pytest.raises(typer.Exit):
            await work
        assert "no centre has run" in capsys.readouterr().err
    assert "do not know whether its corrections are all there" in await _told(url, tmp_path, capsys)
    assert {*tmp_path.iterdir()} == there
    assert len(learned.files(tmp_path)) == 1


async def _told(url: str, folder: Path, capture: pytest.CaptureFixture[str]) -> str:
    await learn_command.tell(url, folder)
    return capture.readouterr().out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_takes_is_the_centres(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    path = taken(tmp_path, "k1")
    for made in (path, path.parent):
        found = made.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o077) == (65534, 65534, 0)


@pytest.mark.parametrize("asked", [True, False])
async def test_where_no_text_is_read_by_weights_it_is_said(
    tmp_path: Path, asked: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = default_config_path().read_text()
    switch = f"second_opinion = {str(asked).lower()}"
    (tmp_path / "own.toml").write_text(re.sub(r"(?m)^second_opinion = \w+", switch, config))
    monkeypatch.setenv("HOLDFAST_CONFIG", str(tmp_path / "own.toml"))
    await learn_command.tell(f"sqlite:///{tmp_path}/record.db", tmp_path)
    assert ("[triage] second_opinion is off" in capsys.readouterr().out) is not asked


async def test_a_record_of_another_version_is_named(
    tmp_path: Path, small: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "record.db").touch()
    with pytest.raises(typer.Exit):
        await learn_command.study(f"sqlite:///{tmp_path}/record.db", tmp_path, lesson=small)
    assert "holdfast migrate" in capsys.readouterr().err


async def test_a_record_that_is_away_changes_nothing(tmp_path: Path, small: Lesson) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    path = taken(tmp_path, "k1")
    for work in (
        learn_command.study(url, tmp_path, take=True, lesson=small),
        learn_command.go_back(url, tmp_path),
    ):
        with pytest.raises(RecordUnavailable):
            await work
    assert learned.files(tmp_path) == [path]
    [found] = await weights(url, tmp_path, asked=True)
    assert found.state == "unknown"


@pytest.mark.parametrize("broken", [True, False])
async def test_the_doctor_names_weights_that_cannot_be_used(tmp_path: Path, broken: bool) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    [found] = await weights(url, tmp_path, asked=True)
    assert (found.state, found.what) == ("ok", "the shipped weights are in use")
    path = taken(tmp_path, "k1", base="" if broken else "another")
    if broken:
        path.write_bytes(path.read_bytes()[:200])
    [found] = await weights(url, tmp_path, asked=True)
    assert found.state == "warn"
    assert ("damaged" if broken else "another version") in found.what
    assert await weights(url, tmp_path, asked=False) == []


async def test_what_people_wrote_is_shown_only_to_who_asks_at_a_terminal(
    ground: Ground, small: Lesson
) -> None:
    await ground.corrected(SECRET, 3, 1)
    for how in ({}, {"as_json": True}, {"take": True}):
        out, errors = await ground.study(**how)
        assert "Maya" not in out + errors
    one = Correction("k1", SECRET, 1, raised=True)
    shown = small.shown([one], [SECRET], learned.InUse())
    assert "Maya" not in lesson.words(shown, people=False)
    words = lesson.words(shown, people=True)
    assert "-> S1" in words
    assert "my name is Maya Torres" in words
    assert "\x1b" not in words

"""How calls sounded, kept while they go on, over a record that is away and a worker that is killed;
on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.followers.call_sounds import Besides, besides
from holdfast.followers.sound_reports import EVERY_MS, FIRST_MS, SoundReports
from router.core.consult import Consult, Line, line_leg
from router.core.model import LiveContact, Step
from router.records import call_sounds
from router.records.database import Database
from softphone.hearing import Other
from softphone.quality import FarHop, Quality
from softphone.room import Direction
from softphone.seats import Role
from softphone.verdict import judge

NAMES = {"a": "Ada", "b": "Ben"}


class Worker:
    """A process with calls, and its clock."""

    def __init__(self, database: Database, folder: Path, now: int = 1_000_000) -> None:
        self.now = now
        self.file = folder / "sound-reports.json"
        self.whole: list[str] = []
        self.reports = SoundReports(database, self.file, lambda: self.now)
        self.reports.changed = self.whole.append
        self.others: dict[str, Besides] = {}
        self.lives: dict[str, LiveContact] = {}
        """The index."""
        self.reports.live = self.lives.get

    def talks(self, seconds: int, contact: str = "c", agent: str = "a") -> None:
        self.lives.setdefault(contact, _live(contact, "active"))
        for _ in range(seconds):
            self.now += 1000
            ways = {way: Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=40)) for way in Direction}
            verdicts = {way: judge([one], from_caller=True) for way, one in ways.items()}
            self.reports.follow(contact, agent, ways, verdicts, self.others)

    def step(self, state: str, contact: str = "c", **fields: Any) -> None:
        live = self.lives[contact] = _live(contact, state, **fields)
        self.reports.on_step("1-0", Step(at=self.now, epoch=1, contacts=[live]))


def _live(contact: str, state: str, **fields: Any) -> LiveContact:
    given: dict[str, Any] = {"agent": "a", "incident": "i1", **fields}
    return LiveContact(contact, "voice", 1, 0, 0, state=state, **given)


async def kept(database: Database, contact: str = "c") -> list[dict[str, Any]]:
    async with database.read() as connection:
        found = await call_sounds.of_contacts(connection, [contact], NAMES)
    return found.get(contact, [])


async def test_a_call_is_kept_while_it_goes_on_and_whole_when_it_is_over(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(database, tmp_path)
    worker.talks(2)
    worker.step("active")
    await worker.reports.turn()
    assert await kept(database) == []  # many calls are over so soon
    worker.talks(FIRST_MS // 1000)
    await worker.reports.turn()
    assert len((await kept(database))[0]["points"]) == 7
    worker.step("active", held=True)
    worker.talks(1)
    await worker.reports.turn()
    assert (await kept(database))[0]["marks"] == []
    worker.step("active", held=False)
    worker.talks(EVERY_MS // 1000)
    worker.reports.alarm("c", Direction.FROM_CALLER, True)
    await worker.reports.turn()
    found = (await kept(database))[0]
    assert [m["what"] for m in found["marks"]] == ["hold", "silent"]
    assert worker.whole == []
    worker.step("wrapup")
    await worker.reports.turn()
    (found,) = await kept(database)
    assert found["agent"] == "Ada"
    assert found["marks"][1] == {
        "at": worker.now, "what": "silent", "until": worker.now, "hears": "agent"
    }  # fmt: skip
    assert worker.whole == ["i1"]
    await worker.reports.turn()
    assert worker.whole == ["i1"]


async def test_a_call_whose_end_was_missed_is_whole_too_and_takes_no_memory(
    database: Database, tmp_path: Path
) -> None:
    """The index was lost: no step tells of the end."""
    worker = Worker(database, tmp_path)
    worker.talks(10)
    worker.step("active")
    await worker.reports.turn()
    assert worker.whole == []
    worker.lives.clear()
    worker.now += 3_600_000
    await worker.reports.turn()
    assert worker.whole == ["i1"]
    worker.step("ended")
    await worker.reports.turn()
    assert worker.whole == ["i1"]  # nothing of it was left here


async def test_each_agent_of_a_call_has_a_part(database: Database, tmp_path: Path) -> None:
    worker = Worker(database, tmp_path)
    worker.talks(3)
    worker.step("active")
    worker.step("active", agent="b")
    worker.talks(3, agent="b")
    worker.step("active", agent="a")
    worker.talks(3, agent="a")
    worker.step("ended", agent="a")
    await worker.reports.turn()
    assert [part["agent"] for part in await kept(database)] == ["Ada", "Ben", "Ada"]


async def test_a_second_that_is_told_after_the_end_opens_no_part(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(database, tmp_path)
    worker.talks(6)
    worker.step("active", agent="b")
    worker.talks(1, agent="a")  # late, as all from a process of its own may be
    worker.talks(6, agent="b")
    worker.talks(1, agent="a")
    worker.talks(1, agent="b")
    worker.step("wrapup", agent="b")
    worker.talks(1, agent="b")
    for _ in range(2):
        await worker.reports.turn()
    parts = await kept(database)
    assert [(one["agent"], one["to"] - one["from"]) for one in parts] == [
        ("Ada", 6_000), ("Ben", 8_000)
    ]  # fmt: skip
    assert worker.whole == ["i1", "i1"]


async def test_nothing_is_lost_while_the_record_is_away_and_the_worker_is_killed(
    database: Database, tmp_path: Path
) -> None:
    away = Database(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    worker = Worker(away, tmp_path)
    worker.talks(10, "over")
    worker.step("active", "over")
    worker.step("ended", "over")
    worker.talks(20, "goes on")
    await worker.reports.turn()
    assert worker.file.exists()
    await away.close()
    # killed
    after = Worker(database, tmp_path, now=2_000_000)
    after.talks(6, "goes on")
    await after.reports.turn()
    assert len(await kept(database, "over")) == 1
    assert [len(part["points"]) for part in await kept(database, "goes on")] == [20, 6]
    assert not after.file.exists()


async def test_what_a_leaving_worker_could_not_write_is_not_lost_to_the_one_that_is_there_already(
    database: Database, tmp_path: Path
) -> None:
    away = Database(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    leaving, there = Worker(away, tmp_path), Worker(away, tmp_path)
    leaving.talks(6, "one")
    await leaving.reports.turn()
    there.talks(6, "two")
    await there.reports.turn()
    leaving.talks(2, "one")
    await leaving.reports.keep_last()
    there.reports._database = database
    await there.reports.turn()
    assert len((await kept(database, "one"))[0]["points"]) == 8
    assert len(await kept(database, "two")) == 1
    await away.close()


async def test_a_record_that_comes_back_gets_what_was_kept_in_memory(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(Database(f"sqlite:///{tmp_path}/no/such/folder/x.db"), tmp_path)
    worker.talks(10)
    worker.step("active")
    worker.step("ended")
    await worker.reports.turn()
    assert worker.whole == []
    worker.reports._database = database
    await worker.reports.turn()
    assert len(await kept(database)) == 1
    assert worker.whole == ["i1"]
    assert not worker.file.exists()


async def test_a_process_that_ends_keeps_what_goes_on(database: Database, tmp_path: Path) -> None:
    worker = Worker(database, tmp_path)
    worker.talks(3)
    await worker.reports.keep_last()
    assert len((await kept(database))[0]["points"]) == 3


@pytest.mark.parametrize("broken", ["", "[", '[["c"]]', '{"a": 1}', "[[1, 2, 3]]"])
async def test_a_file_that_cannot_be_read_keeps_nobody_from_working(
    database: Database, tmp_path: Path, broken: str
) -> None:
    worker = Worker(database, tmp_path)
    worker.file.write_text(broken)
    worker.talks(6)
    await worker.reports.turn()
    assert len(await kept(database)) == 1


async def test_others_are_in_it_by_name_but_not_who_listens(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(database, tmp_path)
    well = Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=40))
    told = {
        "b": Other(Role.SECOND, well, well),
        "a@board": Other(Role.BESIDE, well, well),
        "l@board": Other(Role.BESIDE, well, None),  # perhaps unseen: the report is the agent's, too
    }
    for who, second in told.items():
        worker.others[who] = besides(second)
        worker.others[who].add(second)
    worker.talks(FIRST_MS // 1000 + 1)
    await worker.reports.turn()
    (part,) = await kept(database)
    found = [(one["who"], one["role"]) for one in part["others"]]
    assert found == [("Ben", "second"), ("Ada", "beside")]
    assert all(one[way]["mos"] > 4 for one in part["others"] for way in ("hears", "heard"))


async def test_a_number_that_was_asked_in_is_in_it_by_its_word(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(database, tmp_path)
    leg = line_leg("c", "1.2")
    line = Line("interpreter", "es", "1.2")
    asked = Consult("together", "a", line=line, name="the interpreter (Spanish)")
    worker.step("active", consult=asked)
    well = Quality(50, 0, 0, 1.0, -20, FarHop(rtt_ms=40))
    for who, second in {
        leg: Other(Role.SECOND, well, well, line=True),
        "a@board": Other(Role.BESIDE, well, well),
    }.items():
        worker.others[who] = besides(second)
        worker.others[who].add(second)
    worker.talks(3)
    worker.step("active")  # they have left, and a late second of theirs is told
    worker.talks(3)
    await worker.reports.turn()
    (part,) = await kept(database)
    found = [(one["who"], one["role"], "word" in one) for one in part["others"]]
    assert found == [("the interpreter (Spanish)", "second", False), ("Ada", "beside", False)]


async def test_what_a_number_had_is_a_part_of_its_own_by_its_word(
    database: Database, tmp_path: Path
) -> None:
    worker = Worker(database, tmp_path)
    consult = Consult("handed", "a", line=Line("number", "vet", "1.2"), name="Green Valley Vet")
    worker.talks(6)
    worker.step("away", agent=None, consult=consult)
    worker.talks(6, agent=line_leg("c", "1.2"))
    worker.step("away", agent=None, consult=consult)
    worker.talks(6, agent=line_leg("c", "1.2"))
    worker.step("ended", agent=None)
    await worker.reports.turn()
    parts = await kept(database)
    assert [(one["agent"], one["number"], len(one["points"])) for one in parts] == [
        ("Ada", None, 6), (None, "Green Valley Vet", 12)
    ]  # fmt: skip
    assert worker.whole == ["i1", "i1"]

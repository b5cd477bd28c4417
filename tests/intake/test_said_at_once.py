"""Two people say how severe one text is, while their pages still show what it was before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import select, update

from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Refused, handlers
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.severities import UNDO_MS, Severities, SeverityForm, UndoForm
from router.core.model import LiveContact, Said, Step
from router.core.severity import Channel
from router.intake.door import Intake, Text
from router.recorder import Recorder
from router.records import corrections, schema
from router.records.accounts import Account
from router.records.database import Database, Transaction
from tests.intake.test_second_opinion import SUPPORT, intake_with
from tests.kit.store import World, centre_of

PERSON = "+12065550177"


def page(login: str, view: str = "board") -> Page:
    return Page(
        Account(login, login, login.title(), "supervisor", {}, True, ""), PAGE_KINDS[view], login
    )


class Floor:
    """A text that waits, and pages that do not hear what happens to it."""

    def __init__(self, database: Database, world: World, intake: Intake) -> None:
        self.database, self.world, self.intake = database, world, intake
        self.hub = Hub(dict)
        self.contact = ""
        self.severities = Severities(centre_of(database, world.engine), self.hub, intake)
        self.handlers = handlers(self.severities)

    async def wrote(self, words: str, person: str = PERSON) -> LiveContact:
        text = Text(Channel.SMS, f"sms:{words}", person, SUPPORT, words)
        found = await self.intake.text(text, self.world.now)
        assert found is not None
        self.contact = found.contact_id
        return found.contact

    async def shown(self) -> None:
        """The pages show what is so now."""
        self.hub.view.load(await self.world.engine.snapshot())

    async def says(
        self, who: str, severity: int, kind: str = "", view: str = "board"
    ) -> dict[str, Any]:
        form = SeverityForm(self.contact, severity, kind)
        return await self.handlers["severity"](page(who, view), form)

    async def undoes(self, who: str, correction: str | None = None, view: str = "board") -> str:
        """Why not; "" = undone."""
        try:
            form = UndoForm(self.contact, correction)
            await self.handlers["severity_undo"](page(who, view), form)
        except Refused as refusal:
            return refusal.code
        return ""

    async def severity(self) -> int:
        live = await self.world.contact(self.contact)
        assert live is not None
        return live.severity

    async def incident(self) -> int:
        await self.recorded()
        live = await self.world.contact(self.contact)
        assert live is not None
        s = schema.incident.c
        async with self.database.read() as connection:
            asked = select(s.severity).where(s.id == live.incident)
            return int((await connection.execute(asked)).scalar_one())

    async def recorded(self) -> None:
        """The record has every step."""
        await Recorder(self.database, self.world.engine).drain()

    async def kept(self) -> list[tuple[int, int, str, str]]:
        await self.recorded()
        async with self.database.read() as connection:
            rows = await corrections.listed(connection, 0)
        return [(row.was, row.is_, row.kind, row.by) for row in rows]

    async def audited(self) -> list[tuple[str, str]]:
        a = schema.audit.c
        await self.recorded()
        async with self.database.read() as connection:
            rows = await connection.execute(select(a.actor, a.action).order_by(a.id))
        return [(row.actor, row.action) for row in rows]


@pytest_asyncio.fixture
async def floor(database: Database, world: World, tmp_path: Path) -> Floor:
    found = Floor(database, world, intake_with(database, world, asked=False))
    await found.wrote("the parcel came")
    await found.shown()
    return found


@pytest.mark.parametrize("kind", ["over", "never"])
async def test_what_is_raised_is_not_over_and_was_one(floor: Floor, kind: str) -> None:
    was = await floor.severity()
    with pytest.raises(Refused, match="Only a severity that is lowered"):
        await floor.says("dana", 1, kind)
    assert await floor.severity() == was


async def test_who_says_what_is_so_already_corrects_nothing(floor: Floor) -> None:
    assert (await floor.says("dana", 1))["correction"]
    assert (await floor.says("omar", 1))["correction"] is None
    assert await floor.kept() == [(3, 1, "raised", "dana")]
    assert await floor.audited() == [("dana", "severity.set_to_1")]


async def test_a_correction_that_the_record_refuses_holds_nothing_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = corrections.fold

    async def fold(connection: Transaction, step: Step, said: Said) -> str | None:
        await connection.execute(schema.meta.insert().values(key="refused", value=None))
        return await real(connection, step, said)

    monkeypatch.setattr(corrections, "fold", fold)
    await floor.says("dana", 1)
    with structlog.testing.capture_logs() as lines:
        assert await floor.kept() == []
    assert [one["event"] for one in lines] == ["audit.correction_refused"]
    assert await floor.audited() == [("dana", "severity.set_to_1")]


async def test_what_was_lowered_is_no_correction_upwards(floor: Floor) -> None:
    """Their page shows an S3 that is an S1 by now."""
    await floor.says("dana", 1)
    await floor.says("omar", 2)
    assert await floor.kept() == [(3, 1, "raised", "dana")]
    await floor.says("omar", 4, "never")
    assert (2, 4, "never", "omar") in await floor.kept()


@pytest.mark.parametrize("severity", [2, 3])
async def test_who_raises_or_keeps_it_never_lowers_its_incident(
    floor: Floor, severity: int
) -> None:
    """An S3 of who has an S1 incident, in which nothing else is open."""
    async with floor.database.write() as connection:
        await connection.execute(update(schema.incident).values(severity=1))
    await floor.says("dana", severity)
    assert await floor.incident() == 1
    await floor.says("dana", 4)
    assert await floor.incident() == 4


async def test_an_undo_undoes_only_what_was_said_last(floor: Floor) -> None:
    """Their page still shows that it was they."""
    await floor.says("dana", 4)
    await floor.shown()
    await floor.says("omar", 1)
    assert await floor.undoes("dana") == "too_late"
    assert await floor.severity() == 1
    assert await floor.undoes("omar") == ""
    assert await floor.severity() == 4


async def test_an_undo_works_before_the_page_shows_what_it_undoes(floor: Floor) -> None:
    await floor.says("dana", 4)
    assert await floor.undoes("dana") == ""
    assert await floor.severity() == 3


async def test_the_time_for_an_undo_is_the_index_s(floor: Floor) -> None:
    await floor.says("dana", 4)
    await floor.shown()
    await floor.world.advance(UNDO_MS + 1)
    assert await floor.undoes("dana") == "too_late"
    assert await floor.severity() == 4


@pytest.mark.parametrize(("words", "code"), [("he ate xylitol", "too_late"), ("thank you", "")])
async def test_an_undo_lowers_nothing_that_new_words_say_as_well(
    floor: Floor, words: str, code: str
) -> None:
    """Raised by mistake, and then they wrote of an emergency: it is one."""
    await floor.says("dana", 1)
    await floor.shown()
    await floor.wrote(words)
    assert await floor.undoes("dana") == code
    assert await floor.severity() == (1 if code else 3)


@pytest.mark.parametrize(("view", "code"), [("desk", "not_yours"), ("board", "")])
async def test_nobody_lowers_from_their_desk_what_somebody_else_has_in_hand(
    floor: Floor, view: str, code: str
) -> None:
    """They raised it, handed it over, and pressed Z."""
    await floor.says("dana", 1)
    await floor.world.agent("omar")
    await floor.world.accept(floor.contact)
    await floor.shown()
    assert await floor.undoes("dana", view=view) == code
    assert await floor.severity() == (1 if code else 3)


async def test_a_wrong_lowering_is_undone_whoever_has_it_now(floor: Floor) -> None:
    await floor.says("dana", 4)
    await floor.world.agent("omar")
    await floor.world.accept(floor.contact)
    await floor.shown()
    assert await floor.undoes("dana", view="desk") == ""
    assert await floor.severity() == 3


async def test_an_undo_takes_back_no_correction_of_another_contact(floor: Floor) -> None:
    done = await floor.says("dana", 1)
    await floor.wrote("somebody else", person="+12065550178")
    await floor.says("dana", 1)
    await floor.shown()
    assert await floor.undoes("dana", done["correction"]) == ""
    assert len(await floor.kept()) == 2


@pytest.mark.parametrize(("words", "severity"), [("are you there?", 4), ("he ate xylitol", 1)])
async def test_what_a_person_lowered_only_words_raise(
    floor: Floor, words: str, severity: int
) -> None:
    """The line's S3 was known when they lowered it; words of emergency were not."""
    await floor.says("dana", 4)
    await Recorder(floor.database, floor.world.engine).drain()
    await floor.wrote(words)
    assert await floor.severity() == severity


@pytest.mark.parametrize(
    ("again", "severity"), [("HE ATE XYLITOL!!", 4), ("he ate xylitol, he is not breathing", 1)]
)
async def test_words_that_a_person_knew_when_they_lowered_it_raise_nothing(
    floor: Floor, again: str, severity: int
) -> None:
    await floor.wrote("he ate xylitol")
    await Recorder(floor.database, floor.world.engine).drain()
    assert await floor.severity() == 1
    await floor.says("dana", 4)
    await Recorder(floor.database, floor.world.engine).drain()
    await floor.wrote(again)
    assert await floor.severity() == severity


async def test_what_a_person_raised_new_words_raise_further(floor: Floor) -> None:
    await floor.says("dana", 2)
    await Recorder(floor.database, floor.world.engine).drain()
    await floor.wrote("he ate xylitol")
    assert await floor.severity() == 1


async def test_from_a_desk_the_index_says_whether_it_is_in_their_hands(floor: Floor) -> None:
    """Their page still shows it there; they gave it back."""
    await floor.world.agent("dana")
    await floor.world.accept(floor.contact)
    await floor.shown()
    assert (await floor.says("dana", 1, view="desk"))["correction"]
    given = await floor.world.engine.step("return", contact=floor.contact, agent="dana")
    assert given.ok
    with pytest.raises(Refused) as refusal:
        await floor.says("dana", 4, view="desk")
    assert refusal.value.code == "not_yours"
    assert await floor.severity() == 1

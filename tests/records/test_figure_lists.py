"""The contacts behind each figure are as many as the figure says; on both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from holdfast.desk import day_lists
from holdfast.desk.day_lists import UNKNOWN, DayLists, FigureForm, as_row
from holdfast.desk.page import Page
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.view import View
from router.core.contact import Outcome
from router.core.figures import FIGURES, Facts, words_of
from router.core.model import Happening, LiveContact, Step
from router.core.severity import Severity
from router.live.engine import Engine
from router.records import contacts, figures
from router.records.accounts import Account
from router.records.database import Database
from tests.kit.store import centre_of
from tests.records.test_records import NOW, admitted

DAY = 86_400_000
EVERY = [int(one) for one in Severity]


def anything(pick: random.Random, contact: str) -> Happening:
    """An event as a day has them: of any kind, with any facts."""
    facts = Facts(
        pick.choice(EVERY),
        **{
            name: pick.random() < 0.2
            for name in ("ours", "promised", "closed", "answered", "by_machine", "outside", "last",
                         "in_target")
        },
        waited_ms=pick.choice([None, 1_000.0, 40_000.0]),
    )  # fmt: skip
    name = pick.choice([*figures.COUNTING, "contact.offered", "contact.ended", "contact.ended"])
    ends = [*Outcome, *[Outcome.ABANDONED, Outcome.NOT_REACHED] * 5]
    outcome = str(pick.choice(ends)) if name == "contact.ended" else None
    kept = pick.random() < 0.9  # an answer that is not the first has no facts
    return Happening(name, contact=contact, outcome=outcome, facts=facts if kept else None)


async def test_a_figure_and_its_list_never_differ(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them, on one record: filling it takes longer than all that is asked of it."""
    monkeypatch.setattr(figures, "CHUNK", 17)  # several goes
    pick = random.Random(11)
    today: Counter[str] = Counter()
    async with database.write() as connection:
        for n in range(400):
            at = NOW + 1000 * n
            events = [anything(pick, f"c{n}.{part}") for part in range(pick.randint(1, 3))]
            step = Step(at=at, epoch=1, events=events)
            await contacts.fold(connection, [(contacts.sortable(f"{at}-0"), step)])
            for event in events:
                if event.facts is not None:
                    today.update(words_of(event.name, event.outcome, event.facts))
        outside = Step(at=NOW - 1, epoch=1, events=[anything(pick, "y") for _ in range(40)])
        await contacts.fold(connection, [(contacts.sortable(f"{NOW - 1}-0"), outside)])
    async with database.read() as connection:
        for name, figure in FIGURES.items():
            some = sum(figure.number(today, one) for one in EVERY)
            assert some > 0 or name in ("late", "late_apart"), name
            for severities in ([1], [2], [3], [4], EVERY):
                within, case = (NOW, NOW + DAY), (name, severities)
                found = await figures.counted(connection, within, figure, severities, 2000)
                counted = sum(figure.number(today, one) for one in severities)
                assert len(found) == counted, case
                places = [one.place for one in found]
                assert places == sorted(places, reverse=True), case
                assert {one.severity for one in found} <= set(severities), case
                few = await figures.counted(connection, within, figure, severities, 3)
                assert few == found[:3], case


@pytest.mark.parametrize("figure", ["offered", "left", "level", "all"])
async def test_no_row_is_missed_and_none_comes_twice_where_many_have_one_moment(
    database: Database, figure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row after the other, by the order of the rows: new ones push nothing over a page's edge."""
    monkeypatch.setattr(figures, "CHUNK", 4)
    pick = random.Random(7)

    async def happens(n: int) -> None:
        at = NOW + 1000 * (n // 25)
        events = [anything(pick, f"c{n}.{part}") for part in range(pick.randint(1, 3))]
        async with database.write() as connection:
            step = Step(at=at, epoch=1, events=events)
            await contacts.fold(connection, [(contacts.sortable(f"{at}-{n % 25}"), step)])

    async def listed(most: int, before: figures.Place | None = None) -> list[figures.Counted]:
        async with database.read() as connection:
            within = (NOW, NOW + DAY)
            return await figures.counted(connection, within, FIGURES[figure], EVERY, most, before)

    for n in range(150):
        await happens(n)
    whole = await listed(2000)
    assert len(whole) > 12
    assert len({one.place[0] for one in whole}) < len(whole) / 2
    for most in (1, 3, 7):
        pages, before = list[figures.Counted](), None
        while page := await listed(most, before):
            assert len(page) <= most
            pages += page
            assert len(pages) <= len(whole)
            before = page[-1].place
            if most == 7:
                await happens(150 + len(pages))
        assert pages == whole


async def lists_of(
    database: Database, contacts: list[LiveContact], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Awaitable[dict[str, Any]]]:
    monkeypatch.setattr(day_lists, "MOST", 4)
    nowhere = Engine("unix:///nowhere/at/all.sock")
    view = View(contacts={live.id: live for live in contacts}, clock=lambda: NOW + 60_000)
    lists = DayLists(centre_of(database, nowhere), view)

    dana = Account("u1", "dana", "Dana", "supervisor", {}, active=True, password_hash="x")
    page = Page(dana, PAGE_KINDS["board"], "conn-dana")

    async def asked(before: str = "") -> dict[str, Any]:
        return await lists._figure(page, FigureForm("level", 3, before))  # type: ignore[return-value]

    return asked


async def test_who_is_late_comes_first_and_the_pages_go_on_after_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = Facts(3, in_target=True, waited_ms=40_000.0)
    async with database.write() as connection:
        for n in range(7):
            event = Happening("contact.answered", contact=f"a{n}", facts=facts)
            step = Step(at=NOW, epoch=1, events=[event])
            await contacts.fold(connection, [(contacts.sortable(f"{NOW}-{n}"), step)])
    late = [
        LiveContact(f"l{n}", "voice", 3, NOW - 1_000 * (n // 3), 0.0, answer_by=NOW)
        for n in range(6)
    ]
    asked = await lists_of(database, late, monkeypatch)
    seen, before, pages = list[str](), "", list[int]()
    while True:
        page = await asked(before)
        assert page["before"] == before
        seen += [row["contact"] for row in page["rows"]]
        pages.append(len(page["rows"]))
        if page["older"] is None:
            break
        before = page["older"]
    assert pages == [4, 4, 4, 1]
    assert seen == ["l3", "l4", "l5", "l0", "l1", "l2", *(f"a{n}" for n in range(6, -1, -1))]


async def test_a_row_tells_who_it_is_as_the_record_knows_them(database: Database) -> None:
    live = await admitted(database)
    async with database.read() as connection:
        found = await figures.described(connection, [live.id, "not yet"], {})
    assert found == {
        live.id: {
            "channel": live.channel, "direction": "in", "due_from": live.arrived_at,
            "who": "+1 206 ••• 0142",
            "incident": live.incident, "incident_no": "INC-20401", "agent_name": None,
            "outcome": None,
        }
    }  # fmt: skip


async def test_a_call_that_a_number_outside_took_has_its_label(database: Database) -> None:
    live = await admitted(database)
    taken = Happening("contact.answered", contact=live.id, handed_to="Night lead")
    async with database.write() as connection:
        step = Step(at=NOW, epoch=1, events=[taken])
        await contacts.fold(connection, [(contacts.sortable(f"{NOW}-0"), step)])
        found = await figures.described(connection, [live.id], {})
    assert found[live.id]["agent_name"] == "Night lead"


@pytest.mark.parametrize(("channel", "late", "whole"), [
    ("voice", False, 134_000), ("sms", False, None), ("voice", True, None),
])  # fmt: skip
def test_a_call_tells_since_when_its_target_counts(
    channel: str, late: bool, whole: int | None
) -> None:
    counted = {"contact": "c", "at": NOW + 134_000, "waited_ms": 4_000, "late": late}
    known = UNKNOWN | {"channel": channel, "due_from": NOW}
    row = as_row(counted, known)
    assert (row["waited_ms"], row["in_all_ms"]) == (4_000, whole)
    assert "due_from" not in row


async def test_a_call_in_place_of_a_promised_one_tells_since_when_that_was_due(
    database: Database,
) -> None:
    live = await admitted(database)
    live.due_from = live.arrived_at + 5_000
    async with database.write() as connection:
        step = Step(at=NOW, epoch=1, contacts=[live])
        await contacts.fold(connection, [(contacts.sortable(f"{NOW}-0"), step)])
        found = await figures.described(connection, [live.id], {})
    assert found[live.id]["due_from"] == live.arrived_at + 5_000


def test_a_call_that_the_record_does_not_have_yet_tells_only_how_long_it_waited() -> None:
    counted = {"contact": "c", "at": NOW, "waited_ms": 4_000, "late": False}
    assert as_row(counted, UNKNOWN)["in_all_ms"] is None

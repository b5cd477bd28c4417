"""What belongs where is put right, and back again exactly: merged, moved, split, joined, undone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from router.core.filing import GOES, STAYS, left_by, side_of
from router.incidents.facts import Facts, Written
from router.incidents.filing import Filed, Filings, Undo
from router.incidents.joining import Join
from router.incidents.merging import Merge, merge
from router.incidents.moving import Move
from router.incidents.next_actions import NextActions
from router.incidents.parties import Newcomer, Parties
from router.live.engine import Engine
from router.records import (
    audit_lines,
    callbacks,
    contacts,
    drafts,
    messages,
    next_actions,
    party_facts,
    people,
    reached,
)
from router.records.database import Database, RecordContended, once_more
from router.records.filings import AtWork
from router.records.people import IncidentRef
from tests.kit.filings import drive
from tests.kit.store import centre_of
from tests.records.test_incident_changes import contact_in, incident_of, life_of
from tests.records.test_next_actions import acts, agents, document, lines, plan_of
from tests.records.test_records import NOW

WAITS = text("select count(*) from pg_locks where not granted")
MAYA, STRANGER = "+12065550142", "+12065550177"


class Room:
    """Two incidents, whoever works on them, and what the index was told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.told: list[tuple[str, str, str]] = []
        self.filings = Filings(database, self._tell)
        self.actions = NextActions(centre_of(database, Engine("unix:///nowhere.sock")))
        self.who: dict[str, str] = {}

    async def _tell(self, it: AtWork) -> None:
        self.told.append((it.contact, it.incident, it.number))

    async def begin(self) -> tuple[IncidentRef, IncidentRef]:
        self.who = await agents(self.database)
        here = await incident_of(self.database, MAYA, severity=3)
        there = await incident_of(self.database, STRANGER, severity=1)
        await contact_in(self.database, here, "c-maya", state="active")
        await contact_in(self.database, there, "c-stranger", channel="sms", state="ended")
        return here, there

    async def merge(self, one: IncidentRef, other: IncidentRef, **more: Any) -> Filed:
        order = Merge(one.id, other.id, self.who["Elena"], more.pop("key", "k"), **more)
        return await self.filings.merge(order, NOW + 10)

    async def move(self, of: IncidentRef, *contacts: str, **more: Any) -> Filed:
        given = {"notes": (), "to": None, "by": self.who["Elena"], "key": "k"} | more
        return await self.filings.move(Move(of.id, contacts, **given), NOW + 10)

    async def undo(self, of: IncidentRef, *back: str) -> Filed:
        """The last act on its timeline."""
        told = [one["filing"] for one in await self.timeline(of.id) if one.get("filing")]
        found = [one["id"] for one in sorted(told, key=lambda one: one["what"] == "split")]
        return await self.filings.undo(
            Undo(found[-1], self.who["Priya"], frozenset(back)), NOW + 30
        )

    async def undo_join(self, of: IncidentRef) -> Filed:
        told = [one["filing"] for one in await self.timeline(of.id) if one.get("filing")]
        (joined,) = [one["id"] for one in told if one["what"] == "joined"]
        return await self.filings.undo(Undo(joined, self.who["Priya"], frozenset()), NOW + 30)

    async def timeline(self, of: str) -> list[dict[str, Any]]:
        return (await document(self.database, of))["timeline"]  # type: ignore[return-value]

    async def has(self, of: str) -> list[str]:
        async with self.database.read() as connection:
            return sorted(row.id for row in await contacts.by_incident(connection, of))


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


async def _said(
    room: Room, of: IncidentRef, says: str, at: int, *, who: str = STRANGER, to: str = "record"
) -> None:
    async with room.database.write() as connection:
        found = await people.find_address(connection, "phone", who)
        assert found is not None
        by = room.who["Elena"]
        await party_facts.agree(connection, of.id, found.party, to, says, by, NOW + at)


async def _agreed(room: Room, of: IncidentRef) -> list[dict[str, str]]:
    told = (await document(room.database, of.id))["parties"]
    found = [one["consent"] for one in told if one["consent"]]
    return [{what: said["says"] for what, said in one.items()} for one in found]


async def test_what_somebody_agreed_to_before_a_merge_is_theirs_once_that_is_undone(
    room: Room,
) -> None:
    here, there = await room.begin()
    await _said(room, there, "yes", 1)
    assert (await room.merge(here, there)).reply.ok
    assert await _agreed(room, here) == [{"record": "yes"}]
    assert (await room.undo(here)).reply.ok
    assert await _agreed(room, there) == [{"record": "yes"}]
    assert await _agreed(room, here) == []


@pytest.mark.parametrize(("says", "left"), [("no", [{"record": "no"}]), ("", [])])
async def test_the_newest_word_about_somebody_goes_with_them_when_a_merge_is_undone(
    room: Room, says: str, left: list[dict[str, str]]
) -> None:
    here, there = await room.begin()
    await _said(room, there, "yes", 1)
    assert (await room.merge(here, there)).reply.ok
    await _said(room, here, "yes", 11, to="contact")
    await _said(room, here, "no", 11)
    await _said(room, here, says, 12)
    known = await _agreed(room, here)
    assert known == [{"contact": "yes"} | (left[0] if left else {})]
    assert (await room.undo(here)).reply.ok
    assert await _agreed(room, there) == known
    assert await _agreed(room, here) == []


async def test_what_somebody_of_both_incidents_said_stands_in_both_after_an_undo(
    room: Room,
) -> None:
    here, there = await room.begin()
    async with room.database.write() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
        assert maya is not None
        await people.put_party(connection, there.id, maya.party, "owner")
    await _said(room, there, "yes", 1, who=MAYA)
    assert (await room.merge(here, there)).reply.ok
    await _said(room, here, "no", 11, who=MAYA)
    assert (await room.undo(here)).reply.ok
    assert await _agreed(room, there) == await _agreed(room, here) == [{"record": "no"}]


@pytest.mark.parametrize("maya", ["yes", "no", None])
async def test_what_a_joined_person_agreed_to_is_kept_and_theirs_again_when_they_are_parted(
    room: Room, maya: str | None
) -> None:
    here, there = await room.begin()
    assert (await room.merge(here, there)).reply.ok
    if maya:
        await _said(room, here, maya, 11, who=MAYA)
    await _said(room, here, "no", 12)
    before = await _agreed(room, here)
    await _join(room, here)
    assert await _agreed(room, here) == [{"record": "no"}]
    assert (await room.undo_join(here)).reply.ok
    assert await _agreed(room, here) == before


@pytest.mark.parametrize(("says", "left"), [("no", ["no", "no"]), ("yes", ["no", "yes"])])
async def test_a_no_that_was_said_while_two_were_one_person_is_a_no_of_both(
    room: Room, says: str, left: list[str]
) -> None:
    here, there = await room.begin()
    assert (await room.merge(here, there)).reply.ok
    await _said(room, here, "no", 12)
    await _join(room, here)
    await _said(room, here, says, 25, who=MAYA)
    assert (await room.undo_join(here)).reply.ok
    assert sorted(one["record"] for one in await _agreed(room, here)) == left


async def _join(room: Room, of: IncidentRef) -> None:
    async with room.database.read() as connection:
        maya = await people.find_address(connection, "phone", MAYA)
        stranger = await people.find_address(connection, "phone", STRANGER)
    assert maya is not None
    assert stranger is not None
    order = Join(of.id, maya.party, stranger.party, room.who["Elena"], "k")
    assert (await room.filings.join(order, NOW + 20)).reply.ok


async def test_every_reference_of_a_merged_incident_leads_to_the_one_that_stays(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    assert (await room.merge(here, there)).reply.ok
    async with database.read() as connection:
        by_number = await people.incident_by_number(connection, there.number)
        stranger = await people.find_address(connection, "phone", STRANGER)
        assert stranger is not None
        next_text = await people.open_incident_of(connection, stranger.party)
        subjects = await audit_lines.subjects_of(connection, there.word)
    assert by_number is not None
    assert next_text is not None
    assert {by_number.id, next_text.id} == {here.id}
    assert {here.id, there.id, "c-maya", "c-stranger"} == set(subjects)
    shown = await document(database, there.id)
    assert (shown["id"], shown["severity"]) == (here.id, 1)  # the worst of both
    assert await room.has(there.id) == ["c-maya", "c-stranger"]
    assert shown["linked"][0]["number"] == there.word  # type: ignore[index]
    assert room.told == [("c-maya", here.id, here.word)]
    assert await acts(database) == [(room.who["Elena"], "incident.merged")]


async def test_a_merge_is_told_on_the_timeline_and_undone_there_exactly(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    before = [await document(database, one.id) for one in (here, there)]
    assert (await room.merge(here, there)).reply.ok
    merged = f"{there.word}, About {STRANGER}, merged into this incident by Elena"
    assert ("Elena", merged) in await lines(database, here.id)
    assert (await room.undo(here)).reply.ok
    after = [await document(database, one.id) for one in (here, there)]
    for was, now in zip(before, after, strict=True):
        assert was | {"timeline": 0} == now | {"timeline": 0}
    assert [text for _, text in await lines(database, there.id)][-2:] == [
        f"merged into {here.word}, About {MAYA} by Elena",
        f"{here.word} and {there.word} parted again by Priya",
    ]
    again = await room.undo(here)
    assert (again.reply.ok, again.reply.duplicate) == (True, True)
    assert len(await acts(database)) == 2


async def test_a_call_promised_before_a_merge_for_a_later_time_has_not_come_since(
    database: Database, room: Room
) -> None:
    """Found by a user: its place in the order is the time for which it is promised."""
    here, there = await room.begin()
    later = NOW + 60_000
    for name, made in (("c-before", NOW + 1), ("c-since", NOW + 20)):
        await contact_in(database, here, name, arrived_at=later, dir="out", state="ended")
        async with database.write() as connection:
            person = await people.find_or_make(connection, "phone", STRANGER, NOW)
            await callbacks.add(
                connection, callback_id=f"k-{name}", incident_id=here.id, address=person.address,
                contact_id=name, asked_by="u1", why="", kind="scheduled",
                not_before=later, now=made,
            )  # fmt: skip
    merged = await room.merge(here, there)
    assert merged.reply.ok
    [filing] = [one["filing"] for one in await room.timeline(here.id) if one.get("filing")]
    assert [one.id for one in await room.filings.since(filing["id"])] == ["c-since"]


async def test_first_words_begun_to_somebody_of_a_merged_incident_leave_with_them(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    async with database.read() as connection:
        stranger = await people.find_address(connection, "phone", STRANGER)
    assert stranger is not None
    assert (await room.merge(here, there)).reply.ok
    async with database.write() as connection:
        to = await reached.at(connection, here.id, stranger.address)
        await drafts.save_first(
            connection, to.incident, to.address, "u1", subject="", text="Dear", now=NOW + 20
        )
        shown = await drafts.first_of_incident(connection, here.id, ["u1"])
    assert set(shown["u1"]) == {stranger.address}
    assert (await room.undo(here)).reply.ok
    async with database.read() as connection:
        begun = [
            await drafts.first_of_incident(connection, one.id, ["u1"]) for one in (here, there)
        ]
    assert [set(one["u1"]) for one in begun] == [set(), {stranger.address}]


async def test_an_order_repeated_is_one_and_merging_back_is_refused_in_words(room: Room) -> None:
    here, there = await room.begin()
    first, again = await room.merge(here, there), await room.merge(here, there)
    assert (first.reply.duplicate, again.reply.duplicate) == (False, True)
    back = (await room.merge(there, here, key="other")).reply
    assert (back.code, back.text) == ("too_late", "these are one incident already")


async def test_a_closed_one_goes_into_an_open_one_and_never_the_other_way(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    assert (await life_of(database).close(there.id, room.who["Elena"], "resolved", "", NOW)).ok
    refused = (await room.merge(there, here)).reply
    assert (refused.code, there.word in refused.text) == ("not_ready", True)
    assert (await room.merge(here, there)).reply.ok
    assert (await document(database, here.id))["severity"] == 3  # a closed one lends nothing
    assert (await room.undo(here)).reply.ok
    assert (await document(database, there.id))["state"] == "closed"


async def test_of_two_next_actions_a_person_chooses_one_and_both_are_there_after_the_undo(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    for one, what in ((here, "Call Maya"), (there, "Call the vet")):
        assert (await room.actions.plan(plan_of(one, room.who["Elena"], what=what), NOW)).ok
    async with database.read() as connection:
        theirs = await next_actions.open_of(connection, there.id)
    assert theirs is not None
    assert (await room.merge(here, there)).reply.code == "too_late"
    assert (await room.merge(here, there, next=theirs.id)).reply.ok
    assert (await document(database, here.id))["next"]["what"] == "Call the vet"  # type: ignore[index]
    assert (await room.undo(here)).reply.ok
    shown = [(await document(database, one.id))["next"]["what"] for one in (here, there)]  # type: ignore[index]
    assert shown == ["Call Maya", "Call the vet"]


async def test_what_came_since_stays_unless_a_person_says_where_it_belongs(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    assert (await room.merge(here, there)).reply.ok
    for name in ("c-later", "c-last"):
        await contact_in(database, here, name, arrived_at=NOW + 20, state="ended")
    [act] = [one["filing"]["id"] for one in await room.timeline(here.id) if one.get("filing")]
    assert [(one.id, one.side) for one in await room.filings.since(act)] == [
        ("c-last", STAYS), ("c-later", STAYS),
    ]  # fmt: skip
    assert (await room.undo(here, "c-later")).reply.ok
    assert await room.has(here.id) == ["c-last", "c-maya"]
    assert await room.has(there.id) == ["c-later", "c-stranger"]


def test_a_side_is_proposed_by_whose_it_is_and_a_severity_that_was_changed_stays() -> None:
    assert side_of("p2", stays=["p1"], goes=["p2"]) == GOES
    assert side_of("p1", stays=["p1"], goes=["p1", "p2"]) == STAYS
    assert side_of(None, stays=[], goes=["p2"]) == STAYS
    assert left_by(1, 3, [1], []) == 3
    assert left_by(4, 3, [1], []) == 4  # a person said so since


async def test_two_who_merge_crosswise_at_once_one_wins_and_the_other_is_told(
    room: Room,
) -> None:
    here, there = await room.begin()
    both = await asyncio.gather(room.merge(here, there), room.merge(there, here))
    assert sorted((one.reply.ok, one.reply.code) for one in both) == [
        (False, "too_late"), (True, ""),
    ]  # fmt: skip


async def test_a_fact_written_while_its_incident_is_merged_is_judged_by_the_one_that_stays(
    database: Database, room: Room
) -> None:
    if database.sqlite:
        return  # one writer
    here, there = await room.begin()
    facts = Facts(centre_of(database, Engine("unix:///nowhere.sock")))
    assert (await facts.write(Written(here.id, "booking", "R-1", "", "u1"), NOW)).ok
    async with database.write() as merging_them, database.read() as other:
        order = Merge(here.id, there.id, room.who["Elena"], "k")
        assert (await merge(merging_them, order, NOW + 1)).ok
        late = Written(there.id, "booking", "R-2", "", "u2")  # it had none, as the page showed
        writing = asyncio.create_task(facts.write(late, NOW + 2))
        while not (await other.execute(WAITS)).scalar_one():
            await asyncio.sleep(0.001)
    told = await writing
    assert (told.code, "R-1" in told.text) == ("too_late", True)


async def test_an_undo_while_the_one_that_stays_is_merged_takes_its_severity_from_the_top(
    database: Database, room: Room
) -> None:
    if database.sqlite:
        return  # one writer
    here, there = await room.begin()
    top = await incident_of(database, "+12065550199", severity=4)
    assert (await room.merge(here, there)).reply.ok
    async with database.write() as merging_them, database.read() as other:
        order = Merge(top.id, here.id, room.who["Elena"], "k2")
        assert (await merge(merging_them, order, NOW + 20)).ok
        undoing = asyncio.create_task(room.undo(here))
        while not (await other.execute(WAITS)).scalar_one():
            await asyncio.sleep(0.001)
    assert (await undoing).reply.ok
    async with database.read() as connection:
        found = [await people.incident_by_id(connection, one.id) for one in (top, there)]
    assert [one.severity for one in found if one] == [3, 1]


async def test_a_call_moves_with_its_notes_and_back_with_what_came_since(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    await _note(database, here, "note-of-call", "c-maya", room.who["Elena"])
    assert (await room.move(here, "c-maya", to=there.id)).reply.ok
    assert await room.has(there.id) == ["c-maya", "c-stranger"]
    assert room.told == [("c-maya", there.id, there.word)]
    await _note(database, there, "note-later", "c-maya", room.who["Priya"], at=NOW + 20)
    assert (await room.undo(here)).reply.ok
    assert await _notes(database, here) == ["note-later", "note-of-call"]
    told = [text for _, text in await lines(database, here.id)]
    assert f"a call moved to {there.word} by Elena" in told
    assert f"a call moved back from {there.word} to {here.word} by Priya" in told
    assert (await room.move(here, "c-maya", to=here.id, key="2")).reply.code == "too_late"
    assert (await room.move(here, "c-gone", to=there.id, key="3")).reply.code == "too_late"


async def test_what_was_moved_again_since_is_not_moved_back_before_that(room: Room) -> None:
    here, there = await room.begin()
    assert (await room.move(here, "c-maya", to=there.id)).reply.ok
    assert (await room.move(there, "c-maya", to=here.id)).reply.ok
    first = next(one["filing"]["id"] for one in await room.timeline(here.id) if one.get("filing"))
    done = await room.filings.undo(Undo(first, room.who["Elena"]), NOW + 30)
    assert (done.reply.ok, done.reply.code) == (False, "not_ready")


async def test_a_note_is_moved_by_whoever_wrote_it_and_goes_on_being_written_there(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    await _note(database, here, "note-alone", None, room.who["Priya"])
    refused = await room.move(here, notes=("note-alone",), to=there.id)
    assert refused.reply.code == "not_yours"
    moved = await room.move(here, notes=("note-alone",), to=there.id, by=room.who["Priya"])
    assert moved.reply.ok
    assert f"a note moved to {there.word} by Priya" in [
        t for _, t in await lines(database, here.id)
    ]
    await _note(database, here, "note-alone", None, room.who["Priya"], text="more words")
    assert (await _notes(database, here), await _notes(database, there)) == ([], ["note-alone"])


async def test_a_split_begins_an_incident_of_the_same_owner_and_both_name_the_other(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    assert (await room.merge(here, there)).reply.ok
    split = await room.move(here, "c-stranger")
    assert split.at is not None
    new = await document(database, split.at)
    assert (new["owner"], new["parties"][0]["name"]) == (room.who["Elena"], "+1 206 ••• 0142")  # type: ignore[index]
    assert new["linked"][0]["number"] == here.word  # type: ignore[index]
    names = {one["number"] for one in (await document(database, here.id))["linked"]}  # type: ignore[attr-defined]
    assert names == {there.word, new["number"]}
    assert (await room.undo(here)).reply.ok
    assert (await document(database, split.at))["id"] == here.id  # its number still answers
    assert await room.has(here.id) == ["c-maya", "c-stranger"]


async def test_a_split_is_called_what_was_said_in_what_moved_not_what_it_was_split_from(
    database: Database, room: Room
) -> None:
    here, _ = await room.begin()
    await contact_in(database, here, "c-mail", channel="email")
    await contact_in(database, here, "c-quiet", who={"name": "+1 206 ••• 0142"})
    async with database.write() as connection:
        for at, way, words in ((3, "out", "Hello"), (5, "in", "My bill is wrong. > Dog?")):
            assert await messages.add(
                connection, id=f"m{at}", key=f"k{at}", contact="c-mail", incident=here.id,
                channel="email", direction=way, text=words, folds="[17, 7]", status="received",
                at=NOW + at,
            )  # fmt: skip
    await _note(database, here, "n-call", "c-maya", room.who["Elena"], text="Gate was left open")
    await _note(database, here, "n-alone", None, room.who["Elena"], text="Ask for the receipt")
    titles = []
    for moved in ({"contacts": ("c-mail",)}, {"contacts": ("c-maya",)}, {"contacts": ("c-quiet",)},
                  {"notes": ("n-alone",)}):  # fmt: skip
        split = await room.move(here, *moved.pop("contacts", ()), **moved)
        assert split.at is not None
        titles.append((await document(database, split.at))["title"])
    assert titles == [
        "My bill is wrong.", "Gate was left open", "Call from +1 206 ••• 0142",
        "Ask for the receipt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: Fwd: [INC-20401] Your keys", "Your keys"),
        ("[INC-20401] RE[2]: AW: Your keys", "Your keys"),
        ("Your keys [inc-20401]", "Your keys"),
        ("Regarding: the keys", "Regarding: the keys"),
        ("Re: [INC-20401]", "They do not fit."),
    ],
)
async def test_a_split_mail_is_called_what_it_is_about_without_another_number(
    database: Database, room: Room, subject: str, title: str
) -> None:
    here, _ = await room.begin()
    await contact_in(database, here, "c-mail", channel="email")
    async with database.write() as connection:
        assert await messages.add(
            connection, id="m3", key="k3", contact="c-mail", incident=here.id, channel="email",
            direction="in", text="They do not fit.", subject=subject, status="received", at=NOW,
        )  # fmt: skip
    split = await room.move(here, "c-mail")
    assert split.at is not None
    assert (await document(database, split.at))["title"] == title


async def test_two_parties_are_one_person_until_they_are_parted(
    database: Database, room: Room
) -> None:
    here, _ = await room.begin()
    async with database.write() as connection:
        mail = await people.find_or_make(connection, "email", "maya@example.com", NOW, "Maya")
        await people.add_party(connection, here.id, mail.party, "owner")
        call = await people.find_address(connection, "phone", MAYA)
    assert call is not None
    before = (await document(database, here.id))["parties"]
    order = Join(here.id, call.party, mail.party, room.who["Elena"], "k")
    first, again = await room.filings.join(order, NOW), await room.filings.join(order, NOW)
    assert (first.reply.ok, again.reply.duplicate) == (True, True)
    [one] = (await document(database, here.id))["parties"]  # type: ignore[misc]
    assert (one["name"], len(one["addresses"])) == ("Maya", 2)
    async with database.read() as connection:
        writes = await people.find_address(connection, "email", "maya@example.com")
    assert writes is not None
    assert writes.party == call.party  # her next mail is hers
    assert (await room.undo(here)).reply.ok
    assert (await document(database, here.id))["parties"] == before


async def test_what_the_record_breaks_off_is_tried_once_more() -> None:
    tries = []

    async def act() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise RecordContended("deadlock")
        return len(tries)

    assert await once_more(act) == 2


async def test_two_who_add_each_others_unnamed_callers_at_once_are_both_served(
    database: Database, room: Room
) -> None:
    here, there = await room.begin()
    parties = Parties(centre_of(database, Engine("unix:///nowhere.sock")))
    for n in range(5):
        both = await asyncio.gather(
            parties.add(Newcomer(here.id, "phone", STRANGER, f"A{n}", "vet", "u"), NOW + n),
            parties.add(Newcomer(there.id, "phone", MAYA, f"B{n}", "vet", "u"), NOW + n),
        )
        assert all(one.ok for one in both)


async def test_after_many_random_acts_all_is_undone_exactly(tmp_path: Path) -> None:
    found = await drive(tmp_path, seed=4, acts=14, many=8)
    assert (found["differs"], found["figures_equal"]) == ([], True)


@pytest.mark.long
async def test_after_a_thousand_random_acts_all_is_undone_exactly(tmp_path: Path) -> None:
    found = await drive(tmp_path, seed=1, acts=1_000, many=40)
    assert (found["differs"], found["figures_equal"]) == ([], True)


async def _note(
    database: Database, of: IncidentRef, name: str, contact: str | None, author: str, **more: Any
) -> None:
    at = more.get("at", NOW)
    async with database.write() as connection:
        assert await messages.save_note(
            connection, name, incident=of.id, contact=contact, author=author,
            text=more.get("text", "words"), offset_ms=None, now=at,
        )  # fmt: skip


async def _notes(database: Database, of: IncidentRef) -> list[str]:
    async with database.read() as connection:
        return sorted(row.id for row in await messages.notes_of(connection, of.id))

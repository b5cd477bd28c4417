"""A restricted incident in the record: its list, who stands on it, and what comes to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from holdfast.followers.passing_on import PassingOn
from router.callbacks.immediate import Callbacks, NumberOrder
from router.core.config import OnCall
from router.core.current import Current
from router.core.restricted import kept
from router.core.severity import Channel
from router.core.terms import Terms
from router.incidents.at_work import index_of, tell_of
from router.incidents.filing import Filings, Undo
from router.incidents.merging import Merge
from router.incidents.moving import Move
from router.incidents.next_actions import NextActions, Plan
from router.incidents.ownership import Gift, Ownership
from router.incidents.restricting import Restricting, Restriction
from router.intake.door import Text
from router.on_call import OutsideRouting
from router.records import (
    accounts,
    contacts,
    filings,
    incident_changes,
    next_actions,
    people,
    schema,
    sight,
    timeline,
)
from router.records.database import Database
from tests.intake.test_intake import MAYA, SUPPORT, settle
from tests.intake.test_lent_severity import Place
from tests.kit.store import CONFIG, World, centre_of

OTHER = "+12065550188"
AUDIT = select(schema.audit).order_by(schema.audit.c.id)
NIGHT = OnCall(name="night", word="Night lead", number="+12065550151")


class Few(Place):
    """Maya's incident, and people who work here."""

    who: dict[str, str]

    async def begin(self, words: str = "a question about my sitter") -> str:
        self.who = {}
        async with self.database.write() as connection:
            for login in ("lea", "leo", "noah"):
                made = await accounts.add(
                    connection, login=login, name=login.title(), role="agent", password_hash="x",
                    skills={}, now=1,
                )  # fmt: skip
                assert made is not None
                self.who[login] = made.id
        await self.writes("sms:1", words)
        return self.incident

    async def restrict(self, *logins: str, before: tuple[str, ...] = (), **more: Any) -> str:
        order = Restriction(
            more.get("incident", self.incident), self.ids(*logins), self.ids(*before),
            more.get("reason", "about one of us"), self.who[more.get("by", "lea")],
        )  # fmt: skip
        reply = (await Restricting(self.centre).restrict(order, self.world.now)).reply
        await tell_of(self.database, [order.incident], index_of(self.centre))
        return "" if reply.ok else reply.code

    def ids(self, *logins: str) -> tuple[str, ...]:
        return tuple(self.who[one] for one in logins)

    async def people(self, incident: str | None = None) -> list[str]:
        async with self.database.read() as connection:
            found = await people.incident_by_id(connection, incident or self.incident)
        assert found is not None
        names = {one: login for login, one in self.who.items()}
        return sorted(names[one] for one in (found.only or "").split())

    async def stranger(self, key: str = "t1") -> tuple[str, str]:
        arrival = await self.intake.text(
            Text(Channel.SMS, key, OTHER, SUPPORT, "when do you open"), self.world.now
        )
        assert arrival is not None
        return str(arrival.contact.incident), arrival.contact_id

    @property
    def filings(self) -> Filings:
        return Filings.of(self.centre)


@pytest.fixture
def place(database: Database, world: World) -> Few:
    return Few(database, world)


async def test_what_waits_and_what_comes_is_for_those_on_the_list(place: Few) -> None:
    first = await place.begin()
    assert await place.restrict("lea", "leo") == ""
    only = dict.fromkeys(sorted(place.ids("lea", "leo")), True)
    call = await place.call(line=SUPPORT)
    assert call.contact.incident == first
    snapshot = await place.world.engine.snapshot()
    assert [live.only for live in snapshot.contacts] == [only, only]
    await settle(place.database, place.world)
    async with place.database.read() as connection:
        rebuilt = await contacts.open_contacts(connection)
    assert [live.only for live in rebuilt] == [only, only]


async def test_an_index_that_was_not_told_is_built_with_the_list(place: Few) -> None:
    await place.begin()
    order = Restriction(place.incident, place.ids("lea"), (), "about one of us", "lea")
    assert (await Restricting(place.centre).restrict(order, place.world.now)).reply.ok
    await settle(place.database, place.world)
    async with place.database.read() as connection:
        (live,) = await contacts.open_contacts(connection)
    assert live.only == {place.who["lea"]: True}


async def test_it_is_lifted_and_each_change_has_its_lines(place: Few) -> None:
    await place.begin()
    assert await place.restrict("lea") == ""
    assert await place.restrict("lea", "leo", before=("lea",)) == ""
    assert await place.restrict(before=("lea", "leo"), reason="it was nothing") == ""
    assert await place.people() == []
    (live,) = (await place.world.engine.snapshot()).contacts
    assert live.only is None
    async with place.database.read() as connection:
        lines = [row.action for row in await connection.execute(AUDIT)]
        told = [
            (row.after, row.words)
            for row in await incident_changes.history(connection, place.incident)
            if row.what == "restricted"
        ]
    assert [one for one in lines if "restricted" in one] == [
        "incident.restricted", "incident.restricted", "incident.unrestricted"
    ]  # fmt: skip
    assert told == [("1", "about one of us"), ("2", "about one of us"), ("0", "it was nothing")]


async def test_a_list_is_refused(place: Few) -> None:
    await place.begin()
    assert await place.restrict("lea", reason="") == "bad_request"
    assert await place.restrict("lea", before=("leo",)) == "too_late"
    place.who["nobody"] = "nobody"
    assert await place.restrict("nobody") == "unknown"
    assert await place.restrict("lea", incident="i0") == "unknown"
    assert await place.people() == []
    assert await place.restrict("leo") == ""
    assert await place.restrict("lea", "leo", before=("leo",)) == "restricted"  # lea is not on it
    assert await place.people() == ["leo"]


async def test_whoever_has_to_do_with_it_stands_on_the_list(place: Few) -> None:
    incident = await place.begin()
    lea, leo = place.ids("lea", "leo")
    gift = Gift(incident, leo, leo, None)
    assert (await Ownership(place.centre).give(gift, place.world.now)).ok
    assert await place.restrict("lea") == "not_ready"
    plan = Plan(incident, "call the vet", lea, place.world.now + 60_000, leo, "k", None)
    assert (await NextActions(place.centre).plan(plan, place.world.now)).ok
    assert await place.restrict("leo") == "not_ready"
    assert await place.restrict("lea", "leo") == ""


async def test_who_is_let_in_is_on_the_list(place: Few) -> None:
    incident = await place.begin()
    assert await place.restrict("lea") == ""
    doors, noah = Restricting(place.centre), place.who["noah"]
    assert (await doors.let_in(incident, noah, "", place.world.now)).reply.code == "bad_request"
    assert await place.people() == ["lea"]
    assert (await doors.let_in(incident, noah, "nobody else is here", place.world.now)).reply.ok
    assert (await doors.let_in(incident, noah, "again", place.world.now)).reply.duplicate
    assert await place.people() == ["lea", "noah"]
    async with place.database.read() as connection:
        line = (await connection.execute(AUDIT)).all()[-1]
    assert (line.actor, line.action, line.detail) == (
        noah, "incident.let_in", "nobody else is here"
    )  # fmt: skip


async def test_two_with_different_lists_are_not_merged(place: Few) -> None:
    here = await place.begin()
    there, _ = await place.stranger()
    assert await place.restrict("lea") == ""
    for stays, goes in ((here, there), (there, here)):
        merged = await place.filings.merge(Merge(stays, goes, "u1", "k"), place.world.now)
        assert merged.reply.code == "not_ready"
    assert await place.restrict("lea", incident=there) == ""
    assert (await place.filings.merge(Merge(here, there, "u1", "k"), place.world.now)).reply.ok


async def test_undone_each_has_the_list_that_counted_for_both(place: Few) -> None:
    here = await place.begin()
    there, _ = await place.stranger()
    merge = Merge(here, there, "u1", "k")
    assert (await place.filings.merge(merge, place.world.now)).reply.ok
    assert await place.restrict("lea") == ""
    assert await place.people(there) == ["lea"]
    assert (await place.filings.undo(Undo(merge.id, "u1"), place.world.now)).reply.ok
    assert (await place.people(here), await place.people(there)) == (["lea"], ["lea"])


async def test_nothing_leaves_it_by_a_move_and_what_is_split_off_has_its_list(
    place: Few,
) -> None:
    here = await place.begin()
    there, theirs = await place.stranger()
    (mine,) = (
        live.id for live in (await place.world.engine.snapshot()).contacts if live.id != theirs
    )
    await settle(place.database, place.world)
    assert await place.restrict("lea") == ""
    out = Move(here, (mine,), (), there, "u1", "k1")
    assert (await place.filings.move(out, place.world.now)).reply.code == "not_ready"
    into = Move(there, (theirs,), (), here, "u1", "k2")
    assert (await place.filings.move(into, place.world.now)).reply.ok
    live = await place.live(theirs)
    assert live.only == {place.who["lea"]: True}
    undone = await place.filings.undo(Undo(into.id, "u1"), place.world.now)
    assert undone.reply.code == "not_ready"
    split = await place.filings.move(Move(here, (mine,), (), None, "u1", "k3"), place.world.now)
    assert split.reply.ok
    live = await place.live(mine)
    assert live.incident != here
    assert await place.people(live.incident) == ["lea"]


async def test_whoever_stands_in_for_the_list_does_not_own_it(place: Few) -> None:
    incident = await place.begin()
    assert await place.restrict("lea") == ""
    async with place.database.write() as connection:
        await people.own_if_nobody_does(connection, incident, place.who["noah"])
        assert (await people.incident_by_id(connection, incident)).owner is None  # type: ignore[union-attr]
        await people.own_if_nobody_does(connection, incident, place.who["lea"])
        assert (await people.incident_by_id(connection, incident)).owner == place.who["lea"]  # type: ignore[union-attr]


async def test_it_is_passed_on_to_somebody_who_is_put_on_its_list(place: Few) -> None:
    incident = await place.begin()
    ownership, (lea, noah) = Ownership(place.centre), place.ids("lea", "noah")
    assert (await ownership.give(Gift(incident, lea, lea, None), place.world.now)).ok
    assert await place.restrict("lea") == ""
    assert await ownership.pass_on(lea, noah, [incident], place.world.now, "left") == [incident]
    assert await place.people() == ["lea", "noah"]


async def test_one_place_says_who_may_see_what(place: Few) -> None:
    here = await place.begin()
    there, theirs = await place.stranger()
    assert await place.restrict("lea", "leo") == ""
    lea, noah = place.ids("lea", "noah")
    async with place.database.read() as connection:
        assert await sight.hidden_from(connection, [here, there], noah) == {here}
        assert await sight.hidden_from(connection, [here, there], lea) == set()
        assert await sight.people_of(connection, "incident", here) == (
            here, frozenset(place.ids("lea", "leo"))
        )  # fmt: skip
        assert await sight.people_of(connection, "contact", theirs) is None
        assert await sight.people_of(connection, "number", "INC-20401") is not None
        lists = {here: frozenset(place.ids("lea", "leo"))}
        assert await sight.all_restricted(connection) == lists
        for kind in sight.OF:
            assert await sight.people_of(connection, kind, "0") is None


async def test_a_restricted_call_goes_to_no_number_on_call(place: Few) -> None:
    """And of a text of S1 nobody outside hears a word."""
    await place.begin("my dog is not breathing")
    (text,) = (await place.world.engine.snapshot()).contacts
    assert await place.restrict("lea") == ""
    text = await place.live(text.id)
    outside = OutsideRouting(
        centre_of(
            place.database,
            place.world.engine,
            config=Current(msgspec.structs.replace(CONFIG, on_call=[NIGHT])),
        )
    )
    written = await outside.written(text)
    said = [*outside.told_words(text, written, "night"), *outside.heard_words(text, written, "x")]
    assert "breathing" not in " ".join(str(one) for one in said)
    assert written.address
    for severity, state in ((2, "voicemail"), (1, "outside")):
        call = await place.world.arrive(severity=severity, only={"lea": True})
        await outside.go_on(await place.live(call), inline=False)
        assert (await place.live(call)).state == state


@pytest.mark.parametrize("closed", [False, True])
async def test_a_typed_number_leads_no_outsider_into_it_and_tells_no_name(
    place: Few, closed: bool
) -> None:
    """Who has a contact of it in hand may open all of it: nobody gets one by dialling a number."""
    here = await place.begin()
    async with place.database.write() as connection:
        person = await people.find_address(connection, "phone", MAYA)
        assert person is not None
        named = update(schema.party).where(schema.party.c.id == person.party)
        await connection.execute(named.values(name="Quillon"))
        if closed:
            why = {"severity": 3, "author": "lea", "why": "resolved", "words": ""}
            await incident_changes.close(connection, here, place.world.now, **why)
    assert await place.restrict("lea") == ""
    await place.world.agent(place.who["noah"])
    callbacks = Callbacks(place.centre)
    noah, lea = place.ids("noah", "lea")
    assert (await callbacks.would_call(MAYA, None, noah, place.world.now)).name is None
    assert (await callbacks.would_call(MAYA, None, lea, place.world.now)).name == "Quillon"
    assert (await callbacks.dial(NumberOrder(noah, MAYA, None, "key-1"), place.world.now)).ok
    (call,) = (one for one in (await place.world.engine.snapshot()).contacts if one.dir == "out")
    assert call.incident != here
    async with place.database.read() as connection:
        new = await people.incident_by_id(connection, str(call.incident))
    assert new is not None
    assert "Quillon" not in new.title


@pytest.mark.parametrize("how", ["split", "merged"])
async def test_what_was_put_elsewhere_names_no_incident_that_is_restricted_since(
    place: Few, how: str
) -> None:
    """On the timeline of the other one, which everybody reads."""
    here = await place.begin()
    there, theirs = await place.stranger()
    await settle(place.database, place.world)
    if how == "merged":
        merge = Merge(there, here, "u1", "k")
        assert (await place.filings.merge(merge, place.world.now)).reply.ok
        assert (await place.filings.undo(Undo(merge.id, "u1"), place.world.now)).reply.ok
    else:
        into = Move(there, (theirs,), (), None, "u1", "k")
        assert (await place.filings.move(into, place.world.now)).reply.ok
        here = (await place.live(theirs)).incident or ""

    async def told(incident: str) -> str:
        async with place.database.read() as connection:
            found = await timeline.documents(connection, incident, ["x"], {}, lambda _number: None)
        lines = found["x"]["timeline"]
        return " ".join(f"{one['text']} {one.get('filing')}" for one in lines if one["text"])

    async with place.database.read() as connection:
        held = await people.incident_by_id(connection, here)
        other = await people.incident_by_id(connection, there)
    assert held is not None
    assert other is not None
    assert held.word in await told(there)
    async with place.database.write() as connection:
        await filings.change(connection, here, only=kept(["lea"]))
    words = await told(there)
    assert "a restricted incident" in words
    assert held.word not in words
    assert held.title not in words
    assert here not in words
    assert other.word in await told(here)


async def test_a_next_action_in_it_is_passed_on_to_somebody_on_its_list(place: Few) -> None:
    """Whose next action it was has left, its owner has not; their lead is not on the list."""
    incident = await place.begin()
    lea, leo, noah = place.ids("lea", "leo", "noah")
    assert (await Ownership(place.centre).give(Gift(incident, lea, lea, None), 1)).ok
    plan = Plan(incident, "call the vet", leo, place.world.now + 60_000, lea, "k", None)
    assert (await NextActions(place.centre).plan(plan, place.world.now)).ok
    assert await place.restrict("lea", "leo") == ""
    async with place.database.write() as connection:
        await accounts.set_terms(connection, leo, Terms(lead=noah, contract_to="1969-01-31"))
        for one in (lea, noah):
            await accounts.open_session(connection, one, one, place.world.now)
    passing = PassingOn(place.centre, Ownership(place.centre), lambda _: False, lambda *_: None)
    await passing.turn()
    assert await place.people() == ["lea", "leo"]
    async with place.database.read() as connection:
        planned = await next_actions.open_of(connection, incident)
    assert planned is not None
    assert planned.agent == lea


async def test_with_whom_they_are_in_a_call_of_it_is_told_in_that_incident_alone(
    place: Few,
) -> None:
    here = await place.begin()
    assert await place.restrict("lea") == ""
    lea, now = place.who["lea"], place.world.now
    (text,) = (await place.world.engine.snapshot()).contacts
    await place.world.engine.step("close_contact", contact=text.id)
    call = await place.call(line=SUPPORT)
    await place.world.engine.step("triaged", contact=call.contact_id, set={})
    await place.world.agent(lea)
    assert await place.world.answer(call.contact_id) == lea
    await settle(place.database, place.world)
    async with place.database.write() as connection:
        person = await people.find_address(connection, "phone", MAYA)
        assert person is not None
        other = await people.open_incident(connection, "x", 4, person.party, "party", now)
    for incident, said in ((here, "in a call with Lea"), (other.id, "on a line of ours already")):
        async with place.database.read() as connection:
            names = {lea: "Lea"}
            found = await timeline.documents(connection, incident, ["x"], names, lambda _: None)
        assert [one["in_call"] for one in found["x"]["parties"]] == [said]


async def test_who_writes_again_comes_to_the_restricted_one_though_a_newer_one_is_open(
    place: Few,
) -> None:
    """Nobody knows by then what they come with."""
    here = await place.begin()
    assert await place.restrict("lea") == ""
    async with place.database.write() as connection:
        party = (await people.find_address(connection, "phone", MAYA)).party  # type: ignore[union-attr]
        now = place.world.now + 1
        newer = await people.open_incident(connection, "another", 3, party, "caller", now)
    call = await place.call(line=SUPPORT)
    assert call.contact.incident == here != newer.id
    assert call.contact.only == {place.who["lea"]: True}

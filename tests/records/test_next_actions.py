"""What has to happen next in an incident: planned, changed, done; by whom, by when; never twice."""

from __future__ import annotations

import asyncio

import pytest

from holdfast.desk.hub import Hub
from holdfast.followers.overdue import OVERDUE, Overdue
from holdfast.followers.passing_on import PassingOn
from router.core.next_action import LATEST_MS, LETTERS
from router.core.terms import Terms
from router.incidents.next_actions import Following, NextActions, Plan
from router.incidents.ownership import Gift, Ownership
from router.live.engine import Engine
from router.records import accounts, audit, next_actions, people, timeline
from router.records.database import Database
from tests.kit.store import centre_of
from tests.records.test_incident_changes import incident_of, life_of
from tests.records.test_records import NOW
from tests.unit.test_slow_page import page_of, read

MINUTE = 60_000
ELENA, PRIYA = "u-elena", "u-priya"


@pytest.fixture
def actions(database: Database) -> NextActions:
    return NextActions(centre_of(database, Engine("unix:///nowhere.sock")))


async def agents(database: Database) -> dict[str, str]:
    """Two accounts: their ids by name."""
    async with database.write() as connection:
        return {
            name: made.id
            for name in ("Elena", "Priya")
            if (made := await accounts.add(
                connection, login=name.lower(), name=name, role="agent", password_hash="x",
                skills={}, now=NOW, terms=Terms(),
            ))
        }  # fmt: skip


def plan_of(incident: people.IncidentRef, agent: str, **more: object) -> Plan:
    given = {"what": "Call Dr. Novak", "due": NOW + 15 * MINUTE, "by": agent, "key": "k1", **more}
    return Plan(incident.id, agent=agent, **given)  # type: ignore[arg-type]


async def document(database: Database, incident: str) -> dict[str, object]:
    async with database.read() as connection:
        names = {a.id: a.name for a in await accounts.all_accounts(connection)}
        found = await timeline.incident_document(connection, incident, "u1", names, lambda _: None)
    assert found is not None
    return found


async def lines(database: Database, incident: str) -> list[tuple[object, object]]:
    """Its timeline: who, and what."""
    found = await document(database, incident)
    return [(line["who"], line["text"]) for line in found["timeline"]]  # type: ignore[attr-defined]


async def acts(database: Database) -> list[tuple[str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(audit.schema.audit.select())
    return [(row.actor, row.action) for row in rows]


async def test_what_is_planned_stands_in_the_incident_and_on_its_timeline(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    assert (await document(database, incident.id))["next"] is None
    given = plan_of(incident, who["Priya"], by=who["Elena"])
    assert (await actions.plan(given, NOW)).ok
    shown = (await document(database, incident.id))["next"]
    assert shown == {
        "id": shown["id"],  # type: ignore[index]
        "what": "Call Dr. Novak", "agent": who["Priya"], "agent_name": "Priya",
        "due": given.due, "by_name": "Elena",
    }  # fmt: skip
    then = NOW + MINUTE
    asked = await actions.done(incident.id, shown["id"], who["Priya"], then)  # type: ignore[index]
    assert (asked.code, incident.word in asked.text) == ("next_needed", True)
    done = await actions.done(incident.id, shown["id"], who["Priya"], then, anyway=True)  # type: ignore[index]
    assert done.ok
    assert (await document(database, incident.id))["next"] is None
    assert await lines(database, incident.id) == [
        ("Elena", "Elena planned: Call Dr. Novak · Priya does it"),
        ("Priya", "done by Priya: Call Dr. Novak"),
    ]
    assert await acts(database) == [
        (who["Elena"], "incident.next_planned"),
        (who["Priya"], "incident.next_done"),
    ]


async def test_an_order_that_is_repeated_is_one(database: Database, actions: NextActions) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    order = plan_of(incident, who["Elena"])
    first, again = await actions.plan(order, NOW), await actions.plan(order, NOW + 1)
    assert (first.ok, first.duplicate, again.ok, again.duplicate) == (True, False, True, True)
    shown = (await document(database, incident.id))["next"]
    follows = Following("Write to Maya", who["Elena"], NOW + MINUTE)
    done = [
        await actions.done(incident.id, shown["id"], who["Elena"], NOW, follows)  # type: ignore[index]
        for _ in "12"
    ]
    assert [(one.ok, one.duplicate) for one in done] == [(True, False), (True, True)]
    assert len(await acts(database)) == 3  # and what follows was planned, once


async def test_other_words_under_the_same_key_are_no_repetition(
    database: Database, actions: NextActions
) -> None:
    """The answer to the first was lost on the way, and whoever asked has gone on typing."""
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    await actions.plan(plan_of(incident, who["Elena"], what="Call the vet"), NOW)
    again = await actions.plan(plan_of(incident, who["Elena"], what="Call the police"), NOW + 1)
    assert (again.ok, again.code) == (False, "too_late")


@pytest.mark.parametrize("follows", [True, False])
async def test_of_two_who_have_done_it_the_second_is_told_that_theirs_does_not_stand(
    database: Database, actions: NextActions, follows: bool
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    await actions.plan(plan_of(incident, who["Priya"]), NOW)
    shown = (await document(database, incident.id))["next"]["id"]  # type: ignore[index]
    wait, police = (
        Following(what, who["Priya"], NOW + MINUTE) for what in ("Wait for the lab", "Call them")
    )
    first = wait if follows else None
    assert (await actions.done(incident.id, shown, who["Priya"], NOW, first, anyway=not follows)).ok
    stands = (await document(database, incident.id))["next"]
    before = await acts(database)
    for by, then in ((who["Elena"], police), (who["Elena"], first), (who["Priya"], police)):
        told = await actions.done(incident.id, shown, by, NOW + 5, then, anyway=then is None)
        assert (told.ok, told.code) == (False, "too_late"), (by, then)
    again = await actions.done(incident.id, shown, who["Priya"], NOW, first, anyway=not follows)
    assert (again.ok, again.duplicate) == (True, True)
    assert (await document(database, incident.id))["next"] == stands
    assert await acts(database) == before


async def test_of_two_who_change_it_at_once_one_is_told_and_nothing_is_lost(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    both = await asyncio.gather(
        actions.plan(plan_of(incident, who["Elena"], what="Call the vet"), NOW),
        actions.plan(plan_of(incident, who["Priya"], what="Write to Maya"), NOW),
    )
    assert sorted((one.ok, one.code) for one in both) == [(False, "too_late"), (True, "")]
    won = "Call the vet" if both[0].ok else "Write to Maya"
    shown = (await document(database, incident.id))["next"]
    assert shown["what"] == won  # type: ignore[index]
    changed = plan_of(incident, who["Elena"], key="k2", instead_of=shown["id"])  # type: ignore[index]
    assert (await actions.plan(changed, NOW + 1)).ok
    assert (await actions.done(incident.id, shown["id"], who["Priya"], NOW)).code == "too_late"  # type: ignore[index]


async def test_closing_ends_it_a_closed_incident_plans_nothing_and_whoever_reopens_it_has_it_back(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    await actions.plan(plan_of(incident, who["Elena"]), NOW)
    life = life_of(database)
    assert (await life.close(incident.id, who["Elena"], "resolved", "", NOW + 1)).ok
    refused = await actions.plan(plan_of(incident, who["Elena"], key="k2"), NOW + 2)
    assert (refused.code, "Reopen" in refused.text) == ("too_late", True)
    async with database.read() as connection:
        assert await next_actions.of_agent(connection, who["Elena"], {}) == ([], False)
    assert (await life.reopen(incident.id, who["Elena"], NOW + 3)).ok
    assert (await document(database, incident.id))["next"] is not None  # as it was


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [
        ({"what": ""}, "bad_request", "what has to happen"),
        ({"what": "x" * (LETTERS + 1)}, "bad_request", "140"),
        ({"due": NOW - 10 * MINUTE}, "bad_request", "over"),
        ({"due": NOW + LATEST_MS + MINUTE}, "bad_request", "year"),
        ({"agent": "u-nobody"}, "unknown", "no longer active"),
        ({"incident": "i-nothing"}, "unknown", "no such incident"),
    ],
)
async def test_what_cannot_be_planned_is_refused_in_words_and_leaves_nothing(
    database: Database, actions: NextActions, wrong: dict[str, object], code: str, says: str
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    given = {
        "incident": incident.id, "what": "Call Dr. Novak", "agent": who["Elena"],
        "due": NOW + MINUTE, "by": who["Elena"], "key": "k1", **wrong,
    }  # fmt: skip
    reply = await actions.plan(Plan(**given), NOW)  # type: ignore[arg-type]
    assert (reply.ok, reply.code, says in reply.text) == (False, code, True)
    assert (await document(database, incident.id))["next"] is None
    assert await acts(database) == []


async def test_mine_are_those_i_own_and_those_in_which_i_act_by_moment_then_unplanned(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    me, other = who["Elena"], who["Priya"]
    late, soon, owned, theirs = [
        await incident_of(database, f"+1206555014{n}", severity=3) for n in range(4)
    ]
    async with database.write() as connection:
        for one in (soon, owned):
            await people.hand_on(connection, one.id, me)
        await people.hand_on(connection, theirs.id, other)
    await actions.plan(plan_of(late, me, key="a", due=NOW + 60 * MINUTE), NOW)
    await actions.plan(plan_of(soon, other, key="b", due=NOW + 5 * MINUTE), NOW)
    async with database.read() as connection:
        rows, more = await next_actions.of_agent(connection, me, {me: "Elena", other: "Priya"})
    assert [row["number"] for row in rows] == [soon.word, late.word, owned.word]
    assert [row["next"] and row["next"]["agent_name"] for row in rows] == ["Priya", "Elena", None]
    assert [row["owner_name"] for row in rows] == ["Elena", None, "Elena"]
    assert not more


async def test_an_incident_is_given_at_a_persons_word_and_what_is_next_stays_where_it_is(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    me, other = who["Elena"], who["Priya"]
    incident = await incident_of(database, "+12065550142")
    ownership = Ownership(centre_of(database, Engine("unix:///nowhere.sock")))
    await actions.plan(plan_of(incident, me), NOW)
    assert (await ownership.give(Gift(incident.id, me, me, None), NOW + 1)).ok
    late = await ownership.give(Gift(incident.id, other, other, None), NOW + 2)
    assert (late.code, "another owner" in late.text) == ("too_late", True)
    given = Gift(incident.id, other, me, me)
    assert (await ownership.give(given, NOW + 3)).ok
    assert (await ownership.give(given, NOW + 4)).duplicate
    found = await document(database, incident.id)
    assert (found["owner"], found["next"]["agent"]) == (other, me)  # type: ignore[index]
    assert await lines(database, incident.id) == [
        ("Elena", "Elena planned: Call Dr. Novak"),
        ("Elena", "incident taken by Elena"),
        ("Elena", "incident given to Priya by Elena"),
    ]
    assert [act for _, act in await acts(database)][1:] == ["incident.given"] * 2
    assert (await life_of(database).close(incident.id, me, "resolved", "", NOW + 5)).ok
    closed = await ownership.give(Gift(incident.id, me, me, other), NOW + 6)
    assert (closed.code, "Reopen" in closed.text) == ("too_late", True)


async def test_what_is_overdue_is_told_once(database: Database, actions: NextActions) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    await actions.plan(plan_of(incident, who["Elena"]), NOW)
    async with database.write() as connection:
        assert await next_actions.overdue(connection, NOW + 15 * MINUTE) == []
        found = await next_actions.overdue(connection, NOW + 16 * MINUTE)
        assert [(row.what, row.number) for row in found] == [("Call Dr. Novak", incident.number)]
        tells = [await next_actions.tell(connection, found[0].id, NOW) for _ in "12"]
        assert tells == [True, False]
        assert await next_actions.overdue(connection, NOW + 16 * MINUTE) == []


async def test_the_boards_hear_of_what_nobody_did_in_time_once_and_in_words(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    incident = await incident_of(database, "+12065550142")
    await actions.plan(plan_of(incident, who["Elena"]), NOW)
    hub, at = Hub(dict), [NOW + 21 * MINUTE]  # due after 15; told 5 later
    hub.join(page_of("priya", "desk"))
    centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: at[0])
    late = Overdue(centre, hub.alarm_boards, hub.has_board)
    await late.turn()  # no board is open: after a restart they come a moment later
    board = page_of()
    hub.join(board)
    for at[0] in (NOW + 19 * MINUTE, NOW + 21 * MINUTE, NOW + 22 * MINUTE):
        await late.turn()
    told = [one["text"] for one in read(board) if one and one.get("code") == OVERDUE]
    assert told == [
        f"S2 {incident.word} About +12065550142: Call Dr. Novak is overdue. It is Elena's to do:"
        " call them, or give it to somebody else at a desk."
    ]


async def test_what_somebody_has_who_is_away_too_long_goes_to_their_lead(
    database: Database,
) -> None:
    who = await agents(database)
    me, other = who["Elena"], who["Priya"]
    mine = await incident_of(database, "+12065550141")
    days, at = 24 * 60 * MINUTE, [NOW + 5 * 24 * 60 * MINUTE]
    async with database.write() as connection:
        await people.hand_on(connection, mine.id, me)
        await accounts.set_terms(connection, me, Terms(lead=other))
        await accounts.open_session(connection, "h1", me, NOW + days)
        await accounts.see_sessions(connection, ["h1"], NOW + 2 * days)
        await accounts.close_session(connection, "h1")  # signed out
        for n in range(1, 6):  # somebody else is here each day
            await accounts.open_session(connection, f"p{n}", other, NOW + n * days)
    told: list[str] = []
    centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: at[0])
    heirs = PassingOn(centre, Ownership(centre), "x".__eq__, lambda to, _of: told.append(to))
    await heirs.turn()
    assert told == []  # three days, and not longer
    at[0] += 1
    await heirs.turn()
    assert told == [other]
    assert (await lines(database, mine.id))[-1] == (
        None, "incident passed on to Priya: Elena was not here for too long",
    )  # fmt: skip


async def test_nobody_is_away_while_the_centre_is_shut(database: Database) -> None:
    who = await agents(database)
    me, other = who["Elena"], who["Priya"]
    mine = await incident_of(database, "+12065550141")
    days, at = 24 * 60 * MINUTE, [NOW + 9 * 24 * 60 * MINUTE]
    async with database.write() as connection:
        await people.hand_on(connection, mine.id, me)
        await accounts.set_terms(connection, me, Terms(lead=other))
        for name, account in (("h1", me), ("h2", other)):
            await accounts.open_session(connection, name, account, NOW)
        await accounts.open_session(connection, "h3", other, NOW + 9 * days)  # after the holidays
    told: list[str] = []
    centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: at[0])
    heirs = PassingOn(centre, Ownership(centre), "x".__eq__, lambda to, _of: told.append(to))
    await heirs.turn()
    assert told == []
    for n in range(10, 13):
        async with database.write() as connection:
            await accounts.open_session(connection, f"h{n}", other, NOW + n * days)
    at[0] = NOW + 12 * days + 1  # it has been open for three days, and Elena has not come
    await heirs.turn()
    assert told == [other]


async def test_what_somebody_has_who_no_longer_works_here_goes_to_their_lead(
    database: Database, actions: NextActions
) -> None:
    who = await agents(database)
    me, other = who["Elena"], who["Priya"]
    mine, theirs, closed = [await incident_of(database, f"+1206555014{n}") for n in range(3)]
    async with database.write() as connection:
        for one in (mine, closed):
            await people.hand_on(connection, one.id, me)
        await people.hand_on(connection, theirs.id, other)
        await accounts.set_terms(connection, me, Terms(lead=other))
    assert (await life_of(database).close(closed.id, me, "resolved", "", NOW)).ok
    await actions.plan(plan_of(theirs, me), NOW)
    told: list[tuple[str, list[str]]] = []
    centre = centre_of(database, Engine("unix:///nowhere.sock"), clock=lambda: NOW)
    heirs = PassingOn(
        centre, Ownership(centre), "supervisor".__eq__, lambda to, of: told.append((to, sorted(of)))
    )
    await heirs.turn()
    assert told == []  # they are here
    async with database.write() as connection:
        await accounts.set_terms(connection, me, Terms(lead=other, contract_to="2020-01-31"))
    refused = await Ownership(centre).give(Gift(mine.id, me, other, me), NOW)
    assert refused.duplicate  # it is theirs still
    refused = await Ownership(centre).give(Gift(theirs.id, me, other, other), NOW)
    assert (refused.code, "no longer" in refused.text) == ("unknown", True)
    await heirs.turn()
    await heirs.turn()
    assert told == [(other, sorted([mine.id, theirs.id]))]
    assert (await document(database, mine.id))["owner"] == other
    assert (await document(database, theirs.id))["next"]["agent"] == other  # type: ignore[index]
    assert (await document(database, closed.id))["owner"] == me
    assert (await lines(database, mine.id))[-1] == (
        None, "incident passed on to Priya: Elena no longer works here",
    )  # fmt: skip
    assert (await acts(database))[-2:] == [("rule", "incident.passed_on")] * 2

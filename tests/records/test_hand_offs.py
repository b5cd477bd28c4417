"""Hand-offs in the record: offered, said back, accepted; and everything that crosses them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from router.core.hand_off import HandOffState
from router.core.next_action import UNSAID
from router.core.severity import BY_RULE
from router.core.terms import Terms
from router.incidents.filing import Filings, Undo
from router.incidents.findable import Findable
from router.incidents.hand_off import HandOffs
from router.incidents.life import IncidentLife, Judged
from router.incidents.merging import Merge
from router.incidents.next_actions import NextActions, Plan
from router.incidents.ownership import Gift, Ownership
from router.live.engine import Engine
from router.records import (
    accounts,
    audit,
    drafts,
    hand_offs,
    incidents,
    next_actions,
    people,
    timeline,
    unplanned,
)
from router.records.database import Database, RecordUnavailable
from tests.kit.hand_offs import (
    BACK,
    MINUTE,
    NOW,
    PARTS,
    accepted,
    current_of,
    drive,
    incident_of,
    offer_of,
    owner_of,
    row_of,
    staff,
)
from tests.kit.record import new_sqlite
from tests.kit.store import centre_of

HOUR = 60 * MINUTE


class Floor:
    """People, an incident of Elena's, and the rooms that act on it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        centre = centre_of(database, Engine("unix:///nowhere.sock"), config=current_of())
        self.room, self.ownership = HandOffs(centre), Ownership(centre)
        self.actions, self.life = NextActions(centre), IncidentLife(centre, _nothing)
        self.filings = Filings(database, _told)
        self.who: dict[str, str] = {}

    async def begin(self, **more: Any) -> people.IncidentRef:
        if not self.who:
            self.who = await staff(self.database)
        return await incident_of(self.database, self.who["Elena"], **more)

    async def offered(
        self, incident: people.IncidentRef, to: str | None = "Priya", **more: Any
    ) -> Any:
        at = more.pop("at", NOW)
        agent = self.who[to] if to else None
        done = await self.room.offer(offer_of(incident, self.who["Elena"], agent, **more), at)
        assert done.reply.ok, done.reply
        return await row_of(self.database, incident.id)

    async def state(self, incident: people.IncidentRef) -> tuple[str, str | None]:
        """Of its newest hand-off, and who owns it, by name."""
        row = await row_of(self.database, incident.id)
        owner = await owner_of(self.database, incident.id)
        name = next((name for name, one in self.who.items() if one == owner), None)
        return row.state, name

    async def lines(self, incident: str) -> list[str]:
        async with self.database.read() as connection:
            names = await accounts.names(connection)
            found = await timeline.incident_document(connection, incident, "u1", names, _ok)
        assert found is not None
        return [one["text"] for one in found["timeline"]]

    async def acts(self) -> list[str]:
        async with self.database.read() as connection:
            rows = await connection.execute(audit.schema.audit.select())
        return [row.action for row in rows if row.action.startswith(("hand_off", "incident.given"))]


async def _nothing() -> None:
    return None


async def _told(*_args: Any) -> None:
    return None


def _ok(_value: str) -> None:
    return None


@pytest.fixture
def floor(database: Database) -> Floor:
    return Floor(database)


async def test_the_owner_moves_when_it_is_said_back_and_not_before(floor: Floor) -> None:
    incident = await floor.begin()
    plan = Plan(
        incident.id, "Call Dr. Novak", floor.who["Elena"], NOW + HOUR, floor.who["Elena"], "k"
    )
    assert (await floor.actions.plan(plan, NOW - 1)).ok
    row = await floor.offered(incident)
    assert await floor.state(incident) == ("offered", "Elena")
    assert (await floor.room.opened(row.id, floor.who["Priya"], NOW + 1)).reply.ok
    assert await floor.state(incident) == ("offered", "Elena")
    assert (
        await floor.room.accept(row.id, floor.who["Priya"], "", NOW + 2)
    ).reply.code == "bad_request"
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW + 41_000)).reply.ok
    assert await floor.state(incident) == ("accepted", "Priya")
    async with floor.database.read() as connection:
        names = await accounts.names(connection)
        found = await timeline.incident_document(connection, incident.id, "u1", names, _ok)
    assert found is not None
    assert found["next"]["agent_name"] == "Priya"
    assert [one["text"] for one in found["timeline"]][1:] == [
        "Elena hands this off to Priya",
        f"accepted by Priya, who says: {BACK}",
    ]
    shown = next(one for one in found["timeline"] if "hands this off" in one["text"])
    assert (shown["hand_off"], shown["due"]) == (PARTS, NOW + MINUTE)
    assert await floor.acts() == ["hand_off.offered", "hand_off.opened", "hand_off.accepted"]


async def test_what_is_next_stays_with_whoever_has_it_if_the_receiver_says_so(floor: Floor) -> None:
    incident = await floor.begin()
    plan = Plan(
        incident.id, "Call Dr. Novak", floor.who["Omar"], NOW + HOUR, floor.who["Elena"], "k"
    )
    await floor.actions.plan(plan, NOW)
    row = await floor.offered(incident)
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW, does_next=False)).reply.ok
    async with floor.database.read() as connection:
        assert (await next_actions.open_of(connection, incident.id)).agent == floor.who["Omar"]  # type: ignore[union-attr]


async def test_it_is_said_back_with_something_of_what_is_to_be_done(floor: Floor) -> None:
    incident = await floor.begin()
    row, priya = await floor.offered(incident), floor.who["Priya"]
    told = (await floor.room.accept(row.id, priya, "ok got it", NOW)).reply
    assert (told.code, "what you do next" in told.text) == ("bad_request", True)
    told = (await floor.room.accept(row.id, priya, "ok, I call the vet", NOW)).reply
    assert (told.code, "if it gets worse" in told.text) == ("bad_request", True)
    assert await floor.state(incident) == ("offered", "Elena")
    words = "ok, I call the vet; Harbor if her sugar drops"
    assert (await floor.room.accept(row.id, priya, words, NOW, due=NOW + HOUR)).reply.ok
    assert await floor.state(incident) == ("accepted", "Priya")


async def test_the_centre_invents_no_time_for_what_is_next(floor: Floor) -> None:
    """Whoever accepts says by when, also where the words name an hour."""
    incident = await floor.begin()
    row = await floor.offered(incident, parts=PARTS | {"actions": "Call the vet at 5"})
    told = (await accepted(floor.room, row, floor.who["Priya"], NOW, due=None)).reply
    assert (told.code, "by when" in told.text) == ("bad_request", True)
    told = (await accepted(floor.room, row, floor.who["Priya"], NOW, due=NOW - HOUR)).reply
    assert (told.code, "moment is over" in told.text) == ("bad_request", True)
    assert await floor.state(incident) == ("offered", "Elena")
    due = NOW + 3 * HOUR
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW, due=due)).reply.ok
    async with floor.database.read() as connection:
        planned = await next_actions.open_of(connection, incident.id)
    assert planned is not None
    assert (planned.what, planned.due_at) == ("Call the vet at 5", due)


async def test_the_first_action_is_what_is_next_unless_something_is(floor: Floor) -> None:
    incident = await floor.begin()
    await accepted(floor.room, await floor.offered(incident), floor.who["Priya"], NOW)
    async with floor.database.read() as connection:
        planned = await next_actions.open_of(connection, incident.id)
    assert planned is not None
    assert (planned.what, planned.agent) == (PARTS["actions"], floor.who["Priya"])
    other = PARTS | {"actions": "Text Maya"}
    again = offer_of(incident, floor.who["Priya"], floor.who["Omar"], parts=other)
    assert (await floor.room.offer(again, NOW + 1)).reply.ok
    async with floor.database.read() as connection:
        row = await hand_offs.open_of(connection, incident.id)
    assert (await floor.room.accept(row.id, floor.who["Omar"], "I text; Harbor", NOW + 2)).reply.ok  # type: ignore[union-attr]
    async with floor.database.read() as connection:
        after = await next_actions.open_of(connection, incident.id)
    assert (after.id, after.agent) == (planned.id, floor.who["Omar"])  # type: ignore[union-attr]


async def test_while_it_is_handed_off_nobody_says_what_is_next(floor: Floor) -> None:
    """And what the rule planned before gives way to the first action."""
    incident = await floor.begin()
    assert await floor.actions.left_without(incident.id, lambda _: False) is not None
    row = await floor.offered(incident)
    assert await floor.actions.left_without(incident.id, lambda _: False) is None
    async with floor.database.read() as connection:
        found, _ = await unplanned.found(connection, 0, 2 * NOW, (0, ""))
    assert found == []
    await floor.room.take_back(row.id, floor.who["Elena"], NOW + 1)
    async with floor.database.read() as connection:
        found, _ = await unplanned.found(connection, 0, 2 * NOW, (0, ""))
    assert found == [incident.id]
    async with floor.database.write() as connection:
        await next_actions.plan(connection, {
            "id": "x1", "incident": incident.id, "what": UNSAID, "agent": floor.who["Elena"],
            "due_at": NOW + HOUR, "made_by": BY_RULE, "made_at": NOW,
        })  # fmt: skip
    again = offer_of(incident, floor.who["Elena"], floor.who["Priya"], key="k2")
    assert (await floor.room.offer(again, NOW + 2)).reply.ok
    async with floor.database.read() as connection:
        row = await hand_offs.open_of(connection, incident.id)
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW + 3)).reply.ok
    async with floor.database.read() as connection:
        after = await next_actions.open_of(connection, incident.id)
    assert after is not None
    assert (after.what, after.agent) == (PARTS["actions"], floor.who["Priya"])


async def test_the_same_request_twice_is_one(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    again = await floor.room.offer(
        offer_of(incident, floor.who["Elena"], floor.who["Priya"]), NOW + 1
    )
    assert (again.reply.ok, again.reply.duplicate) == (True, True)
    told = [await accepted(floor.room, row, floor.who["Priya"], NOW + n) for n in (2, 3)]
    assert [(one.reply.ok, one.reply.duplicate) for one in told] == [(True, False), (True, True)]
    assert await floor.acts() == ["hand_off.offered", "hand_off.accepted"]


async def test_at_most_one_is_offered_and_a_page_that_is_behind_is_told(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    me = floor.who["Elena"]
    other = offer_of(incident, me, floor.who["Omar"], key="k2")
    assert (await floor.room.offer(other, NOW)).reply.code == "too_late"
    # Who knows of it changes whom it goes to.
    other = offer_of(incident, me, floor.who["Omar"], key="k2", instead_of=row.id)
    assert (await floor.room.offer(other, NOW)).reply.ok
    late = (await accepted(floor.room, row, floor.who["Priya"], NOW)).reply
    assert (late.code, "taken back" in late.text) == ("too_late", True)
    assert await floor.state(incident) == ("offered", "Elena")
    told = await floor.lines(incident.id)
    assert "the hand-off to Priya was taken back: Elena hands it off to somebody else" in told


@pytest.mark.parametrize(
    ("by", "to", "code"),
    [
        ("Omar", "Priya", "not_yours"),
        ("Elena", "Elena", "bad_request"),
        ("Elena", None, "bad_request"),
    ],
)
async def test_only_its_owner_hands_it_off_and_to_somebody_else(
    floor: Floor, by: str, to: str | None, code: str
) -> None:
    incident = await floor.begin()
    order = offer_of(incident, floor.who[by], floor.who[to] if to else None)
    assert (await floor.room.offer(order, NOW)).reply.code == code
    assert await row_of(floor.database, incident.id) is None


async def test_nobody_else_accepts_returns_or_takes_it_back(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    omar = floor.who["Omar"]
    for done in (
        await accepted(floor.room, row, omar, NOW),
        await floor.room.give_back(row.id, omar, "busy", NOW),
        await floor.room.take_back(row.id, omar, NOW),
        await floor.room.ask(row.id, omar, "Who pays?", "k", NOW),
        await floor.room.opened(row.id, omar, NOW),
        await floor.room.heard(row.id, omar, NOW),
    ):
        assert done.reply.code == "not_yours"
    assert await floor.acts() == ["hand_off.offered"]


async def test_of_a_department_the_first_to_accept_owns_it(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident, None, department="tier2")
    both = [accepted(floor.room, row, floor.who[name], NOW + 5) for name in ("Priya", "Omar")]
    told = [one.reply for one in await asyncio.gather(*both)]
    assert sorted(one.ok for one in told) == [False, True]
    no = next(one for one in told if not one.ok)
    assert (no.code, "has accepted it" in no.text) == ("taken", True)
    cleo = (await accepted(floor.room, row, floor.who["Cleo"], NOW + 6)).reply
    assert cleo.code == "not_yours"


async def test_nobody_accepts_or_refuses_what_they_handed_to_a_department_of_their_own(
    floor: Floor,
) -> None:
    await floor.begin()
    priya = floor.who["Priya"]
    incident = await incident_of(floor.database, priya, "+12065550143")
    order = offer_of(incident, priya, None, department="tier2")
    assert (await floor.room.offer(order, NOW)).reply.ok
    row = await row_of(floor.database, incident.id)
    for done in (
        await accepted(floor.room, row, priya, NOW),
        await floor.room.give_back(row.id, priya, "a call", NOW),
    ):
        assert done.reply.code == "not_yours"
    assert await floor.acts() == ["hand_off.offered"]
    assert (await accepted(floor.room, row, floor.who["Omar"], NOW)).reply.ok


async def test_a_shut_department_has_its_time_from_its_opening_on(floor: Floor) -> None:
    incident = await floor.begin(severity=3)
    opens = floor.room.opens_at(floor.room.departments()[1], NOW)
    assert opens is not None
    assert opens > NOW
    row = await floor.offered(incident, None, department="claims")
    assert (row.opens_at, row.due_at) == (opens, opens + 4 * HOUR)
    assert not (await floor.room.expire(row.id, NOW + HOUR)).reply.ok


async def test_at_its_very_deadline_it_is_back_and_nobody_accepts_it_any_more(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    assert not (await floor.room.expire(row.id, row.due_at - 1)).reply.ok
    late = (await accepted(floor.room, row, floor.who["Priya"], row.due_at)).reply
    assert (late.code, "time is over" in late.text) == ("too_late", True)
    both = await asyncio.gather(*[floor.room.expire(row.id, row.due_at) for _ in "12"])
    assert sorted(one.reply.ok for one in both) == [False, True]
    assert await floor.state(incident) == ("expired", "Elena")
    assert (await floor.acts())[-1] == "hand_off.expired"
    assert (await floor.lines(incident.id))[-1] == (
        "the hand-off came back: Priya did not accept it in time"
    )


async def test_one_who_accepts_and_one_who_takes_it_back_are_not_both_right(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    done = await asyncio.gather(
        accepted(floor.room, row, floor.who["Priya"], NOW + 5),
        floor.room.take_back(row.id, floor.who["Elena"], NOW + 5),
    )
    assert sorted(one.reply.ok for one in done) == [False, True]
    assert await floor.state(incident) in (("accepted", "Priya"), ("withdrawn", "Elena"))


async def test_it_is_returned_with_a_reason(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    assert (
        await floor.room.give_back(row.id, floor.who["Priya"], "", NOW)
    ).reply.code == "bad_request"
    assert (await floor.room.give_back(row.id, floor.who["Priya"], "I am in a call", NOW)).reply.ok
    assert await floor.state(incident) == ("returned", "Elena")
    assert (await floor.lines(incident.id))[
        -1
    ] == "the hand-off was returned by Priya: I am in a call"


async def test_a_question_is_answered_once_and_both_stand_on_the_timeline(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    for _ in "12":
        assert (
            await floor.room.ask(row.id, floor.who["Priya"], "Who pays?", "q", NOW + 1)
        ).reply.ok
    async with floor.database.read() as connection:
        asked = (await hand_offs.questions_of(connection, [row.id]))[row.id]
    assert len(asked) == 1
    answer = asked[0].id
    assert (
        await floor.room.answer(answer, floor.who["Omar"], "me", NOW + 2)
    ).reply.code == "not_yours"
    assert (await floor.room.answer(answer, floor.who["Elena"], "Claims", NOW + 3)).reply.ok
    assert (await floor.room.answer(answer, floor.who["Elena"], "Claims", NOW + 4)).reply.duplicate
    other = (await floor.room.answer(answer, floor.who["Elena"], "Maya", NOW + 4)).reply
    assert other.code == "too_late"
    assert (await floor.lines(incident.id))[-2:] == [
        "Priya asks before accepting: Who pays?", "Elena answers: Claims",
    ]  # fmt: skip


async def test_who_of_a_department_cannot_says_why_and_the_others_go_on(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident, None, department="tier2")
    told = [(await floor.room.give_back(row.id, floor.who["Priya"], "a call", NOW)) for _ in "12"]
    assert [(one.reply.ok, one.reply.duplicate) for one in told] == [(True, False), (True, True)]
    assert await floor.state(incident) == ("offered", "Elena")
    assert (await floor.lines(incident.id))[-1] == "Priya cannot take the hand-off: a call"
    assert (await accepted(floor.room, row, floor.who["Omar"], NOW + 1)).reply.ok
    assert await floor.acts() == ["hand_off.offered", "hand_off.passed", "hand_off.accepted"]
    late = await floor.room.give_back(row.id, floor.who["Priya"], "another", NOW + 2)
    assert (late.reply.code, "Omar has accepted it" in late.reply.text) == ("taken", True)


async def test_nobody_in_training_is_handed_what_is_too_severe_for_that(floor: Floor) -> None:
    incident = await floor.begin(severity=1)
    elena, priya = floor.who["Elena"], floor.who["Priya"]
    async with floor.database.write() as connection:
        await accounts.set_terms(connection, priya, Terms(stage="junior"))  # S2 to S4
        members = await floor.room.members(connection, NOW)
    assert [priya in members("tier2", level) for level in (1, 2, 3, 4)] == [False, True, True, True]
    refused = (await floor.room.offer(offer_of(incident, elena, priya), NOW)).reply
    assert (refused.code, "in training" in refused.text) == ("not_ready", True)
    milder = await floor.begin(severity=2, number="+12065550143")
    row = await floor.offered(milder)
    await floor.life.judge(Judged(milder.id, 1, 2, elena, "worse"), NOW)
    late = (await accepted(floor.room, row, priya, NOW + 1)).reply
    assert (late.code, "stage of training" in late.text) == ("not_ready", True)
    assert await floor.state(milder) == ("offered", "Elena")


async def test_what_is_begun_is_kept_until_it_is_sent_and_is_ones_own(floor: Floor) -> None:
    incident = await floor.begin()
    elena, priya = floor.who["Elena"], floor.who["Priya"]

    async def kept(of: str, by: str) -> str:
        async with floor.database.read() as connection:
            return await drafts.kept(connection, incident.id, of, by)

    for text_ in ("Luna a", "Luna ate gum"):
        assert (await floor.room.keep(incident.id, "", elena, text_, NOW)).ok
    assert (await kept("", elena), await kept("", priya)) == ("Luna ate gum", "")
    row = await floor.offered(incident)
    assert await kept("", elena) == ""
    await floor.room.keep(incident.id, row.id, priya, "She ate", NOW)
    assert await kept(row.id, priya) == "She ate"
    await accepted(floor.room, row, priya, NOW)
    assert await kept(row.id, priya) == ""
    assert (await floor.room.keep("none", "", elena, "x", NOW)).code == "unknown"


# What crosses -----------------------------------------------------------------------------------


async def test_severity_moves_no_owner_and_only_an_s1_shortens_its_time(floor: Floor) -> None:
    incident = await floor.begin(severity=3)
    row = await floor.offered(incident, within=30 * MINUTE)
    me = floor.who["Elena"]
    await floor.life.judge(Judged(incident.id, 2, 3, me, "worse"), NOW + MINUTE)
    assert (await row_of(floor.database, incident.id)).due_at == row.due_at
    await floor.life.judge(Judged(incident.id, 1, 2, me, "she collapsed"), NOW + 2 * MINUTE)
    now = await row_of(floor.database, incident.id)
    assert (now.due_at, now.hastened_at) == (NOW + 3 * MINUTE, NOW + 2 * MINUTE)
    await floor.life.judge(Judged(incident.id, 4, 1, me, "a mistake"), NOW + 2 * MINUTE + 1)
    assert (await row_of(floor.database, incident.id)).due_at == now.due_at
    assert await floor.state(incident) == ("offered", "Elena")
    told = await floor.lines(incident.id)
    assert "the hand-off is to be accepted sooner: the incident is S1 now" in told


async def test_who_resolves_the_incident_ends_its_hand_off(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    assert (await floor.life.close(incident.id, floor.who["Elena"], "resolved", "", NOW)).ok
    assert await floor.state(incident) == ("withdrawn", "Elena")
    late = (await accepted(floor.room, row, floor.who["Priya"], NOW)).reply
    assert (late.ok, "resolved" in late.text) == (False, True)
    assert "the hand-off is over: the incident was resolved" in await floor.lines(incident.id)


async def test_who_gives_it_to_somebody_overtakes_it(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    gift = Gift(incident.id, floor.who["Omar"], floor.who["Dana"], floor.who["Elena"])
    assert (await floor.ownership.give(gift, NOW)).ok
    assert await floor.state(incident) == ("overtaken", "Omar")
    late = (await accepted(floor.room, row, floor.who["Priya"], NOW)).reply
    assert (late.code, "given to somebody" in late.text) == ("too_late", True)


async def test_a_sender_who_leaves_leaves_a_hand_off_that_stands(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    await floor.ownership.pass_on(floor.who["Elena"], floor.who["Dana"], [incident.id], NOW, "left")
    assert await floor.state(incident) == ("offered", "Dana")
    assert (await floor.room.take_back("none", floor.who["Dana"], NOW)).reply.code == "unknown"
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW)).reply.ok
    assert await floor.state(incident) == ("accepted", "Priya")


async def test_nobody_who_no_longer_works_here_accepts_it(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    async with floor.database.write() as connection:
        await accounts.set_terms(connection, floor.who["Priya"], Terms(contract_to="2020-01-01"))
    assert not (await accepted(floor.room, row, floor.who["Priya"], NOW)).reply.ok
    assert (await floor.room.left(row.id, NOW)).reply.ok
    assert await floor.state(incident) == ("returned", "Elena")
    assert (await floor.lines(incident.id))[-1] == "the hand-off came back: Priya is no longer here"


async def test_it_goes_with_its_incident_into_a_merge_and_back(floor: Floor) -> None:
    stays = await floor.begin()
    goes = await floor.begin(number="+12065550143")
    row = await floor.offered(goes)
    merge = Merge(stays.id, goes.id, floor.who["Elena"], "m1")
    assert (await floor.filings.merge(merge, NOW + 1)).reply.ok
    assert await floor.state(stays) == ("offered", "Elena")
    assert (await floor.filings.undo(Undo(merge.id, floor.who["Elena"]), NOW + 2)).reply.ok
    assert await row_of(floor.database, stays.id) is None
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW + 3)).reply.ok
    assert await floor.state(goes) == ("accepted", "Priya")
    assert await owner_of(floor.database, stays.id) == floor.who["Elena"]


async def test_accepted_while_they_were_one_it_stays_where_the_owner_moved(floor: Floor) -> None:
    stays = await floor.begin()
    goes = await floor.begin(number="+12065550143")
    row = await floor.offered(goes)
    await floor.room.ask(row.id, floor.who["Priya"], "Who pays?", "q", NOW)
    merge = Merge(stays.id, goes.id, floor.who["Elena"], "m1")
    await floor.filings.merge(merge, NOW + 1)
    assert (await accepted(floor.room, row, floor.who["Priya"], NOW + 2)).reply.ok
    assert (await floor.filings.undo(Undo(merge.id, floor.who["Elena"]), NOW + 3)).reply.ok
    assert await floor.state(stays) == ("accepted", "Priya")
    assert await owner_of(floor.database, goes.id) == floor.who["Elena"]
    assert any("Who pays?" in one for one in await floor.lines(stays.id))


async def test_of_two_that_are_merged_the_older_goes_on(floor: Floor) -> None:
    stays = await floor.begin()
    goes = await floor.begin(number="+12065550143")
    older = await floor.offered(goes)
    newer = await floor.offered(stays, "Omar", at=NOW + 1)
    merge = Merge(stays.id, goes.id, floor.who["Elena"], "m1")
    assert (await floor.filings.merge(merge, NOW + 2)).reply.ok
    async with floor.database.read() as connection:
        rows = {row.id: row for row in await hand_offs.history(connection, stays.id)}
    assert (rows[older.id].state, rows[newer.id].state) == ("offered", "returned")
    assert any("merged with is being handed off" in one for one in await floor.lines(stays.id))
    assert (await floor.filings.undo(Undo(merge.id, floor.who["Elena"]), NOW + 3)).reply.ok
    assert await floor.state(goes) == ("offered", "Elena")
    assert await floor.state(stays) == ("returned", "Elena")


async def test_a_merge_with_an_s1_shortens_its_time(floor: Floor) -> None:
    stays = await floor.begin(severity=3)
    goes = await floor.begin(number="+12065550143", severity=1)
    await floor.offered(stays, within=30 * MINUTE)
    await floor.filings.merge(Merge(stays.id, goes.id, floor.who["Elena"], "m1"), NOW + 5)
    assert (await row_of(floor.database, stays.id)).due_at == NOW + 5 + MINUTE


async def test_a_merge_that_comes_at_the_same_time_as_an_acceptance(floor: Floor) -> None:
    stays = await floor.begin()
    goes = await floor.begin(number="+12065550143")
    row = await floor.offered(goes)
    merge = Merge(stays.id, goes.id, floor.who["Elena"], "m1")
    done, merged = await asyncio.gather(
        accepted(floor.room, row, floor.who["Priya"], NOW + 1), floor.filings.merge(merge, NOW + 1)
    )
    assert (done.reply.ok, merged.reply.ok) == (True, True)
    assert (await row_of(floor.database, goes.id)).state == HandOffState.ACCEPTED


# Read ---------------------------------------------------------------------------------------------


async def test_an_incident_is_found_by_the_words_of_its_hand_off_and_no_card_is_shown(
    floor: Floor,
) -> None:
    incident = await floor.begin()
    card = PARTS | {"questions": "Charge 4111 1111 1111 1111?"}
    row = await floor.offered(incident, None, department="tier2", parts=card)
    await floor.room.ask(row.id, floor.who["Priya"], "Is the invoice signed?", "q", NOW)
    await floor.room.give_back(row.id, floor.who["Omar"], "lunch", NOW)
    await accepted(floor.room, row, floor.who["Priya"], NOW + 5)

    async def found(query: str) -> list[str]:
        await Findable(floor.database).catch_up()
        async with floor.database.read() as connection:
            hits, _ = await incidents.find(connection, {}, reader="u1", query=query)
        return [one["id"] for one in hits]

    for word in ("xylitol", "harbor", "invoice", "lunch", "drops"):
        assert await found(word) == [incident.id], word
    async with floor.database.read() as connection:
        names = await accounts.names(connection)
        document = await timeline.incident_document(connection, incident.id, "u1", names, _ok)
    assert document is not None
    assert "4111 1111" not in str(document["timeline"])
    assert "•••• 1111" in str(document["timeline"])


async def test_its_sender_hears_how_it_ended_until_they_have_read_it(floor: Floor) -> None:
    incident = await floor.begin()
    row = await floor.offered(incident)
    await floor.room.expire(row.id, row.due_at)
    elena = floor.who["Elena"]

    async def unheard() -> list[str]:
        async with floor.database.read() as connection:
            return [one.id for one in await hand_offs.unheard_of(connection, elena)]

    assert await unheard() == [row.id]
    told = [(await floor.room.heard(row.id, elena, NOW + HOUR)).reply for _ in "12"]
    assert [one.duplicate for one in told] == [False, True]
    assert await unheard() == []


async def test_while_the_record_is_away_nothing_is_changed(tmp_path: Path) -> None:
    database = await new_sqlite(tmp_path / "gone.db")
    floor = Floor(database)
    incident = await floor.begin()
    row = await floor.offered(incident)
    async with database.write() as connection:
        await connection.execute(
            text("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END")
        )
    with pytest.raises(RecordUnavailable):
        await accepted(floor.room, row, floor.who["Priya"], NOW)
    assert await floor.state(incident) == ("offered", "Elena")
    await database.close()


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_the_owner_moves_only_by_acceptance_or_a_person(
    tmp_path: Path, seed: int
) -> None:
    found = await drive(tmp_path, seed, 120)
    assert {"accept", "offer", "severity"} <= set(found)


@pytest.mark.long
async def test_ten_thousand_random_orders(tmp_path: Path) -> None:
    found = [await drive(tmp_path, seed, 500) for seed in range(100, 120)]
    assert sum(one["accept"] for one in found) > 100

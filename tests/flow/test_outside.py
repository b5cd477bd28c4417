"""What nobody here takes: S1 calls go to the numbers on call, the key, the voicemail, the callback;
S1 texts and mails are told to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from router.live.engine import Engine
from tests.flow.conftest import short_config, until_heard
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import DeskClient, desk

FIRST, SECOND = "+12065550151", "+12065550152"

NUMBERS = f"""
[[on_call]]
name = "night_lead"
word = "Night lead"
number = "{FIRST}"
[[on_call]]
name = "second"
word = "Second night"
number = "{SECOND}"
[[outside]]
name = "vet_line"
word = "Animal poison control"
number = "+12065550155"
[[outside]]
name = "clinic"
word = "Clinic"
number = "+12065550157"
acknowledge = false
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def night(tmp_path_factory: object) -> AsyncIterator[Centre]:
    """A centre with people on call."""
    folder: Path = tmp_path_factory.mktemp("night")  # type: ignore[attr-defined]
    config = short_config(folder)
    text = config.read_text().replace('acknowledge = "8s"', 'acknowledge = "1s"')
    text = text.replace('voicemail = "2m"', 'voicemail = "5s"')
    config.write_text(text + NUMBERS)
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(night: Centre) -> AsyncIterator[Centre]:
    for number in (FIRST, SECOND):
        await night.sandbox.person(number, answer="no-answer")
    yield night
    await night.sandbox.heal()
    for call in await night.sandbox.calls(live=True):
        await night.sandbox.hang_up(call["sid"])
    await night.until_ready()
    await night.end_everything()


async def leg_to(centre: Centre, parent: str, number: str, timeout_s: float = 60) -> str:
    """The second leg that the carrier has made to a number."""
    async with asyncio.timeout(timeout_s):
        while True:
            for call in await centre.sandbox.calls():
                if call["parent"] == parent and call["to"] == number:
                    return str(call["sid"])
            await asyncio.sleep(0.02)


def callback(page: DeskClient) -> dict[str, Any] | None:
    return next((c for c in page.contacts.values() if c["callback"]), None)


async def promised_to(centre: Centre, number: str) -> None:
    """One promise to call that number, in the order."""
    rows = "select count(*) from callback k join address a on a.id = k.address"
    await centre.until_rows(f"{rows} where a.value = '{number}' and k.state = 'open'", [(1,)])


async def ended(centre: Centre, number: str) -> tuple[object, ...]:
    """Outcome, cause, answered, of the last call from there, as soon as the record has its end."""
    last = (
        "select c.outcome, json_extract(c.live, '$.cause'), c.answered_at is not null, c.id"
        " from contact c join address a on a.id = c.address"
        f" where a.value = '{number}' and c.state = 'ended' and c.direction = 'in'"
        " order by c.arrived_at desc limit 1"
    )
    await centre.until_rows(f"select count(*) from ({last})", [(1,)])
    return (await centre.rows(last))[0]


async def test_on_call_person_who_presses_the_key_is_joined_at_once(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, talk="tone", hz=500, ring_ms=50, keys=["1"])
    me = "+12065550301"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    leg = await leg_to(centre, call, FIRST, 3)  # nobody is on duty: no step is waited out
    await centre.sandbox.wait_for(call, "dial.bridged")
    await until_heard(centre, call, 500)
    await centre.until_rows("select state from contact where state = 'away'", [("away",)])
    async with desk(centre, "dana", view="board") as board:
        shown = next(iter(board.contacts.values()))
        assert shown["outside"]["word"] == "Night lead"
        assert "number" not in str(shown)
    await centre.sandbox.hang_up(leg)
    await centre.sandbox.wait_for(call, "completed")
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
    assert (await ended(centre, me))[:3] == ("handled", "outside_hung_up", 1)
    assert FIRST not in centre.words()


async def test_machine_without_a_key_never_counts_and_the_next_number_is_tried(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, talk="tone", hz=700, ring_ms=50)  # a machine: it talks
    await centre.sandbox.person(SECOND, talk="tone", hz=500, ring_ms=50, keys=["5"])
    me = "+12065550302"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    machine = await leg_to(centre, call, FIRST)
    await leg_to(centre, call, SECOND, 30)
    await centre.sandbox.wait_for(call, "dial.bridged")
    assert (await centre.sandbox.look(machine))["status"] == "completed"
    await until_heard(centre, call, 500)
    await centre.sandbox.hang_up(call)
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
    assert (await ended(centre, me))[:3] == ("handled", "caller_hung_up", 1)


async def test_nobody_takes_it_voicemail_and_a_callback(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, answer="failed")
    me = "+12065550303"
    async with desk(centre, "dana", view="board") as board:
        call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
        await centre.sandbox.wait_for(call, "record.kept")
        await centre.sandbox.wait_for(call, "completed")
        promised = await board.until(lambda: callback(board))
        assert (promised["severity"], promised["direction"]) == (1, "out")
        assert promised["callback"]["by_name"] == "voicemail"
        assert any(n["code"] == "contact.overflow" for n in board.notices)
    outcome, cause, answered, contact = await ended(centre, me)
    assert (outcome, cause, answered) == ("voicemail", "left_message", 0)
    said = f"select text, direction from message where contact = '{contact}'"
    await centre.until_rows(said, [("left a message, 5 s", "in")])
    await promised_to(centre, me)
    sid = (await centre.rows(f"select carrier_id from message where contact = '{contact}'"))[0][0]
    async with desk(centre, "noah") as agent:
        row = await centre.rows(f"select incident from contact where id = '{contact}'")
        document = await agent.do("open", incident=row[0][0])
        assert [e["recording"] for e in document["timeline"] if e.get("recording")] == [sid]
        words = [e["text"] for e in document["timeline"] if e["kind"] == "event"]
        assert "ringing at Night lead" in words
        assert "Night lead did not take it: the line was busy" in words
        assert "Second night did not take it: the carrier could not connect it" in words
        async with agent._session.get(f"{centre.url}/api/voicemail/{sid}") as answer:
            assert answer.status == 200
            assert (await answer.read())[:4] == b"RIFF"
        async with agent._session.get(f"{centre.url}/api/voicemail/RE{'0' * 32}") as answer:
            assert answer.status == 404
    async with centre.sandbox.session.get(f"{centre.url}/api/voicemail/{sid}") as answer:
        assert answer.status == 401
    kept = centre.data_dir / "voicemail"
    async with asyncio.timeout(60):
        while not list(kept.glob("*.wav")):
            await asyncio.sleep(0.05)


async def test_caller_who_says_nothing_at_the_voicemail_is_called_back_all_the_same(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, answer="busy")
    me = "+12065550304"
    await centre.sandbox.call(from_=me, hang_up_at="record", hang_up_delay_ms=100)
    assert (await ended(centre, me))[0] == "voicemail"
    await promised_to(centre, me)


async def test_caller_who_hangs_up_while_it_rings_outside_ends_both_legs(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=8000)
    me = "+12065550305"
    call = await centre.sandbox.call(from_=me)
    leg = await leg_to(centre, call, FIRST)
    await centre.sandbox.hang_up(call)
    await centre.sandbox.wait_for(leg, "call.ended")
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
    assert (await ended(centre, me))[:3] == ("abandoned", "hung_up", 0)


async def test_somebody_who_is_free_comes_before_the_next_number(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=50, talk="silence")  # answers, presses nothing
    me = "+12065550306"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    await leg_to(centre, call, FIRST)
    async with desk(centre) as agent:  # signs in while the telephone there rings
        await agent.offered()
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)


async def test_an_agent_takes_a_caller_for_whom_a_number_outside_rings(centre: Centre) -> None:
    """Laid over: nothing moves before they accept, then one redirect brings the caller."""
    await centre.sandbox.person(FIRST, ring_ms=60_000)
    call = await centre.sandbox.call(from_="+12065550312", talk="tone", hz=440)
    leg = await leg_to(centre, call, FIRST)
    async with desk(centre) as agent, desk(centre, "dana", view="board") as board:
        offered = await agent.offered()
        row = await board.until(lambda: next(iter(board.contacts.values()), None))
        assert (row["state"], row["offer"]["agents"]) == ("outside", [agent.me["id"]])
        assert (await centre.sandbox.look(leg))["status"] == "ringing"
        contact = await agent.accept()
        assert contact == offered["id"]
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        await centre.sandbox.wait_for(leg, "call.ended")
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


@pytest.mark.parametrize("record", ["kept", "obeyed"])
async def test_an_agent_takes_a_caller_who_leaves_a_message(centre: Centre, record: str) -> None:
    """What they said is kept and promises nothing; whatever the carrier does with the message's own
    request, the call goes on."""
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, answer="busy")
    await centre.sandbox.fault(actions={"record": record})
    me = f"+1206555031{3 + len(record) % 4}"
    async with desk(centre) as agent:
        await agent.do("pause", reason="recovering")
        call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
        await centre.sandbox.wait_for(call, "record.started")
        await agent.do("ready")
        await agent.offered()
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await until_heard(centre, call, 700)
        said = f"select count(*) from message where contact = '{contact}'"
        if record == "kept":
            await centre.until_rows(said, [(1,)])
        rows = "select count(*) from callback k join address a on a.id = k.address"
        assert await centre.rows(f"{rows} where a.value = '{me}'") == [(0,)]


async def test_restart_of_the_centre_while_talking_outside_disturbs_nobody(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, talk="tone", hz=500, ring_ms=50, keys=["1"])
    me = "+12065550307"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    leg = await leg_to(centre, call, FIRST)
    await centre.sandbox.wait_for(call, "dial.bridged")
    centre.kill_worker()
    await centre.until_ready()
    await until_heard(centre, call, 500)
    await centre.sandbox.hang_up(leg)
    await centre.sandbox.wait_for(call, "completed")
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
    assert (await ended(centre, me))[:2] == ("handled", "outside_hung_up")


async def test_index_that_is_lost_while_it_rings_outside_loses_nobody(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, talk="tone", hz=500, ring_ms=2500, keys=["1"])
    me = "+12065550308"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    await leg_to(centre, call, FIRST)
    await centre.until_rows("select state from contact where state = 'outside'", [("outside",)])
    engine = Engine(centre.redis_url)
    await engine.wipe()
    await engine.close()
    await centre.sandbox.wait_for(call, "dial.bridged")
    await until_heard(centre, call, 500)
    await centre.until_rows("select state from contact where state = 'away'", [("away",)])


async def test_every_request_twice_still_makes_one_answer(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, talk="tone", hz=500, ring_ms=50, keys=["1"])
    await centre.sandbox.fault(webhook_twice=-1)
    me = "+12065550309"
    call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
    await centre.sandbox.wait_for(call, "dial.bridged")
    await until_heard(centre, call, 500)
    legs = [c for c in await centre.sandbox.calls() if c["parent"] == call]
    assert sorted(leg["to"] for leg in legs) == [FIRST, SECOND]
    answered = "select count(*) from event e join contact c on c.id = e.contact"
    answered += " where e.name = 'contact.answered' and c.state = 'away'"
    await centre.until_rows(answered, [(1,)])


async def test_caller_whose_stream_is_open_goes_outside_when_the_last_agent_leaves(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, talk="tone", hz=500, ring_ms=50, keys=["1"])
    me = "+12065550310"
    async with desk(centre, "tomas") as agent:
        call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
        await agent.offered()
        await centre.sandbox.wait_for(call, "stream.started")
        await agent.do("pause", reason="break")
        await centre.sandbox.wait_for(call, "dial.bridged")
        await until_heard(centre, call, 500)
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


async def test_index_that_is_lost_at_the_voicemail_still_makes_the_callback(
    centre: Centre,
) -> None:
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, answer="busy")
    me = "+12065550311"
    call = await centre.sandbox.call(from_=me)
    states = "select state from contact where state != 'ended'"
    await centre.until_rows(states, [("voicemail",)])
    engine = Engine(centre.redis_url)
    await engine.wipe()
    await engine.close()
    await centre.sandbox.hang_up(call)
    await centre.until_rows(
        "select count(*) from contact where state != 'ended' and direction = 'in'", [(0,)], 25
    )
    assert (await ended(centre, me))[0] == "voicemail"
    await promised_to(centre, me)


@pytest.mark.parametrize("fault", [{"rest_500": 1}, {"rest_acts_then_hangs": 1}])
async def test_carrier_that_does_not_answer_the_redirect_loses_nobody(
    centre: Centre, fault: dict[str, int]
) -> None:
    await centre.sandbox.person(SECOND, talk="tone", hz=500, ring_ms=50, keys=["1"])
    await centre.sandbox.person(FIRST, talk="tone", hz=500, ring_ms=50, keys=["1"])
    me = f"+1206555032{len(next(iter(fault)))}"[:12]
    async with desk(centre, "tomas") as agent:
        call = await centre.sandbox.call(from_=me, talk="tone", hz=440)
        await agent.offered()
        await centre.sandbox.wait_for(call, "stream.started")
        await centre.sandbox.fault(**fault)
        await agent.do("pause", reason="break")
        await centre.sandbox.wait_for(call, "dial.bridged")
        await until_heard(centre, call, 500)
        await centre.until_rows("select count(*) from contact where state = 'away'", [(1,)])


async def test_voicemail_of_a_withheld_number_alarms_the_boards(centre: Centre) -> None:
    """Nobody can be called back: whoever looks at a board has to know at once."""
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, answer="busy")
    async with desk(centre, "dana", view="board") as board:
        await centre.sandbox.call(from_="anonymous", talk="tone", hz=440)
        await board.until(lambda: any(n["code"] == "callback.wanted" for n in board.notices))
    await centre.until_rows("select count(*) from event where name = 'callback.wanted'", [(1,)])


# Texts and mails --------------------------------------------------------------------------------


async def telephoned(centre: Centre, number: str, since: int = 0) -> str:
    """The call of ours that tells it to this number, after so many before it."""
    async with asyncio.timeout(60):
        while True:
            own = [c for c in await centre.sandbox.calls() if c["to"] == number and not c["parent"]]
            if len(own) > since:
                return str(own[0]["sid"])
            await asyncio.sleep(0.02)


async def many_to(centre: Centre, number: str) -> int:
    calls = await centre.sandbox.calls()
    return len([c for c in calls if c["to"] == number and not c["parent"]])


async def heard(centre: Centre, sid: str) -> str:
    return str((await centre.sandbox.look(sid))["timeline"])


TAKEN_OVER = "select count(*) from audit where action = 'contact.taken_over' and subject = '{}'"


async def open_contact(centre: Centre, channel: str) -> str:
    rows = f"select id from contact where channel = '{channel}' and state != 'ended'"
    async with asyncio.timeout(60):
        while not (found := await centre.rows(rows)):
            await asyncio.sleep(0.05)
    return str(found[0][0])


async def test_an_s1_text_is_told_by_telephone_and_a_key_takes_it_over(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=50, keys=["1"])
    before, me = await many_to(centre, FIRST), "+12065550341"
    async with desk(centre, "dana", view="board") as board:
        await centre.sandbox.text("my dog is not breathing", from_=me)
        call = await telephoned(centre, FIRST, before)
        row = await board.until(
            lambda: next((c for c in board.contacts.values() if taken(c)), None)
        )
        assert (row["state"], row["alarm"]) == ("queued", None)
        assert row["telling"]["word"] == "Night lead"
    await centre.sandbox.wait_for(call, "completed")
    said = await heard(centre, call)
    assert "An emergency text message waits, severity 1. They write: my dog" in said
    assert "They wrote from: 1, 2, 0, 6, 5, 5, 5, 0, 3, 4, 1. Call" in said
    assert "Again: 1, 2, 0, 6, 5, 5, 5, 0, 3, 4, 1. If" in said
    await centre.until_rows(TAKEN_OVER.format(row["id"]), [(1,)])
    who = f"select actor, detail from audit where subject = '{row['id']}'"
    assert await centre.rows(who) == [("on_call:night_lead", "by telephone")]
    assert await many_to(centre, FIRST) == before + 1
    for secret in ("not breathing", FIRST, me):
        assert secret not in centre.words()
    async with desk(centre, "noah") as agent:  # anybody may still take it
        assert (await agent.offered())["id"] == row["id"]
        incident = await centre.rows(f"select incident from contact where id = '{row['id']}'")
        document = await agent.do("open", incident=incident[0][0])
        words = [e["text"] for e in document["timeline"] if e["kind"] == "event"]
        assert "ringing Night lead's telephone" in words
        assert "Night lead took it over by telephone" in words


def taken(contact: dict[str, Any]) -> bool:
    return bool(contact["telling"]) and contact["telling"]["at"] == "taken"


async def test_an_s1_mail_goes_to_the_next_number_without_a_key(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, answer="busy")
    await centre.sandbox.person(SECOND, ring_ms=50, keys=["1"])
    before = await many_to(centre, SECOND)
    await centre.sandbox.mail("Help", "Our dog is not breathing, what can we do?")
    call = await telephoned(centre, SECOND, before)
    await centre.sandbox.wait_for(call, "completed")
    assert "An emergency mail waits" in await heard(centre, call)
    assert "They wrote by mail" in await heard(centre, call)
    contact = await open_contact(centre, "email")
    await centre.until_rows(TAKEN_OVER.format(contact), [(1,)])


async def test_an_agent_who_takes_the_text_ends_the_call_there(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=60_000)
    before = await many_to(centre, FIRST)
    await centre.sandbox.text("the cat is not breathing", from_="+12065550342")
    call = await telephoned(centre, FIRST, before)
    async with desk(centre) as agent:
        await agent.offered()
        await agent.accept()
        await centre.sandbox.wait_for(call, "call.ended")


async def test_a_worker_that_dies_while_it_rings_dials_nobody_twice(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=4_000, keys=["1"])
    before = await many_to(centre, FIRST)
    await centre.sandbox.text("the dog is not breathing", from_="+12065550343")
    call = await telephoned(centre, FIRST, before)
    centre.kill_worker()
    await centre.until_ready()
    await centre.sandbox.wait_for(call, "completed")
    contact = await open_contact(centre, "sms")
    await centre.until_rows(TAKEN_OVER.format(contact), [(1,)])
    assert await many_to(centre, FIRST) == before + 1


async def test_an_index_that_is_lost_while_it_rings_knows_the_key(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=4_000, keys=["1"])
    before = await many_to(centre, FIRST)
    await centre.sandbox.text("the dog is not breathing", from_="+12065550344")
    call = await telephoned(centre, FIRST, before)
    contact = await open_contact(centre, "sms")
    rings = f"select json_extract(live, '$.telling.call') from contact where id = '{contact}'"
    await centre.until_rows(rings, [(call,)])
    engine = Engine(centre.redis_url)
    await engine.wipe()
    await engine.close()
    await centre.sandbox.wait_for(call, "completed")
    await centre.until_rows(TAKEN_OVER.format(contact), [(1,)])
    assert await many_to(centre, FIRST) == before + 1


@pytest.mark.parametrize("press", [True, False])
async def test_an_answer_of_ours_that_is_lost_is_asked_for_again(
    centre: Centre, press: bool
) -> None:
    """press: that to the key, so that they have not heard the number; else what was written."""
    await centre.sandbox.person(FIRST, ring_ms=50, keys=[] if press else ["1"])
    before = await many_to(centre, FIRST)
    if not press:
        await centre.sandbox.fault(webhook_unanswered=1)
    await centre.sandbox.text("the dog is not breathing", from_="+12065550346")
    call = await telephoned(centre, FIRST, before)
    if press:
        await centre.sandbox.wait_for(call, "play.started")
        await centre.sandbox.fault(webhook_unanswered=1)
        await centre.sandbox.press(call, "1")
    await centre.sandbox.wait_for(call, "completed")
    assert "They wrote from: 1, 2, 0, 6, 5, 5, 5, 0, 3, 4, 6" in await heard(centre, call)
    contact = await open_contact(centre, "sms")
    has_it = f"select json_extract(live, '$.telling.heard') from contact where id = '{contact}'"
    await centre.until_rows(has_it, [(1,)])
    await centre.until_rows(TAKEN_OVER.format(contact), [(1,)])
    assert await many_to(centre, FIRST) == before + 1


async def test_every_request_twice_still_takes_it_over_once(centre: Centre) -> None:
    await centre.sandbox.person(FIRST, ring_ms=50, keys=["1"])
    await centre.sandbox.fault(webhook_twice=-1)
    before = await many_to(centre, FIRST)
    await centre.sandbox.text("the dog is not breathing", from_="+12065550345")
    await centre.sandbox.wait_for(await telephoned(centre, FIRST, before), "completed")
    contact = await open_contact(centre, "sms")
    await centre.until_rows(TAKEN_OVER.format(contact), [(1,)])
    assert await many_to(centre, FIRST) == before + 1

"""Queues that are closed: what callers hear, and the one answer to texts and mails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import pytest_asyncio

from tests.flow.conftest import short_config
from tests.flow.test_database_away import locked
from tests.kit.centre import Centre, running_centre
from tests.kit.desk import desk

SUPPORT, NIGHT = "+12065550101", "+12065550151"


def closed_hours() -> str:
    """A calendar that is closed for all of today and tomorrow, and opens the day after."""
    opens = datetime.now(UTC) + timedelta(days=2)
    return f"""
[calendars.office]
zone = "UTC"
[calendars.office.week]
{opens:%a} = ["08:00-18:00"]
[[on_call]]
name = "night_lead"
word = "Night lead"
number = "{NIGHT}"
""".replace(f"{opens:%a}", f"{opens:%a}".lower())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def closed(tmp_path_factory: object) -> AsyncIterator[Centre]:
    """A centre whose support queues are closed."""
    folder: Path = tmp_path_factory.mktemp("closed")  # type: ignore[attr-defined]
    config = short_config(folder)
    text = config.read_text().replace('voicemail = "2m"', 'voicemail = "2s"')
    for queue, after in (("general", "message"), ("claims", "on_call"), ("urgent", "wait")):
        text = text.replace(
            f"[queues.{queue}]",
            f'[queues.{queue}]\ncalendar = "office"\n'
            f'after_hours = {{ S2 = "{after}", S3 = "{after}", S4 = "{after}" }}',
        )
    config.write_text(text + closed_hours())
    async with running_centre(folder / "data", HOLDFAST_CONFIG=str(config)) as centre:
        yield centre


@pytest_asyncio.fixture(loop_scope="session")
async def centre(closed: Centre) -> AsyncIterator[Centre]:
    await closed.sandbox.person(NIGHT, answer="no-answer")
    yield closed
    for call in await closed.sandbox.calls(live=True):
        await closed.sandbox.hang_up(call["sid"])
    await closed.until_ready()
    await closed.end_everything()


async def said(centre: Centre, call: str) -> str:
    timeline = (await centre.sandbox.look(call))["timeline"]
    return " ".join(e["what"] for e in timeline if e["event"] == "play.started")


def promises_to(number: str) -> str:
    rows = "select count(*) from callback k join address a on a.id = k.address"
    return f"{rows} where a.value = '{number}'"


async def contact_of(centre: Centre, number: str) -> tuple[object, ...]:
    """As soon as the record has its end: the carrier knows of it before."""
    sql = (
        "select c.id, c.outcome, json_extract(c.live, '$.cause') from contact c"
        f" join address a on a.id = c.address where a.value = '{number}' and c.direction = 'in'"
        " and c.state = 'ended'"
    )
    await centre.until_rows(f"select count(*) from ({sql})", [(1,)])
    return (await centre.rows(sql))[0]


async def test_s3_call_hears_that_we_are_closed_and_its_message_makes_a_callback(
    centre: Centre,
) -> None:
    me = "+12065550401"
    call = await centre.sandbox.call(from_=me, to=SUPPORT, keys=["3"], talk="tone", hz=440)
    await centre.sandbox.wait_for(call, "record.kept")
    await centre.sandbox.wait_for(call, "completed")
    opens = datetime.now(UTC) + timedelta(days=2)
    words = await said(centre, call)
    assert "We are closed now." in words
    assert f"We open on {opens:%A} {opens.day} {opens:%B}" in words
    _, outcome, _ = await contact_of(centre, me)
    assert outcome == "voicemail"
    await centre.until_rows(promises_to(me), [(1,)])
    async with desk(centre, "dana", view="board") as board:  # and nobody is late by it
        row = await board.until(
            lambda: next((one for one in board.contacts.values() if one["callback"]), None)
        )
        eight = opens.replace(hour=8, minute=0, second=0, microsecond=0).timestamp() * 1000
        target = row["answer_by"] - row["waits_from"]
        assert (row["waits_from"], target) == (eight, 60_000)
        assert (row["state"], row["not_before"]) == ("scheduled", eight)  # nobody is woken
        assert board.tally["waiting"][str(row["severity"])]["due"] is None
        opened = await board.do("open", incident=row["incident"])
        assert opened["callback"]["due"] == eight


async def test_s3_call_that_hangs_up_at_the_words_is_no_callback_and_not_abandoned(
    centre: Centre,
) -> None:
    me = "+12065550402"
    call = await centre.sandbox.call(from_=me, to=SUPPORT, keys=["3"])
    await centre.sandbox.wait_for(call, "play.started", n=3)
    await centre.sandbox.hang_up(call)
    await centre.until_rows("select count(*) from contact where state != 'ended'", [(0,)])
    _, outcome, cause = await contact_of(centre, me)
    assert (outcome, cause) == ("voicemail", "hung_up")
    assert await centre.rows(promises_to(me)) == [(0,)]


@pytest.mark.parametrize("when", ["words", "message"])
async def test_a_key_at_the_voicemail_makes_it_an_s1_that_an_agent_takes(
    centre: Centre, when: str
) -> None:
    keys = ["3", "1"] if when == "words" else ["3"]
    async with desk(centre) as agent:
        call = await centre.sandbox.call(
            from_=f"+1206555150{len(when)}", to=SUPPORT, keys=keys, talk="tone", hz=440
        )
        if when == "message":
            await centre.sandbox.wait_for(call, "record.started")
            await centre.sandbox.press(call, "1")
        assert (await agent.offered())["severity"] == 1
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        assert (await centre.sandbox.look(call))["status"] == "in-progress"


async def test_s1_never_closes_and_s4_on_call_goes_to_the_night_lead(centre: Centre) -> None:
    await centre.sandbox.person(NIGHT, ring_ms=50, talk="tone", hz=500, keys=["1"])
    for key in ("1", "4"):
        call = await centre.sandbox.call(from_=f"+1206555151{key}", to=SUPPORT, keys=[key])
        await centre.sandbox.wait_for(call, "dial.bridged")
        await centre.sandbox.hang_up(call)


async def test_s2_waits_in_line_as_always(centre: Centre) -> None:
    call = await centre.sandbox.call(from_="+12065550405", to=SUPPORT, keys=["2"])
    async with desk(centre) as agent:
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await centre.sandbox.hang_up(call)


async def test_text_after_hours_gets_one_answer_and_waits_in_line(centre: Centre) -> None:
    me = "+12065550406"
    await centre.sandbox.text("where is my refund", to=SUPPORT, from_=me)
    await centre.sandbox.text("hello?", to=SUPPORT, from_=me)
    await centre.until_rows(
        "select count(*) from message where direction = 'in' and from_address = '" + me + "'",
        [(2,)],
    )
    async with asyncio.timeout(60):
        while not (answers := [t for t in await centre.sandbox.texts(me) if t["to"] == me]):
            await asyncio.sleep(0.05)
    opens = datetime.now(UTC) + timedelta(days=2)
    assert f"We open on {opens:%A} {opens.day} {opens:%B} at 8:00." in answers[0]["body"]
    assert "+12065550100" in answers[0]["body"]
    async with desk(centre) as agent:
        await agent.accept()
    answers = [t for t in await centre.sandbox.texts(me) if t["to"] == me]
    assert len(answers) == 1
    found = await centre.rows(
        "select json_extract(c.live, '$.replied_at') from contact c"
        f" join address a on a.id = c.address where a.value = '{me}'"
    )
    assert found == [(None,)]  # the first response is a person's


async def test_s1_text_is_not_told_that_anybody_is_away(centre: Centre) -> None:
    me = "+12065550407"
    await centre.sandbox.text("my dog is not breathing", to=SUPPORT, from_=me)
    async with desk(centre) as agent:
        await agent.accept()
    assert not [t for t in await centre.sandbox.texts(me) if t["to"] == me]


async def test_mail_gets_one_marked_answer_and_automatic_mail_none(centre: Centre) -> None:
    person = {"from_": "lee@mail.example", "to": "help@holdfast.test"}
    await centre.sandbox.mail("Invoice", "Where is my invoice?", **person)
    auto = {"from_": "bot@mail.example", "to": "help@holdfast.test", "auto": True}
    await centre.sandbox.mail("Out of office", "I am away.", **auto)
    async with asyncio.timeout(60):
        while not (sent := await centre.sandbox.mails("out")):
            await asyncio.sleep(0.05)
    await centre.sandbox.mail("Invoice again", "And my receipt?", **person)
    await centre.until_rows(
        "select count(*) from message where channel = 'email' and direction = 'in'", [(3,)]
    )
    sent = await centre.sandbox.mails("out")
    assert [m["to"] for m in sent] == [["lee@mail.example"]]
    url = f"{centre.sandbox.base_url}/_sandbox/mails/{sent[0]['id']}/raw"
    async with centre.sandbox.session.get(url) as answer:
        mail = message_from_bytes(await answer.read(), policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize(
    "sender",
    [
        *("72345", "ACME", "+7378742833", "2065550408"),  # no whole number
        *("+442079460018", "+18765550142", "+923001234567"),  # countries that are not called
        *("+19005551234", "+881612345678", "whatsapp:+447012345678"),  # what is called nowhere
    ],
)
async def test_whom_we_may_not_call_gets_no_automatic_answer(centre: Centre, sender: str) -> None:
    words = f"where is it, asks {sender}"
    await centre.sandbox.text(words, to=SUPPORT, from_=sender)
    came = f"select incident from message where direction = 'in' and text = '{words}'"
    await centre.until_rows(f"select count(*) from ({came})", [(1,)])  # the answer with it
    out = f"select count(*) from message where direction = 'out' and incident in ({came})"
    assert await centre.rows(out) == [(0,)]


async def test_a_person_answers_whoever_wrote_also_where_we_do_not_call(centre: Centre) -> None:
    tourist = "+442079460019"
    await centre.sandbox.text("where is my refund, from abroad", to=SUPPORT, from_=tourist)
    async with desk(centre) as agent:
        while (contact := await agent.accept()) and "abroad" not in agent.contacts[contact][
            "about"
        ]:
            await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.do(
            "reply", contact=contact, text="On its way.", then="close", anyway=True, key="abroad"
        )
    await centre.until_rows("select status from message where key = 'out:abroad'", [("delivered",)])


async def test_a_message_that_comes_while_the_database_is_away_makes_its_callback(
    centre: Centre,
) -> None:
    """What a caller left is kept, though the database is away when the carrier tells of it."""
    me = "+12065550491"
    call = await centre.sandbox.call(from_=me, to=SUPPORT, keys=["3"], talk="tone", hz=440)
    await centre.until_rows(
        "select state from contact where state != 'ended'", [("voicemail",)], 30
    )
    spool = centre.data_dir / "spool"
    with locked(centre):
        await centre.sandbox.wait_for(call, "record.kept")
        async with asyncio.timeout(60):
            while not list(spool.glob("*.voicemail")):
                await asyncio.sleep(0.05)
    await centre.until_rows(promises_to(me), [(1,)])
    contact, _, _ = await contact_of(centre, me)
    left = f"select count(*) from message where contact = '{contact}'"
    await centre.until_rows(f"{left} and text like 'left a message%'", [(1,)])

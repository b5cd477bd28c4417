"""Calls that we dial when something goes wrong on the way: found again, or given to a person."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from channels.twilio.client import CarrierClient, Credentials
from tests.flow.conftest import short_config
from tests.flow.test_machine_answers import MESSAGE, answered, said, sid_of
from tests.kit.centre import Centre, free_port, running_centre
from tests.kit.desk import DeskClient, desk
from tests.kit.sandbox import ACCOUNT_SID, AUTH_TOKEN

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dialling(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    """A centre whose calls have their fallback on a static host, which refuses POST."""
    folder: Path = tmp_path_factory.mktemp("dials")
    port = free_port()

    async def document(_request: web.Request) -> web.Response:
        back = f'<Redirect method="POST">{centre.url}/twilio/voice/fallback</Redirect>'
        return web.Response(text=f"<Response>{back}</Response>", content_type="text/xml")

    app = web.Application()
    app.router.add_get("/fallback.xml", document)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{port}/fallback.xml"
    config = str(short_config(folder))
    async with running_centre(
        folder / "data", HOLDFAST_CONFIG=config, HOLDFAST_FALLBACK_URL=url
    ) as centre:
        yield centre
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def centre(dialling: Centre) -> AsyncIterator[Centre]:
    yield dialling
    await dialling.sandbox.heal()
    for call in await dialling.sandbox.calls(live=True):
        await dialling.sandbox.hang_up(call["sid"])
    await dialling.end_everything()


async def call_back(centre: Centre, agent: DeskClient, person: str) -> str:
    """The agent calls who texted from there; the contact of the call."""
    await centre.sandbox.text("please call me", from_=person, to="+12065550101")
    text = await agent.accept()
    incident = await agent.do("open", incident=agent.contacts[text]["incident"])
    address = incident["parties"][0]["addresses"][0]["id"]
    await centre.sandbox.person(person, ring_ms=200, talk="tone", hz=440)
    key = f"dial-{person}"
    await agent.do("callback", incident=incident["id"], address=address, key=key)
    # From the record: a refused call is over before every page has seen it.
    ours = f"select id from contact where direction = 'out' and incident = '{incident['id']}'"
    await centre.until_rows(f"select count(*) from ({ours}) as ours", [(1,)])
    return str((await centre.rows(ours))[0][0])


async def test_who_was_called_while_we_did_not_answer_comes_back_from_the_fallback_host(
    centre: Centre,
) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.fault(webhook_lost=1)
        call = await call_back(centre, agent, "+12065550811")
        await agent.until_state(call, "active")
    known = f"select carrier_id from contact where id = '{call}'"
    await centre.until_rows(f"select count(*) from ({known}) where carrier_id is not null", [(1,)])
    sid = (await centre.rows(known))[0][0]
    sent = [e for e in (await centre.sandbox.look(sid))["timeline"] if e["event"] == "webhook.sent"]
    assert any(e["url"].endswith("/fallback.xml") for e in sent)


@pytest_asyncio.fixture(loop_scope="session")
async def carrier(centre: Centre) -> AsyncIterator[CarrierClient]:
    """Somebody else with the same account."""
    found = CarrierClient(Credentials(ACCOUNT_SID, AUTH_TOKEN, base_url=centre.sandbox.base_url))
    yield found
    await found.close()


async def foreign(centre: Centre, carrier: CarrierClient, to: str, contact: str | None) -> str:
    """Another contact's call to that number (None: not one of ours), from the same line."""
    query = f"?c={contact}" if contact else ""
    await centre.sandbox.person(to, ring_ms=5_000)
    call = await carrier.dial(
        to,
        "+12065550101",
        url=f"{centre.url}/twilio/voice/wait{query}",
        status_callback=f"{centre.url}/twilio/voice/status{query}",
    )
    await centre.sandbox.wait_for(call.sid, "call.ringing")
    return call.sid


@pytest.mark.parametrize("contact", ["c" + "0" * 20, *([None] if LONG else [])])
async def test_another_contacts_call_to_the_same_number_is_never_taken_for_ours(
    centre: Centre, carrier: CarrierClient, contact: str | None
) -> None:
    person = "+12065550812" if contact else "+12065550813"
    await foreign(centre, carrier, person, contact)
    async with desk(centre) as agent:
        await centre.sandbox.fault(rest_500=1)  # our own dial: nobody knows whether it was made
        call = await call_back(centre, agent, person)
        dial = f"select state, carrier_id from dial where contact = '{call}'"
        await centre.until_rows(dial, [("unclear", None)])
        told = f"select count(*) from event where contact = '{call}' and name = 'dial.unclear'"
        await centre.until_rows(told, [(1,)])
    assert len([c for c in await centre.sandbox.calls() if c["to"] == person]) == 1


@pytest.mark.parametrize("told", [True, False])
async def test_our_call_is_found_by_its_own_events_beside_another_one(
    centre: Centre, carrier: CarrierClient, told: bool
) -> None:
    person = "+12065550814" if told else "+12065550815"
    other = await foreign(centre, carrier, person, "c" + "1" * 20)
    async with desk(centre) as agent:
        await centre.sandbox.fault(rest_acts_then_500=1, status_missing=0 if told else 2)
        call = await call_back(centre, agent, person)
        rows = f"select state, carrier_id != '{other}' from dial where contact = '{call}'"
        await centre.until_rows(rows, [("dialed", 1)])
        await agent.until_state(call, "active")
    assert len([c for c in await centre.sandbox.calls() if c["to"] == person]) == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21216, "no approved customer profile"),
        (21219, "trial account"),
        (10004, "at its limit of calls at once"),
        (21217, "not a telephone number"),
        (29999, "the carrier says"),
    ],
)
async def test_a_refusal_is_told_in_words_to_who_called_and_on_the_timeline(
    centre: Centre, code: int, words: str
) -> None:
    async with desk(centre) as agent:
        await centre.sandbox.fault(rest_refuse=1, rest_code=code)
        call = await call_back(centre, agent, f"+1206555{code % 10_000:04}")
        notice = await agent.until(
            lambda: next((n for n in agent.notices if n["code"] == "dial.refused"), None)
        )
        assert words in notice["text"]
        assert str(code) in notice["text"]
        await centre.until_rows(
            f"select state from dial where contact = '{call}'",
            [("refused",)],
        )
        incident = f"select incident from contact where id = '{call}'"
        opened = await agent.do("open", incident=(await centre.rows(incident))[0][0])
        assert any(words in str(entry.get("text")) for entry in opened["timeline"])


async def test_a_dial_that_came_too_soon_is_made_a_moment_later_and_once(centre: Centre) -> None:
    person = "+12065550816"
    async with desk(centre) as agent:
        await centre.sandbox.fault(rest_429=2, retry_after_s=1)
        call = await call_back(centre, agent, person)
        await agent.until_state(call, "active")
    assert len([c for c in await centre.sandbox.calls() if c["to"] == person]) == 1


async def test_a_worker_that_dies_in_the_message_does_not_end_it(centre: Centre) -> None:
    """A request that was cut goes to the fallback's host, which leads it back here."""
    async with desk(centre) as agent:
        contact = await answered(centre, agent, "+12065550882", machine="no_beep")
        sid = await sid_of(centre, contact)
        await agent.do("leave_message", contact=contact)
        centre.kill_worker()
        await centre.sandbox.wait_for(sid, "completed")
        assert [it for it in await said(centre, sid) if it.startswith(MESSAGE)]
        await centre.until_ready()

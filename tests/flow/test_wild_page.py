"""A page that runs wild: others answer calls as always, and it is cut off in the end."""

from __future__ import annotations

import asyncio
import json

import psutil
import pytest
from aiohttp import ClientConnectionError

from holdfast.desk.pace import AT_ONCE, MOST_REFUSED, SOUND_AT_ONCE
from tests.flow.test_texts import take_text
from tests.kit.centre import Centre
from tests.kit.desk import DeskClient, desk


async def flood(page: DeskClient, text: str, times: int) -> None:
    """Sends without waiting for any answer."""
    assert page._ws is not None
    try:
        for _ in range(times):
            await page._ws.send_str(text)
    except (ConnectionError, ClientConnectionError):
        pass  # cut off


async def test_drafts_of_a_wild_page_keep_no_caller_from_an_agent(centre: Centre) -> None:
    draft = {"do": "draft", "incident": "x", "contact": "no-such-contact", "text": "y" * 2000}
    async with desk(centre, "noah", sound=False) as wild, desk(centre) as agent:
        before = centre.words().count("webhook.degraded")
        flooding = asyncio.create_task(flood(wild, json.dumps(draft), 1500))
        for n in range(3):
            call = await centre.sandbox.call(from_=f"+1206555155{n}", talk="tone", hz=440)
            contact = await agent.accept()
            await agent.until_state(contact, "active")
            await centre.sandbox.hang_up(call)
            await agent.until_state(contact, "wrapup")
            await agent.do(
                "wrapped", contact=contact, disposition="resolved", comment="", anyway=True
            )
            await agent.until(lambda: agent.agent()["state"] == "ready")
        await flooding
        await wild.until(lambda: wild.cut)
        assert centre.words().count("webhook.degraded") == before
        assert "desk.cut_off" in centre.words()
        assert await centre.rows(
            "select count(*) from draft where contact = 'no-such-contact'"
        ) == [(0,)]


async def test_a_page_that_is_too_fast_is_told_and_goes_on(centre: Centre) -> None:
    async with desk(centre, "noah", sound=False) as page:
        answers = await asyncio.gather(
            *(page.code_of("incidents", q="x", filter="", before="") for _ in range(250))
        )
        assert set(answers) == {None, "too_fast"}
        assert answers.count(None) < AT_ONCE + 100
        assert answers.count("too_fast") < MOST_REFUSED
        await page.ready()  # not of that share
        assert not page.cut


async def test_a_draft_is_kept_for_what_exists_and_for_nothing_else(centre: Centre) -> None:
    person = "+12065550719"
    async with desk(centre) as agent:
        await centre.sandbox.text("hello", from_=person, to="+12065550101")
        contact = await take_text(agent)
        incident = agent.contacts[contact]["incident"]
        fields = {"incident": incident, "contact": contact, "text": "so far"}
        await agent.do("draft", **fields)
        for wrong in ("no-such-contact", "", incident):
            assert await agent.code_of("draft", **fields | {"contact": wrong}) == "unknown"
        await agent.do("close", contact=contact, disposition="resolved", anyway=True)
        await agent.until(lambda: contact not in agent.contacts)
        await agent.do("draft", **fields | {"text": "the last words"})  # they were on their way
        rows = await centre.rows(f"select text, incident from draft where contact = '{contact}'")
        assert rows == [("the last words", incident)]


async def test_a_desk_has_two_media_peers_however_often_it_asks(centre: Centre) -> None:
    """Each holds UDP sockets of the worker: they are counted there."""
    worker = psutil.Process(centre.worker_pid())

    def ports() -> int:
        return len([c for c in worker.net_connections("udp") if c.laddr])

    async with desk(centre) as agent, desk(centre, "noah", sound=False) as wild:
        assert agent._pc is not None
        sdp = agent._pc.localDescription.sdp  # nobody will answer on these candidates any more
        base = ports()
        for _ in range(3):
            await wild.do("rtc", sdp=sdp, epoch=1)
        each = ports() - base
        codes = [await wild.code_of("rtc", sdp=sdp, epoch=1) for _ in range(20)]
        assert codes.count("too_fast") > 10
        assert codes.count(None) <= SOUND_AT_ONCE
        assert ports() - base <= each
        assert each <= 2 * max(1, ports() - base)
        await agent.until(lambda: agent.agent()["sound"])
        call = await centre.sandbox.call(from_="+12065550718", talk="tone", hz=440)
        contact = await agent.accept()
        await agent.until_state(contact, "active")
        await centre.sandbox.hang_up(call)


@pytest.mark.parametrize("text", ["{", '{"do": "pong"}', '{"do": "no-such-thing"}'])
async def test_nonsense_and_pongs_in_masses_cut_off_only_their_page(
    centre: Centre, text: str
) -> None:
    async with (
        desk(centre, "noah", sound=False) as wild,
        desk(centre, "dana", view="board") as calm,
    ):
        await flood(wild, text, 2000)
        await wild.until(lambda: wild.cut)
        await calm.do("snapshot")

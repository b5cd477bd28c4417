"""Failures of background work and of the record end nothing but themselves."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.sandbox.carrier import Carrier
from channels.sandbox.options import Options
from channels.sandbox.session import after
from holdfast.desk import hub as hub_room
from holdfast.desk.hub import Hub, Page
from holdfast.desk.intents import Refused, read
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.desk.topics import INTENTS
from holdfast.http.web import errors
from holdfast.sound.peers import Network, Peers
from holdfast.tasks import LooseTasks
from router.core.text import clean
from router.records.accounts import Account
from router.records.database import RecordUnavailable


async def test_a_spawned_task_that_fails_is_told_and_ends_nothing() -> None:
    async def fails() -> None:
        raise ValueError("+12065550142 broke it")

    done = asyncio.Event()

    async def lives() -> None:
        await asyncio.sleep(0.01)
        done.set()

    with structlog.testing.capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            loose = LooseTasks()
            loose.begin(group)
            loose.spawn(fails(), "close peer")
            loose.spawn(lives(), "other")
    assert done.is_set()
    assert [line["event"] for line in lines] == ["task.failed"]
    assert (lines[0]["task"], lines[0]["error"]) == ("close peer", "ValueError")
    assert "+1206" not in str(lines)


async def test_an_agent_s_sound_that_fails_is_taken_off_him() -> None:
    class Peer:
        async def run(self) -> str:
            raise ConnectionError("ice")

    detached: list[tuple[str, str]] = []
    exchange = SimpleNamespace(
        detach_agent=lambda agent, _peer, cause: detached.append((agent, cause))
    )
    sound = Peers(cast(Any, exchange), cast(Any, None), Network())
    peer = cast(Any, Peer())
    sound._peers["u1"] = peer
    with pytest.raises(ConnectionError):
        await sound._watch("u1", peer)
    assert detached == [("u1", "failed")]
    assert not sound._peers


async def test_an_incident_that_the_record_does_not_give_is_shown_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub_room, "RETRY_S", 0.01)
    hub = Hub(dict)
    pages = [
        Page(Account(f"u{n}", "l", "n", "agent", {}, True, ""), PAGE_KINDS["desk"], f"c{n}")
        for n in "12"
    ]
    for page in pages:
        page.incident = "i1"
        hub._pages[page.conn] = page
    asked: list[str] = []

    async def build(incident: str, readers: Collection[str]) -> dict[str, dict[str, Any]]:
        asked.append(incident)
        if len(asked) <= 3:
            raise RecordUnavailable("away")
        return {reader: {"id": incident} for reader in readers}

    async def recorded(step: str) -> None: ...

    hub.incident_changed("i1", "1-1")
    pusher = asyncio.get_running_loop().create_task(hub.push_incidents(build, recorded))
    async with asyncio.timeout(60):
        for page in pages:
            sent = await page.outbox.get()
            assert sent is not None
            assert msgspec.json.decode(sent)["incident"] == {"id": "i1"}
    assert not pusher.done()
    pusher.cancel()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("draft", {"incident": "i", "contact": "c" * 33, "text": ""}),
        ("note", {"incident": "i", "note": "n" * 65, "text": ""}),
        ("callback", {"incident": "i", "address": "a", "key": "k" * 65}),
        ("reply", {"contact": "c", "text": "t", "key": "k" * 65}),
        ("reply", {"contact": "c", "text": "t" * 20_001, "key": "k"}),
        ("wrapped", {"contact": "c", "disposition": "d" * 65}),
        ("title", {"incident": "i" * 33, "title": "t"}),
    ],
)
def test_what_is_longer_than_its_column_is_refused_at_the_door(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        read(INTENTS[name].form, fields)
    assert refused.value.code == "bad_request"


def test_a_page_s_words_come_in_without_control_characters() -> None:
    form: Any = read(INTENTS["note"].form, {"incident": "i", "note": "n" * 8, "text": "a\x00b\nc"})
    assert form.text == "ab\nc"
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
    offer: Any = read(INTENTS["rtc"].form, {"sdp": sdp})
    assert offer.sdp == sdp


def test_clean_keeps_every_letter_and_cuts_at_the_limit() -> None:
    words = "¿Sangra mucho? 出血 🐈\u200d⬛\tyes\r\n"
    assert clean(words) == words
    assert clean("a\x00b\x07c\x7f\ud83d") == "abc"
    assert clean("a\ufffeb\uffffc") == "abc"  # no XML may hold them: a carrier refuses the document
    assert clean("出血" * 9, 3) == "出血出"
    assert clean("plain", 3) == "pla"


async def test_work_of_the_sandbox_that_never_began_is_ended_too() -> None:
    """As at Ctrl-C with a call up: the last report is spawned and cancelled at once."""

    async def report() -> None:
        raise AssertionError("it must not begin")

    work = report()
    async with Carrier(Options("AC1", "token")) as carrier:
        carrier.spawn(work)
        for job in carrier._jobs:
            job.cancel()
    assert inspect.getcoroutinestate(work) == inspect.CORO_CLOSED


@pytest.mark.filterwarnings("error")
async def test_what_the_sandbox_was_to_ask_later_is_never_begun_when_it_ends() -> None:
    """As at Ctrl-C just after a call's end: nothing is left that never ran."""
    begun: list[bool] = []

    async def ask() -> None:
        begun.append(True)

    async with Carrier(Options("AC1", "token")) as carrier:
        carrier.spawn(after(60_000, ask))
        await asyncio.sleep(0)
    gc.collect()
    assert begun == []


@pytest.mark.parametrize("unclear", [False, True])
async def test_over_http_as_well_nothing_is_called_unsaved_that_may_be_saved(unclear: bool) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        away = RecordUnavailable("away")
        away.unclear = unclear
        raise away

    app = web.Application(middlewares=[errors])
    app.router.add_post("/api/x", handler)
    async with TestClient(TestServer(app)) as client, client.post("/api/x") as answer:
        words = (await answer.json())["error"]["message"]
    assert answer.status == 503
    assert ("nothing was saved" in words) == (not unclear)
    assert ("may be saved or not" in words) == unclear

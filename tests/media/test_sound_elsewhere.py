"""What a process with the pages does about those that carry sound: a store, and a link to one that
this file plays.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from holdfast.desk.agent_media import DeskSound, RtcForm
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.sound import elsewhere
from holdfast.sound.elsewhere import SoundElsewhere
from holdfast.sound.served import Served
from holdfast.sound.standing import About
from router.core.model import LiveAgent
from router.live.engine import Engine
from router.records.accounts import Account
from softphone import link as links
from softphone.exchange import Exchange
from softphone.link import Link, Words
from tests.kit.store import World, running_store
from tests.media.fakes import FakeLeg

KEY = b"a secret of this centre"


class Town:
    """A process with the pages, and one with their sound."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sound = sound = SoundElsewhere(engine, KEY, "web-1")
        self.known: dict[str, LiveAgent] = {}
        self.pages = DeskSound(sound, lambda _who: None, self.known.get)
        self.heard: list[Words] = []
        self.links: list[Link] = []
        self.answers: Callable[[Link, Words], None] = lambda _link, _words: None

    def met(self, link: Link) -> None:
        def heard(words: Words) -> None:
            self.heard.append(words)
            self.answers(link, words)

        link.on_words = heard
        self.links.append(link)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    address = f"unix:{tmp_path / 'media'}"
    with running_store() as url:
        world = await World(url).open()
        town = Town(world.engine)
        server = await links.listen(address, KEY, "media-1", town.met)
        about = msgspec.json.encode(About(address, "http://media")).decode()
        await world.engine.beat("process_alive", proc="media-1", lease_ms=60_000, about=about)
        life = asyncio.create_task(town.sound.run())
        async with asyncio.timeout(20):
            while not town.heard:  # it follows
                await asyncio.sleep(0.005)
        yield town
        life.cancel()
        await town.sound.drain("the test ends")
        server.close()
        await world.engine.close()


def page() -> Page:
    account = Account("a", "a", "A", "agent", {}, True, "")
    return Page(account, PAGE_KINDS["desk"], "c1", "localhost")


async def test_whoever_waits_for_a_process_that_dies_is_told_at_once(town: Town) -> None:
    asked = asyncio.create_task(town.pages.rtc(page(), RtcForm("v=0")))
    async with asyncio.timeout(20):
        while not any("ask" in words for words in town.heard):
            await asyncio.sleep(0.005)
    town.links[0].abort()
    async with asyncio.timeout(elsewhere.ASK_S - 0.5):  # an offer has so long to be answered
        with pytest.raises(Refused, match="was not answered"):
            await asked


async def test_a_new_offer_outranks_what_is_up_there_whatever_our_clock_says(town: Town) -> None:
    ahead = 10**15
    told = asyncio.Event()
    town.sound.listeners.append(lambda _event: told.set())
    town.links[0].words({"here": [["a", ahead]]})
    async with asyncio.timeout(20):
        await told.wait()

    def answers(link: Link, words: Words) -> None:
        if "ask" in words:
            link.words({"reply": words["ask"], "is": str(words["of"]["epoch"])})

    town.answers = answers
    answer = await town.pages.rtc(page(), RtcForm("v=0"))
    assert int(answer["sdp"]) > ahead


async def test_a_page_that_is_back_before_we_know_of_anybody_keeps_its_sound(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is new; beside the process with the sound are some that hang."""

    def answers(link: Link, words: Words) -> None:
        if "ask" in words:
            link.words({"reply": words["ask"], "is": True})

    monkeypatch.setattr(elsewhere, "COMES_S", 600)
    town.answers = answers
    with contextlib.ExitStack() as stack:
        for n in range(8):
            hangs = stack.enter_context(socket.socket(socket.AF_UNIX))
            hangs.bind(str(tmp_path / f"hangs{n}"))
            hangs.listen()
            about = msgspec.json.encode(About(f"unix:{tmp_path}/hangs{n}", "http://x")).decode()
            await town.engine.beat("process_alive", proc=f"h{n}", lease_ms=60_000, about=about)
        new = SoundElsewhere(town.engine, KEY, "web-1")
        life = asyncio.create_task(new.run())
        assert await new.heard("a")
        life.cancel()
        await new.drain("the test ends")


async def test_an_offer_outranks_what_the_index_knows_of_a_worker_whose_clock_was_ahead(
    town: Town,
) -> None:
    town.known["a"] = LiveAgent("a", media_epoch=9_000_000_000_000.0)
    asked = asyncio.create_task(town.pages.rtc(page(), RtcForm("v=0")))
    async with asyncio.timeout(20):
        while not (told := [words["of"] for words in town.heard if "ask" in words]):
            await asyncio.sleep(0.005)
    assert told[0]["epoch"] == 9_000_000_000_001
    asked.cancel()


async def test_only_an_older_page_is_forgotten_where_it_was(town: Town) -> None:
    """A to B and back to A: what is said to A of B's moment must not end the newest there."""
    town.links[0].words({"event": "AgentUp", "of": {"agent": "a", "epoch": 5}})
    async with asyncio.timeout(20):
        while town.sound.where("a") is None:
            await asyncio.sleep(0.005)
    town.links[0].words({"event": "AgentUp", "of": {"agent": "a", "epoch": 4}})
    async with asyncio.timeout(20):
        while not (told := [words["tell"] for words in town.heard if "tell" in words]):
            await asyncio.sleep(0.005)
    assert told == [{"do": "forget", "agent": "a", "before": 5}]
    exchange = Exchange(None, None, asyncio.get_running_loop(), lambda _event: None)
    forgotten: list[str] = []
    here = cast(Any, SimpleNamespace(listeners=[], forget_agent=forgotten.append))
    served = Served(here, exchange, cast(Any, None))
    for epoch, gone in ((6, []), (5, []), (4, ["a"])):
        exchange.forget_agent("a")
        exchange.attach_agent("a", epoch, FakeLeg("a"))
        served.heard(town.links[0], {"tell": told[0]})
        assert forgotten == gone
    served.heard(town.links[0], {"tell": {"do": "forget", "agent": "a"}})
    assert forgotten == ["a", "a"]


def test_a_socket_in_a_folder_of_another_machine_says_nothing(tmp_path: Path) -> None:
    assert elsewhere._on_this_machine(f"unix:{tmp_path / 'gone'}")
    assert not elsewhere._on_this_machine(f"unix:{tmp_path / 'elsewhere' / 'gone'}")
    assert elsewhere._on_this_machine("tcp:127.0.0.1:1")


async def test_boards_are_told_each_time_that_nobody_is_left(town: Town) -> None:
    """Also if whoever was there in between was full: a machine is busiest when one begins."""
    sound, told = SoundElsewhere(town.engine, KEY, "web-1"), list[str]()
    sound.alarm = lambda _words, code: told.append(code)
    sound._look_for_room()
    sound._look_for_room()
    assert told == ["sound.none"]
    sound._procs, sound._links = {"m": About("unix:/m", "http://m", full=True)}, {"m": Link()}
    sound._look_for_room()
    assert told == ["sound.none"]  # full for a moment only
    sound._links = {}
    sound._look_for_room()
    assert told == ["sound.none", "sound.none"]

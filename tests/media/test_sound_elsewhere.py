"""What a process with the pages does about those that carry sound: a store, and a link to one that
this file plays.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from holdfast.desk.agent_media import DeskSound, RtcForm
from holdfast.desk.hub import Page
from holdfast.desk.intents import Refused
from holdfast.desk.page_kinds import PAGE_KINDS
from holdfast.sound import elsewhere
from holdfast.sound.elsewhere import SoundElsewhere
from holdfast.sound.standing import About
from router.live.engine import Engine
from router.records.accounts import Account
from softphone import link as links
from softphone.link import Link, Words
from tests.kit.store import World, running_store

KEY = b"a secret of this centre"


class Town:
    """A process with the pages, and one with their sound."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sound = sound = SoundElsewhere(engine, KEY, "web-1")
        self.pages = DeskSound(sound, lambda _who: None)
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

"""One call whose people sit at pages of several processes: who hears whom, as they come and go.

Each process is an exchange of its own; the links between them are real sockets.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from router.core.beside import Beside, Mode
from softphone import link as links
from softphone.exchange import Exchange
from softphone.far_hops import PageSays
from softphone.hop import HopLeg
from softphone.hops import Hops
from softphone.plans import Event, Joined, Measured, OnHold, Second
from tests.media.fakes import FakeLeg

KEY = b"a secret of this centre"
VOICE, OTHER, THIRD = b"\x80" * 160, b"\x90" * 160, b"\xa0" * 160
HOLD = b"\x11" * 16000


class Process:
    """One that carries sound."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.address = name, f"unix:{folder / name}"
        self.told: list[Event] = []
        loop = asyncio.get_running_loop()
        self.exchange = Exchange(HOLD, None, loop, self.told.append)
        self.hops = Hops(self.exchange, KEY, name, loop.time)

    def caller(self, epoch: int = 1) -> FakeLeg:
        leg = FakeLeg(f"caller.{epoch}")
        assert self.exchange.attach_caller("c", epoch, leg)
        return leg

    def agent(self, who: str = "a", epoch: int = 1) -> FakeLeg:
        leg = FakeLeg(f"{who}.{epoch}")
        assert self.exchange.attach_agent(who, epoch, leg)
        return leg

    async def life(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.exchange.run())
            group.create_task(self.hops.run())


class Town:
    """All processes of a centre."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.all: dict[str, Process] = {}
        self._lives: dict[str, AsyncExitStack] = {}

    async def begins(self, name: str) -> Process:
        process = self.all[name] = Process(name, self._folder)
        life = self._lives[name] = AsyncExitStack()
        server = await process.hops.listen(process.address)
        life.callback(server.close)
        task = asyncio.create_task(process.life())
        life.push_async_callback(ended, task)
        self._tell()
        return process

    async def dies(self, name: str) -> None:
        process = self.all.pop(name)
        await self._lives.pop(name).aclose()
        for link in list(process.hops.met):
            link.close()
        self._tell()

    def _tell(self) -> None:
        for process in self.all.values():
            process.hops.know({name: one.address for name, one in self.all.items()})

    async def end(self) -> None:
        for name in list(self.all):
            await self.dies(name)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with asynccontextmanager(_town)(tmp_path) as it:
        yield it


async def _town(folder: Path) -> AsyncIterator[Town]:
    town = Town(folder)
    try:
        yield town
    finally:
        await town.end()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


async def hears(says: FakeLeg, payload: bytes, hears: FakeLeg) -> None:
    """What one says comes to the other. A leg that nobody listens to yet says it again."""
    hears.heard.clear()

    def there() -> bool:
        says.says(payload, 160)
        return payload in hears.heard

    await until(there)


async def test_an_agent_of_another_process_and_the_caller_hear_each_other(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(caller, VOICE, agent)
    await hears(agent, OTHER, caller)
    home.exchange.plan("c", OnHold("a"))
    caller.heard.clear()
    await until(lambda: any(HOLD[:160] in heard for heard in caller.heard))
    agent.heard.clear()
    home.exchange.plan("c", Joined("a"))
    await hears(caller, VOICE, agent)


async def test_an_agent_that_a_process_lends_is_up_there_and_nowhere_else(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    home.caller()
    other.agent()
    home.exchange.plan("c", Joined("a"))
    await until(lambda: any(leg.bridged for leg in home.exchange.snapshot()))
    assert (home.exchange.agents(), other.exchange.agents()) == ([], ["a"])
    assert not [event for event in home.told if type(event).__name__ == "AgentUp"]
    assert home.exchange.agent_epoch("a") is None
    assert not other.exchange.echo("a", lambda _spoken: None)  # they are in a call
    home.exchange.forget("c")
    await until(lambda: other.exchange.echo("a", lambda _spoken: None))


async def test_an_agent_changes_and_the_caller_stays_where_they_are(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, first, second = home.caller(), other.agent("a"), home.agent("b")
    home.exchange.plan("c", Joined("a"))
    await hears(caller, VOICE, first)
    home.exchange.plan("c", Joined("b"))
    await hears(caller, VOICE, second)
    await until(lambda: first.sink is None)  # nobody expects sound of them any more
    home.exchange.plan("c", Joined("a"))
    await hears(first, OTHER, caller)


async def test_a_page_that_comes_back_in_another_process_is_heard_from_there(town: Town) -> None:
    home, other, third = [await town.begins(name) for name in ("home", "other", "third")]
    caller, before = home.caller(), other.agent(epoch=1)
    home.exchange.plan("c", Joined("a"))
    await hears(before, OTHER, caller)
    after = third.agent(epoch=2)
    await hears(after, THIRD, caller)
    await hears(caller, VOICE, after)
    here = home.agent(epoch=3)
    await hears(here, OTHER, caller)
    caller.heard.clear()
    after.says(THIRD)
    await hears(here, OTHER, caller)
    assert THIRD not in caller.heard


async def test_whose_page_is_elsewhere_by_now_is_forgotten_here_and_heard_from_there(
    town: Town,
) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, before = home.caller(), home.agent(epoch=1)
    home.exchange.plan("c", Joined("a"))
    await hears(before, VOICE, caller)
    after = other.agent(epoch=2)
    await hears(after, OTHER, caller)
    home.exchange.forget_agent("a")  # the process with the pages says so, once the other is up
    await hears(after, THIRD, caller)
    await hears(caller, VOICE, after)


async def test_three_of_three_processes_take_part_in_one_call(town: Town) -> None:
    home, other, third = [await town.begins(name) for name in ("home", "other", "third")]
    caller, agent, beside = home.caller(), other.agent("a"), third.agent("board:s")
    colleague = third.agent("b")
    listens = frozenset({Beside("s", Mode.LISTEN, "s", "board")})
    leg = next(iter(listens)).leg
    if leg != "board:s":
        beside = third.agent(leg)
    home.exchange.plan("c", Joined("a", listens, Second("b", together=True)))
    await until(lambda: caller.sink and agent.sink and colleague.sink)
    heard = len(beside.heard)
    await until(lambda: _speak(caller, agent, colleague) and len(beside.heard) > heard + 5)
    heard = len(caller.heard)
    await until(lambda: _speak(agent, colleague) and len(caller.heard) > heard + 5)


def _speak(*legs: FakeLeg) -> bool:
    for leg in legs:
        leg.says(VOICE, 160)
    return True


async def test_a_process_that_dies_takes_its_people_along_and_nobody_else(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    await town.dies("other")
    await until(lambda: not any(line.bridged for line in home.exchange.snapshot()))
    again = (await town.begins("other")).agent(epoch=2)
    await hears(again, OTHER, caller)


async def test_a_plan_of_their_own_process_takes_them_back(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    theirs = FakeLeg("d")
    other.exchange.attach_caller("d", 1, theirs)
    other.exchange.plan("d", Joined("a"))
    await hears(agent, OTHER, theirs)
    await until(lambda: not any(line.bridged for line in home.exchange.snapshot()))
    caller.heard.clear()
    agent.says(THIRD)
    await hears(agent, OTHER, theirs)
    assert THIRD not in caller.heard
    other.exchange.forget("d")
    await hears(agent, OTHER, caller)


async def test_what_is_known_of_a_hop_beyond_is_known_at_the_home(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    now = asyncio.get_running_loop().time()
    agent.page_says = PageSays(now, rtt_ms=80.0, lost=0.25, jitter_ms=7.0)  # type: ignore[attr-defined]
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)

    def told() -> bool:
        _speak(caller, agent)
        ways = [event.ways for event in home.told if isinstance(event, Measured)]
        return any(
            way.far.lost == 0.25 and way.far.rtt_ms == 80.0 for one in ways for way in one.values()
        )

    await until(told)


async def test_what_a_page_said_long_ago_is_not_told_as_if_it_were_new(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    before = asyncio.get_running_loop().time() - 60
    agent.page_says = PageSays(before, lost=0.25)  # type: ignore[attr-defined]
    agent.rtt_ms = 80.0  # type: ignore[attr-defined]
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    leg = home.exchange._agents["a"].leg
    assert isinstance(leg, HopLeg)
    await until(lambda: leg.rtt_ms == 80.0)
    assert leg.page_says is None


async def test_an_interruption_reaches_the_page(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    home.exchange._agents["a"].leg.interrupt()
    await until(lambda: agent.clears)


async def test_whoever_hangs_and_takes_nothing_is_let_go_with_what_was_said(town: Town) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    for link in other.hops.met:
        assert link._transport is not None
        link._transport.pause_reading()
    for n in range(3000):  # until the kernel takes no more
        home.exchange._agents["a"].leg.send(VOICE * 8, n * 1280)
    home.hops.know({})
    await until(lambda: not any(line.bridged for line in home.exchange.snapshot()))


async def test_words_that_nobody_takes_are_not_kept_for_ever(tmp_path: Path) -> None:
    met: list[links.Link] = []
    server = await links.listen(f"unix:{tmp_path / 'one'}", KEY, "one", met.append)
    link = await links.connect(f"unix:{tmp_path / 'one'}", KEY, "two")
    met[0]._transport.pause_reading()  # type: ignore[union-attr]
    lost = asyncio.Event()
    link.on_lost = lost.set
    for n in range(20):
        link.words({"n": n, "long": "x" * 1_000_000})
    async with asyncio.timeout(20):
        await lost.wait()
    server.close()


async def test_whoever_never_proves_who_they_are_keeps_no_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PROOF_S", 0.05)
    with socket.socket(socket.AF_UNIX) as hangs:
        hangs.bind(str(tmp_path / "hangs"))
        hangs.listen()
        with pytest.raises(TimeoutError):
            await links.connect(f"unix:{tmp_path / 'hangs'}", KEY, "one")
        there, _ = hangs.accept()
        there.settimeout(5)
        assert await asyncio.to_thread(there.recv, 1) == b""  # it ended
        there.close()


async def test_nobody_without_the_secret_is_heard(town: Town) -> None:
    home = await town.begins("home")
    with pytest.raises((OSError, TimeoutError)):
        await links.connect(home.address, b"another secret", "stranger")
    assert home.hops.met == []
    reader, writer = await asyncio.open_unix_connection(home.address.removeprefix("unix:"))
    writer.write(b'\x00\x00\x00\x0f\x00{"want": ["a"]}')
    assert b"nonce" in await reader.read(200)
    assert await reader.read() == b""  # it ended
    writer.close()
    assert home.hops.met == []


@pytest.mark.parametrize(
    "nonsense",
    [b"\x00\x00\x00\x00\x00", b"\xff\xff\xff\xff\x00", b"\x00\x00\x00\x02\x00{",
     b"\x00\x00\x00\x02\x01\x00", b"\x00\x00\x00\x02\x07\x00", b'\x00\x00\x00\x0b\x00{"want":1}'],
)  # fmt: skip
async def test_nonsense_ends_the_link_and_nothing_else(town: Town, nonsense: bytes) -> None:
    home, other = await town.begins("home"), await town.begins("other")
    caller, agent = home.caller(), other.agent()
    home.exchange.plan("c", Joined("a"))
    await hears(agent, OTHER, caller)
    stranger = await links.connect(other.address, KEY, "third")
    lost = asyncio.Event()
    stranger.on_lost = lost.set
    assert stranger._transport is not None
    stranger._transport.write(nonsense)
    if b"want" not in nonsense:
        async with asyncio.timeout(20):
            await lost.wait()
    stranger.close()
    await hears(agent, OTHER, caller)


async def test_a_link_over_tcp_is_the_same(tmp_path: Path) -> None:
    met: list[links.Link] = []
    server = await links.listen("tcp:127.0.0.1:0", KEY, "one", met.append)
    port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    link = await links.connect(f"tcp:127.0.0.1:{port}", KEY, "two")
    assert (link.peer, met[0].peer) == ("one", "two")
    heard: list[tuple[int, bytes, int]] = []
    met[0].on_frame = lambda *frame: heard.append(frame)
    for n in range(1000):
        link.frame(7, bytes([n % 256]) * 160, n * 160)
    await until(lambda: len(heard) == 1000)
    assert heard == [(7, bytes([n % 256]) * 160, n * 160) for n in range(1000)]
    link.close()
    server.close()

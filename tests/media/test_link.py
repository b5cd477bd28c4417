"""Who may be at the other end of a link: both ends prove that they know the centre's secret."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from softphone import link as links
from softphone.exchange import Exchange
from softphone.hops import Hops
from softphone.link import Link, Meeting, Stranger, Words

KEY = b"a secret of this centre"

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def said(words: Words) -> bytes:
    body = msgspec.json.encode(words)
    return (1 + len(body)).to_bytes(4, "big") + b"\x00" + body


async def words_of(reader: asyncio.StreamReader) -> Words:
    """One message, of words."""
    size = int.from_bytes(await reader.readexactly(4), "big")
    body = await reader.readexactly(size)
    assert body[0] == 0
    found: Words = msgspec.json.decode(body[1:])
    return found


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other end is gone, however it goes."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@asynccontextmanager
async def somebody_listens(plays: Callable[..., Awaitable[None]]) -> AsyncIterator[str]:
    """At an address of another machine, as they please; what went wrong there is told."""
    failed: list[BaseException] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await plays(reader, writer)
        except BaseException as error:
            failed.append(error)
        finally:
            writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield f"tcp:127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
    assert not failed


FRESH = "0" * 32

ANSWERS: dict[str, Callable[[Words], list[Words]]] = {
    "a name alone": lambda _asks: [{"proc": "one"}],
    "a wrong proof": lambda _asks: [{"proc": "one", "proof": "00"}],
    "no text": lambda _asks: [{"proc": "one", "proof": 7}],
    "not of our letters": lambda _asks: [{"proc": "one", "proof": "é"}],
    "our own proof": lambda asks: [{"proc": asks["proc"], "proof": asks["proof"]}],
    "our own proof under another name": lambda asks: [{"proc": "one", "proof": asks["proof"]}],
    "another number": lambda _asks: [{"nonce": "1" * 32}],
    "words of somebody who is known": lambda _asks: [{"lent": [1, "a", 1]}, {"proc": "one"}],
    "another secret": lambda asks: [
        {"proc": "one", "proof": Meeting(FRESH, asks["nonce"], "two").proof(b"another", "one")}
    ],
}


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
async def test_whoever_listens_without_the_secret_is_refused_and_told_nothing(
    answers: Callable[[Words], list[Words]],
) -> None:
    ended = asyncio.Event()

    async def plays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said({"nonce": FRESH}))
        asks = await words_of(reader)
        assert set(asks) <= {"proc", "nonce", "proof"}
        for words in answers({"nonce": "", **asks}):
            writer.write(said(words))
        assert await rest_of(reader) == b""  # no word more, and no sound
        ended.set()

    async with somebody_listens(plays) as address, asyncio.timeout(20):
        with pytest.raises(Stranger):
            await links.connect(address, KEY, "two")
        await ended.wait()


async def test_a_proof_that_was_heard_before_proves_nothing_at_either_end() -> None:
    """Somebody between the two writes down one connection, and plays each end's part again."""
    met: list[Link] = []
    heard: dict[str, list[Words]] = {"one": [], "two": []}
    server = await links.listen("tcp:127.0.0.1:0", KEY, "one", met.append)
    port: int = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: Ends = await asyncio.open_connection("127.0.0.1", port)
        for source, target, who in (
            (there[0], writer, "one"), (reader, there[1], "two"), (there[0], writer, "one"),
        ):  # fmt: skip
            heard[who].append(await words_of(source))
            target.write(said(heard[who][-1]))
        await reader.read()
        there[1].close()

    async with somebody_listens(between) as address, asyncio.timeout(20):
        (await links.connect(address, KEY, "two")).close()
        assert len(met) == 1

        async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for words in heard["one"]:
                writer.write(said(words))
            await reader.read()

        async with somebody_listens(again) as other:
            with pytest.raises(Stranger):
                await links.connect(other, KEY, "two")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await words_of(reader)
        writer.write(said(heard["two"][0]))
        assert await rest_of(reader) == b""
        writer.close()
    assert len(met) == 1
    server.close()


async def test_a_stranger_at_the_address_of_another_process_is_logged_once_and_hears_nothing() -> (
    None
):
    tries = 0
    thrice = asyncio.Event()

    async def plays(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        writer.write(said({"nonce": FRESH}))
        await words_of(reader)
        writer.write(said({"proc": "other"}))
        assert await rest_of(reader) == b""
        tries += 1
        if tries == 3:
            thrice.set()

    loop = asyncio.get_running_loop()
    exchange = Exchange(None, None, loop, lambda _event: None)
    hops = Hops(exchange, KEY, "home", loop.time)
    async with somebody_listens(plays) as address, asyncio.timeout(20):
        with capture_logs() as logs:
            hops.know({"other": address})
            life: asyncio.Task[Any] = asyncio.create_task(hops.run())
            await thrice.wait()
            life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await life
    told = [line for line in logs if line["event"] == "link.stranger"]
    assert [(line["proc"], line["log_level"]) for line in told] == [("other", "warning")]

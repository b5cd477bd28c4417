"""One mail never holds up the others, nor any sound: mails are read in processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from channels.email.letter import Unparsable
from channels.email.readers import WORST, Process, ReaderDied, Readers
from tests.email.conftest import OURS, Room
from tests.email.letters import letter
from tests.kit.loop_time import MOST_S, TRIES, held

HEAD = b"From: Maya <maya@example.com>\r\nSubject: help\r\n"
CRY = b"she is not breathing "
ODD = bytes(range(128, 256))
WORK = HEAD + b"Content-Type: text/html\r\n\r\n" + CRY + b"<i>" * 1_000_000
"""Work for a good part of a second."""


@pytest_asyncio.fixture
async def readers() -> AsyncIterator[Readers]:
    readers = Readers()
    yield readers
    await readers.close()


def left(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def read(readers: Readers, raw: bytes) -> str:
    return (await readers.read(raw, "", b"(?!)", (OURS,))).text


NASTY = {
    "500 KB of nested tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + CRY,
    "deep formatting": HEAD + b"Content-Type: text/html\r\n\r\n" + CRY + b"<b><i><p>" * 60_000,
    "unclosed comments": HEAD + b"Content-Type: text/html\r\n\r\n" + CRY + b"<!-- <a '" * 60_000,
    "odd bytes": HEAD + b"\r\n" + CRY + ODD * 40_000,
    "header lines": HEAD + b"X-A: b\r\n" * 100_000 + b"\r\n" + CRY,
    "folded header": HEAD + b"X-A: b\r\n" + b" c\r\n" * 100_000 + b"\r\n" + CRY,
    "line ends": HEAD + b"\r\n" + CRY + b"\n" * 500_000,
    "marks of quotes": HEAD + b"\r\n" + CRY + b"\r\n" + b"On a day they wrote:\r\n> a\r\n" * 9_000,
    "long marks": HEAD + b"\r\n" + CRY + b"\r\n" + (b"on " + b"wrote " * 90 + b"\r\n") * 380,
    "addresses": HEAD + b"To: " + b"a@b.example," * 300_000 + b"\r\n\r\n" + CRY,
    "encoded words": HEAD + b"X: y\r\nSubject: " + b"=?utf-8?q?a" * 9_000 + b"\r\n\r\n" + CRY,
    "references": HEAD + b"Content-Type: text/html\r\n\r\n" + CRY + b"&notit;" * 500_000,
    "ligatures": HEAD + b"\r\n" + CRY + "ﷺ".encode() * 190_000,
    "boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + CRY + b"\r\n"
    + b"--b\r\n" * 400_000,
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + CRY + b"\r\n"
    + b"--b\r\n\r\nx\r\n" * 5_000,
    "mails in mails": (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * 500 + CRY,
}  # fmt: skip


UNREAD = {"parts", "mails in mails"}
"""These are more than a mail may have; the others are read in full."""


@pytest.mark.parametrize("name", NASTY)
async def test_no_mail_holds_the_loop_and_its_words_are_heard(room: Room, name: str) -> None:
    await room.receive(letter("what is done once is done", from_="first@example.com"))
    for n in range(TRIES):
        raw = NASTY[name].replace(b"maya@", b"maya%d@" % n)
        raw_id = await room.channel.accept(raw, OURS, "")
        with held() as loop:
            assert await room.channel.read_stored()
        if loop.longest_s <= MOST_S:
            break
    assert loop.longest_s <= MOST_S, loop.what
    row = await room.mail(raw_id)
    assert (await room.contact_of(row)).severity == 1
    assert (row.notice == "unparsed mail") == (name in UNREAD)


async def test_what_takes_too_long_is_shown_unparsed_while_others_are_read(room: Room) -> None:
    readers = Readers(limit_s=0.12)
    room.channel = room.open(readers=readers)
    slow = await room.channel.accept(WORK, OURS, "")
    others = [letter(f"words {n}", from_=f"n{n}@example.com") for n in range(20)]
    quick = [await room.channel.accept(raw, OURS, "") for raw in others]
    assert await room.channel.read_stored()
    row = await room.mail(slow)
    assert (row.subject, row.notice) == ("Unparsed mail: help", "unparsed mail")
    assert row.from_address == "maya@example.com"
    assert WORST in row.text
    assert (await room.contact_of(row)).severity == 1
    assert [(await room.mail(raw_id)).text for raw_id in quick] == [f"words {n}" for n in range(20)]
    assert [(await room.raw_state(raw_id)) for raw_id in quick] == ["read"] * 20
    await readers.close()


async def test_a_process_that_is_killed_is_replaced_and_the_mail_read_again(
    readers: Readers,
) -> None:
    assert await read(readers, letter("one")) == "one"
    (pid,) = readers.pids()
    kill(pid)
    assert await read(readers, letter("two")) == "two"
    assert readers.pids() != [pid]


async def test_a_mail_that_kills_every_process_is_refused_and_the_next_one_read(
    readers: Readers,
) -> None:
    async def kill_all() -> None:
        while True:
            for pid in readers.pids():
                kill(pid)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        killer = group.create_task(kill_all())
        with pytest.raises(Unparsable, match="broke off"):
            await read(readers, WORK)
        killer.cancel()
    assert await read(readers, letter("next")) == "next"


async def test_killed_at_any_moment_no_mail_is_lost(room: Room) -> None:
    readers = Readers()
    room.channel = room.open(readers=readers)
    chance = random.Random(7)
    ids = [await room.channel.accept(letter(f"words {n}"), OURS, "") for n in range(60)]

    async def kill_some() -> None:
        while True:
            for pid in readers.pids():
                if chance.random() < 0.2:
                    kill(pid)
            await asyncio.sleep(chance.random() / 50)

    async with asyncio.TaskGroup() as group:
        killer = group.create_task(kill_some())
        assert await room.channel.read_stored()
        killer.cancel()
    for n, raw_id in enumerate(ids):
        row = await room.mail(raw_id)
        assert f"words {n}" in row.text
        assert row.from_address == "maya@example.com"
    await readers.close()


async def test_who_stops_waiting_leaves_no_process_at_work(readers: Readers) -> None:
    await read(readers, letter())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(read(readers, WORK))
        await asyncio.sleep(0)
        (pid,) = readers.pids()
        task.cancel()
    assert left(pid)
    assert await read(readers, letter("next")) == "next"


async def test_its_pipes_stay_open_until_the_question_to_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the rest of one mail goes into the next process, which has the same descriptors."""
    process = Process()
    ends = threading.Thread(target=process.close)
    open_still = list[bool]()

    def slow(into: int, piece: bytes) -> None:
        if not ends.ident:
            ends.start()
        for _ in range(500):
            time.sleep(0)  # the other thread goes on
            open_still.append(is_open(into))

    monkeypatch.setattr("channels.email.readers.write_all", slow)
    with pytest.raises(ReaderDied):
        await asyncio.to_thread(process.ask, b"", letter())
    await asyncio.to_thread(ends.join)
    assert all(open_still)
    assert left(process.pid)


def is_open(descriptor: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(descriptor)
        return True
    return False


async def test_processes_start_with_the_first_mail_and_end_when_none_comes() -> None:
    readers = Readers(idle_s=0.0)
    assert readers.pids() == []
    await read(readers, letter())
    (pid,) = [*readers.pids(), *[0] * (not readers.pids())]
    async with asyncio.timeout(60):
        while readers.pids():
            await asyncio.sleep(0)
    assert left(pid)
    assert await read(readers, letter("later")) == "later"
    await readers.close()


async def test_a_process_that_stands_still_is_given_up() -> None:
    started: list[Process] = []
    await read(Readers(free=started), letter())
    impatient = Readers(patience_s=0.2, free=started)
    (pid,) = impatient.pids()
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(60):
        with pytest.raises(Unparsable, match=WORST):
            await read(impatient, letter())
    await impatient.close()
    assert left(pid)


async def test_without_any_process_mails_are_shown_with_their_writer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = Readers()
    room.channel = room.open(readers=readers)
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    raw_id = await room.receive(letter("she is not breathing"))
    row = await room.mail(raw_id)
    assert (row.from_address, row.notice) == ("maya@example.com", "unparsed mail")
    assert (await room.contact_of(row)).severity == 1
    monkeypatch.undo()
    assert (await room.mail(await room.receive(letter("next")))).text == "next"
    await readers.close()


async def test_mails_that_wait_together_are_shown_in_their_order(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.email.reader.IN_ORDER_S", 60.0)  # however slow the machine is
    sizes = [60_000, 1, 20_000, 1, 1, 90_000, 1, 1, 1, 40_000]
    words = [f"{n} " + "<i>word</i> " * size for n, size in enumerate(sizes)]
    for text in words:
        room.now += 1000
        await room.channel.accept(letter(text), OURS, "")
    assert await room.channel.read_stored()
    async with room.database.read() as connection:
        rows = await connection.exec_driver_sql("select text from message order by rowid")
        shown = [row.text.split()[0] for row in rows]
    assert shown == [str(n) for n in range(len(sizes))]


async def test_two_at_most(readers: Readers) -> None:
    most = 0

    async def one(n: int) -> None:
        nonlocal most
        await read(readers, letter(f"{n}"))
        most = max(most, len(readers.pids()))

    async with asyncio.TaskGroup() as group:
        for n in range(12):
            group.create_task(one(n))
    assert most == 2


async def test_a_process_knows_no_secret(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_SECRET_KEY", "a secret of the tests")
    await read(readers, letter())
    (pid,) = readers.pids()
    assert b"HOLDFAST" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_memory_is_limited(readers: Readers) -> None:
    await read(readers, letter())
    (pid,) = readers.pids()
    limits = Path(f"/proc/{pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert "unlimited" not in line


async def test_too_much_memory_is_said(readers: Readers) -> None:
    await read(readers, letter())
    (pid,) = readers.pids()
    resource.prlimit(pid, resource.RLIMIT_AS, (64 << 20, 64 << 20))
    with pytest.raises(Unparsable, match="memory"):
        await read(readers, HEAD + b"\r\n" + b"words " * 4_000_000)
    assert await read(readers, letter("next")) == "next"

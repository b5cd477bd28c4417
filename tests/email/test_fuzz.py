"""Mails that no program writes: every one is read or refused in words, and none holds the loop.

3,000 a commit, every hundredth of them into the record; HOLDFAST_TEST_LONG=1: 200,000.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator

from channels.email.letter import Letter, Unparsable
from tests.email.conftest import OURS, Room
from tests.email.letters import bounce, letter
from tests.email.test_automatic import receipt
from tests.email.test_bounces import FAILED, PERSONS
from tests.email.test_words import (
    B64,
    HTML,
    SAID,
    either,
    in_one,
    in_parts,
    mail,
    many,
    mixed,
    part,
)
from tests.kit.loop_time import MOST_S, TRIES, held

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"
MAILS = 200_000 if LONG else 3_000
RECORDED, CHUNK = 100, 1_000
OWN_ID = rb"<m[0-9a-f]{20}@holdfast.test>"
SEEDS = [
    letter(SAID, html=HTML, Reply_To="x@example.net", References="<a@b.example> <c@d.example>"),
    letter("a\n\nOn Tue, Help <help@holdfast.test> wrote:\n> b\n", List_Id="<l.example>"),
    bounce("<m0123456789abcdef0123@holdfast.test>"),
    receipt("<m0123456789abcdef0123@holdfast.test>"),
    mail("Content-Transfer-Encoding: base64", B64),
    mail("Content-Type: application/pkcs7-mime", in_one(SAID.encode())),
    mail("Content-Type: application/pkcs7-mime", in_parts(SAID.encode())),
    mail("Content-Type: text/calendar", f"SUMMARY:{SAID}\r\nDESCRIPTION:{SAID}"),
    mixed(part("text/html", HTML), part("text/plain", SAID), part("message/rfc822", "Subject: x")),
    either(part("text/plain", SAID), part("text/html", HTML), part("text/calendar", "SUMMARY:x")),
    many(b"", SAID.encode())[:30_000],
    *(raw for _, raw in FAILED),
    *PERSONS,
]
TOKENS = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\0",
    b"\xff\xfe",
    b"--b\r\n",
    b"--b--",
    b"=?utf-8?b?",
    b"?=",
    b"=?x?q?=FF?=",
    b"<",
    b">",
    b"<!--",
    b"<div>",
    b"</div>",
    b"<b><i>",
    b"&#x110000;",
    b"&#0;",
    b'"',
    b"\\",
    b"@",
    b"<a@b>",
    b",",
    b";",
    b":",
    b"=",
    b"=\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: uuencode\r\n",
    b"begin 644 x\r\n",
    b"Content-Type: text/html; charset*=utf-16''%FF\r\n",
    b'charset="\0"',
    b"filename*0*=x''%zz;",
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"From: \r\n",
    b"\x1b$B",
    b"\x1b(J",
    b"\xc3",
    b"> ",
    b"wrote:\r\n",
    b"____________________\r\n",
    b'{"notificationType":',
    b"\xf0\x9f\x90\x95" * 50,
    b" " * 300,
]


def mangled(chance: random.Random) -> bytes:
    """One of the seeds after some accidents."""
    raw = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(raw) + 1)
        what = chance.random()
        if what < 0.45:
            raw[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 3, 40))
        elif what < 0.6:
            del raw[at : at + chance.choice((1, 2, 20, 300))]
        elif what < 0.75 and raw:
            raw[at % len(raw)] = chance.randrange(256)
        elif what < 0.9:
            raw[at:at] = raw[at : at + chance.randint(1, 400)]
        else:
            other = chance.choice(SEEDS)
            raw[at:] = other[chance.randrange(len(other)) :]
    return bytes(raw)


def whole(read: Letter) -> bool:
    """Everything in it can be kept and shown."""
    said = [read.text, read.words, read.subject, read.html or "", *(a.value for a in read.from_)]
    "".join(said).encode()
    return bool(read.text or not read.parsed) and sum(read.folds) <= len(read.text)


async def test_fuzzed_mails_are_read_or_refused_in_words(room: Room) -> None:
    chance = random.Random(20_261_128)
    refused: Counter[str] = Counter()
    await room.receive(letter("what is done once is done"))

    async def lane(waiting: Iterator[bytes]) -> None:
        for raw in waiting:
            try:
                read = await room.readers.read(raw, "", OWN_ID, (OURS,))
            except Unparsable as error:
                refused[str(error)] += 1
                read = await room.readers.scan(raw)
            assert whole(read), raw

    for start in range(0, MAILS, CHUNK):
        mails = [mangled(chance) for _ in range(min(CHUNK, MAILS - start))]
        for raw in mails[::RECORDED]:
            await room.channel.accept(raw, OURS, "")
        for _ in range(TRIES):
            waiting = iter(mails)
            with held() as loop:
                async with asyncio.TaskGroup() as group:
                    for _ in range(3):
                        group.create_task(lane(waiting))
                assert await room.channel.read_stored()
            if loop.longest_s <= MOST_S:
                break
        assert loop.longest_s <= MOST_S, loop.what
    assert await all_read(room)
    unknown = [reason for reason in refused if "failed" in reason or "broke off" in reason]
    assert unknown == [], refused


async def all_read(room: Room) -> bool:
    """None waits any more."""
    async with room.database.read() as connection:
        row = await connection.exec_driver_sql("SELECT count(*) FROM raw_mail WHERE state='stored'")
        return not row.scalar_one()

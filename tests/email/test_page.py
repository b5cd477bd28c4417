"""What a page gets of long mails: cut, never searched; found once, when the mail was read."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from channels.email.quotes import NO_FOLDS
from holdfast.desk.incident_preview import fold_quotes, peek_of
from router.records import schema
from router.records.messages import Message
from router.records.timeline import incident_document
from tests.email.conftest import Room
from tests.email.letters import letter
from tests.email.test_automatic import sent
from tests.email.test_bounces import told
from tests.kit.loop_time import MOST_S, TRIES, held

QUOTED = "She is worse.\n\nOn Tue, Help <help@holdfast.test> wrote:\n> We called the vet.\n"


async def page_of(room: Room, row: Message) -> dict[str, Any]:
    """As Desk.incident gives it, to the bytes that go to the page."""
    async with room.database.read() as connection:
        found = await incident_document(connection, row.incident, "a1", {}, lambda _: None)
    assert found is not None
    document = fold_quotes(found)
    msgspec.json.encode(document)
    peek_of(document)
    return document


async def numbered(room: Room, many: int, text: str, html: str | None = None) -> Message:
    """So many mails, each with its number before the text. One has come; the others stand beside it
    as it was read, for to read it costs half a second."""
    row = await room.mail(await room.receive(letter(f"00{text}", html=html)))
    table = schema.message
    async with room.database.write() as connection:
        kept = (await connection.execute(select(table).where(table.c.id == row.id))).mappings()
        one = dict(kept.one())
        for n in range(1, many):
            own = dict.fromkeys(("id", "key", "header_id"), f"copy {n}")
            own |= {"text": f"{n:02}{row.text[2:]}", "at": row.at + n}
            await connection.execute(table.insert().values(one | own))
    return row


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 95_000 + "end",
        "> a\n" * 47_000 + "end",
        "a\n> b\n" * 16_000,
        " ".join(["word"] * 19_000),
        ("On a day they wrote:\n> a\n" * 3_800) + "end",
    ],
    ids=["line ends", "quoted", "in turn", "one line", "marks"],
)
async def test_twelve_long_mails_hold_nobody_up(room: Room, text: str) -> None:
    row = await numbered(room, 12, f"\n{text}")
    for _ in range(TRIES):
        with held() as loop:
            document = await page_of(room, row)
        if loop.longest_s <= MOST_S:
            break
    assert loop.longest_s <= MOST_S, loop.what
    mails = [entry for entry in document["timeline"] if entry["kind"] == "message"]
    assert len(mails) == 12
    for entry in mails:
        if entry["parts"] is not None:
            assert "".join(part["text"] for part in entry["parts"]) == entry["text"]


async def test_a_flood_of_long_mails_is_cut_from_its_oldest_on(room: Room) -> None:
    row = await numbered(room, 24, " " + "word " * 39_000, html="<p>word</p>" * 30_000)
    for _ in range(TRIES):
        with held() as loop:
            document = await page_of(room, row)
        if loop.longest_s <= MOST_S:
            break
    assert loop.longest_s <= MOST_S, loop.what
    mails = [entry["text"] for entry in document["timeline"] if entry["kind"] == "message"]
    assert [text.split()[0] for text in mails] == [f"{n:02}" for n in range(24)]
    assert sum(map(len, mails)) < 2_000_000
    assert mails[0].endswith("[… the rest is in the record]")
    assert len(mails[-1]) > 190_000


async def test_folds_are_kept_and_cut(room: Room) -> None:
    row = await room.mail(await room.receive(letter(QUOTED)))
    (entry,) = (e for e in (await page_of(room, row))["timeline"] if e["kind"] == "message")
    assert [part["quoted"] for part in entry["parts"]] == [False, True]
    assert entry["parts"][0]["text"].strip() == "She is worse."


ATTACHED = b"""From: Maya <maya@example.com>
Content-Type: multipart/mixed; boundary=q

--q

She is worse.

-----Original Message-----
We called the vet.
--q
Content-Type: image/png; name=dog.png

P
--q--
"""


async def test_attachments_below_quoted_words_are_not_folded_away(room: Room) -> None:
    row = await room.mail(await room.receive(ATTACHED))
    (entry,) = (e for e in (await page_of(room, row))["timeline"] if e["kind"] == "message")
    assert [part["quoted"] for part in entry["parts"]] == [False, True, False]
    assert "dog.png" in entry["parts"][2]["text"]


async def test_mails_of_an_older_version_are_folded_once(room: Room) -> None:
    rows = [await room.mail(await room.receive(letter(f"{n} {QUOTED}"))) for n in range(3)]
    plain = await room.mail(await room.receive(letter("nothing repeats")))
    async with room.database.write() as connection:
        await connection.exec_driver_sql("UPDATE message SET folds = NULL")
    await room.channel.fold_old()
    for row in rows:
        assert (await room.mail(row.raw)).folds == row.folds != NO_FOLDS
    assert (await room.mail(plain.raw)).folds == NO_FOLDS


async def test_a_mail_that_did_not_arrive_comes_back_as_ours_with_its_fault(room: Room) -> None:
    room.sink.rcpt_answers = ["550 no such user"]
    row = await room.mail(await room.receive(letter("The lamp broke")))
    await room.answer(row)
    await room.channel.send_due()
    document = await page_of(room, row)
    (back,) = [e for e in document["timeline"] if e["fault"]]
    assert (back["fault"], back["direction"], back["parts"]) == (
        "Not delivered: call instead. (550)", "out", None,
    )  # fmt: skip
    assert [e["text"] for e in document["timeline"] if e["direction"] == "in"] == [row.text]
    assert any("Not delivered" in line["text"] for line in peek_of(document)["lines"])


async def test_what_a_mail_system_says_of_ours_is_folded_and_not_said_by_the_customer(
    room: Room,
) -> None:
    row, out = await sent(room)
    await room.receive(
        told("X-Failed-Recipients: maya@example.com", "could not be delivered"), "<>"
    )
    document = await page_of(room, row)
    (back,) = [e for e in document["timeline"] if e["fault"]]
    assert [p["quoted"] for p in back["parts"]] == [False, True]
    assert (back["direction"], back["parts"][0]["text"].strip()) == ("out", out.text.strip())
    assert "could not be delivered" in back["parts"][1]["text"]


async def test_a_delay_is_told_by_the_mail_system(room: Room) -> None:
    row, out = await sent(room)
    delay = told(
        "", f"maya@example.com <{out.header_id}>", subject="Warning: could not send message"
    )
    await room.receive(delay, "<>")
    told_by = [(e["who"], e["notice"]) for e in (await page_of(room, row))["timeline"]]
    assert ("Mail system", "mail delayed") in told_by

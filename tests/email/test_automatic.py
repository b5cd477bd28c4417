"""Bounces, auto-replies and mail of our own that comes back."""

from __future__ import annotations

import pytest

from channels.email.automatic import answerable, kind_of
from channels.email.letter import Kind
from channels.email.parse import read
from router.records import incident_changes, messages
from router.records.messages import Message
from tests.email.conftest import OURS, Room
from tests.email.letters import bounce, letter


@pytest.mark.parametrize(
    ("headers", "path", "kind"),
    [
        ({}, "a@example.com", Kind.PERSON),
        ({}, "", Kind.PERSON),
        ({"Auto_Submitted": "no"}, "<>", Kind.PERSON),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "a@example.com", Kind.ANSWER),
        ({"Auto_Submitted": "auto-generated"}, "a@example.com", Kind.MACHINE),
        ({"Precedence": "auto_reply"}, "", Kind.ANSWER),
        ({"X_Autoreply": "yes"}, "", Kind.ANSWER),
        ({"X_Autoreply": "no"}, "", Kind.PERSON),
        ({"X_Autorespond": "0"}, "", Kind.PERSON),
        ({"X_Autoresponder": "false"}, "", Kind.PERSON),
        ({"Auto_Submitted": "No (a person)"}, "", Kind.PERSON),
        ({"Precedence": "bulk", "subject": "Out of office: back soon"}, "", Kind.ANSWER),
        ({"Precedence": "list", "List_Id": "<l.example>"}, "", Kind.PERSON),
        ({"Precedence": "bulk"}, "", Kind.PERSON),
        ({"subject": "Out of office today, dog is ill"}, "a@example.com", Kind.PERSON),
        ({"In_Reply_To": "<x@y.example>"}, "<>", Kind.PERSON),
        ({}, "<>", Kind.PERSON),
        ({"Return_Path": "<>", "subject": "Undelivered Mail"}, "", Kind.BOUNCE),
        ({"from_": "MAILER-DAEMON@x.example", "subject": "failure notice"}, "", Kind.BOUNCE),
        ({"subject": "Undelivered parcel"}, "a@example.com", Kind.PERSON),
    ],
)
def test_who_wrote_it(headers: dict[str, str], path: str, kind: Kind) -> None:
    assert kind_of(read(letter(**headers)), path) is kind


async def sent(room: Room) -> tuple[Message, Message]:
    """(Maya's mail, our answer that went out)."""
    row = await room.mail(await room.receive(letter(id_="<first@example.com>")))
    key = await room.answer(row)
    await room.channel.send_due()
    return row, await room.message(key)


@pytest.mark.parametrize("headers_only", [True, False])
async def test_bounce_fails_the_message_and_comes_back_to_somebody(
    room: Room, headers_only: bool
) -> None:
    row, out = await sent(room)
    raw_id = await room.receive(bounce(out.header_id, headers_only=headers_only), "<>")
    after = await room.message(out.key)
    assert (after.status, after.error) == ("failed", "Not delivered: call instead.")
    raised = await room.message(f"failed:{out.id}")
    assert (raised.incident, raised.contact) == (row.incident, row.contact)
    assert raised.notice == "not delivered"
    assert "mailbox is full" in raised.text
    assert await room.raw_state(raw_id) == "read"
    assert len(await room.contacts()) == 1


async def test_bounce_that_only_quotes_our_id_is_understood(room: Room) -> None:
    _, out = await sent(room)
    raw = letter(
        f"could not deliver {out.header_id}", from_="postmaster@x.example", subject="Undeliverable"
    )
    await room.receive(raw, "<>")
    assert (await room.message(out.key)).status == "failed"


async def test_two_bounces_raise_once(room: Room) -> None:
    row, out = await sent(room)
    await room.receive(bounce(out.header_id), "<>")
    await room.receive(bounce(out.header_id, headers_only=True), "<>")
    assert len(await room.timeline(row.incident)) == 3


async def test_delay_is_noted_and_fails_nothing(room: Room) -> None:
    row, out = await sent(room)
    await room.receive(bounce(out.header_id, action="delayed"), "<>")
    assert (await room.message(out.key)).status == "sent"
    assert (await room.timeline(row.incident))[-1].notice == "mail delayed"


async def test_bounce_of_an_unknown_mail_is_seen_last(room: Room) -> None:
    row = await room.mail(await room.receive(bounce("<nobody@knows.example>"), "<>"))
    assert (await room.contact_of(row)).severity == 4


async def test_auto_reply_is_a_line_on_the_timeline_only(room: Room) -> None:
    row, out = await sent(room)
    before = await room.contacts()
    raw = letter(
        "I am away. In an emergency call 911.", subject="Out of office",
        Auto_Submitted="auto-replied", In_Reply_To=out.header_id,
    )  # fmt: skip
    line = await room.mail(await room.receive(raw))
    assert (line.incident, line.notice) == (row.incident, "auto-reply")
    assert await room.contacts() == before
    assert (await room.incident(row)).severity == 3


async def test_auto_reply_without_thread_follows_its_sender(room: Room) -> None:
    row, _ = await sent(room)
    line = await room.mail(await room.receive(letter("away", Auto_Submitted="auto-replied")))
    assert (line.incident, line.notice) == (row.incident, "auto-reply")
    assert len(await room.contacts()) == 1


async def test_auto_reply_of_nobody_known_is_not_lost(room: Room) -> None:
    raw = letter("In an emergency call 911", Auto_Submitted="auto-replied")
    row = await room.mail(await room.receive(raw))
    live = await room.contact_of(row)
    assert (live.severity, live.rule) == (4, "automatic answer")


async def test_generated_report_of_a_form_is_heard(room: Room) -> None:
    raw = letter("She is not breathing", Auto_Submitted="auto-generated")
    row = await room.mail(await room.receive(raw, "<>"))
    assert (await room.contact_of(row)).severity == 1


async def test_our_own_mail_that_comes_back_is_no_work(room: Room) -> None:
    row, out = await sent(room)
    content = room.sink.kept[0].content
    assert isinstance(content, bytes)
    raw_id = await room.receive(b"Received: by a forwarder\r\n" + content, OURS)
    assert await room.raw_state(raw_id) == "own"
    assert len(await room.timeline(row.incident)) == 2
    assert out.header_id.encode() in content


async def test_mail_from_our_own_address_in_a_thread_is_no_new_work(room: Room) -> None:
    row, _ = await sent(room)
    await room.receive(letter("first", from_=OURS))
    line = await room.mail(await room.receive(letter("again", from_=OURS)))
    assert line.notice == "from our own address"
    assert line.incident != row.incident


# No header hides a person ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Precedence": "bulk", "subject": "Out of office"},
        {"from_": "postmaster@example.com", "subject": "Returned mail"},
    ],
)
async def test_words_of_emergency_beat_whatever_calls_it_automatic(
    room: Room, headers: dict[str, str]
) -> None:
    raw = letter("Luna has collapsed on the stairs, hurry", **headers)
    row = await room.mail(await room.receive(raw))
    assert (await room.contact_of(row)).severity == 1


async def test_emergency_in_an_answer_that_is_marked_automatic_is_work(room: Room) -> None:
    row, out = await sent(room)
    async with room.database.write() as connection:
        await incident_changes.touch(
            connection, row.incident, room.now, 4, contact_id="c1", heard=False
        )
    raw = letter("He is bleeding", Auto_Submitted="auto-replied", In_Reply_To=out.header_id)
    line = await room.mail(await room.receive(raw))
    assert line.notice == "marked automatic, says it is urgent"
    assert (await room.incident(row)).severity == 1


async def test_what_an_automatic_answer_quotes_of_us_is_no_emergency(room: Room) -> None:
    row = await room.mail(await room.receive(letter("hello", id_="<first@example.com>")))
    await room.answer(row, "Is she bleeding?")
    await room.channel.send_due()
    raw = letter(
        "I am away. For emergencies call 911.\n\nOn Tue, Help <help@holdfast.test> wrote:\n"
        "> Is she bleeding?\n",
        Auto_Submitted="auto-replied", In_Reply_To="<first@example.com>",
    )  # fmt: skip
    line = await room.mail(await room.receive(raw))
    assert line.notice == "auto-reply"


async def test_answers_to_our_id_find_ours_whoever_else_carries_it(room: Room) -> None:
    _, out = await sent(room)
    other = await room.mail(await room.receive(letter("x", from_="x@example.org")))
    async with room.database.write() as connection:
        await messages.add(
            connection, key="older version", contact=other.contact, incident=other.incident,
            channel="email", direction="in", text="x", status="received", at=1,
            header_id=out.header_id,
        )  # fmt: skip
    answer = letter("thanks", In_Reply_To=out.header_id)
    row = await room.mail(await room.receive(answer))
    assert (row.incident, row.notice) == (out.incident, None)


RECEIPT = """\
From: Maya Torres <maya@example.com>
To: {ours}
Subject: Read: Re: About Tuesday
Message-ID: <receipt{n}@example.com>
In-Reply-To: {out}
MIME-Version: 1.0
Content-Type: multipart/{shape}

--r
Content-Type: text/plain

{words}
--r
Content-Type: message/disposition-notification

Original-Message-ID: {out}
Disposition: manual-action/MDN-sent-manually; displayed
--r--
"""
AS_REPORT = "report; report-type=disposition-notification; boundary=r"


def receipt(out: str, n: int = 1, words: str = "Opened at noon.", shape: str = AS_REPORT) -> bytes:
    filled = RECEIPT.format(ours=OURS, out=out, n=n, words=words, shape=shape)
    return filled.replace("\n", "\r\n").encode()


async def test_read_receipt_is_a_line_and_nobodys_work(room: Room) -> None:
    row, out = await sent(room)
    before = await room.contacts()
    for n in range(2):
        line = await room.mail(await room.receive(receipt(out.header_id, n)))
        assert (line.incident, line.notice) == (row.incident, "read receipt")
    assert await room.contacts() == before


async def test_receipt_that_a_person_attached_is_a_persons_mail(room: Room) -> None:
    _, out = await sent(room)
    raw = receipt(out.header_id, words="Why did I get this?", shape="mixed; boundary=r")
    row = await room.mail(await room.receive(raw))
    assert row.notice is None


async def test_receipt_with_an_emergency_in_it_is_heard(room: Room) -> None:
    row, out = await sent(room)
    await room.receive(receipt(out.header_id, words="She is not breathing!"))
    assert (await room.incident(row)).severity == 1


@pytest.mark.parametrize("from_", ["maya@example.com", "stalker@example.net", OURS])
async def test_our_message_id_with_other_words_is_shown_and_triaged(room: Room, from_: str) -> None:
    _, out = await sent(room)
    raw = letter("He is back and he has a gun.", id_=out.header_id, from_=from_)
    raw_id = await room.receive(raw)
    assert await room.raw_state(raw_id) == "read"
    row = await room.mail(raw_id)
    assert "gun" in row.text
    assert (await room.incident(row)).severity == 1
    answer = letter("thanks", In_Reply_To=out.header_id)
    assert (await room.mail(await room.receive(answer))).incident == out.incident


@pytest.mark.parametrize(
    ("headers", "path", "may"),
    [
        ({}, "rosa@example.com", True),
        ({}, "", True),
        ({}, "<>", False),
        ({"Return_Path": "<>"}, "", False),
        ({"Return_Path": "<>"}, "rosa@example.com", True),  # the envelope knows better
        ({"from_": "no-reply@example.com"}, "", False),
        ({"List_Id": "<l.example>"}, "", False),
    ],
)
def test_no_automatic_answer_goes_where_it_would_come_back(
    headers: dict[str, str], path: str, may: bool
) -> None:
    """RFC 3834, 2; RFC 5321, 4.5.5: a null return path asks for no answer, whoever wrote it."""
    assert answerable(read(letter(**headers)), Kind.PERSON, path) is may

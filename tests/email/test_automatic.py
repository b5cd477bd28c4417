"""Bounces, auto-replies and mail of our own that comes back."""

from __future__ import annotations

import pytest

from channels.email.automatic import Kind, kind_of
from channels.email.parse import read
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
        ({"Precedence": "bulk", "subject": "Out of office: back soon"}, "", Kind.ANSWER),
        ({"Precedence": "list", "List_Id": "<l.example>"}, "", Kind.PERSON),
        ({"Precedence": "bulk"}, "", Kind.PERSON),
        ({"subject": "Out of office today, dog is ill"}, "a@example.com", Kind.PERSON),
        ({"In_Reply_To": "<x@y.example>"}, "<>", Kind.ANSWER),
        ({}, "<>", Kind.MACHINE),
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

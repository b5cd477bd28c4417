"""Mail out: headers, retries, refusals, and never twice."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import Envelope

from channels.email.sender import LEASE_MS, NOT_KNOWN, RETRY_MS, STILL_TRYING
from channels.email.smtp import Server
from channels.email.threading import token_number
from router.records import messages
from router.records.messages import Message
from tests.email.conftest import KEY, OURS, Room
from tests.email.letters import letter


async def asked(room: Room, **headers: str) -> Message:
    raw = letter(id_="<first@example.com>", **headers)
    return await room.mail(await room.receive(raw))


def read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content, policy=policy.default)


async def test_answer_goes_out_with_its_thread(room: Room) -> None:
    row = await asked(room, subject="Dónde está")
    key = await room.answer(row, "Ya vamos.\n.\nSeñal")
    assert await room.channel.send_due() is None
    out = await room.message(key)
    envelope = room.sink.kept[0]
    mail = read(envelope)
    word = (await room.incident(row)).word
    assert (envelope.mail_from, envelope.rcpt_tos) == (OURS, ["maya@example.com"])
    assert mail["Subject"] == f"Re: Dónde está [{word}]" == out.subject
    assert mail["Message-ID"] == out.header_id == f"<{out.id}@holdfast.test>"
    assert mail["In-Reply-To"] == "<first@example.com>"
    assert mail["References"].split() == ["<first@example.com>", out.header_id]
    assert (mail["From"], mail["To"]) == (OURS, "maya@example.com")
    assert token_number([mail["Reply-To"]], KEY) == (await room.incident(row)).number
    assert mail["Auto-Submitted"] is None
    assert mail.get_content().splitlines() == ["Ya vamos.", ".", "Señal"]
    assert (out.status, out.error, out.tries) == ("sent", None, 1)
    assert isinstance(envelope.content, bytes)
    assert max(len(line) for line in envelope.content.split(b"\r\n")) < 998


async def test_long_thread_keeps_first_and_last_references(room: Room) -> None:
    row = await asked(room)
    for n in range(22):
        await room.receive(letter(f"more {n}", id_=f"<{n}.{'x' * 60}@example.com>"))
    await room.answer(row)
    await room.channel.send_due()
    found = read(room.sink.kept[0])["References"].split()
    assert len(found) == 20
    assert found[0] == "<first@example.com>"
    assert found[-2].startswith("<21.")


async def test_automatic_mail_says_so(room: Room) -> None:
    await room.answer(await asked(room), author=None)
    await room.channel.send_due()
    assert read(room.sink.kept[0])["Auto-Submitted"] == "auto-replied"


async def test_separate_sender_is_answered_at_the_line(room: Room) -> None:
    room.channel = room.open(mail_from="Holdfast <noreply@relay.test>", reply_domain=None)
    await room.answer(await asked(room))
    await room.channel.send_due()
    mail = read(room.sink.kept[0])
    assert (mail["From"], mail["Reply-To"]) == ("noreply@relay.test", OURS)


async def test_hostile_subject_adds_no_header(room: Room) -> None:
    await room.answer(await asked(room), subject="x\r\nBcc: evil@example.com")
    await room.channel.send_due()
    assert read(room.sink.kept[0])["Bcc"] is None


async def test_temporary_refusals_are_tried_again_later(room: Room) -> None:
    room.sink.rcpt_answers = ["450 greylisted"]
    room.sink.data_answers = ["451 later"]
    key = await room.answer(await asked(room))
    for n in range(2):
        wait_s = await room.channel.send_due()
        assert wait_s == RETRY_MS[n] / 1000
        row = await room.message(key)
        assert (row.status, row.error, row.tries) == ("queued", STILL_TRYING, n + 1)
        assert await room.channel.send_due() is not None  # not due: nothing is tried
        assert (await room.message(key)).tries == n + 1
        room.now += RETRY_MS[n]
    await room.channel.send_due()
    assert (await room.message(key)).status == "sent"
    assert len(room.sink.kept) == 1


async def test_server_away_is_temporary_and_given_up_in_the_end(room: Room) -> None:
    room.channel = room.open(smtp_url="smtp://127.0.0.1:1")
    row = await asked(room)
    key = await room.answer(row)
    for pause in RETRY_MS:
        await room.channel.send_due()
        assert (await room.message(key)).status == "queued"
        room.now += pause
    await room.channel.send_due()
    out = await room.message(key)
    assert out.status == "failed"
    assert out.error.startswith("Not delivered: call instead.")
    assert (await room.message(f"failed:{out.id}")).contact == row.contact


@pytest.mark.parametrize("where", ["rcpt_answers", "data_answers"])
async def test_refusal_for_good_fails_and_comes_back_to_somebody(room: Room, where: str) -> None:
    setattr(room.sink, where, ["550 no such user"])
    row = await asked(room)
    key = await room.answer(row)
    assert await room.channel.send_due() is None
    out = await room.message(key)
    assert (out.status, out.error) == ("failed", "Not delivered: call instead. (550)")
    raised = await room.message(f"failed:{out.id}")
    assert (raised.contact, raised.notice) == (row.contact, "not delivered")
    assert room.sink.kept == []


async def test_connection_lost_after_data_is_never_repeated(room: Room) -> None:
    room.sink.data_answers = ["hang up"]
    key = await room.answer(await asked(room))
    assert await room.channel.send_due() is None
    out = await room.message(key)
    assert (out.status, out.error) == ("unknown", NOT_KNOWN)
    room.now += 10 * LEASE_MS
    await room.channel.send_due()
    assert len(room.sink.kept) == 1


@pytest.mark.parametrize(("at_data", "status"), [(False, "sent"), (True, "unknown")])
async def test_crash_while_sending(room: Room, at_data: bool, status: str) -> None:
    key = await room.answer(await asked(room))
    row = await room.message(key)
    async with room.database.write() as connection:
        assert await messages.begin_sending(connection, row.id, room.now + LEASE_MS, room.now)
        if at_data:
            await messages.set_outcome(
                connection, row.id, "sending", room.now,
                carrier_id=f"data:{row.id}:1", due_at=room.now + LEASE_MS,
            )  # fmt: skip
    await room.channel.send_due()
    assert room.sink.kept == []  # the lease holds
    room.now += LEASE_MS
    await room.channel.send_due()
    await room.channel.send_due()
    assert (await room.message(key)).status == status
    assert len(room.sink.kept) == (0 if at_data else 1)


async def test_mail_without_a_sender_is_not_written_to(room: Room) -> None:
    row = await room.mail(await room.receive(b"Subject: x\r\n\r\nhelp"))
    key = await room.answer(row)
    await room.channel.send_due()
    assert (await room.message(key)).status == "failed"
    assert room.sink.kept == []


async def test_without_a_mail_server_the_channel_is_not_ready(room: Room) -> None:
    assert room.channel.ready
    deaf = room.open(smtp_url=None)
    assert not deaf.ready
    deaf.wake()
    assert await deaf.send_due() is None


@pytest.mark.parametrize(
    ("url", "port", "tls", "start_tls"),
    [
        ("smtp://127.0.0.1:8025", 8025, False, False),
        ("smtp://relay.example", 25, False, None),
        ("smtp://u:p%40ss@relay.example", 587, False, True),
        ("smtps://u:p@relay.example", 465, True, False),
    ],
)
def test_url_decides_about_tls(url: str, port: int, tls: bool, start_tls: bool | None) -> None:
    server = Server.from_url(url)
    assert (server.port, server.tls, server.start_tls) == (port, tls, start_tls)
    assert server.password in (None, "p", "p@ss")


@pytest.mark.parametrize("url", ["http://x", "smtp://", "relay.example:25"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="HOLDFAST_SMTP_URL"):
        Server.from_url(url)


async def test_a_local_part_in_quotes_is_answered(room: Room) -> None:
    raw = letter("The lamp broke").replace(
        b"Maya Torres <maya@example.com>", b'"ann berg"@example.org'
    )
    row = await room.mail(await room.receive(raw))
    key = await room.answer(row)
    await room.channel.send_due()
    assert (await room.message(key)).status == "sent"
    (kept,) = room.sink.kept
    assert kept.rcpt_tos == ['"ann berg"@example.org']
    assert b'To: "ann berg"@example.org' in bytes(kept.content or b"")

"""From the door to a contact: kept first, read once, threaded, and never into somebody else's
incident."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.threading import reply_address, token_number
from router.records import mails, messages
from router.records.messages import Message
from tests.email.conftest import DOMAIN, KEY, OURS, Room
from tests.email.letters import letter


async def opened(room: Room, **other: str) -> Message:
    """A first mail of Maya's and its answer, which went out."""
    row = await room.mail(await room.receive(letter(id_="<first@example.com>", **other)))
    await room.answer(row)
    await room.channel.send_due()
    return row


async def test_mail_becomes_a_contact_with_its_words(room: Room) -> None:
    raw_id = await room.receive(letter("My dog collapsed!", subject="Please", html="<p>My dog</p>"))
    row = await room.mail(raw_id)
    live = await room.contact_of(row)
    assert (live.channel, live.severity, live.about) == ("email", 1, "Please")
    assert live.who is not None
    assert live.who["name"] == "Maya Torres"
    assert (row.from_address, row.to_address, row.subject) == ("maya@example.com", OURS, "Please")
    assert row.text == "My dog collapsed!"
    assert row.html.strip() == "<p>My dog</p>"
    assert row.raw == raw_id
    assert await room.raw_state(raw_id) == "read"
    assert room.changed == [row.incident]


async def test_same_bytes_five_times_are_one_contact(room: Room) -> None:
    raw = letter()
    ids = {await room.receive(raw) for _ in range(5)}
    assert len(ids) == 1
    assert len(await room.contacts()) == 1


async def test_same_mail_by_another_way_is_one_message(room: Room) -> None:
    raw = letter(id_="<a@example.com>")
    first = await room.mail(await room.receive(raw))
    copy = await room.receive(b"Received: by a relay\r\n" + raw)
    assert await room.raw_state(copy) == "duplicate"
    assert len(await room.timeline(first.incident)) == 1


async def test_same_id_with_other_words_is_not_swallowed(room: Room) -> None:
    first = await room.mail(await room.receive(letter(id_="<a@example.com>")))
    other = await room.receive(letter("He is back, and he has a gun", id_="<a@example.com>"))
    assert (await room.mail(other)).incident == first.incident
    assert (await room.contact_of(first)).severity is not None
    assert len(await room.timeline(first.incident)) == 2


async def test_mail_stored_before_a_crash_is_read_after_it(room: Room) -> None:
    raw_id = await room.channel.accept(letter(), OURS, "maya@example.com")
    assert await room.contacts() == []
    room.channel = room.open()
    assert await room.channel.read_stored()
    assert len(await room.contacts()) == 1
    assert await room.raw_state(raw_id) == "read"


async def test_crash_between_contact_and_mark_reads_once(room: Room) -> None:
    raw_id = await room.receive(letter())
    async with room.database.write() as connection:
        await mails.set_state(connection, raw_id, "stored")
    assert await room.channel.read_stored()
    assert len(await room.contacts()) == 1
    assert len(await room.timeline((await room.mail(raw_id)).incident)) == 1


@pytest.mark.parametrize("raw", [b"\x00\xff\xfe not a mail", b"Subject only", b"\n" * 1_000_002])
async def test_unparsable_mail_is_a_visible_contact(room: Room, raw: bytes) -> None:
    raw_id = await room.receive(raw, "sender@example.com")
    row = await room.mail(raw_id)
    assert (row.subject, row.notice, row.raw) == ("Unparsed mail", "unparsed mail", raw_id)
    assert row.from_address == "sender@example.com"
    assert raw_id in row.text
    assert await room.raw_state(raw_id) == "unparsed"


async def test_emergency_words_in_an_unparsable_mail_are_heard(room: Room) -> None:
    row = await room.mail(await room.receive(b"my baby is not breathing"))
    assert (await room.contact_of(row)).severity == 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=200), st.text(max_size=30))
async def test_any_bytes_become_a_contact(room: Room, raw: bytes, from_: str) -> None:
    row = await room.mail(await room.receive(raw, from_))
    assert row.text


async def test_poisonous_mail_blocks_nothing_and_is_shown(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(_own: object, _mail: object) -> None:
        raise RecursionError("poison")

    monkeypatch.setattr("channels.email.reader.Reader._id_of", burst)
    bad = await room.channel.accept(letter("poison"), OURS, "")
    assert not await room.channel.read_stored()
    monkeypatch.undo()
    good = await room.channel.accept(letter("good", from_="n@example.com"), OURS, "")
    assert await room.channel.read_stored()
    assert (await room.mail(bad)).subject == "Unparsed mail: About Tuesday"
    assert (await room.mail(good)).text == "good"


async def test_mail_without_any_sender_is_a_contact(room: Room) -> None:
    raw_id = await room.receive(b"Subject: x\r\n\r\nhelp me")
    assert (await room.mail(raw_id)).from_address == f"unknown-{raw_id}@mail.invalid"


# Threading ---------------------------------------------------------------------------------------


async def test_signed_address_finds_the_incident(room: Room) -> None:
    first = await opened(room)
    number = (await room.incident(first)).number
    to = reply_address(number, KEY, DOMAIN)
    row = await room.mail(await room.receive(letter("more", subject="new subject"), to=to))
    assert row.incident == first.incident
    assert row.contact == first.contact
    assert row.to_address == OURS


def test_forged_or_mangled_address_is_no_token() -> None:
    good = reply_address(20401, KEY, DOMAIN)
    assert token_number([good.upper()], KEY) == 20401
    assert token_number([good.replace("20401", "20402")], KEY) is None
    assert token_number([good], b"another key") is None
    assert token_number(["inc+1.aaaaaaaaaaaaaaaa@x", "inc+@", ""], KEY) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"In_Reply_To": "{sent}"},
        {"In_Reply_To": "<first@example.com>"},
        {"References": "<nobody@example.com> {sent} <unknown@example.com>"},
        {"subject": "Re: [INC-{number}] something"},
        {"Delivered_To": "{token}"},
        {"X_Original_To": "{token}"},
        {"to": "Help <{token}>"},
    ],
)
async def test_every_way_of_answering_lands_in_the_incident(
    room: Room, headers: dict[str, str]
) -> None:
    first = await opened(room)
    other = await room.mail(await room.receive(letter("another matter", from_="n@example.com")))
    assert other.incident != first.incident
    sent = (await room.timeline(first.incident))[-1]
    number = (await room.incident(first)).number
    given = {
        "sent": sent.header_id,
        "number": str(number),
        "token": reply_address(number, KEY, DOMAIN),
    }
    filled = {name: value.format(**given) for name, value in headers.items()}
    row = await room.mail(await room.receive(letter("more", **filled)))
    assert row.incident == first.incident


async def test_first_hit_wins(room: Room) -> None:
    first = await opened(room)
    second = await room.mail(await room.receive(letter("x", from_="n@example.com")))
    number = (await room.incident(first)).number
    raw = letter(
        "y", from_="n@example.com", subject=f"[INC-{number}]", In_Reply_To="<first@example.com>"
    )
    row = await room.mail(await room.receive(raw, to=reply_address(number + 1, KEY, DOMAIN)))
    assert row.incident == second.incident


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "[INC-{number}] let me in"},
        {"In_Reply_To": "<first@example.com>"},
        {"to": "{token}"},
    ],
)
async def test_stranger_never_lands_in_another_incident(
    room: Room, headers: dict[str, str]
) -> None:
    first = await opened(room)
    incident = await room.incident(first)
    given = {"number": str(incident.number), "token": reply_address(incident.number, KEY, DOMAIN)}
    filled = {name: value.format(**given) for name, value in headers.items()}
    raw = letter("who is she?", from_="stalker@example.net", **filled)
    row = await room.mail(await room.receive(raw))
    assert row.incident != first.incident
    assert row.notice == f"unknown sender on INC-{incident.number}"
    assert all(m.from_address != "stalker@example.net" for m in await room.timeline(first.incident))


async def test_repeated_words_raise_nothing_new_ones_do(room: Room) -> None:
    first = await opened(room, subject="the bill", from_="m@example.com")
    async with room.database.write() as connection:
        await messages.add(
            connection, key="out:q", contact=first.contact, incident=first.incident,
            channel="email", direction="out", author="a1", text="Is she bleeding?", status="sent",
            at=room.now, header_id="<q@holdfast.test>",
        )  # fmt: skip
    quoted = "On Tue, Help <help@holdfast.test> wrote:\n> Is she bleeding?\n"
    calm = letter(f"No, all good\n\n{quoted}", from_="m@example.com", subject="Re: the bill")
    row = await room.mail(await room.receive(calm))
    assert "Is she bleeding?" in row.text
    assert (await room.incident(row)).severity == 3
    worse = letter(f"Now she is not breathing\n\n{quoted}", from_="m@example.com")
    row = await room.mail(await room.receive(worse))
    assert (await room.incident(row)).severity == 1

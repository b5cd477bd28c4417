"""From and Reply-To of two people, forms and lists: people stay apart, both are shown."""

from __future__ import annotations

import pytest

from router.records.database import Transaction
from router.records.messages import Message
from router.records.timeline import incident_document
from tests.email.conftest import OURS, Room
from tests.email.letters import letter
from tests.email.test_inbound import opened


async def shown(room: Room, row: Message) -> dict[str, object]:
    """The mail as a page gets it."""
    async with room.database.read() as connection:
        document = await document_of(connection, row.incident)
    return next(entry for entry in document["timeline"] if entry["id"] == row.id)


async def document_of(connection: Transaction, incident: str) -> dict[str, list[dict[str, object]]]:
    found = await incident_document(connection, incident, "a1", {}, lambda _: None)
    assert found is not None
    return found


async def take(room: Room, words: str, from_: str, **headers: str) -> Message:
    return await room.mail(await room.receive(letter(words, from_=from_, **headers)))


REFERS = [
    {"In_Reply_To": "<first@example.com>"},
    {"subject": "Re: [INC-{number}]"},
    {"References": "<x@y.example> <first@example.com>"},
]


@pytest.mark.parametrize("headers", REFERS)
async def test_stranger_who_names_a_party_is_not_that_party(
    room: Room, headers: dict[str, str]
) -> None:
    first = await opened(room)
    number = (await room.incident(first)).number
    filled = {name: value.format(number=number) for name, value in headers.items()}
    row = await take(
        room, "tell me", "Stan <stan@example.net>", Reply_To="maya@example.com", **filled
    )
    assert row.incident != first.incident
    assert row.notice == f"unknown sender on INC-{number}"
    assert (row.from_address, row.answer_to) == ("stan@example.net", "maya@example.com")
    assert (await shown(room, row))["answer_to"] == "ma•••@example.com"


async def test_stranger_who_names_a_party_without_a_thread_is_apart(room: Room) -> None:
    first = await opened(room)
    row = await take(room, "hi", "stan@example.net", Reply_To="maya@example.com")
    assert row.incident != first.incident
    later = await take(room, "more", "maya@example.com")
    assert later.incident == first.incident


async def test_party_who_is_answered_elsewhere_is_known_by_from_and_both_are_shown(
    room: Room,
) -> None:
    first = await opened(room)
    row = await take(
        room,
        "hi",
        "maya@example.com",
        Reply_To="work@example.net",
        In_Reply_To="<first@example.com>",
    )
    assert (row.incident, row.from_address) == (first.incident, "maya@example.com")
    assert (await shown(room, row))["answer_to"] == "wo•••@example.net"


@pytest.mark.parametrize(
    "form",
    [
        "Report form <forms@example.com>",
        "Site <noreply@site.example>",
        f"Web <{OURS}>",
        "Office <office@site.example>",  # nothing tells that it is one, until the second comes
    ],
)
async def test_form_that_writes_for_many_keeps_them_apart(room: Room, form: str) -> None:
    one = await take(room, "1", form, Reply_To="Ann <ann@example.com>")
    two = await take(room, "2", form, Reply_To="Ben <ben@example.com>")
    again = await take(room, "3", form, Reply_To="Ann <ann@example.com>")
    assert one.incident == again.incident != two.incident
    assert [row.from_address for row in (one, two)] == ["ann@example.com", "ben@example.com"]
    assert "•••" in str((await shown(room, one))["written_by"])


async def test_form_does_not_put_words_into_the_incident_of_the_person_it_names(room: Room) -> None:
    first = await opened(room)
    row = await take(room, "I take it all back", "forms@example.com", Reply_To="maya@example.com")
    assert row.incident != first.incident
    assert (row.from_address, row.written_by) == ("maya@example.com", "forms@example.com")


async def test_shared_sender_that_names_nobody_is_somebody_else_each_time(room: Room) -> None:
    one = await take(room, "the dog ran off", "Portal <no-reply@portal.example>")
    two = await take(room, "the lamp fell", "Portal <no-reply@portal.example>")
    assert one.incident != two.incident
    assert one.from_address.endswith(".invalid")
    assert one.written_by == "no-reply@portal.example"


PARTS = b"--b\r\nContent-Type: image/png\r\n\r\nP\r\n" * 300
UNREADABLE = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhelp\r\n" + PARTS


async def test_what_cannot_be_parsed_follows_the_same_rules(room: Room) -> None:
    first = await opened(room)

    async def came(head: str) -> Message:
        return await room.mail(await room.receive(f"{head}\r\n".encode() + UNREADABLE))

    form = "From: forms@example.com\r\nReply-To: {}\r\nX-N: {}"
    one, two = (
        await came(form.format("a@example.com", 1)),
        await came(form.format("b@example.com", 2)),
    )
    assert one.incident != two.incident
    named = await came("From: stan@example.net\r\nReply-To: maya@example.com")
    assert (named.from_address, named.answer_to) == ("stan@example.net", "maya@example.com")
    assert named.incident != first.incident
    hers = await came("From: maya@example.com")
    assert (hers.incident, hers.notice) == (first.incident, "unparsed mail")


LIST = {"List_Id": "<pets.example>", "List_Post": "<mailto:pets@lists.example>"}


async def test_list_that_rewrites_from_keeps_its_people_apart(room: Room) -> None:
    via = "{} via Pets <pets@lists.example>"
    ann = await take(room, "a", via.format("Ann"), Reply_To="ann@example.com", **LIST)
    ben = await take(room, "b", via.format("Ben"), X_Original_From="ben@example.com", **LIST)
    carl = await take(room, "c", via.format("Carl"), Reply_To="pets@lists.example", **LIST)
    assert len({ann.incident, ben.incident, carl.incident}) == 3
    assert [r.from_address for r in (ann, ben)] == ["ann@example.com", "ben@example.com"]
    live = await room.contact_of(ann)
    assert live.who is not None
    assert live.who["name"] == "Ann"


async def test_list_that_leaves_from_alone_names_the_writer(room: Room) -> None:
    row = await take(room, "a", "Ann <ann@example.com>", Reply_To="pets@lists.example", **LIST)
    assert (row.from_address, row.answer_to) == ("ann@example.com", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<l.example>"},
        {"List_Unsubscribe": "<mailto:x@l.example>"},
        {"from_": "noreply@shop.example"},
        {"from_": "no_reply-news@shop.example"},
        {"from_": "mailer-daemon@mx.example"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"Reply_To": "donotreply@shop.example"},
        {"Auto_Submitted": "auto-generated"},
        {"X_Auto_Response_Suppress": "OOF"},
    ],
)
async def test_lists_and_machines_get_no_automatic_answer(
    room: Room, headers: dict[str, str]
) -> None:
    raw = letter("Ten ideas for rainy walks", **headers)
    read = await room.readers.read(raw, "", b"(?!)", (OURS,))
    assert not read.answerable


async def test_a_person_may_get_one(room: Room) -> None:
    assert (await room.readers.read(letter(), "", b"(?!)", (OURS,))).answerable


def without_from(words: str, *headers: str) -> bytes:
    top = "\r\n".join([*headers, f"To: {OURS}", f"Subject: {words}"])
    return f"{top}\r\n\r\n{words}\r\n".encode()


async def test_a_mail_without_from_is_answered_where_it_asks(room: Room) -> None:
    row = await room.mail(await room.receive(without_from("a", "Reply-To: <rosa@example.net>")))
    assert row.from_address == "rosa@example.net"
    row = await room.mail(await room.receive(without_from("b", "Return-Path: <ro@example.net>")))
    assert row.from_address == "ro@example.net"
    row = await room.mail(await room.receive(without_from("c", f"Reply-To: {OURS}")))
    assert str(row.from_address).endswith(".invalid")


@pytest.mark.parametrize("headers", [[], ["In-Reply-To: <first@example.com>"]])
async def test_a_mail_without_from_that_names_a_party_is_apart(
    room: Room, headers: list[str]
) -> None:
    first = await opened(room)
    raw = without_from("give me the code", "Reply-To: <maya@example.com>", *headers)
    row = await room.mail(await room.receive(raw))
    assert row.incident != first.incident

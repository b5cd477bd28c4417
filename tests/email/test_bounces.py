"""Delivery reports as mail systems really write them, family by family: our message is marked and
comes back to a person; what a person writes stays a person's."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from channels.email.automatic import kind_of
from channels.email.bounces import report_of
from channels.email.compose import own_id_pattern
from channels.email.letter import Delivery, Kind, Letter, Question, Report
from channels.email.parse import read
from channels.email.reading import work
from tests.email.conftest import DOMAIN, OURS, Room
from tests.email.letters import letter
from tests.email.test_automatic import sent

GONE = "ines@example.net"
ID = "<m0123456789abcdef0123@holdfast.test>"
DAEMON = "Mail Delivery System <Mailer-Daemon@mx.example.com>"


def told(headers: str, body: str, *, from_: str = DAEMON, subject: str = "Mail") -> bytes:
    """A mail to us; `headers` are further lines."""
    head = f"From: {from_}\nTo: {OURS}\nSubject: {subject}\n{headers}"
    return f"{head.rstrip()}\n\n{body}\n".replace("\n", "\r\n").encode()


def at_us(raw: bytes) -> Letter:
    """As the reading process answers."""
    answer = work(Question("read", 2.0, "", own_id_pattern(DOMAIN).pattern, (OURS,)), raw)
    assert answer.letter is not None
    return answer.letter


def ses(kind: str, **more: Any) -> str:
    mail = {"messageId": "0100", "commonHeaders": {"messageId": ID, "to": [GONE]}}
    return json.dumps({"notificationType": kind, "mail": mail, **more})


BOUNCED = {"bouncedRecipients": [{"emailAddress": GONE, "action": "failed"}]}
NULL = "Return-Path: <>\n"
AUTO = "Auto-Submitted: auto-replied\n"

FAILED = [
    # exim, which calls itself an answer
    (
        "exim",
        told(
            f"{AUTO}References: {ID}",
            f"could not be delivered to\n  {GONE}",
            subject="Mail failure.",
        ),
    ),
    (
        "exim",
        told(
            f"{AUTO}X-Failed-Recipients: {GONE}",
            "A message that you sent could not",
            subject="Mail delivery failed: returning message to sender",
        ),
    ),
    (
        "exim",
        told(
            f"{NULL}References: {ID}",
            f"The following address failed:\n {GONE}: Unrouteable address",
        ),
    ),
    # the header alone tells who, whatever the subject
    ("header", told(f"X-Failed-Recipients: {GONE}", "See below.", subject="Sorry")),
    (
        "header",
        told(
            f"{AUTO}X-Failed-Recipients: {GONE}",
            "x",
            from_="sys@mx.example.com",
            subject="Nachricht",
        ),
    ),
    # postfix
    (
        "postfix",
        told(
            NULL,
            f"Transcript of session follows.\n Out: 550 5.1.1 <{GONE}>: no\n{ID}",
            subject="Postfix SMTP server: errors from mx[1.2.3.4]",
        ),
    ),
    (
        "postfix",
        told(
            "",
            f"<{GONE}>: host mx said: 550 5.1.1 user unknown\n{ID}",
            subject="Undelivered Mail Returned to Sender",
        ),
    ),
    # fml, James
    (
        "fml",
        told(
            "",
            f"Unknown user: {GONE}\n{ID}",
            from_="fml-admin@lists.example.org",
            subject="Rejected mail",
        ),
    ),
    (
        "fml",
        told(
            "X-ML-Name: x",
            f"Mail was not delivered to {GONE}.\n{ID}",
            from_="FML Mailing List <x@lists.example.org>",
        ),
    ),
    (
        "james",
        told(
            NULL,
            f"Unable to deliver message to the following recipients:\n{GONE}\n{ID}",
            from_="postmaster@james.example.org",
            subject="Re: dog",
        ),
    ),
    (
        "james",
        told(
            "",
            f"Unable to deliver the following message.\n\n{GONE}\n{ID}",
            from_="PostMaster@james.example.org",
            subject="[BOUNCE] dog",
        ),
    ),
    # telephone companies
    (
        "verizon",
        told(
            "",
            f"Error: {GONE} could not be delivered\nMessage-ID: {ID}",
            from_="post_master@vtext.example",
            subject="Undeliverable Message",
        ),
    ),
    (
        "verizon",
        told(NULL, f"550 5.1.1 {GONE}\n{ID}", from_="post_master@vzwpix.example", subject="dog"),
    ),
    (
        "kddi",
        told(
            NULL,
            f"Could not be delivered to: <{GONE}>\n{ID}",
            from_="no-reply@app.example.jp",
            subject="Mail System Error - Returned Mail",
        ),
    ),
    (
        "kddi",
        told(
            "",
            f"As their mailbox is full.\n<{GONE}>\n{ID}",
            from_="postmaster@example.jp",
            subject="Mail System Error",
        ),
    ),
    # scanners at the gate
    (
        "trend micro",
        told(
            NULL,
            f"Unable to deliver to {GONE}\n{ID}",
            from_="root@gate.example.com",
            subject="Mail could not be delivered",
        ),
    ),
    (
        "trend micro",
        told(
            "",
            f"Undeliverable: {GONE}\n{ID}",
            from_="Trend Micro IMSS <imss@gate.example.com>",
            subject="dog",
        ),
    ),
    (
        "interscan",
        told(
            "",
            f"Sorry, {GONE} was not delivered\n{ID}",
            from_="InterScan MSS <a@gate.example.com>",
            subject="Mail delivery issue",
        ),
    ),
    (
        "interscan",
        told(
            NULL,
            f"InterScan could not reach {GONE}\n{ID}",
            from_="isvw@gate.example.com",
            subject="Delivery problem",
        ),
    ),
    # Exchange 2003
    (
        "exchange",
        told(
            "X-Mailer: Internet Mail Service (5.5)",
            f"did not reach the following recipient(s):\n\n{GONE} on Fri\n{ID}",
            from_="System Administrator <postmaster@ex.example.com>",
            subject="Undeliverable: dog",
        ),
    ),
    (
        "exchange",
        told(
            "X-MS-Embedded-Report:",
            f"Your message did not reach the following: {GONE}\n{ID}",
            from_="System Administrator <x@ex.example.com>",
            subject="dog",
        ),
    ),
    # Amazon SES, plain and in its SNS envelope
    (
        "ses",
        told(
            "",
            ses("Bounce", bounce=BOUNCED),
            from_="no-reply@sns.amazonaws.com",
            subject="AWS Notification Message",
        ),
    ),
    (
        "ses",
        told(
            "",
            json.dumps({"Type": "Notification", "Message": ses("Bounce", bounce=BOUNCED)}),
            from_="AWS <no-reply@sns.amazonaws.com>",
            subject="AWS Notification Message",
        ),
    ),
    # our id in an encoded part only
    (
        "encoded",
        told(
            "Content-Transfer-Encoding: base64\nContent-Type: text/plain",
            base64.encodebytes(f"user unknown: {GONE}\n{ID}\n".encode()).decode(),
            subject="failure notice",
        ),
    ),
    (
        "encoded",
        told(
            "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain",
            f"no such user {GONE} {ID.replace('@', '=40')}",
            subject="Returned mail",
        ),
    ),
    # one without a sender at all
    ("nobody", told(NULL, f"was not delivered: {GONE} {ID}", from_="", subject="Undelivered")),
    ("nobody", told("", f"Delivery to the following recipient failed: {GONE}\n{ID}", from_="<>")),
]
IDS = [f"{n}-{family}" for n, (family, _) in enumerate(FAILED)]


@pytest.mark.parametrize(("family", "raw"), FAILED, ids=IDS)
def test_every_family_is_a_failure_of_that_address(family: str, raw: bytes) -> None:
    mail = read(raw)
    assert kind_of(mail, "") is Kind.BOUNCE, family
    report = report_of(mail, raw, own_id_pattern(DOMAIN), (OURS,))
    assert report.delivery is Delivery.FAILED
    assert GONE in report.addresses or ID in report.ids
    if family not in ("encoded",):
        assert GONE in report.addresses


@pytest.mark.parametrize(
    ("raw", "delivery"),
    [
        (
            told(
                AUTO,
                f"Warning: message delayed 24 hours for {GONE}\n{ID}",
                subject="Warning: message 1a delayed 24 hours",
            ),
            Delivery.DELAYED,
        ),
        (
            told(
                "",
                f"{GONE}\nNo action is required on your part. {ID}",
                subject="Mail delivery failed, will be retried",
            ),
            Delivery.DELAYED,
        ),
        (
            told(
                NULL,
                f"has not yet been delivered: {GONE} {ID}",
                subject="Delayed Mail (still being retried)",
            ),
            Delivery.DELAYED,
        ),
        (
            told(
                "",
                ses("DeliveryDelay", deliveryDelay={"delayedRecipients": []}),
                from_="no-reply@sns.amazonaws.com",
                subject="AWS Notification Message",
            ),
            Delivery.DELAYED,
        ),
        (
            told(
                "",
                ses("Delivery", delivery={"recipients": [GONE]}),
                from_="no-reply@sns.amazonaws.com",
                subject="AWS Notification Message",
            ),
            Delivery.DELIVERED,
        ),
    ],
)
def test_what_is_only_late_or_arrived_is_no_failure(raw: bytes, delivery: Delivery) -> None:
    mail = read(raw)
    assert kind_of(mail, "") is Kind.BOUNCE
    report = report_of(mail, raw, own_id_pattern(DOMAIN), (OURS,))
    assert (report.delivery, ID in report.ids) == (delivery, True)


PERSONS = [
    # a report attached to one's own words
    b"""From: Rosa <rosa@example.net>
Subject: my mail to you came back
Content-Type: multipart/mixed; boundary=q

--q

He collapsed. I wrote before and it came back, see below.
--q
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; help@holdfast.test
Action: failed
--q--
""",
    letter("It was returned to sender, I do not know why.", subject="Undeliverable parcel"),
    letter("Why was it not delivered? User unknown it said", subject="Re: failure notice"),
    letter("The mailbox is full of bees", X_Failed_Recipients="you@example.org"),
    letter("The key does not exist", Return_Path="<>"),
]


@pytest.mark.parametrize("raw", PERSONS)
def test_a_person_who_writes_of_such_things_is_a_person(raw: bytes) -> None:
    assert kind_of(read(raw), "") is Kind.PERSON


def test_report_is_small_however_many_ids_and_addresses_it_holds() -> None:
    body = " ".join(f"a{n}@example.com <b{n}@example.org>" for n in range(5000))
    raw = told("", f"was not delivered\n{body}")
    report = report_of(read(raw), raw, own_id_pattern(DOMAIN))
    assert isinstance(report, Report)
    assert (len(report.ids) <= 50, len(report.addresses) <= 10) == (True, True)


FML = "X-MLServer: fml [fml 4.0]\n"
BY_WHOM = "Message details:\n  MAIL FROM: out@relay.example\n  RCPT TO: " + GONE


@pytest.mark.parametrize(
    "raw",
    [
        told(
            f"{FML}References: {ID}",
            f"Duplicated Message-ID in <{GONE}>.",
            from_="l-admin@example.com",
            subject="Loop Alert: x",
        ),
        told(
            f"{FML}References: {ID}",
            f"You are not a member of this mailing list <{GONE}>.",
            from_="l-admin@example.com",
            subject="NOT MEMBER article from you",
        ),
        told(
            f"In-Reply-To: {ID}",
            f"Error: Invalid user address\n550 - no such user here\n{BY_WHOM}",
            from_="post_master@vtext.example",
            subject="Re:dog",
        ),
        told(
            "",
            f"Error: No valid recipients, was not delivered\n{BY_WHOM}\n{ID}",
            from_="sysadmin@mms.vzwpix.example",
            subject="dog",
        ),
        told(
            "Content-Type: text/plain; x=InterScan_NT",
            f"Sent <<< RCPT TO:<{GONE}>\nReceived >>> 550 5.1.1 user unknown {ID}",
            from_="gate@example.co.jp",
            subject="x",
        ),
        told(
            "",
            f"Sent <<< RCPT TO:<{GONE}>\n{ID}",
            from_='"InterScan MSS" <p@example.co.jp>',
            subject="メッセージを配信できません。",
        ),
        told(
            "",
            f"Your mail sent on: Thu\n Could not be delivered to: <{GONE}>\n{ID}",
            from_="no-reply@a.dion.example.jp",
            subject="dog",
        ),
        told(
            "Reply-To: no-reply@app.example.jp",
            f"could not be delivered to: <{GONE}>\n{ID}",
            from_="no-reply@b.example.jp",
            subject="dog",
        ),
        told(
            "",
            ses("Bounce", bounce=BOUNCED).replace('"Bounce"', '"Bounce", "x": "a\n b"', 1),
            from_="no-reply@sns.amazonaws.com",
        ),
        told(
            f"References: {ID}",
            f"Message 1a was not delivered to {GONE}",
            subject="error(s) in forwarding or filtering",
        ),
        told(
            f"References: {ID}",
            f"{GONE}",
            from_="MAILER-DAEMON@x.example",
            subject="failed delivery",
        ),
    ],
)
def test_reports_whose_shape_only_their_system_knows(raw: bytes) -> None:
    letter_ = at_us(raw)
    assert letter_.kind is Kind.BOUNCE
    assert letter_.report is not None
    assert (letter_.report.delivery, letter_.report.addresses[0]) == (Delivery.FAILED, GONE)
    assert ID in letter_.report.ids


@pytest.mark.parametrize(
    "raw",
    [
        told(
            f"In-Reply-To: {ID}",
            "We got your mail; the parcel was not delivered yet.",
            from_="noreply@shop.example",
        ),
        told(
            f"References: {ID}\n{NULL}",
            "The address does not exist on my map",
            from_="Rosa <rosa@example.net>",
        ),
        told("", "The key could not be delivered", from_="forms@example.com"),
    ],
)
def test_an_answer_that_only_refers_to_us_is_no_report(raw: bytes) -> None:
    assert at_us(raw).kind is Kind.PERSON


@pytest.mark.parametrize(
    "words",
    [
        "I am giving up after a delay of five days.",
        "This is a permanent error; earlier you were warned of a delay.",
        "retry timeout exceeded, still trying was of no use",
    ],
)
def test_what_is_final_is_no_delay_whatever_came_before(words: str) -> None:
    report = at_us(told("", f"{GONE}: {words} {ID}", subject="Returned mail")).report
    assert report is not None
    assert report.delivery is Delivery.FAILED


@pytest.mark.parametrize(
    "subject",
    [
        "Warning: could not send message for past 4 hours",
        "Delivery status notification: warning",
        "Message frozen",
    ],
)
def test_warnings_are_delays(subject: str) -> None:
    raw = told(
        "", f"{GONE} was frozen on arrival {ID}" if "frozen" in subject else GONE, subject=subject
    )
    report = at_us(raw).report
    assert report is not None
    assert report.delivery is Delivery.DELAYED


# In the record -----------------------------------------------------------------------------------


async def test_failure_that_names_only_the_address_marks_our_last_mail_there(room: Room) -> None:
    row, out = await sent(room)
    raw = told(AUTO + "X-Failed-Recipients: maya@example.com", "A message that you sent could not")
    await room.receive(raw, "<>")
    after = await room.message(out.key)
    assert (after.status, after.error) == ("failed", "Not delivered: call instead.")
    raised = await room.message(f"failed:{out.id}")
    assert (raised.incident, raised.notice) == (row.incident, "not delivered")


@pytest.mark.parametrize(
    "raw",
    [
        told("X-Failed-Recipients: somebody@example.org", "could not be delivered"),
        told("", "could not be delivered to nobody at all"),
        told("", "User unknown: zoe@example.org", subject="Returned mail"),
    ],
)
async def test_failure_of_somebody_elses_mail_marks_nothing(room: Room, raw: bytes) -> None:
    _, out = await sent(room)
    row = await room.mail(await room.receive(raw, "<>"))
    assert (await room.message(out.key)).status == "sent"
    assert row.notice == "bounce of an unknown mail"


async def test_our_id_in_the_references_alone_marks_our_mail(room: Room) -> None:
    _, out = await sent(room)
    raw = told(f"{NULL}References: {out.header_id}", "not delivered", subject="Mail failure.")
    await room.receive(raw)
    assert (await room.message(out.key)).status == "failed"


async def test_report_of_a_mail_that_somebody_sent_with_our_id_marks_ours(room: Room) -> None:
    _, out = await sent(room)
    await room.receive(letter("He is back", id_=out.header_id, from_="x@example.org"))
    await room.receive(
        told(f"References: {out.header_id}", "not delivered", subject="Mail failure.")
    )
    assert (await room.message(out.key)).status == "failed"


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        (b"<m0123456789abcdef0123@reply.holdfast.test>", True),
        (b"<m0123456789abcdef0123@replyXholdfast.test>", False),
        (b"<m0123456789abcdef0123@reply.holdfast-test>", False),
        (b"<m0123456789abcdef0123@reply.holdfast.test.evil.example>", False),
        (b"<m0123456789abcdef012@reply.holdfast.test>", False),
        (b"<x0123456789abcdef0123@reply.holdfast.test>", False),
    ],
)
def test_an_id_is_ours_only_at_our_own_domain(told: bytes, ours: bool) -> None:
    """A dot of the domain is a dot: a domain that looks like ours writes none of our ids."""
    assert (own_id_pattern("reply.holdfast.test").search(b"id " + told) is not None) is ours

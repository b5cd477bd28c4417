"""Reading mail: any bytes, caps, attachments, HTML without teeth."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.email.html import as_text, sanitise
from channels.email.letter import EMPTY, MAX_BYTES, Unparsable
from channels.email.parse import read
from tests.email.letters import bounce, letter

HEADERS = st.sampled_from(
    [
        b"From", b"To", b"Subject", b"Content-Type", b"Content-Transfer-Encoding", b"Message-ID",
        b"References", b"Reply-To", b"Content-Disposition", b"Date", b"X",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b'multipart/mixed; boundary="b"', b"multipart/mixed", b"message/rfc822", b"base64",
            b"text/plain; charset=\xff\xfe", b"text/html; charset*=utf-8''%FF%00", b"uuencode",
            b"attachment; filename*0*=x''%zz; filename*1=a", b"=?utf-8?b?\xff?=",
            b"quoted-printable", b"message/delivery-status", b"<a@b", b'"',
            b"text/plain; charset=idna",
        ]
    ),
)  # fmt: skip
PIECES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"--b\r\n", b"--b--\r\n", b"begin 644 x\r\n", b"Content-Type: text/html\r\n\r\n"]
    ),
)


@st.composite
def almost_mail(draw: st.DrawFn) -> bytes:
    head = draw(st.lists(st.tuples(HEADERS, VALUES), max_size=8))
    body = draw(st.lists(PIECES, max_size=8))
    return b"".join(k + b": " + v + b"\r\n" for k, v in head) + b"\r\n" + b"".join(body)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), almost_mail()))
@example(b"")
@example(b"\r\n\r\n")
def test_any_bytes_are_read_or_refused_in_words(raw: bytes) -> None:
    try:
        mail = read(raw)
    except Unparsable as error:
        assert str(error)  # noqa: PT017 - either way is right
        return
    assert mail.shown
    (mail.shown + mail.subject + (mail.html or "")).encode()
    mail.first("Auto-Submitted")


def test_text_is_kept_and_attachments_are_listed() -> None:
    raw = b"""From: a@b.example\r
Subject: =?utf-8?q?foto?=\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
mira\r
--b\r
Content-Type: image/jpeg; name="perro.jpg"\r
Content-Transfer-Encoding: base64\r
\r
AAAA\r
--b--\r
"""
    mail = read(raw)
    assert mail.subject == "foto"
    assert mail.shown == "mira\n[attachment: perro.jpg, image/jpeg, 3 B]"


def test_html_alone_gives_words() -> None:
    body = b"<style>p{}</style><p>not&nbsp;breathing</p><ul><li>one</ul>"
    assert read(b"Content-Type: text/html\r\n\r\n" + body).text == "not breathing\n\n- one"


def test_forwarded_mail_inside_is_read_too() -> None:
    inner = letter("He threatened me with a knife.", from_="x@y.example", subject="help")
    raw = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    raw += b"--b\r\n\r\nsee below\r\n--b\r\n"
    raw += b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    text = read(raw).text
    assert "[forwarded mail from x@y.example: help]" in text
    assert "knife" in text


def test_returned_original_of_a_bounce_is_not_its_text() -> None:
    assert "original text" not in read(bounce("<m1@x>")).text


def test_flowed_lines_are_joined() -> None:
    raw = (
        b"Content-Type: text/plain; format=flowed\r\n\r\nshe is \r\nnot here\r\n> so \r\n> what\r\n"
    )
    assert read(raw).text == "she is not here\n> so \n> what"


def test_empty_mail_has_words() -> None:
    assert read(b"From: a@b.example\r\n\r\n").shown == EMPTY


def nested(depth: int) -> bytes:
    raw = b"From: a@b.example\r\n"
    for n in range(depth):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
    return raw + b"\r\ntext"


@pytest.mark.parametrize(
    "raw",
    [
        b"no headers at all",
        b"",
        b"x" * (MAX_BYTES + 1),
        nested(25),
        nested(390),
        b"A: b\r\n\r\n" + b"\n" * 1_000_001,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300,
    ],
    ids=["none", "empty", "large", "deep", "deeper", "lines", "parts"],
)
def test_caps_refuse_in_words(raw: bytes) -> None:
    with pytest.raises(Unparsable):
        read(raw)


def test_lines_times_open_parts_are_bounded() -> None:
    with pytest.raises(Unparsable, match="too many lines"):
        read(nested(19) + b"--b0\r\n" * 10 + b"x\r\n" * 990_000 + b"boundary boundary\r\n" * 5)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src="https://spy.example/x.gif" onerror="alert(1)">',
        '<img src="cid:part1">',
        '<img src="data:image/png;base64,AAAA">',
        '<p style="background:url(https://spy.example/x)">x</p>',
        '<table background="https://spy.example/x"><tr><td>x</td></tr></table>',
        '<a href="javascript:alert(1)" onclick="x()">x</a>',
        '<a href="//spy.example/x">x</a>',
        "<iframe src=https://spy.example></iframe>",
        "<link rel=stylesheet href=https://spy.example/x.css>",
        "<meta http-equiv=refresh content='0;url=https://spy.example'>",
        "<form action=https://spy.example><input name=q></form>",
        "<svg><image href='https://spy.example/x'/></svg>",
        "<video poster=https://spy.example/x></video>",
        "<style>@import 'https://spy.example/x'</style>",
        "<base href=https://spy.example>",
    ],
)
def test_nothing_in_kept_html_runs_or_loads(source: str) -> None:
    kept = sanitise(source + "<b>words</b>")
    assert "<b>words</b>" in kept
    assert not re.search(r"spy|script|alert|cid:|data:|style|\son\w+=|\ssrc=|<form|<input", kept)


def test_links_are_kept_without_referrer() -> None:
    kept = sanitise('<a href="https://example.com/a">here</a> <img alt="a dog" src=x>')
    assert 'href="https://example.com/a"' in kept
    assert "noopener noreferrer nofollow" in kept
    assert 'alt="a dog"' in kept


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from("<>/ab=\"'&;! -psr"), max_size=120))
def test_html_readers_never_raise(source: str) -> None:
    as_text(source)
    sanitise(source)

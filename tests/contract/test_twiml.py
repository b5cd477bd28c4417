"""Documents we build are documents the carrier takes; forms it sends are read without fear."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.document import BadDocument, read
from channels.twilio import twiml
from channels.twilio.forms import CallStatus, fold, read_text, read_text_status, read_voice

A, B = "https://c.example/a?x=1&y=2", "https://c.example/b"
S = "wss://c.example/twilio/stream/e1"


def test_connect_stream_is_read_back_as_written() -> None:
    """twilio.com/docs/voice/twiml/stream."""
    connect, after = read(twiml.connect_stream(S, A, B, {"contact": "c1", "mac": "<&>"}))
    assert (after.name, after.text) == ("Redirect", A)  # the next verb, if `action` is not asked
    assert (connect.name, connect.attrs["action"]) == ("Connect", A)
    (stream,) = connect.children
    assert (stream.attrs["url"], stream.attrs["statusCallback"]) == (S, B)
    assert [(p.attrs["name"], p.attrs["value"]) for p in stream.children] == [
        ("contact", "c1"),
        ("mac", "<&>"),
    ]


def test_hold_loop_plays_inside_a_gather_and_goes_round() -> None:
    """twilio.com/docs/voice/twiml/gather, /redirect."""
    gather, redirect = read(twiml.hold_loop([A, B], B, A))
    assert (gather.name, gather.attrs["numDigits"], gather.attrs["timeout"]) == ("Gather", "1", "1")
    assert [c.text for c in gather.children] == [A, B]
    assert (redirect.name, redirect.text) == ("Redirect", A)
    assert [v.name for v in read(twiml.hold_loop([A], None, B))] == ["Play", "Redirect"]


@pytest.mark.parametrize(
    ("document", "verbs"),
    [
        (twiml.empty(), []),
        (twiml.hang_up(), ["Hangup"]),
        (twiml.reject(), ["Reject"]),
        (twiml.redirect(A), ["Redirect"]),
        (twiml.pause_and_redirect(2, A), ["Pause", "Redirect"]),
        (twiml.play_and_redirect([A], B), ["Play", "Redirect"]),
        (twiml.say_and_hang_up([A, twiml.Words("Goodbye & thanks")]), ["Play", "Say", "Hangup"]),
        (twiml.menu([A], B, fallthrough_url=A), ["Gather", "Redirect"]),
        (twiml.dial_out("+12065550142", caller_id="+12065550100", action_url=A), ["Dial"]),
    ],
)
def test_every_document_is_accepted(document: str, verbs: list[str]) -> None:
    """twilio.com/docs/voice/twiml."""
    assert [v.name for v in read(document)] == verbs
    assert twiml.inline(document) == document


@pytest.mark.parametrize("url", ["/wait", "wait", "//c.example/wait", "ftp://c.example/x", ""])
def test_relative_urls_are_never_built(url: str) -> None:
    """twilio.com/docs/api/errors/15004."""
    with pytest.raises(ValueError, match="absolute"):
        twiml.redirect(url)
    with pytest.raises(ValueError, match="absolute"):
        twiml.connect_stream(S, url, None, {})


def test_a_stream_url_with_a_query_and_a_long_parameter_are_refused() -> None:
    """twilio.com/docs/voice/twiml/stream: no query; name + value under 500 characters."""
    with pytest.raises(ValueError, match="query"):
        twiml.connect_stream(S + "?token=1", A, None, {})
    with pytest.raises(ValueError, match="too long"):
        twiml.connect_stream(S, A, None, {"token": "x" * 495})
    twiml.connect_stream(S, A, None, {"token": "x" * 494})


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", 12100),
        ("<Response>", 12100),
        ("<Other/>", 12102),
        ("<Response><Connect/></Response>", 12200),
        ("<Response><Play>/a.wav</Play></Response>", 11100),
        ('<Response><Connect><Stream url="https://c.example/"/></Connect></Response>', 11100),
        ('<Response><Gather action="menu"/></Response>', 11100),
    ],
)
def test_the_sandbox_is_strict(document: str, code: int) -> None:
    """twilio.com/docs/api/errors/12100, 12102, 12200, 11100."""
    with pytest.raises(BadDocument) as bad:
        read(document)
    assert bad.value.code == code


def test_a_voice_form_is_read() -> None:
    """twilio.com/docs/voice/twiml#request-parameters."""
    form = read_voice(
        {
            "CallSid": "CA1",
            "From": "+12065550142",
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "CallDuration": "7",
            "SequenceNumber": "2",
            "Timestamp": "Tue, 31 Aug 2010 20:36:28 +0000",
            "New": "thing",
        }
    )
    assert form.inbound
    assert form.status is CallStatus.IN_PROGRESS
    assert (form.duration_s, form.sequence, form.digits) == (7, 2, None)
    assert form.timestamp == datetime(2010, 8, 31, 20, 36, 28, tzinfo=UTC)
    assert form.raw["New"] == "thing"


def test_unknown_words_are_no_errors() -> None:
    """Statuses may be added unannounced."""
    assert read_voice({"CallStatus": "teleported"}).status is CallStatus.UNKNOWN
    assert read_voice({}).status is CallStatus.UNKNOWN
    assert not CallStatus.UNKNOWN.over
    assert read_voice({"CallStatus": "initiated"}).status is CallStatus.QUEUED
    assert read_text_status({"MessageStatus": "pondering"}).status == "pondering"


def test_media_of_a_text() -> None:
    """twilio.com/docs/messaging/guides/webhook-request#media-related-parameters."""
    text = read_text(
        {"MessageSid": "MM1", "NumMedia": "2", "MediaUrl0": A, "MediaContentType0": "image/jpeg"}
    )
    assert [(m.url, m.content_type) for m in text.media] == [(A, "image/jpeg")]


NAMES = [
    "CallSid",
    "CallStatus",
    "CallDuration",
    "SequenceNumber",
    "Timestamp",
    "ErrorCode",
    "NumMedia",
    "MediaUrl0",
    "MessageStatus",
    "DialCallStatus",
    "Digits",
]


@given(pairs=st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text()), st.text())))
def test_no_form_can_raise(pairs: list[tuple[Any, Any]]) -> None:
    """What comes through the door may be anything, signed or not."""
    form = fold(pairs)
    read_voice(form)
    read_text(form)
    read_text_status(form)

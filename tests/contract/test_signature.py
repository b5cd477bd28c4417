"""The signature check: right for what the carrier signs, an answer for everything else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.sandbox.signing import signature as sandbox_signature
from channels.twilio.signature import Verdict, signed_url, verify

TOKEN = "the-auth-token"
URL = "https://centre.example/twilio/voice?line=1"
FORM = [("CallSid", "CA1"), ("From", "+12065550142"), ("Body", "ñ 🐕")]


def sign(url: str, params: Any = (), token: str = TOKEN) -> str:
    return sandbox_signature(token, url, params)


def test_a_form_post_signed_by_the_carrier_is_ok() -> None:
    """twilio.com/docs/usage/security#validating-requests."""
    assert verify(tokens=[TOKEN], url=URL, params=FORM, signature=sign(URL, FORM)) is Verdict.OK


def test_the_sandbox_and_the_official_library_sign_alike() -> None:
    """twilio.com/docs/usage/security: two independent hands, one rule."""
    assert RequestValidator(TOKEN).compute_signature(URL, dict(FORM)) == sign(URL, FORM)


def test_repeated_fields_are_covered() -> None:
    """twilio.com/docs/usage/security: every value of a repeated name."""
    form = [("A", "2"), ("A", "1"), ("B", "3")]
    assert verify(tokens=[TOKEN], url=URL, params=form, signature=sign(URL, form)) is Verdict.OK
    assert (
        verify(tokens=[TOKEN], url=URL, params=form[1:], signature=sign(URL, form)) is Verdict.WRONG
    )


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"signature": None}, Verdict.MISSING),
        ({"signature": ""}, Verdict.MISSING),
        ({"signature": "not base64!"}, Verdict.MALFORMED),
        ({"signature": "AAAA"}, Verdict.MALFORMED),
        ({"signature": sign(URL, FORM, "other")}, Verdict.WRONG),
        ({"params": [*FORM, ("Extra", "1")]}, Verdict.WRONG),
        ({"url": URL + "&x=1"}, Verdict.WRONG),
        ({"url": "https://centre.example:port/"}, Verdict.MALFORMED),
        ({"params": [("A", "\ud800")]}, Verdict.MALFORMED),
        ({"body": b"{}"}, Verdict.MALFORMED),
        ({"body": b"\xff"}, Verdict.MALFORMED),
        ({"tokens": []}, Verdict.WRONG),
        ({"settings": "key=k,algorithm=HMAC_MD5"}, Verdict.UNKNOWN_ALGORITHM),
        ({"settings": "key=k,algorithm=HMAC_SHA256"}, Verdict.MALFORMED),
    ],
)
def test_anything_else_has_a_name(change: dict[str, Any], verdict: Verdict) -> None:
    """The library raises for several of these; we answer 403."""
    request = {"tokens": [TOKEN], "url": URL, "params": FORM, "signature": sign(URL, FORM)}
    assert verify(**(request | change)) is verdict


def test_old_and_new_token_while_rotating() -> None:
    """twilio.com/docs/iam/api/authtoken: primary and secondary token."""
    signed = sign(URL, FORM, "old")
    assert verify(tokens=["new", "old"], url=URL, params=FORM, signature=signed) is Verdict.OK


def test_a_json_body_is_covered_by_its_hash_in_the_url() -> None:
    """twilio.com/docs/usage/security#validating-requests: bodySHA256."""
    body = '{"a":"ñ"}'.encode()
    url = f"https://centre.example/x?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signed = sign(url)
    assert verify(tokens=[TOKEN], url=url, body=body, signature=signed) is Verdict.OK
    assert verify(tokens=[TOKEN], url=url, body=body + b" ", signature=signed) is Verdict.WRONG


def test_sha256_when_the_header_names_it() -> None:
    """The library's X-Twilio-Webhooks-Signature-Settings."""
    signed = RequestValidator(TOKEN).compute_signature(URL, dict(FORM), "HMAC_SHA256")
    named = "key=k,algorithm=HMAC_SHA256"
    request = {"tokens": [TOKEN], "url": URL, "params": FORM, "signature": signed}
    assert verify(**request, settings=named) is Verdict.OK
    assert verify(**request) is Verdict.MALFORMED


@pytest.mark.parametrize(
    ("public", "url"),
    [
        ("https://centre.example", "wss://centre.example/twilio/stream/x"),
        ("https://centre.example:8443/", "wss://centre.example:8443/twilio/stream/x"),
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/twilio/stream/x"),
    ],
)
def test_an_upgrade_is_signed_over_the_stream_url(public: str, url: str) -> None:
    """twilio.com/docs/voice/media-streams#security: X-Twilio-Signature over the wss URL."""
    assert signed_url(public, "/twilio/stream/x", stream=True) == url
    assert verify(tokens=[TOKEN], url=url, signature=sign(url)) is Verdict.OK


words = st.text(max_size=60)


@settings(max_examples=150)
@given(
    url=st.one_of(words, st.builds("https://h:{}/{}".format, words, words)),
    signature=st.one_of(st.none(), words, st.binary(max_size=40).map(lambda b: b.hex())),
    params=st.lists(st.tuples(words, words), max_size=4),
    body=st.one_of(st.none(), st.binary(max_size=40)),
    settings_=st.one_of(st.none(), words, st.builds("algorithm={}".format, words)),
)
def test_verify_never_raises_and_never_says_ok_to_noise(
    url: str,
    signature: str | None,
    params: list[tuple[str, str]],
    body: bytes | None,
    settings_: str | None,
) -> None:
    """An unauthenticated request must not be able to cause a 500."""
    verdict = verify(
        tokens=[TOKEN], url=url, signature=signature, params=params, body=body, settings=settings_
    )
    assert isinstance(verdict, Verdict)
    assert verdict is not Verdict.OK


@settings(max_examples=60)
@given(form=st.dictionaries(st.text("ABCabc12", min_size=1), st.text(max_size=30), max_size=6))
def test_whatever_the_carrier_signs_is_ok(form: dict[str, str]) -> None:
    """New parameters appear unannounced and are signed too."""
    pairs = [(k, v) for k, v in form.items() if not any("\ud800" <= c <= "\udfff" for c in v)]
    assert verify(tokens=[TOKEN], url=URL, params=pairs, signature=sign(URL, pairs)) is Verdict.OK

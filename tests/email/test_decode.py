"""Charsets, encoded words, addresses and ids of real mail."""

from __future__ import annotations

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.charsets import clean, decode
from channels.email.headers import MAX_ID, addresses, header, message_ids, words


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("está".encode("latin-1"), "iso-8859-1", "está"),
        ("“está”".encode("cp1252"), "iso-8859-1", "“está”"),
        ("está".encode(), "us-ascii", "está"),
        ("está".encode(), "x-no-such-charset", "está"),
        ("está".encode(), None, "está"),
        ("está".encode(), "base64", "está"),
        ("日本".encode("iso2022_jp"), "iso-2022-jp", "日本"),
        ("“hi”".encode("cp1252"), None, None),
        (b"\xff\xfe\xfd\x00", "utf-8", None),
    ],
)
def test_charset_ladder_always_gives_text(
    raw: bytes, declared: str | None, text: str | None
) -> None:
    read = decode(raw, declared)
    assert "\x00" not in read
    if text is not None:
        assert read == text


def test_undeclared_legacy_charset_is_detected() -> None:
    spanish = "El perro no está respirando, señora; mañana la niña irá al médico. " * 4
    assert decode(spanish.encode("cp1252")) == spanish


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("=?utf-8?q?No_est=C3=A1?= =?utf-8?b?IHJlc3BpcmFuZG8=?=", "No está respirando"),
        ("=?x-unknown-set?q?caf=C3=A9?=", "café"),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        ("=?utf-8?b?YQ?= plain", "a plain"),
    ],
)
def test_encoded_words_are_read(source: str, text: str) -> None:
    assert words(source) == text


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Maya <MAYA@Example.com>", ["maya@example.com"]),
        ('"you@bank.example" <thief@example.org>', ["thief@example.org"]),
        ("alice@example.org)bob@example.org", []),
        ("a@b.example, <c@d.example>; e@f.org (x)", ["a@b.example", "c@d.example", "e@f.org"]),
        ('"Torres, Maya" <m@x.example>', ["m@x.example"]),
        ('"broken <m@x.example>', ["m@x.example"]),
        ("undisclosed-recipients:;", []),
        ("not an address", []),
        ("<>", []),
    ],
)  # fmt: skip
def test_addresses_of_a_header(source: str, found: list[str]) -> None:
    assert [a.value for a in addresses(source)] == found


def test_name_of_an_address_is_decoded() -> None:
    assert addresses("=?utf-8?q?Jos=C3=A9?= <j@x.example>")[0].name == "José"


def test_ids_are_bounded_alike_every_time() -> None:
    long = f"<{'x' * 600}@example.com>"
    assert message_ids(long) == message_ids(f"<a@b> {long}")[1:]
    assert len(message_ids(long)[0]) <= MAX_ID


def test_raw_eight_bit_header_is_read() -> None:
    message = Message()
    message["Subject"] = "No est\udcc3\udca1"
    assert header(message, "subject") == "No está"


@given(st.text())
def test_header_readers_never_raise(text: str) -> None:
    words(text)
    addresses(text)
    message_ids(text)
    clean(text).encode()


@given(st.binary(max_size=400), st.text(max_size=20))
def test_decode_never_raises(raw: bytes, charset: str) -> None:
    decode(raw, charset).encode()

"""The text that decides is what a person would read in a mail program, however broken the mail.

Each kind of fault has its example and two siblings.
"""

from __future__ import annotations

import base64
import quopri

import pytest

from channels.email.parse import read
from channels.email.scan import letter_of, scan

SAID = "The cat fell off the roof and does not move."
TOP = b"From: Rosa Lind <rosa@example.net>\r\nTo: help@holdfast.test\r\nSubject: cat\r\n"
LETTERS = "Content-Type: text/plain; charset="
CODED = "Content-Transfer-Encoding: base64"
ATTACHED = "Content-Disposition: attachment; filename=t.txt\r\n"


def mail(headers: str, body: str | bytes, *, charset: str = "utf-8") -> bytes:
    given = body if isinstance(body, bytes) else body.encode(charset)
    return TOP + headers.replace("\n", "\r\n").encode() + b"\r\n\r\n" + given


def parts(kind: str, *bodies: str) -> bytes:
    inside = "".join(f"--b\r\n{body}\r\n" for body in bodies)
    return mail(f"Content-Type: multipart/{kind}; boundary=b", inside + "--b--\r\n")


def either(*bodies: str) -> bytes:
    return parts("alternative", *bodies)


def mixed(*bodies: str) -> bytes:
    return parts("mixed", *bodies)


def part(kind: str, words: str = SAID, more: str = "") -> str:
    return f"Content-Type: {kind}\r\n{more}\r\n{words}"


B64 = base64.b64encode(SAID.encode()).decode()
HTML = f"<html><body><p>{SAID}</p></body></html>"
CAT = "Kočka spadla ze střechy a nehýbe se, ulice Dlouhá čtyři, prosím přijďte rychle."
SAFE = "¿¿¿ÿÿÿ La señora se cayó ¿¿¿ ÿÿÿ>>>???"
SENIOR = "La señora Muñoz se cayó: ¡ayúdenla!"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        # boundaries that never come or are missing
        (mail("Content-Type: multipart/mixed; boundary=here", "--there\n\n" + SAID), SAID),
        (mail("Content-Type: multipart/mixed", SAID), SAID),
        (mail("Content-Type: multipart/related; boundary=x", part("text/html", HTML)), SAID),
        # a content type without its semicolon, or that is none
        (mail("Content-Type: text/plain charset=utf-8", SAID), SAID),
        (mail('Content-Type: text/html charset="utf-8"', HTML), SAID),
        (mail("Content-Type: text", SAID), SAID),
        # base64 that is nearly right
        (mail(CODED, B64 + "A"), SAID),
        (mail("Content-Transfer-Encoding: base64 ", B64.rstrip("=")), SAID),
        (mail('Content-Transfer-Encoding: "BASE64";', B64), SAID),
        (mail(CODED, f"{B64[:20]}\r\n{B64[20:]}\r\n-- \r\nlist"), SAID),
        (mail(CODED, base64.urlsafe_b64encode(SAFE.encode()).decode()), SAFE),
        (mail(CODED, base64.urlsafe_b64encode(SAFE.encode()).decode().rstrip("=")), SAFE),
        # words wrongly called base64
        (mail(CODED, SAID), SAID),
        (mail(CODED, "Help\r\nmy cat does not move"), "does not move"),
        (mail(CODED, "El gato cayó y no se mueve."), "cayó"),
        # named or inline text parts
        (mail('Content-Type: text/plain; name="note.txt"', SAID), SAID),
        (mail("Content-Disposition: inline; filename=a.txt", SAID), SAID),
        (mixed(part("text/plain", SAID, ATTACHED)), SAID),
        (mixed(part("application/octet-stream; name=text_0.txt")), SAID),
        (mixed(part("application/octet-stream", B64, ATTACHED + CODED + "\r\n")), SAID),
        # nothing else in it: what is attached are the words
        (mixed(part("text/html; name=body.html", HTML, ATTACHED)), SAID),
        (mixed(part("text/html", HTML, ATTACHED), part("text/plain", " ")), SAID),
        # HTML beside a plain stub, footer, signature
        (either(part("text/plain", "Please view as HTML."), part("text/html", HTML)), SAID),
        (either(part("text/plain", " "), part("text/html", HTML)), SAID),
        (mixed(part("text/html", HTML), part("text/plain", "Sent by the gate.")), SAID),
        (mixed(part("text/plain", SAID), part("text/html", "<p>Rosa Lind, CEO</p>")), SAID),
        (either(part("text/plain", SAID), part("text/html", "<p>Ad</p>")), SAID),
        # other texts
        (mail("Content-Type: text/enriched", f"<bold>{SAID}</bold>"), SAID),
        (mail("Content-Type: text/markdown", SAID), SAID),
        (mail("Content-Type: text/x-unheard-of; charset=utf-8", SAID), SAID),
        # an invitation alone
        (mail("Content-Type: text/calendar", f"SUMMARY:{SAID[:20]}\r\n {SAID[20:]}\r\n"), SAID),
        (mail("Content-Type: application/ics; name=a", f"DESCRIPTION;LANGUAGE=en:{SAID}"), SAID),
        (either(part("text/calendar", f"DESCRIPTION:Now\\, {SAID}")), f"Now, {SAID}"),
        (mail("Content-Type: text/calendar", f'SUMMARY;ALTREP="cid:x":{SAID}'), SAID),
        (mail("Content-Type: text/calendar", f'SUMMARY;X="a;b:c";Y=d:{SAID}'), SAID),
        # letters: UTF-8 that is called something else, the other way round, nothing, unknown
        (mail(LETTERS + "iso-8859-1", SENIOR), SENIOR),
        (mail(LETTERS + "us-ascii", SENIOR), SENIOR),
        (mail(LETTERS + "windows-1251", SENIOR), SENIOR),
        (mail(LETTERS + "utf-8", SENIOR, charset="cp1252"), SENIOR),
        (mail("X-Mailer: old", SENIOR, charset="cp1252"), SENIOR),
        (mail(LETTERS + "x-no-such", SENIOR, charset="cp1252"), SENIOR),
        (mail(LETTERS + "windows-1250", CAT, charset="cp1250"), CAT),
        (mail(LETTERS + "utf8mb4", SENIOR), SENIOR),
        (mail(LETTERS + "cp50220", "犬が倒れた", charset="iso2022_jp"), "犬が倒れた"),
        (mail(LETTERS + "x-sjis", "犬が倒れた", charset="cp932"), "犬が倒れた"),
        (mail("X-Mailer: none", "犬が倒れた", charset="iso2022_jp"), "犬が倒れた"),
        (mail(LETTERS + "utf-8", SENIOR.encode() + b"\xff"), "Muñoz"),
        (mail(LETTERS + "ISO 8859-15", "Preis 5 € für Zoë", charset="iso8859-15"), "5 € für Zoë"),
        (mail(LETTERS + "iso 8859 2; format=fixed", CAT, charset="iso8859-2"), CAT),
        # line ends of another age
        (TOP.replace(b"\r\n", b"\r") + b"\r" + SAID.encode() + b"\r", SAID),
        (TOP.replace(b"\r\n", b"\n") + b"\n" + SAID.encode(), SAID),
        (mail("X-A: b", SAID.replace(" ", "\r", 1)), SAID.replace(" ", "\n", 1)),
    ],
)  # fmt: skip
def test_words_that_a_person_would_read(raw: bytes, words: str) -> None:
    assert words in read(raw).shown


def test_html_decides_and_what_only_the_plain_one_says_is_kept() -> None:
    long = (
        "She also said that the neighbour has the second key and that the alarm is off since noon."
    )
    raw = either(part("text/plain", long), part("text/html", HTML))
    text = read(raw).text
    assert text.index(SAID) < text.index(long)


def test_plain_text_that_says_the_same_is_shown_because_it_reads_better() -> None:
    raw = either(part("text/plain", f"{SAID}\n> quoted"), part("text/html", HTML))
    assert read(raw).text == f"{SAID}\n> quoted"


def test_words_beside_html_are_in_the_markup_too() -> None:
    raw = mixed(part("text/html", HTML), part("text/plain", "2 < 3"))
    assert "2 &lt; 3" in (read(raw).html or "")


def der(tag: int, *inside: bytes) -> bytes:
    value = b"".join(inside)
    size = len(value)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + value


SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
ENTITY = b"Content-Type: text/plain\r\n\r\n" + SAID.encode()


def in_one(entity: bytes) -> bytes:
    content = der(0x30, DATA, der(0xA0, der(4, entity)))
    return der(0x30, SIGNED, der(0xA0, der(0x30, der(2, b"\1"), der(0x31), content)))


def in_parts(entity: bytes) -> bytes:
    """As programs write it that stream: open ends, the content in pieces."""
    pieces = b"".join(der(4, entity[n : n + 20]) for n in range(0, len(entity), 20))
    content = DATA + b"\xa0\x80" + b"\x24\x80" + pieces + b"\0\0" * 2
    signed = der(2, b"\1") + der(0x31) + b"\x30\x80" + content + b"\0\0"
    return b"\x30\x80" + SIGNED + b"\xa0\x80" + b"\x30\x80" + signed + b"\0\0" * 3


@pytest.mark.parametrize(
    "signed",
    [
        in_one(ENTITY),
        in_parts(ENTITY),
        in_parts(either(part("text/html", HTML))),
    ],
    ids=["der", "streamed", "a tree inside"],
)  # fmt: skip
def test_words_inside_an_opaque_signature(signed: bytes) -> None:
    head = (
        'Content-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64'
    )
    assert SAID in read(mail(head, base64.encodebytes(signed))).text
    loose = head.replace("application/pkcs7-mime", "application/octet-stream")
    for named in (loose, loose.replace("smime.p7m", "Signed.P7M")):
        assert SAID in read(mail(named, base64.encodebytes(signed))).text


@pytest.mark.parametrize("size", range(0, 60, 3))
def test_broken_signature_is_an_attachment(size: int) -> None:
    raw = mail("Content-Type: application/pkcs7-mime", in_parts(ENTITY)[:size])
    assert read(raw).shown


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        ("=?utf-8?b?w6k=?= =?utf-8?q?t=C3?=\r\n =?utf-8?b?qQ==?=", "été"),
        ("=?utf-8?Q?Hilfe =C3=BC?=", "Hilfe ü"),
        ("=?utf-8?Q?Is_she_ok??=", "Is she ok?"),
        ("=?utf-8?b?w6k?= plain =?utf-8?b?w6l0w6k=?=", "é plain été"),
        ("=?iso-8859-1?Q?se_cay\xf3_la_ni=F1a?=", "se cayó la niña"),
        ("se cay\xf3 la ni\xf1a", "se cayó la niña"),
        ("=?utf-8?q?ni=C3=B1a_cay\xf3?=", "niña cayó"),
    ],
)
def test_subjects_as_they_come(subject: str, read_as: str) -> None:
    raw = b"From: a@b.example\r\nSubject: " + subject.encode("latin-1") + b"\r\n\r\nx"
    assert read(raw).subject == read_as


@pytest.mark.parametrize(
    ("header", "writer"),
    [
        ('From: "rosa lind"@example.net', '"rosa lind"@example.net'),
        ('From: Rosa <"rosa, r"@example.net>', '"rosa, r"@example.net'),
        ('From: "rosa"@example.net (at work)', "rosa@example.net"),
        ("Sender: Rosa <rosa@example.net>", "rosa@example.net"),
        ("From:\r\nSender: rosa@example.net", "rosa@example.net"),
        ("From: undisclosed\r\nSender: rosa@example.net", "rosa@example.net"),
        ("From: <mailto:rosa@example.net>", "rosa@example.net"),
        ("From:\r\nReturn-Path: rosa@example.net", "rosa@example.net"),
        ("Return-Path: <rosa@example.net>", "rosa@example.net"),
    ],
)
def test_a_writer_who_can_be_answered(header: str, writer: str) -> None:
    assert [a.value for a in read(f"{header}\r\n\r\nx".encode()).from_] == [writer]


def test_the_exact_words_of_an_invitation_with_quoted_parameters() -> None:
    raw = mail("Content-Type: text/calendar", 'SUMMARY;LANGUAGE=en;X="a:b":Dinner: at 9\r\n')
    assert read(raw).text == "Dinner: at 9"


def test_other_octets_and_attached_pages_beside_words_stay_attachments() -> None:
    page = part("text/html", "<p>Bill</p>", "Content-Disposition: attachment; filename=b.html\r\n")
    octets = part("application/octet-stream; name=a.txt", "\0\1\2\3" * 40)
    found = read(mixed(part("text/plain"), page, octets))
    assert (found.text, len(found.attachments)) == (SAID, 2)


# What cannot be parsed -------------------------------------------------------------------------


def many(head: bytes, body: bytes) -> bytes:
    """So many parts that no parser goes on, behind headers of 20 KB."""
    relays = b"".join(b"X-Hop-%d: %s\r\n" % (n, b"z" * 190) for n in range(100))
    tail = b"--b\r\nContent-Type: image/png\r\n\r\nP\r\n" * 500
    kind = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return relays + TOP + kind + b"--b\r\n" + head + b"\r\n" + body + b"\r\n" + tail


@pytest.mark.parametrize(
    "raw",
    [
        many(b"", SAID.encode()),
        many(b"Content-Transfer-Encoding: base64\r\n", B64.encode()),
        many(
            b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n",
            quopri.encodestring(HTML.encode()),
        ),
        TOP.replace(b"\r\n", b"\r") + b"\r" + SAID.encode(),
    ],
    ids=["plain", "base64", "html", "cr"],
)  # fmt: skip
def test_scanner_finds_writer_subject_and_words(raw: bytes) -> None:
    found = letter_of(scan(raw))
    assert SAID in found.text
    assert (found.from_[0].value, found.subject) == ("rosa@example.net", "cat")


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"--", b"From:", b"no mail at all", b"\r\r", b":\n\n--b"]
)
def test_scanner_takes_anything(raw: bytes) -> None:
    letter_of(scan(raw))

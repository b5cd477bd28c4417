"""The page of a summary: one page, the same bytes each time, nothing in it that was taken out."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pypdf
import pytest

from holdfast.desk.summary_page import FONT, ROOM, font, lines_of, pdf, rows_of
from router.core.redaction import Known, Person, Redactor, redacted
from router.core.summary import FULL, REDACTED, Content, Head, Sentence, written
from router.core.summary_proposal import proposal

AT = 1_796_000_000_000
HEAD = Head(
    "INC-20419", "Maya Torres: Luna ate gum", 1, "S1, life or safety in danger · active",
    "30 Nov 2026 21:04 PST", "America/Los_Angeles", "12 Rose Court", "Priya Nair", "Tomás Rivera",
    "30 Nov 2026 21:40 PST",
)  # fmt: skip
KNOWN = Known(
    (Person(("Maya Torres",), "the owner", ("+12065550142", "maya@example.com")),),
    ("Priya Nair", "Tomás Rivera"), "HF-88-1920", "12 Rose Court",
)  # fmt: skip
SECRETS = (
    "Maya", "Torres", "Priya", "Nair", "Tom", "Rivera", "0142", "2065550142", "example.com",
    "88-1920", "Rose",
)  # fmt: skip
SAID = (
    "Maya Torres rang from 206 555 0142 about booking HF-88-1920.",
    "Priya Nair sent her to 12 Rose Court; maya@example.com has the receipt.",
)


def content(*texts: str, known: Known = KNOWN, **more: Any) -> Content:
    said = [Sentence("happened", text, f"n{n}", "note", "30 Nov 21:05 PST")
            for n, text in enumerate(texts)]  # fmt: skip
    said.append(Sentence("next", "It is likely the gum.", by="u1", by_name="Tomás Rivera"))
    redactor = Redactor(known)
    words = [*(one.text for one in said), HEAD.title, HEAD.place]
    values = {"version": 2, "head": HEAD, "hide": []} | more
    return Content(sentences=said, redacted=[redactor.parts(one) for one in words], **values)


def read(page: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(page))
    assert len(reader.pages) == 1
    return reader.pages[0].extract_text()


def test_the_page_says_each_sentence_with_its_line_and_whose_an_assessment_is() -> None:
    text = read(pdf(content(*SAID), FULL, AT))
    for words in ("INC-20419: summary, version 2", "S1, life or safety in danger · active",
                  "30 Nov 21:05 PST note", "What happened", "Owner: Priya Nair.",
                  "Times: America/Los_Angeles.", "the words may be the writer’s",
                  "assessment by Tomás", SAID[0]):  # fmt: skip
        assert words in text, words


def test_nothing_that_was_taken_out_is_in_the_redacted_file() -> None:
    page = pdf(content(*SAID), REDACTED, AT)
    reader = pypdf.PdfReader(io.BytesIO(page))
    assert reader.metadata is not None
    told = f"{read(page)} {dict(reader.metadata)}"
    raw = page.decode("latin-1")  # no stream is packed, and these letters stand as they are
    assert "The owner rang from [number] about booking [booking]." in told
    for secret in SECRETS:
        assert secret not in told, secret
        assert f"({secret}" not in raw, secret
        assert secret.encode("utf-16-be") not in page, secret
    for secret in SECRETS[:5]:
        assert secret in read(pdf(content(*SAID), FULL, AT)), secret


def test_the_same_version_has_the_same_bytes_each_time() -> None:
    first = pdf(content(*SAID), FULL, AT)
    assert pdf(content(*SAID), FULL, AT) == first
    assert pdf(content(*SAID), REDACTED, AT) != first
    assert b"D:20261130005320Z" in first
    assert b"FlateDecode" not in first, "other builds of zlib pack otherwise"


DRAW = """
import hashlib, sys
from pathlib import Path
from holdfast.desk import summary_page
from router.core.summary import read
summary_page.FONT = Path(sys.argv[1])
said = read(sys.stdin.read())
for variant in ("redacted", "full"):
    print(hashlib.sha256(summary_page.pdf(said, variant, int(sys.argv[2]))).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "77"])
def test_another_process_elsewhere_on_earth_draws_the_same_bytes(seed: str, tmp_path: Path) -> None:
    """Another zone, locale, order of sets and place of the font; and it drew another one first."""
    elsewhere = tmp_path / "font.ttf"
    shutil.copyfile(FONT, elsewhere)
    said = content(*SAID, "Łukasz Ñ Мая 🐕 مرحبا")
    around = {
        **os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": seed,
        "SOURCE_DATE_EPOCH": "1",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", DRAW, str(elsewhere), str(AT)], input=written(said).decode(),
        env=around, text=True, capture_output=True, check=True, encoding="utf-8",
    ).stdout.split()  # fmt: skip
    assert told == [
        hashlib.sha256(pdf(said, variant, AT)).hexdigest() for variant in (REDACTED, FULL)
    ]


def test_markup_is_words_and_what_cannot_be_drawn_is_named() -> None:
    text = read(pdf(content("<b>15 pieces</b> &amp; <font color='white'>x</font>"), FULL, AT))
    assert "<b>15 pieces</b> &amp; <font color='white'>x</font>" in text
    drawn = font().drawable
    assert drawn("Łukasz Señor Šárka Мая Ωμέγα") == "Łukasz Señor Šárka Мая Ωμέγα"
    assert drawn("she said مرحبا بك twice") == "she said [7 Arabic letters] twice"
    assert drawn("日本 and ש") == "[2 CJK letters] and [1 Hebrew letter]"
    assert drawn("a 🐕, a 👩‍⚕️!") == "a [dog], a [woman]⚕!"
    assert drawn("\ue000x") == "[u+e000]x"


def test_one_page_is_measured_by_the_page_itself_and_more_is_never_cut() -> None:
    fits = content(*["word " * 60] * 8)
    assert lines_of(fits) == max(len(rows_of(fits, one)) for one in (FULL, REDACTED)) <= ROOM
    assert len(read(pdf(fits, FULL, AT))) > 2000
    long = content(*["word " * 60] * 20)
    assert lines_of(long) > ROOM
    with pytest.raises(ValueError, match="more than a page"):
        pdf(long, FULL, AT)
    # Words may be longer where others stand for them.
    short = Known((Person(("Xo",), "the owner’s family", ()),))
    wide = content("Xo, Xo and Xo are in the car. " * 6, known=short)
    assert len(rows_of(wide, REDACTED)) > len(rows_of(wide, FULL))
    assert lines_of(wide) == len(rows_of(wide, REDACTED))


def test_what_is_proposed_of_a_long_record_is_one_page() -> None:
    empty = dict.fromkeys(
        ("channel", "direction", "who", "to", "text", "html", "subject", "contact", "parts")
    )
    lines = [
        empty | {
            "id": f"l{n}", "at": AT + n, "who": "Bartholomew Featherstonehaugh", "to": "Maya",
            "kind": ("note", "message", "message")[n % 3], "channel": "email",
            "direction": ("in", "out")[n % 2], "text": "Many words of a mail " * 30,
        }
        for n in range(500)
    ]  # fmt: skip
    people = [{"id": f"p{n}", "name": f"Bartholomew Featherstonehaugh {n} " * 2, "role": "owner"}
              for n in range(12)]  # fmt: skip
    owned = [{"id": f"c{n}", "party": f"p{n}"} for n in range(12)]
    for n, line in enumerate(lines[:12]):
        line["contact"] = f"c{n}"
    document = {
        "title": "t" * 140, "severity": 1, "state": "open", "status": "active", "next": None,
        "parties": people, "contacts": owned, "timeline": lines,
    }  # fmt: skip
    said = proposal(document, kind_word="Poisoning", zone="America/Los_Angeles")
    texts = [one.text for one in said]
    page = Content(1, HEAD, said, [], [redacted(one, KNOWN) for one in [*texts, "t" * 140, ""]])
    assert len(said) > 12
    assert lines_of(page) <= ROOM


def test_a_word_without_an_end_is_broken_and_stays_on_the_page() -> None:
    rows = rows_of(content("x" * 390), FULL)
    assert "".join(row.text for row in rows if row.text.startswith("xx")) == "x" * 390
    assert all(font().width(row.text, row.size) + row.indent <= 504.1 for row in rows)


def test_the_font_is_the_one_whose_licence_comes_with_it() -> None:
    licence = FONT.with_name("LICENSE").read_text()
    assert hashlib.sha256(FONT.read_bytes()).hexdigest() in licence


def test_a_version_is_read_as_it_was_written() -> None:
    said = content(*SAID)
    assert msgspec.json.decode(written(said), type=Content) == said

"""Who calls: stand-ins of withheld numbers, numbers that are unsure, names that are none."""

from __future__ import annotations

import pytest

from router.core.bidi import FSI, PDI, isolated, plain
from router.core.caller import (
    NATIONAL,
    ODD,
    SIP,
    STAND_INS,
    caller,
    can_be_called,
    name_of,
    stir_of,
    unsure_of,
    why_not_called,
)
from router.core.display import mask_phone

DRESSES = ("+{}", "+1{}", "{}", "1{}")


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("digits", STAND_INS)
def test_each_stand_in_is_somebody_else_each_time(digits: str, dress: str) -> None:
    number = dress.format(digits)
    one, two = caller(number, "CA1"), caller(number, "CA2")
    assert one.withheld
    assert one.value != two.value
    assert not can_be_called(one.value)
    assert mask_phone(one.value) == "withheld number"
    assert why_not_called(one.value) == "the number was withheld"


@pytest.mark.parametrize(
    "word",
    ["Anonymous", "RESTRICTED", "Unavailable", "unknown", "", "  ", '"Anonymous"', "Private Number",
     "sip:anonymous@anonymous.invalid", "sip:Restricted@10.0.0.7", "<sip:anonymous@x.test>",
     "No-Caller-ID", "\u200eAnonymous", "Scam Likely"],
)  # fmt: skip
def test_words_in_place_of_a_number_are_withheld(word: str) -> None:
    assert caller(word, "CA1").value == "anonymous:CA1"


@pytest.mark.parametrize(
    ("given", "value", "unsure"),
    [
        ("+12065550161", "+12065550161", None),
        ("tel:+1-206-555-0161", "+12065550161", None),
        ("+1 (206) 555‑0161", "+12065550161", None),
        ("\u202a+12065550161\u202c", "+12065550161", None),
        ("2065550161", "2065550161", NATIONAL),
        ("12065550161", "12065550161", NATIONAL),
        ("0044 20 7946 0018", "00442079460018", NATIONAL),
        ("020 7946 0018", "02079460018", NATIONAL),
        ("sip:2065550161@pbx.example.com;user=phone", "sip:2065550161@pbx.example.com", SIP),
        ("sip:+12065550161@Pbx.Example.com:5060", "sip:+12065550161@pbx.example.com", SIP),
        ("+12", "+12", ODD),
        ("+0123456789", "+0123456789", ODD),
    ],
)  # fmt: skip
def test_digits_are_kept_and_what_is_unsure_is_marked(
    given: str, value: str, unsure: str | None
) -> None:
    found = caller(given, "CA1")
    assert (found.value, found.withheld, found.unsure) == (value, False, unsure)
    assert unsure_of(value) == unsure
    assert can_be_called(value) == (unsure is None)
    assert caller(given, "CA2") == found  # the same person


def test_two_that_have_one_extension_at_two_places_are_two_people() -> None:
    assert caller("sip:100@a.test", "1").value != caller("sip:100@b.test", "1").value
    assert caller("client:maya", "CA1").value == "client:maya"


@pytest.mark.parametrize(
    "value", ["2065550161", "02079460018", "sip:2065550161@pbx.example.com", "sip:maya.torres@x.y"]
)
def test_an_unsure_number_is_shown_by_its_end_only(value: str) -> None:
    shown = mask_phone(value)
    assert "•••" in shown
    assert value not in shown
    assert "withheld" not in shown


@pytest.mark.parametrize(
    "noise",
    ["WIRELESS CALLER", "Wireless  Caller", "UNKNOWN", "UNAVAILABLE", "SEATTLE WA", "SEATTLE , WA",
     "NEW YORK NY", "TORONTO ON", "12065550161", "206-555-0161", "V1123456789", "TOLL FREE CALL",
     "Unknown Name", "Scam Likely", "", "  ", "-", "A", "ANONYMOUS", "O"],
)  # fmt: skip
def test_noise_of_directories_is_no_name(noise: str) -> None:
    assert name_of(noise) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [("TORRES  MAYA", "TORRES MAYA"), ("Or Ma", "Or Ma"), ("Łukasz Ørsted", "Łukasz Ørsted"),
     ("SEATTLE VET CLINIC", "SEATTLE VET CLINIC"), ("李雷", "李雷")],
)  # fmt: skip
def test_a_name_is_one(given: str, name: str) -> None:
    assert name_of(given) == name


@pytest.mark.parametrize(
    ("verstat", "word"),
    [("TN-Validation-Passed-A", "verified"), ("TN-Validation-Passed-A-Diverted", "verified"),
     ("TN-Validation-Passed-B", None), ("TN-Validation-Passed-C", None),
     ("TN-Validation-Failed", "failed"), ("TN-Validation-Failed-C", "failed"),
     ("No-TN-Validation", None), (None, None), ("something new", None)],
)  # fmt: skip
def test_what_the_signature_says_of_a_number(verstat: str | None, word: str | None) -> None:
    assert stir_of(verstat) == word


RLO, RLI, LRE, PDF = "\u202e", "\u2067", "\u202a", "\u202c"


@pytest.mark.parametrize(
    "text",
    [f"Maya {RLO}gpj.exe", f"{RLI}one {RLI}two", f"{PDI}{PDI}out", f"{LRE}{RLI}{PDF}x{PDI}y",
     f"{FSI}a{PDI} b {FSI}c{PDI}", f"{PDF}x", "\u200fname", f"{FSI}left open"],
)  # fmt: skip
def test_text_of_a_stranger_turns_only_itself(text: str) -> None:
    found = isolated(text)
    assert found[0] == FSI
    assert found[-1] == PDI
    depth, embedded = 0, 0
    for n, letter in enumerate(found):
        if letter in "\u2066\u2067\u2068":
            depth += 1
        elif letter == PDI:
            depth -= 1
        embedded += letter in "\u202a\u202b\u202d\u202e"
        embedded -= letter == PDF
        assert depth > 0 or n == len(found) - 1, "it came out"
    assert depth == 0
    assert isolated(found) == found


def test_closed_off_it_is_no_longer_than_its_column() -> None:
    found = isolated(RLO * 150 + "Maya" + RLI * 40, 200)
    assert found == "Maya"
    assert len(isolated(f"Maya {RLO}x", 200)) == 10


def test_other_text_stays_as_it_is() -> None:
    for text in ("", "Maya’s dog", "مايا", "a\u200db", "emoji 👩\u200d⚕️"):
        assert isolated(text) == text
        assert plain(text) == text

"""What is typed into the finder, as it is copied from cards, mails and links."""

from __future__ import annotations

import time

import pytest

from router.core.query import number_of, terms_of
from router.core.search_words import known


@pytest.mark.parametrize(
    "typed",
    ["INC-20404?", "INC-20404.", "[INC-20404]", "is it INC-20404?", "(inc 20404)!", "inc–20404:"],
)
def test_a_number_of_an_incident_with_a_mark_behind_it(typed: str) -> None:
    assert number_of(typed) == 20404


@pytest.mark.parametrize("typed", ["incident 20404 dogs", "zinc-20404", "Acme Inc 20404 Ltd"])
def test_other_words_are_no_number_of_an_incident(typed: str) -> None:
    assert number_of(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["206_555_0171", "tel:206-555-0171;phone-context=+1", "tel:+1-206-555-0171;ext=5;isub=1",
     "206 555 0171.", "sip:+12065550171@pbx.example;user=phone"],
)  # fmt: skip
def test_a_telephone_number_with_parameters_and_other_marks(typed: str) -> None:
    (term,) = terms_of(typed)
    assert term[0] in "12065550171"
    assert term[0].endswith("2065550171")


@pytest.mark.parametrize(
    "typed",
    ["mailto:rosa@host.example?subject=x", "rosa@host.example.", "<mailto:rosa@host.example>"],
)
def test_an_address_as_it_is_copied(typed: str) -> None:
    assert terms_of(typed) == [("rosa@host.example",)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("maya 206 555 0171", ["maya"]),
        ("Maya Torres (206) 555-0171", ["maya", "torres"]),
        ("206 555 0171 maya", ["maya"]),
        ("gum +1.206.555.0171 labrador", ["gum", "labrador"]),
        ("gum +1 206.555.0171 labrador", ["gum", "labrador"]),
        ("maya +1 (206) 555 0171, lost dog", ["maya", "lost", "dog"]),
        ("maya 1 206 555 0171 ext 5 dog", ["maya", "dog"]),
        ("maya 206 555 0171 2 dogs", ["maya", "2", "dogs"]),  # what follows is not of the number
        ("flat 12 206 555 0171", ["flat", "12"]),
        ("maya 555 0171", ["maya"]),
    ],
)
def test_a_number_in_groups_beside_words_is_one_term(typed: str, words: list[str]) -> None:
    terms = terms_of(typed)
    (number,) = [term for term in terms if term[0].endswith("5550171")]
    assert number[0] in "2065550171"
    assert [term for term in terms if term is not number] == [(word,) for word in words]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ann +46 455 512 34 56", "464555123456"),
        ("0046 455 512 3456 ann", "464555123456"),
        ("ann 044 20 7946 0018", "442079460018"),
    ],
)
def test_a_number_of_another_country_in_groups_beside_a_name(typed: str, number: str) -> None:
    terms = terms_of(typed)
    assert ("ann",) in terms
    assert [term[0] for term in terms if term != ("ann",)] == [number]


@pytest.mark.parametrize("typed", ["rex 12 11 2026", "flat 4 12 b", "3 dogs 2 cats", "unit 12 7"])
def test_other_numbers_in_a_row_stay_words(typed: str) -> None:
    assert terms_of(typed) == [(word,) for word in typed.split()]


def test_a_number_as_it_is_shown_stands_beside_a_name() -> None:
    assert terms_of("maya +1 206 ••• 0142")[1][0] == "1206•••0142"


def test_a_number_that_stands_in_a_title_is_found_as_it_was_typed() -> None:
    assert "206 555 0171" in terms_of("maya 206 555 0171")[1]


def test_a_long_row_of_digits_is_read_at_once() -> None:
    began = time.process_time()
    for odd in (
        "1 " * 5_000,
        "(+" + "1-" * 20_000 + "x",
        "206 555 01" * 2_000,
        "+1 x 1 # " * 2_000,
    ):
        terms_of(odd)
    assert time.process_time() - began < 1


def test_a_long_text_without_a_hyphen_is_taken_into_the_index_at_once() -> None:
    """As calls go through the same process: twenty thousand digits in a mail took seconds."""
    began = time.process_time()
    for odd in (
        "1" * 20_000,
        "12345 " * 3_000,
        "a" * 20_000,
        "o'b-" * 5_000,
        "(1" * 10_000,
        "1/ " * 6_000,
    ):
        known([], [odd])
    assert time.process_time() - began < 1
    assert known([], ["aunt o'brien-smith x"]).tokens == " aunt o brien smith x obriensmith "

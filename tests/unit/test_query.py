"""What is typed into the finder, as it is copied from cards, mails and links."""

from __future__ import annotations

import pytest

from router.core.query import number_of, terms_of


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

"""Card numbers are shown with their last four digits alone, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from router.core.cards import masked
from router.core.display import excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("my card is 4111 1111 1111 1111, exp 04/29", "my card is •••• •••• •••• 1111, exp 04/29"),
        ("4111111111111111", "••••••••••••1111"),
        ("5500-0000-0000-0004.", "••••-••••-••••-0004."),
        ("2223 0031 2200 3222", "•••• •••• •••• 3222"),
        ("amex 3782 822463 10005", "amex •••• •••••• •0005"),
        ("6011.1111.1111.1117", "••••.••••.••••.1117"),
        ("4111111111111111, 4012888888881881", "••••••••••••1111, ••••••••••••1881"),
    ],
)
def test_a_card_number_is_masked_and_the_text_keeps_its_length(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert len(shown) == len(text)
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # Luhn
        "call +12065550142 or 206 555 0143",
        "chip 985112345678903",  # of a dog: 15 digits, another scheme
        "chip 941000012345678",
        "booking 88-1920, 14:02:31",
        "41111111111111111111",  # too long
        "INC-20401 INC-20402 INC-20403",
        "+4111111111111111",  # a telephone number
    ],
)
def test_what_is_no_card_stays(text: str) -> None:
    assert masked(text) == text


def test_an_excerpt_shows_no_card_either_also_where_it_is_cut() -> None:
    assert excerpt("pay with 4111 1111 1111 1111 please", 20) == "pay with •••• ••••…"

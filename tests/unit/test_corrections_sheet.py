"""No cell of the exported corrections is a formula, whatever people wrote."""

from __future__ import annotations

import pytest

from holdfast.desk.corrections_sheet import MOST_LETTERS, cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1",
        "\n=1",
        "\t=1",
        "\tx",
        "\rx",
        "\u00a0=1",
        "\u3000@x",
        "＝1+1",
        "＋1",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "he isn't breathing", "1 + 1", "a=b", "¿=?", 7])
def test_other_words_stay_as_they_are(text: object) -> None:
    assert cell(text) == str(text)


def test_a_cell_is_no_longer_than_a_spreadsheet_takes() -> None:
    assert len(cell("=" + "x" * 1_000_000)) == MOST_LETTERS

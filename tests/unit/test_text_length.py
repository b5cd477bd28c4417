"""A text is counted in one way: at the centre, and in the page while it is typed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from router.core.text_length import BASIC, EXTENDED, MOST, units

STATIC = Path(__file__).parents[2] / "static"
ODD = ["", "a" * 1_601, "€" * 801, "{}" * 400, "’" + "a" * 1_599, "🆘" * 801, "ñ\r\n¿", "ç", "\f~"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 1_700, 1_700),
        ("€" * 850, 1_700),  # of the extension table: two each
        ("€" * 850 + "ł", 851),  # UCS-2: one each
        ("🆘" * 801, 1_602),
        ("\ud800", 1),  # half a pair
    ],
)
def test_units_are_those_of_the_alphabet_that_the_text_needs(text: str, count: int) -> None:
    assert units(text) == count


@pytest.mark.skipif(shutil.which("node") is None, reason="counts in the page need node")
def test_the_page_counts_as_the_centre_does() -> None:
    everything = [*ODD, *BASIC, *EXTENDED, *(chr(c) for c in range(0x20, 0x2200))]
    script = (
        f"import {{ MOST, segments }} from {json.dumps((STATIC / 'segments.js').as_uri())};"
        f"console.log(JSON.stringify([MOST, {json.dumps(everything)}.map(x => segments(x).units)]))"
    )
    run = ["node", "--input-type=module", "-e", script]
    answer = subprocess.run(run, capture_output=True, check=True, text=True)
    assert json.loads(answer.stdout) == [MOST, [units(text) for text in everything]]

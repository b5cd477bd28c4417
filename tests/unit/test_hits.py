"""Where the words of a query stand in a text, as it was written."""

from __future__ import annotations

import pytest

from router.core.hits import AROUND, marked, needles
from router.core.query import terms_of


def shown(text: str, query: str) -> str:
    """Marked parts in brackets."""
    parts = marked(text, needles(terms_of(query)))
    return "" if parts is None else "".join(f"[{part}]" if hit else part for part, hit in parts)


@pytest.mark.parametrize(
    ("text", "query", "wanted"),
    [
        ("The Dog is shy", "dog", "The [Dog] is shy"),
        ("Smørrebrød in Gdańsk", "gdansk smor", "[Smør]rebrød in [Gdańsk]"),
        ("Straße 5", "strasse", "[Straße] 5"),
        ("Cafe\u0301 Zoë", "café zoe", "[Cafe\u0301] [Zoë]"),
        ("a location for a cat", "cat", "a location for a [cat]"),
        ("call (206) 555-0188 now", "2065550188", "call ([206) 555-0188] now"),
        ("call 206 555 0188", "0188", "call 206 555 [0188]"),
        ("number 55501889", "0188", ""),
        ("lost\ndog, lost cat", '"lost dog"', "[lost dog], lost cat"),
        ("O’Brien’s <b>key</b>", "o'brien key", "[O’Brien]’s <b>[key]</b>"),
        ("\u202eevil\u202c dog", "dog", "evil [dog]"),
        ("lala lalala", "la lala", "[lala] [lala]la"),
        ("nothing", "dog", ""),
        ("", "dog", ""),
    ],
)
def test_the_words_of_a_query_are_marked_where_they_stand(
    text: str, query: str, wanted: str
) -> None:
    assert shown(text, query) == wanted


def test_of_a_long_text_the_words_around_the_first_hit_are_shown() -> None:
    text = "before " * 300 + "the ferret bit " + "after " * 300
    found = shown(text, "ferret")
    assert found.startswith("…before ")
    assert "the [ferret] bit after" in found
    assert found.endswith("…")
    assert len(found) <= AROUND + 4

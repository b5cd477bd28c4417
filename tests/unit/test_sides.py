"""Parties of one side never read another's words: whoever writes them down is asked first."""

from __future__ import annotations

import pytest

from router.core.sides import Other, apart, given_away

MAYA = Other(
    "Maya",
    ("She ate a whole pack of gum, xylitol, twenty minutes ago; shaking!", "ok"),
    ("+12065550142", "maya@example.org"),
)


@pytest.mark.parametrize(
    ("one", "role", "other", "role_of_other", "are"),
    [
        ("p1", "owner", "p1", "owner", False),
        ("p1", "owner", "p2", "owner’s family", False),
        ("p1", "owner", "p2", "sitter", True),
        ("p1", "vet", "p2", "owner", True),
        ("p1", "vet", "p2", "police", True),  # third parties stand alone
        ("p1", "caller", "p2", "caller", True),  # nobody has said who they are
        ("p1", None, "p1", "vet", False),
    ],
)
def test_who_stands_apart(
    one: str, role: str | None, other: str, role_of_other: str | None, are: bool
) -> None:
    assert apart(one, role, other, role_of_other) is are


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("How is Luna?", None),
        ("She ate gum.", None),  # words of one's own
        ("FYI: “she ate a whole pack of gum – xylitol – twenty min", "repeats Maya’s words"),
        ("Her owner is at (206) 555-0142.", "number or address"),
        ("ring 206.555.0142", "number or address"),
        ("ring 1-206-555-0142 now", "number or address"),
        ("ring 206-555-0142 9am", "number or address"),  # digits that follow hide nothing
        ("Case 2065550143", None),
        ("write to Maya@Example.org", "number or address"),
        ("Room 555", None),
    ],
)
def test_what_gives_somebody_away(text: str, found: str | None) -> None:
    told = given_away(text, [MAYA])
    assert (told is None) == (found is None)
    assert (found or "") in (told or "")


@pytest.mark.parametrize(
    "written", ["01 23 45 67 89", "0033 1 23 45 67 89", "+33 (0)1 23 45 67 89"]
)
def test_a_number_from_abroad_is_known_as_they_write_it_at_home(written: str) -> None:
    luc = Other("Luc", (), ("+33123456789",))
    assert given_away(f"He is at {written}.", [luc]) is not None
    assert given_away("Ticket 123456780", [luc]) is None

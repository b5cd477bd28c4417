"""Why an incident is closed, and what keeps it open."""

from __future__ import annotations

import pytest

from router.core.incident import BY_UPGRADE, REASONS, kept_open_by, reason_word

CALL, TEXT, AWAITED = ("voice", "active", None), ("sms", "queued", None), ("sms", "parked", "party")
DUE = ("voice", "scheduled", None)


@pytest.mark.parametrize(
    ("alive", "promised", "word"),
    [
        ([CALL], False, "A call with them is not over"),
        ([("voice", "wrapup", None)], False, "its wrap-up"),
        ([TEXT], False, "Answer it or close it"),
        ([("email", "active", None)], False, "Answer it or close it"),
        ([AWAITED], False, "wait for their answer"),
        ([TEXT, AWAITED, CALL], False, "A call with them is not over"),
        ([], True, "A call to them is promised"),
        ([DUE], False, "A call to them is promised"),
        ([CALL], True, "A call to them is promised"),
    ],
)
def test_it_says_what_keeps_an_incident_open_and_what_to_do(
    alive: list[tuple[str, str, str | None]], promised: bool, word: str
) -> None:
    why = kept_open_by(alive, promised=promised)
    assert why is not None
    assert word in why
    assert why.endswith("first.")


def test_nothing_keeps_an_incident_open_whose_contacts_are_over() -> None:
    assert kept_open_by([], promised=False) is None


def test_a_reason_has_a_word_and_fits_its_column() -> None:
    assert all(word and len(code) <= 16 for code, word in REASONS.items())
    assert BY_UPGRADE not in REASONS  # no person gives it
    assert reason_word(BY_UPGRADE) == "by upgrade"
    assert reason_word("of another version") == "of another version"

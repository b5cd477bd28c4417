"""Intake on a real index and both databases."""

from __future__ import annotations

import os

import pytest

from tests.intake.house import house
from tests.live.conftest import store_url, world
from tests.records.conftest import database, plans

__all__ = ["database", "house", "plans", "store_url", "world"]

LONG = os.environ.get("HOLDFAST_TEST_LONG") == "1"

ONE_DATABASE = {
    "test_asked_skills.py", "test_door_promises.py", "test_incident_ends.py", "test_intake.py",
    "test_lent_severity.py", "test_merged.py", "test_reception_closed.py",
    "test_reception_judged.py", "test_said_at_once.py", "test_second_opinion.py",
    "test_timeline.py",
}  # fmt: skip
"""On SQLite alone, but for `make test-long`: what they test has no SQL of its own, and each of its
statements is run on PostgreSQL by tests/records or by the other files here."""

ON_BOTH = {
    "test_a_message_whose_contact_ended_before_the_index_heard_of_it_reopens_it",
    "test_a_number_that_is_not_called_any_more_that_day_joins_no_incident_and_is_in_the_audit",
    "test_the_last_that_was_closed_reopens_and_a_duplicate_only_if_it_is_alone",
    "test_who_answered_meanwhile_owns_the_incident",
    "test_who_raises_or_keeps_it_never_lowers_its_incident",
    "test_who_says_what_is_so_already_corrects_nothing",
}
"""All the same: each runs a statement that no other test has on PostgreSQL."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if LONG or not _again(item)]


def _again(item: pytest.Item) -> bool:
    """The same code on the second database."""
    if item.path.name not in ONE_DATABASE or item.path.parent.name != "intake":
        return False
    assert isinstance(item, pytest.Function)
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return params.get("database") == "postgresql" and item.originalname not in ON_BOTH

"""Intake on a real index and both databases."""

from tests.intake.house import house
from tests.live.conftest import store_url, world
from tests.records.conftest import database, plans

__all__ = ["database", "house", "plans", "store_url", "world"]

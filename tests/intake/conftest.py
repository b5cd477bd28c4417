"""Intake on a real index and both databases."""

from tests.live.conftest import store_url, world
from tests.records.conftest import database, plans

__all__ = ["database", "plans", "store_url", "world"]

"""Intake on a real index and both databases."""

from tests.live.conftest import store_url, world
from tests.records.conftest import database

__all__ = ["database", "store_url", "world"]

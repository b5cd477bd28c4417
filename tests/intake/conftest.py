"""Intake on a real index and both databases."""

from tests.live.conftest import store_url, world
from tests.records.conftest import database, postgres_url

__all__ = ["database", "postgres_url", "store_url", "world"]

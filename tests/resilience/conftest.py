"""A store of its own for what flushes and breaks it."""

from tests.live.conftest import store_url

__all__ = ["store_url"]

"""A store of its own for what flushes and breaks it."""

from tests.live.conftest import store_url
from tests.resilience.promises import house

__all__ = ["house", "store_url"]

"""The application's one wall clock. The router's decisions use the index's clock instead."""

from __future__ import annotations

import time


def now_ms() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000

"""Time in the outside world. The sandbox is a process of its own, and this is its edge."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import format_datetime


def now() -> datetime:
    """UTC."""
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)


def rfc2822(moment: datetime) -> str:
    """The vendor's form of dates: Tue, 31 Aug 2010 20:36:28 +0000."""
    return format_datetime(moment)


def monotonic_ms() -> float:
    """For durations; the same clock in every process of this machine."""
    return time.monotonic_ns() / 1e6


async def until(deadline: float) -> None:
    """Sleep to an absolute moment of the loop's clock, so that one late tick does not delay the
    next."""
    delay = deadline - asyncio.get_running_loop().time()
    await asyncio.sleep(max(0.0, delay))

"""What an account may do: a full one has no limits, a small one has those of a trial.

Sources: twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account (verified numbers, a
notice before each call), twilio.com/docs/api/errors/10004 (calls at once), 21219 and 21608
(unverified), 20429 (requests); calls beyond the start rate wait in a queue.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

NOTICE = "You have a trial account"


@dataclass(frozen=True, slots=True)
class Account:
    """kind: as REST gives it. None: no limit."""

    kind: str
    calls_per_second: float = 0.0
    calls_at_once: int | None = None
    requests_per_second: int | None = None
    verified_only: bool = False
    words: str = ""


ACCOUNTS = {
    "full": Account("Full"),
    "small": Account(
        "Trial",
        calls_per_second=1.0,
        calls_at_once=5,
        requests_per_second=10,
        verified_only=True,
        words="a small account: 5 calls at once, one outgoing call a second, 10 requests a second,"
        " verified numbers only, a notice before each call",
    ),
}


@dataclass(slots=True)
class Requests:
    """Counts requests that change something, second by second."""

    limit: int | None
    _moments: deque[float] = field(default_factory=deque)

    def retry_after_s(self, now_s: float) -> int | None:
        """None: go on; otherwise try again in this many seconds."""
        if self.limit is None:
            return None
        while self._moments and now_s - self._moments[0] >= 1.0:
            self._moments.popleft()
        if len(self._moments) >= self.limit:
            return max(1, math.ceil(1.0 - (now_s - self._moments[0])))
        self._moments.append(now_s)
        return None

"""What may go wrong with a request to the carrier, in our own words.

CarrierError
├── NothingDone           certain: the carrier did not act; repeating is safe
│   ├── CarrierRefused           the carrier said no (code and message)
│   │   ├── Unauthorised  wrong credentials
│   │   ├── NotFound      no such thing, or not yet
│   │   ├── NotInProgress the call is over, or still ringing
│   │   ├── OptedOut      the person answered STOP
│   │   ├── BadNumber     the number cannot be reached; repeating will not help
│   │   └── AccountFault  the account may not: the same for every number until it is mended
│   ├── Busy              too many requests: repeat later
│   └── Unreachable       no connection could be made
└── Unknown               it may or may not have acted: look it up before repeating
"""

from __future__ import annotations

import random
from collections.abc import Callable


class CarrierError(Exception):
    """Any failed request to the carrier."""


class NothingDone(CarrierError):
    """The carrier certainly did not act on the request."""


class CarrierRefused(NothingDone):
    """The carrier refused: `code` is its error code (0 if it gave none), `status` is HTTP's."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Unauthorised(CarrierRefused):
    """The credentials are wrong, or do not reach this resource."""


class NotFound(CarrierRefused):
    """404 / 20404. Right after a webhook this may only mean that REST lags behind."""


class NotInProgress(CarrierRefused):
    """21220: the call has ended, or REST still sees it ringing. Ask `call()` which."""


class OptedOut(CarrierRefused):
    """21610: the person has opted out. Never retry, never change the sender."""


class BadNumber(CarrierRefused):
    """The number cannot be reached by this account at all."""


class AccountFault(CarrierRefused):
    """The account, or our own number, may not do this: somebody has to fix it there."""


class Busy(NothingDone):
    """429 / 20429: repeat after a pause; `retry_after_s` is what the carrier asked for, if it did.

    Source: twilio.com/docs/usage/rest-api-best-practices (exponential backoff with jitter).
    """

    BASE_MS, LONGEST_MS = 500, 60_000

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

    def pause_ms(self, tries: int, draw: Callable[[], float] = random.random) -> int:
        """The pause after `tries` failed tries (from 1): never shorter than was asked for, and
        spread, so that not everybody who was refused comes again at once. `draw`: 0 to 1."""
        grown = min(self.LONGEST_MS, self.BASE_MS << min(max(tries, 1) - 1, 10))
        asked = min(self.LONGEST_MS, (self.retry_after_s or 0) * 1000)
        return round(max(asked * (1 + draw() / 2), grown * (0.5 + draw())))


class Unreachable(NothingDone):
    """The connection was never made."""


class Unknown(CarrierError):
    """Timed out, broke off, or a 5xx: the outcome is unknown. Look it up; never repeat blindly."""

"""Random draws that can be addressed: each is a function of (seed, run, what, index).

So two rules, or two staffings, meet the same people: one contact's patience does not depend on how
many draws were made before it (common random numbers). A distribution is one string:

    "3s"   "never"   "uniform 180s 240s"   "exponential 240s"
    "lognormal mean 240s cv 1"   "lognormal median 3s p95 7s"
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist

from router.core.durations import duration_ms

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


def uniform(seed: int, run: int, what: str, index: int) -> float:
    """A number in (0, 1), always the same for the same four arguments."""
    digest = blake2b(f"{seed}.{run}.{what}.{index}".encode(), digest_size=8).digest()
    return ((int.from_bytes(digest) >> 11) + 0.5) / (1 << 53)


@dataclass(frozen=True, slots=True)
class Dist:
    """A distribution of durations; `at(u)` is its quantile in ms, infinite for "never"."""

    text: str
    mean_ms: float
    at: Callable[[float], float]


def _constant(text: str, value: float) -> Dist:
    return Dist(text, value, lambda _: value)


def _lognormal(text: str, mu: float, sigma: float) -> Dist:
    return Dist(
        text,
        math.exp(mu + sigma * sigma / 2),
        lambda u: math.exp(mu + sigma * _NORMAL.inv_cdf(u)),
    )


def parse(text: str) -> Dist:
    """Reads a distribution.

    Raises:
        ValueError: the message lists the known forms.
    """
    match text.split():
        case ["never"]:
            return _constant(text, math.inf)
        case [value]:
            return _constant(text, duration_ms(value))
        case ["uniform", low, high] if duration_ms(low) <= duration_ms(high):
            a, b = duration_ms(low), duration_ms(high)
            return Dist(text, (a + b) / 2, lambda u: a + (b - a) * u)
        case ["exponential", value]:
            mean = duration_ms(value)
            return Dist(text, mean, lambda u: -mean * math.log1p(-u))
        case ["lognormal", "mean", value, "cv", spread] if _positive(spread):
            mean, cv = duration_ms(value), float(spread)
            if mean > 0:
                sigma = math.sqrt(math.log1p(cv * cv))
                return _lognormal(text, math.log(mean) - sigma * sigma / 2, sigma)
        case ["lognormal", "median", value, "p95", high]:
            median, p95 = duration_ms(value), duration_ms(high)
            if 0 < median < p95:
                return _lognormal(text, math.log(median), math.log(p95 / median) / _Z95)
        case _:
            pass
    raise ValueError(
        f"{text!r} is not a distribution such as '3s', 'never', 'uniform 180s 240s', "
        "'exponential 240s', 'lognormal mean 240s cv 1' or 'lognormal median 3s p95 7s'"
    )


def _positive(text: str) -> bool:
    try:
        return 0 < float(text) < 100
    except ValueError:
        return False

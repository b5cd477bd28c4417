"""How long something took, many times over, for the benches."""

from __future__ import annotations

from collections.abc import Sequence


def spread(ms: Sequence[float]) -> dict[str, float]:
    """How many, and p50, p95, p99 and the longest, of milliseconds; of none: zeros."""
    found = sorted(ms) or [0.0]

    def at(share: float) -> float:
        return round(found[min(len(found) - 1, int(share * len(found)))], 2)

    return {
        "n": len(ms),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
    }

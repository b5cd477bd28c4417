"""Random merges, moves, splits, joins and their undoing: is all as it was? As JSON.

    python -m tests.bench_merges [--acts N] [--seed N]

Every reference is asked for after each act; at the end all that stands is undone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.kit.filings import drive

ACTS = 1_000


async def merges(acts: int = ACTS, seed: int = 1) -> dict[str, Any]:
    """What `make bench-incidents` shows of them."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = await drive(Path(folder), seed, acts, many=40)
    took = time.perf_counter() - began
    return {"what": f"{acts} random acts on 40 incidents, then all undone", **found,
            "took_s": round(took, 1)}  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--acts", type=int, default=ACTS)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    print(json.dumps({"merges": asyncio.run(merges(given.acts, given.seed))}, indent=1))


if __name__ == "__main__":
    main()

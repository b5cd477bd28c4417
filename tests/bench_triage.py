"""The figures of triage, as JSON: python -m tests.bench_triage"""

from __future__ import annotations

import json
import platform
import random
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from router.core.typed import read
from router.triage import shipped
from router.triage.book import BookLine, read_book
from router.triage.distortions import HANDS
from router.triage.figures import by, calibration, figures, share
from router.triage.reading import Reader

UNSEEN = Path(__file__).parent / "triage" / "unseen"


def distorted(reader: Reader, found: Sequence[BookLine]) -> dict[str, Any]:
    """Of S1 lines that are found, how many still are when typed otherwise, by habit."""
    kept = dict[str, Any]()
    total = 0
    for name, hand in HANDS.items():
        rng = random.Random(name)
        hits = sum(reader.read(hand(line.text, rng)).severity == 1 for line in found)
        total += hits
        kept[name] = share(hits, len(found))["percent"]
    return {"all": share(total, len(found) * len(HANDS)), "by_habit": kept}


def after_everyday(reader: Reader, lines: Sequence[BookLine]) -> dict[str, Any]:
    """An emergency after two everyday sentences; three everyday sentences by themselves."""
    rng = random.Random(1)
    calm = [line.text for line in lines if line.severity == 4 and len(line.text) < 160]
    worst = [line.text for line in lines if line.severity == 1]
    hits = sum(
        reader.read(f"{'. '.join(rng.sample(calm, 2))}. {text}").severity == 1 for text in worst
    )
    false = sum(reader.read(". ".join(rng.sample(calm, 3))).severity == 1 for _ in range(600))
    return {"found": share(hits, len(worst)), "three_everyday_called_S1": share(false, 600)}


def speed(reader: Reader, lines: Sequence[BookLine]) -> dict[str, Any]:
    """CPU time in ms: messages of 320 characters, the first 500 of the process and later ones."""
    rng = random.Random(2)
    took = list[float]()
    for _ in range(1500):
        text = " ".join(line.text for line in rng.sample(list(lines), 6))[:320]
        began = time.process_time()
        reader.read(text)
        took.append(1000 * (time.process_time() - began))
    at = lambda some, part: round(sorted(some)[int(part * len(some))], 2)  # noqa: E731
    began = time.process_time()
    reader.read(" ".join(line.text for line in lines)[:100_000])
    return {
        "first_500": {"p50": at(took[:500], 0.5), "p99": at(took[:500], 0.99)},
        "later": {"p50": at(took[500:], 0.5), "p99": at(took[500:], 0.99)},
        "100000_characters": round(1000 * (time.process_time() - began), 1),
    }


def main() -> None:
    lines = read_book(UNSEEN.glob("*.tsv"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader = shipped.reader()
    quick = speed(reader, lines)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    readings = [reader.read(line.text) for line in lines]
    chances = [reader.chance(read(line.text)) for line in lines]
    told = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "unseen": {"lines": len(lines), "all": figures(lines, readings),
                   **{what: by(lines, readings, what) for what in ("language", "trade", "writer")}},
        "distorted": distorted(reader, [
            line for line, found in zip(lines, readings, strict=True)
            if line.severity == found.severity == 1
        ]),
        "after_two_everyday_sentences": after_everyday(reader, lines),
        "calibration": calibration(lines, chances),
        "cpu_ms": quick, "memory_mb": round(memory, 1),
    }  # fmt: skip
    print(json.dumps(told, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

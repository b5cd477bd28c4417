"""Corrections as a spreadsheet reads them: people's words stay text."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from router.core.text import clean

COLUMNS = ("when (UTC)", "was", "is", "kind", "by", "channel", "incident", "id", "words")
MOST_LETTERS = 32_000
"""Of a cell: a spreadsheet takes 32,767."""
FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for a formula at the beginning of a cell, wide ones too."""


def sheet(rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV, a row for each correction."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            _utc(row["at"]), f"S{row['was']}", f"S{row['is']}", row["kind"], row["by"],
            row["channel"], row["incident_no"], row["id"], row["text"],
        )  # fmt: skip
        writer.writerow([cell(one) for one in cells])
    return out.getvalue()


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def cell(value: object) -> str:
    """Its text, with an apostrophe before it if it would be a formula."""
    text = clean(str(value), MOST_LETTERS)
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    if begins.startswith(FORMULA) or text.startswith(("\t", "\r")):
        return f"'{text}"[:MOST_LETTERS]
    return text

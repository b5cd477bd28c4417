"""Which weights are in use, since when, made of what, and whether that is all still there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from holdfast.host.data_folder import no_record
from router.records import corrections
from router.records.database import Database, RecordUnavailable
from router.triage.learned import InUse

MEND = "Make them again: holdfast triage learn --take"
GONE = "{} of the corrections they were made of are gone from the record."


async def gone_of(url: str, in_use: InUse) -> list[str] | None:
    """Ids of corrections that the weights in use were made of and the record has no more; None: the
    record does not answer."""
    made_of = in_use.learned.made.corrections if in_use.learned else []
    if not made_of:
        return []
    if no_record(url):
        return None
    database = None
    try:
        database = Database(url)
        async with database.read() as connection:
            there = {one.id for one in await corrections.listed(connection, 0)}
    except (RecordUnavailable, ImportError):
        return None
    finally:
        if database is not None:
            await database.close()
    return [id_ for id_ in made_of if id_ not in there]


def state(in_use: InUse, gone: list[str] | None) -> dict[str, Any]:
    """Which weights are in use, for programs."""
    found: dict[str, Any] = {"weights": in_use.file or "shipped", "fault": in_use.fault}
    if in_use.learned is not None:
        found |= msgspec.to_builtins(in_use.learned.made) | {"gone": gone}
    return found


def counted(number: int) -> str:
    """For people."""
    return f"{number} correction{'' if number == 1 else 's'}"


def in_use_words(in_use: InUse) -> str:
    """For people."""
    if in_use.learned is None:
        return "the shipped weights"
    made = in_use.learned.made
    since = datetime.fromtimestamp(made.at / 1000, UTC)
    left_out = f", without {', '.join(made.without)}" if made.without else ""
    return (
        f"learned from {counted(len(made.corrections))}{left_out},"
        f" since {since:%Y-%m-%d %H:%M} UTC, taken by {made.by}"
    )

"""The weights by which texts and mails are read."""

from __future__ import annotations

from pathlib import Path

from holdfast.doctor.outcome import Finding, ok, unknown, warn
from holdfast.lab.learned_state import GONE, MEND, gone_of
from router.triage.learned import weights_in_use


async def weights(url: str, data_dir: Path, *, asked: bool) -> list[Finding]:
    """Learned ones can be used, and all of their corrections are still in the record.

    asked: the configuration has texts read by weights at all.
    """
    if not asked:
        return []
    check = "triage"
    in_use = weights_in_use(data_dir)
    if in_use.fault:
        return [warn(check, f"{in_use.fault} The shipped weights are in use.", MEND)]
    if in_use.learned is None:
        return [ok(check, "the shipped weights are in use")]
    gone = await gone_of(url, in_use)
    count = len(in_use.learned.made.corrections)
    if gone is None:
        return [unknown(check, "the record does not say whether the corrections are still there")]
    if gone:
        return [warn(check, f"learned weights are in use; {GONE.format(len(gone))}", MEND)]
    return [ok(check, f"weights learned from {count} corrections are in use")]

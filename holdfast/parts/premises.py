"""Where a centre is: the few settings needed by parts that also run in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Premises:
    """Of one process."""

    public_url: str
    data_dir: Path
    key: bytes = field(repr=False)
    """Secret of this centre."""
    fallback_url: str | None = None
    """A static document on another host, for calls that we cannot answer."""
    spool_reserve: int = 0
    """Bytes of the disk that are kept free for the spool."""

"""Where a centre is: the few settings that parts need which run in virtual time as well."""

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

"""Ids: random for things we begin, derived for things that the outside world repeats."""

from __future__ import annotations

import hashlib
import uuid


def new_id(prefix: str) -> str:
    """'i' -> 'i5f0c…' (21 characters)."""
    return prefix + uuid.uuid4().hex[:20]


def derived_id(prefix: str, *parts: str) -> str:
    """The same parts give the same id: a webhook that comes five times names one contact."""
    return prefix + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]

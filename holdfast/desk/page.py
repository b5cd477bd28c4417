"""One connected page: what it shows, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import msgspec

from holdfast.desk.listing import Listing
from holdfast.desk.page_kinds import PageKind
from holdfast.http.access import Permission, allowed
from router.records.accounts import Account

OUTBOX = 500
"""Messages a slow page may be behind; then it gets one fresh snapshot instead of all of them."""

_encode = msgspec.json.Encoder().encode


class Page:
    """One connected page. `seq` counts its snapshot and events without gaps."""

    def __init__(self, account: Account, kind: PageKind, conn: str, host: str = "") -> None:
        """`host`: at which address of ours it is open."""
        self.account = account
        self.kind = kind
        self.conn = conn
        self.host = host
        self.seq = 0
        self.incident: str | None = None
        self.merged: frozenset[str] = frozenset()
        """What was merged into it, as it was sent last: what changes in these changes it."""
        self.listed: Listing | None = None
        """Its list of what is theirs, until it is told that the list changed."""
        self.outbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.shown: set[str] = set()
        self.stale = False
        self.closed = False
        self.answered_at = 0.0
        self.ears = False
        """Somebody hears a call by this board."""

    @property
    def helps_of(self) -> str | None:
        """Whose requests for help it gets; None: everybody's."""
        return None if allowed(self.account.role, Permission.CALL_LISTEN) else self.account.id

    def shows(self, incident: dict[str, Any]) -> None:
        """It has this document. One that was merged is shown as the one that stays."""
        self.incident = incident["id"]
        self.merged = frozenset(
            one["id"] for one in incident.get("linked", ()) if one["filing"] is not None
        )

    def looks_at(self, incidents: Collection[str]) -> bool:
        return self.incident in incidents or not self.merged.isdisjoint(incidents)

    def send(self, message: dict[str, Any]) -> None:
        if self.closed:
            return
        if self.outbox.qsize() >= OUTBOX:
            self.stale = True
            return
        self.outbox.put_nowait(_encode(message))

    def close(self) -> None:
        """Ends its connection behind what was sent before; nothing follows."""
        self.closed = True
        self.outbox.put_nowait(None)

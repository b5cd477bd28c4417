"""A line of the timeline, and what every kind of line may ask about its incident."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from router.records.contact_words import Words

Line = dict[str, Any]
"""An entry of `Incident.timeline` (docs/desk-protocol.md)."""


@dataclass(frozen=True, slots=True)
class Around:
    """An incident as it was read once, for all of its lines."""

    id: str
    names: Mapping[str, str]
    """Of accounts, by id."""
    words: Words
    parties: Sequence[dict[str, Any]]
    contacts: Sequence[Any]
    """Rows, in order of arrival."""
    history: Sequence[Any]
    """What changed the incident itself, oldest first."""
    filings: Sequence[Any]
    """What was put elsewhere, or came from there; oldest first."""

    def person(self, party: str | None) -> dict[str, Any] | None:
        return next((one for one in self.parties if one["id"] == party), None)

    def contact(self, contact: str | None) -> Any | None:
        return next((row for row in self.contacts if row.id == contact), None)

    @property
    def calls(self) -> list[Any]:
        return [row for row in self.contacts if row.channel == "voice"]


Source = Callable[[AsyncConnection, Around], Awaitable[list[Line]]]
"""All lines of one kind, in any order."""


def line(line_id: str, at: int, kind: str, **fields: Any) -> Line:
    """One line with what is not said of it as None. `kind`: call, message, note or event."""
    empty = dict.fromkeys(
        ("channel", "direction", "who", "text", "html", "subject", "status", "contact")
    )
    return {
        "id": line_id,
        "at": at,
        "kind": kind,
        **empty,
        "offset_ms": None,
        "notice": None,
        "fault": None,
        "decided": None,
        "routing": None,
        "sound": None,
        "to": None,
        **fields,
    }

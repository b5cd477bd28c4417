"""Two who have one incident open: each reads that the other writes there."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.desk.hub import Page, notice

TYPING = "incident.typing"
"""Code of a notice: words for the page of an incident, true for a few seconds."""


def tell(pages: Iterable[Page], writer: Page, incident: str, what: str) -> None:
    """Whoever has this incident open at a desk, too, reads that somebody writes `what` there."""
    text = f"{writer.account.name} is writing {what} here."
    for page in pages:
        here = page.incident == incident and not page.kind.steers
        if here and page.account.id != writer.account.id:
            page.send(notice("info", TYPING, text))

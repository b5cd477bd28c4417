"""Whoever has to do with a hand-off asks again for what is handed off."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from holdfast.desk.hub import Page, notice

CHANGED = "hand_offs_changed"
"""Code of a notice without words."""


def tell(pages: Iterable[Page], agents: Collection[str] | None) -> None:
    """Pages of these ask; None: everybody's."""
    for page in pages:
        if agents is None or page.account.id in agents:
            page.send(notice("info", CHANGED, ""))

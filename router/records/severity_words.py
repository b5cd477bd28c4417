"""How severe a contact was judged to be, and why, in words for the timeline."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.model import Happening
from router.records import schema

QUEUED, SEVERITY = "contact.queued", "contact.severity_changed"

HOW = {
    "never": "never an emergency",
    "over": "over now",
    "glance": "at a glance",
    "undone": "undone",
}
"""How a person came to say how severe it is. The timeline shows a reason that begins like this; the
index writes the last one itself (steps/severities.lua)."""


def changed(happening: Happening, names: Mapping[str, str]) -> str:
    """A change of the severity: from what to what, by whom, why."""
    if happening.before is None or happening.after is None:
        return "severity changed"  # recorded before this was kept
    if happening.before == happening.after:
        by = names.get(happening.by or "")
        return f"S{happening.after}, said {by}" if by else _because(happening, happening.after)
    way = "raised" if happening.after < happening.before else "lowered"
    by = names.get(happening.by or "")
    why = _because(happening, happening.after) if happening.grounds else happening.reason
    if not by:
        reason = f": {why}" if why else ""
    else:
        said = (how for how in HOW.values() if (happening.reason or "").startswith(how))
        reason = " ".join([f" by {by}:", *said]).removesuffix(":")
    return f"severity {way} S{happening.before} → S{happening.after}{reason}"


def on_arrival(happening: Happening) -> str | None:
    """The reason for its severity on arrival, if their words decided it."""
    if happening.grounds is None or happening.severity is None:
        return None
    return _because(happening, happening.severity)


def _because(happening: Happening, severity: int) -> str:
    """S1 because “gums” “blue” · 97 % sure."""
    grounds = happening.grounds
    if grounds is None:
        return f"S{severity}"
    words = f"S{severity}"
    if grounds.why:
        words += " because " + " ".join(f"“{word}”" for word in grounds.why)
    if grounds.unsure:
        return f"{words} · unsure: check"
    return words if grounds.sure is None else f"{words} · {grounds.sure} % sure"


async def deciding_words(
    connection: AsyncConnection, contact_ids: list[str]
) -> dict[str, list[str]]:
    """For each contact, the party's words that ever decided its severity."""
    if not contact_ids:
        return {}
    found: dict[str, dict[str, None]] = {}
    for row in await connection.execute(_DECIDING, {"ids": contact_ids}):
        grounds = msgspec.json.decode(row.data, type=Happening).grounds
        if grounds is not None:
            found.setdefault(row.contact, {}).update(dict.fromkeys(grounds.why))
    return {contact: list(words) for contact, words in found.items()}


_event = schema.event
_DECIDING = (
    select(_event.c.contact, _event.c.data)
    .where(
        and_(
            _event.c.contact.in_(bindparam("ids", expanding=True)),
            _event.c.name.in_((QUEUED, SEVERITY)),
        )
    )
    .order_by(_event.c.contact, _event.c.step, _event.c.part)
)

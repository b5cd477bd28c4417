"""Texts, mails and messages on the voicemail, theirs and ours; and notes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from router.core.bidi import isolated
from router.core.display import excerpt, in_words, mask
from router.records import messages
from router.records.lines.line import Around, Line, line
from router.records.severity_words import deciding_words


async def lines(connection: AsyncConnection, around: Around) -> list[Line]:
    """Messages; those of a decided severity with the words that decided."""
    said = await messages.by_incident(connection, around.id)
    ours = {row.id: row for row in said if row.direction == "out"}
    texts = sorted(row.id for row in around.contacts if row.channel != "voice")
    decided = await deciding_words(connection, texts)
    found = []
    for row in said:
        if row.key.startswith(messages.RETURNED):
            sent = ours.get(row.key.removeprefix(messages.RETURNED))
            found.append(_returned(row, sent, around.names))
            continue
        told = _message(row, around)
        if row.direction == "in" and row.contact in decided:
            told["decided"] = decided[row.contact]
        found.append(told)
    return found


async def notes(connection: AsyncConnection, around: Around) -> list[Line]:
    return [
        line(
            row.id,
            row.at,
            "note",
            who=around.names.get(row.author, "somebody") if row.author else "Holdfast",
            text=row.text,
            contact=row.contact,
            offset_ms=row.offset_ms,
            author=row.author,
        )
        for row in await messages.notes_of(connection, around.id)
    ]


def _message(row: Any, around: Around) -> Line:
    contact = around.contact(row.contact)
    party = around.person(contact.party) if contact else None
    person = (party and party["name"]) or "Customer"
    if row.notice in messages.REPORTS:
        person = "Mail system"
    outgoing = row.direction == "out"
    return line(
        row.id,
        row.at,
        "message",
        channel=row.channel,
        direction=row.direction,
        who=around.names.get(row.author, "us") if outgoing else person,
        to=person if outgoing else None,
        text=in_words(row.text) if row.channel == "sms" else row.text,
        html=row.html,
        folds=row.folds,
        written_by=mask("email", row.written_by) if row.written_by else None,
        answer_to=mask("email", row.answer_to) if row.answer_to else None,
        subject=isolated(row.subject) if row.subject else row.subject,
        status=row.status if outgoing else None,
        contact=row.contact,
        notice=row.error if row.error else row.notice,
        recording=row.carrier_id if row.channel == "voice" else None,
    )


def _returned(row: Any, sent: Any | None, names: Mapping[str, str]) -> Line:
    """A message of ours that did not arrive, shown where it bounced: as ours, with its fault. The
    mail system's report is folded."""
    fault, _, rest = row.text.partition("\n\n")
    folds = row.folds
    if row.channel == "email":
        own = excerpt(sent.text, 200) if sent else ""
        head = f"{own}\n" if own and rest else own
        folds = json.dumps([len(head), len(rest)]) if rest else None
        rest = head + rest
    return line(
        row.id,
        row.at,
        "message",
        channel=row.channel,
        direction="out",
        who=names.get(sent.author, "us") if sent else "us",
        text=rest,
        folds=folds,
        written_by=None,
        answer_to=None,
        subject=isolated(row.subject) if row.subject else row.subject,
        contact=row.contact,
        recording=None,
        fault=fault,
    )

"""The bytes of mails as they came, kept before anything reads them.

In parts: a driver copies a parameter on the event loop before it sends it, and 24 MB in one piece
stood in the way of sound for 50-90 ms. The first part stands in the mail's own row; most mails
have no other.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema
from router.records.ids import derived_id
from router.records.sql import insert_new
from router.records.sqlite import BIG

PART_BYTES = 512 * 1024

mail, part = schema.raw_mail, schema.raw_mail_part


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as it came, with its SMTP envelope; state: stored, then the outcome."""

    id: str
    envelope_to: str
    envelope_from: str
    state: str
    bytes: bytes


def raw_id_of(sha256: str) -> str:
    """The id of a kept mail: equal bytes are the same mail."""
    return derived_id("r", sha256)


async def store(
    connection: AsyncConnection,
    sha256: str,
    envelope_to: str,
    envelope_from: str,
    raw: bytes,
    now: int,
) -> tuple[str, bool]:
    """Keeps the bytes. (id, new?)"""
    raw_id = raw_id_of(sha256)
    new = await insert_new(
        connection,
        mail,
        {
            "id": raw_id,
            "sha256": sha256,
            "envelope_to": envelope_to,
            "envelope_from": envelope_from,
            "bytes": raw[:PART_BYTES],
            "state": "stored",
            "received_at": now,
        },
        unique=["sha256"],
    )
    if new:
        for number, start in enumerate(range(PART_BYTES, len(raw), PART_BYTES), 1):
            values = {"mail": raw_id, "part": number, "bytes": raw[start : start + PART_BYTES]}
            await connection.execute(insert(part).values(**values))
    return raw_id, new


async def unread(connection: AsyncConnection) -> list[str]:
    """Ids of mails whose bytes are kept but which no contact shows yet, oldest first."""
    rows = await connection.execute(
        select(mail.c.id).where(mail.c.state == "stored").order_by(mail.c.received_at).limit(500)
    )
    return list(rows.scalars())


async def get(connection: AsyncConnection, raw_id: str) -> RawMail | None:
    """A mail with all its bytes."""
    found = (
        await connection.execute(select(mail).where(mail.c.id == raw_id).prefix_with(BIG))
    ).first()
    if found is None:
        return None
    parts = [found.bytes]
    while len(parts[-1]) == PART_BYTES:  # a full one may have a next
        more = (
            await connection.execute(
                select(part.c.bytes)
                .where(and_(part.c.mail == raw_id, part.c.part == len(parts)))
                .prefix_with(BIG)
            )
        ).first()
        if more is None:
            break
        parts.append(more.bytes)
    whole = await asyncio.to_thread(b"".join, parts) if len(parts) > 1 else parts[0]
    return RawMail(found.id, found.envelope_to, found.envelope_from, found.state, whole)


async def set_state(connection: AsyncConnection, raw_id: str, state: str) -> None:
    await connection.execute(update(mail).where(mail.c.id == raw_id).values(state=state))

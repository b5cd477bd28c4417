"""Texts and mails, in and out; notes and drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, case, desc, func, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from router.records import schema, stays
from router.records.ids import derived_id
from router.records.sql import get_meta, insert_new, put, put_meta
from router.records.sqlite import BIG

message = schema.message

Message = Row[Any]
"""A row of the message table."""

STATUS_RANK = {
    "received": 0,
    "queued": 1,
    "sending": 2,
    "accepted": 3,
    "sent": 4,
    "delivered": 9,
    "undelivered": 9,
    "canceled": 9,
    "failed": 9,
    "unknown": 9,
    "read": 10,
}
"""Callbacks come in any order: a status never moves to a lower rank, nor away from a final one."""

FINAL_RANK = 9
LOST = frozenset({"failed", "undelivered", "canceled"})
"""It reached nobody."""

RETURNED = "failed:"
"""Prefix of the key of a message of ours that comes back to a person because it did not arrive."""

REPORTS = frozenset({"mail delayed", "mail delivered"})
"""What a mail system, not the person, reports about a mail of ours."""


async def add(connection: AsyncConnection, **values: Any) -> bool:
    """Writes a message. False: one with this key was written before."""
    values.setdefault("id", derived_id("m", values["key"]))
    return await insert_new(connection, message, values, unique=["key"])


async def unannounced(connection: AsyncConnection, before: int) -> Sequence[Message]:
    """Messages of the party that the live index has not heard of, oldest first."""
    return (
        await connection.execute(
            select(message)
            .where(
                and_(
                    schema.IS_UNDERWAY,
                    message.c.direction == "in",
                    message.c.status == "arriving",
                    message.c.at < before,
                )
            )
            .order_by(message.c.at)
            .limit(50)
        )
    ).all()


async def announced(connection: AsyncConnection, key: str, *, contact: str | None = None) -> None:
    """Marks that the index knows of it; `contact`: if it went to a contact other than the one
    written."""
    values = {"status": "received"} | ({"contact": contact} if contact else {})
    await connection.execute(update(message).where(message.c.key == key).values(**values))


async def find_key(connection: AsyncConnection, key: str) -> Row[Any] | None:
    return (await connection.execute(select(message).where(message.c.key == key))).first()


async def outbox(connection: AsyncConnection, now: int, channel: str) -> Sequence[Row[Any]]:
    """Messages that wait to be sent, oldest first."""
    return (
        await connection.execute(
            select(message)
            .where(
                and_(
                    schema.IS_UNDERWAY,
                    message.c.direction == "out",
                    message.c.channel == channel,
                    or_(message.c.due_at.is_(None), message.c.due_at <= now),
                )
            )
            .order_by(message.c.at)
            .limit(20)
        )
    ).all()


async def next_due(connection: AsyncConnection, channel: str) -> int | None:
    """When the next unsent message is to be tried."""
    due = func.coalesce(message.c.due_at, message.c.at)
    first = await connection.execute(
        select(func.min(due)).where(
            and_(
                schema.IS_UNDERWAY,
                message.c.direction == "out",
                message.c.channel == channel,
            )
        )
    )
    found = first.scalar_one_or_none()
    return None if found is None else int(found)


async def begin_sending(connection: AsyncConnection, message_id: str, until: int, now: int) -> bool:
    """Takes a queued message under a lease; `status_at` is when this attempt began.

    False: somebody else did, or it is under way."""
    result = await connection.execute(
        update(message)
        .where(and_(message.c.id == message_id, message.c.status == "queued"))
        .values(status="sending", status_at=now, due_at=until, tries=message.c.tries + 1)
    )
    return bool(result.rowcount)


async def known_carrier_ids(connection: AsyncConnection, carrier_ids: Sequence[str]) -> set[str]:
    """Those of these that the record already has."""
    rows = await connection.execute(
        select(message.c.carrier_id).where(message.c.carrier_id.in_(carrier_ids))
    )
    return set(rows.scalars())


async def look_up_later(connection: AsyncConnection, message_id: str, due_at: int) -> None:
    """A look-up that nobody answered is repeated; when the attempt began stays."""
    await connection.execute(
        update(message)
        .where(and_(message.c.id == message_id, message.c.status == "sending"))
        .values(due_at=due_at)
    )


async def name_mail(
    connection: AsyncConnection,
    message_id: str,
    header_id: str,
    refers_to: str | None,
    subject: str,
) -> None:
    """Keeps the Message-ID and subject under which a mail goes out, before it does."""
    await connection.execute(
        update(message)
        .where(message.c.id == message_id)
        .values(header_id=header_id, refers_to=refers_to, subject=subject)
    )


async def set_outcome(
    connection: AsyncConnection,
    message_id: str,
    status: str,
    now: int,
    *,
    carrier_id: str | None = None,
    error: str | None = None,
    due_at: int | None = None,
) -> None:
    """Writes the outcome of an attempt to send."""
    values: dict[str, Any] = {"status": status, "status_at": now, "error": error, "due_at": due_at}
    if carrier_id:
        values["carrier_id"] = carrier_id
    await connection.execute(update(message).where(message.c.id == message_id).values(**values))


def moves(status: str, to: str) -> bool:
    """Whether a delivery state from the carrier is news for a message that has this one."""
    old, new = STATUS_RANK.get(status, 0), STATUS_RANK.get(to, 2)
    return not ((old >= FINAL_RANK and new <= FINAL_RANK) or new < old)


def changes(row: Row[Any], status: str) -> bool:
    """The same for a message of the record."""
    return moves(row.status, status)


async def by_carrier_id(connection: AsyncConnection, carrier_id: str) -> Row[Any] | None:
    """The message that the carrier knows by this id."""
    return (
        await connection.execute(select(message).where(message.c.carrier_id == carrier_id))
    ).first()


async def set_status(
    connection: AsyncConnection, carrier_id: str, status: str, now: int, error: str | None = None
) -> Row[Any] | None:
    """A delivery state from the carrier; late and repeated ones change nothing, and none removes
    the reason of an earlier failure."""
    row = (
        await connection.execute(
            select(message).where(message.c.carrier_id == carrier_id).with_for_update()
        )
    ).first()
    if row is None or not changes(row, status):
        return None
    await connection.execute(
        update(message)
        .where(message.c.id == row.id)
        .values(status=status, status_at=now, error=error or row.error)
    )
    return row


_SHOWN = [column for column in message.c if column.name != "html"]
_MARKUP = case((message.c.text == "", message.c.html)).label("html")


async def by_incident(connection: AsyncConnection, incident: str) -> Sequence[Any]:
    """All messages of an incident, oldest first; `html` only where there are no words."""
    return (await connection.execute(_OF_INCIDENT, {"the_id": incident})).all()


_OF_INCIDENT = (
    select(*_SHOWN, _MARKUP)
    .where(stays.of(message.c.incident, bindparam("the_id")))
    .order_by(message.c.at)
    .prefix_with(BIG)
)


async def said(connection: AsyncConnection, incident: str, letters: int) -> str:
    """The text of an incident's last messages, newest first, up to a number of letters."""
    text = func.substr(message.c.text, 1, letters).label("text")
    rows = await connection.execute(
        select(func.coalesce(message.c.subject, "").label("subject"), text)
        .where(stays.of(message.c.incident, incident))
        .order_by(desc(message.c.at))
        .limit(30)
        .prefix_with(BIG)
    )
    return "\n".join(f"{row.subject}\n{row.text}" for row in rows)[:letters]


async def came_before(connection: AsyncConnection, contact: str, key: str) -> list[str]:
    """What the party wrote in this contact, subjects and texts, but for the message of that key."""
    rows = await connection.execute(
        select(func.coalesce(message.c.subject, "").label("subject"), message.c.text)
        .where(message.c.contact == contact, message.c.direction == "in", message.c.key != key)
        .order_by(desc(message.c.at))
        .limit(30)
    )
    return [f"{row.subject}\n{row.text}" for row in rows]


async def last_of(connection: AsyncConnection, contact: str, limit: int) -> Sequence[Any]:
    """What the party wrote in this contact and from where, the newest first."""
    return (
        await connection.execute(
            select(message.c.subject, message.c.text, message.c.from_address)
            .where(message.c.contact == contact, message.c.direction == "in")
            .order_by(desc(message.c.at))
            .limit(limit)
        )
    ).all()


async def came_since(connection: AsyncConnection, since: int, limit: int) -> Sequence[Any]:
    """Texts and mails that people sent us, newest first: those that triage judged."""
    return (
        await connection.execute(
            select(message.c.channel, message.c.subject, message.c.text, message.c.folds)
            .where(
                and_(
                    stays.touched_since(message.c.incident, since),
                    message.c.at >= since,
                    message.c.direction == "in",
                    message.c.notice.is_(None),
                )
            )
            .order_by(desc(message.c.at))
            .limit(limit)
            .prefix_with(BIG)
        )
    ).all()


async def last_in(connection: AsyncConnection, contact: str) -> Row[Any] | None:
    """The newest message of the party on a contact."""
    return (
        await connection.execute(
            select(message)
            .where(and_(message.c.contact == contact, message.c.direction == "in"))
            .order_by(desc(message.c.at))
            .limit(1)
        )
    ).first()


async def by_header_id(connection: AsyncConnection, header_ids: list[str]) -> Row[Any] | None:
    """The first message (in the order given) that carries one of these Message-IDs; ours before
    those of others who took its id."""
    for header_id in header_ids:
        row = (
            await connection.execute(
                select(message)
                .where(message.c.header_id == header_id)
                .order_by(desc(message.c.direction), message.c.at)
                .limit(1)
            )
        ).first()
        if row is not None:
            return row
    return None


async def last_mail_to(
    connection: AsyncConnection, addresses: Sequence[str], since: int
) -> Row[Any] | None:
    """Our newest mail sent to one of these addresses after this moment."""
    if not addresses:
        return None
    contact, address = schema.contact, schema.address
    return (
        await connection.execute(
            select(message)
            .join(contact, contact.c.id == message.c.contact)
            .join(address, address.c.id == contact.c.address)
            .where(
                and_(
                    address.c.kind == "email",
                    address.c.value.in_(list(addresses)),
                    message.c.channel == "email",
                    message.c.direction == "out",
                    message.c.status.in_(("sent", "delivered", "unknown")),
                    message.c.at >= since,
                )
            )
            .order_by(desc(message.c.at))
            .limit(1)
        )
    ).first()


FOLDED = "mails.folded"


async def not_folded(connection: AsyncConnection, after: str, limit: int) -> list[Any]:
    """Mails from an older version whose repeated parts are not known yet, in order of id after
    `after`; always [] once all are known (`all_folded`)."""
    if await get_meta(connection, FOLDED):
        return []
    return list(
        await connection.execute(
            select(message.c.id, message.c.text)
            .where(
                and_(
                    message.c.id > after,
                    message.c.channel == "email",
                    message.c.direction == "in",
                    message.c.folds.is_(None),
                )
            )
            .order_by(message.c.id)
            .limit(limit)
            .prefix_with(BIG)
        )
    )


async def all_folded(connection: AsyncConnection) -> None:
    """From now on no start looks for them again."""
    await put_meta(connection, FOLDED, "yes")


async def set_folds(connection: AsyncConnection, message_id: str, folds: str) -> None:
    await connection.execute(update(message).where(message.c.id == message_id).values(folds=folds))


async def same_pair(connection: AsyncConnection, address: str, written_by: str) -> Row[Any] | None:
    """The newest mail that came from `written_by` for the person at `address`."""
    return (
        await connection.execute(
            select(message)
            .where(
                and_(
                    message.c.from_address == address,
                    message.c.written_by == written_by,
                    message.c.channel == "email",
                )
            )
            .order_by(desc(message.c.at))
            .limit(1)
        )
    ).first()


async def writes_for_others(connection: AsyncConnection, sender: str, wished: str) -> bool:
    """Whether mail has come from `sender` that asked for answers to yet another address."""
    written, asked = message.c.written_by, message.c.answer_to
    return (
        await connection.execute(
            select(message.c.id)
            .where(
                or_(
                    and_(written == sender, message.c.from_address != wished),
                    and_(message.c.from_address == sender, asked.is_not(None), asked != wished),
                )
            )
            .limit(1)
        )
    ).first() is not None


async def header_ids(connection: AsyncConnection, contact: str) -> list[str]:
    """Message-IDs of a contact's mails, oldest first (for References)."""
    rows = await connection.execute(
        select(message.c.header_id)
        .where(and_(message.c.contact == contact, message.c.header_id.is_not(None)))
        .order_by(message.c.at)
    )
    return [row.header_id for row in rows]


async def save_note(
    connection: AsyncConnection,
    note_id: str,
    *,
    incident: str,
    contact: str | None,
    author: str,
    text: str,
    offset_ms: int | None,
    now: int,
    begun: int | None = None,
) -> bool:
    """Writes or rewrites an author's own note; False when the id is somebody else's.

    `begun`: its moment on the timeline, if not `now`. Rewriting a note does not move it, and it
    stays in the incident to which it was moved. One that
    its author emptied is kept without words, and shown nowhere.
    """
    row = (await connection.execute(select(schema.note).where(schema.note.c.id == note_id))).first()
    if row is not None and row.author != author:
        return False
    words = text if text.strip() else ""
    if row is None and not words:
        return True
    await put(
        connection,
        schema.note,
        {"id": note_id},
        {"text": words, "changed_at": now},
        {
            "incident": incident,
            "contact": contact,
            "author": author,
            "offset_ms": offset_ms,
            "at": now if begun is None else begun,
        },
    )
    return True


async def notes_of(connection: AsyncConnection, incident: str) -> Sequence[Row[Any]]:
    return (await connection.execute(_NOTES_OF, {"the_id": incident})).all()


_NOTES_OF = (
    select(schema.note)
    .where(and_(stays.of(schema.note.c.incident, bindparam("the_id")), schema.note.c.text != ""))
    .order_by(schema.note.c.at)
)

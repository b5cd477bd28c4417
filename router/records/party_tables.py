"""Tables of what is known of the people of incidents, beside who they are and where they are
reached."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table

from router.records.schema import metadata

unsafe = Table(
    "unsafe_address",
    metadata,
    Column("address", ForeignKey("address.id"), primary_key=True),
    Column("reason", String(200), nullable=False),
    Column("marked_by", String(32), nullable=False),
    Column("marked_at", BigInteger, nullable=False),
)
"""Somebody else may read or hear what is sent there."""

consent = Table(
    "consent",
    metadata,
    Column("incident", ForeignKey("incident.id"), primary_key=True),
    Column("party", ForeignKey("party.id"), primary_key=True),
    Column("what", String(12), primary_key=True),
    Column("says", String(4), nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
)
"""Whether they agreed (router.core.party.CONSENTS). No row, or nothing said: nobody has
asked."""

dropped = Table(
    "dropped_party",
    metadata,
    Column("incident", ForeignKey("incident.id"), primary_key=True),
    Column("party", ForeignKey("party.id"), primary_key=True),
    Column("address", String(32), primary_key=True),
    Column("role", String(32)),
    Column("kind", String(8)),
    Column("value", String(320)),
    Column("opted_out", Boolean),
    Column("dropped_at", BigInteger, nullable=False),
)
"""Who, or which address of theirs (empty: they themselves), was added by mistake: enough to put it
back."""

"""The table of promised calls: a row each, whatever number of tries it takes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from router.records.schema import metadata

callback = Table(
    "callback",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("address", ForeignKey("address.id"), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("contact", String(32), nullable=False, index=True),
    Column("tried", Integer, nullable=False),
    Column("asked_by", String(32), nullable=False),
    Column("kind", String(12)),
    Column("why", String(200), nullable=False),
    Column("cause", String(32)),
    Column("not_before", BigInteger),
    Column("made_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
)

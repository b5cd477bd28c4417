"""Tables of guidance cards: their versions, which an incident began with, and what was said."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from router.records.schema import metadata

card_version = Table(
    "card_version",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Unique("name", "number"),
)
"""`id`: the digest of its content (router/core/guidance.py). Rows are only added."""

card_begun = Table(
    "card_begun",
    metadata,
    Column("incident", ForeignKey("incident.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("card", ForeignKey("card_version.id"), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
"""The version of a card with which an incident goes on: since the first thing said of its lines."""

card_said = Table(
    "card_said",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False),
    Column("card", ForeignKey("card_version.id"), nullable=False),
    Column("line", String(64), nullable=False),
    Column("says", String(8), nullable=False),
    Column("words", Text, nullable=False),
    Column("note", String(64)),
    Column("author", String(32), nullable=False),
    Column("contact", String(32)),
    Column("offset_ms", BigInteger),
    Column("at", BigInteger, nullable=False),
    Index("ix_card_said_incident", "incident", "at"),
)
"""What was said of a line: asked, left out (`words`: the reason's code), or neither any more ('').
The newest counts. `note`: where its words stand on the timeline."""

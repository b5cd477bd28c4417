"""Tables of what people put elsewhere: incidents merged and split, contacts and notes moved, people
joined. Rows are added; undoing one only says so in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from router.records.schema import metadata

filing = Table(
    "filing",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("what", String(8), nullable=False),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("other", ForeignKey("incident.id"), index=True),
    Column("author", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("undone_at", BigInteger),
    Column("undone_by", String(32)),
)
"""Something that was put elsewhere. `what`: router.core.filing. Merged: `other` into `incident`;
moved, split: from `incident` to `other`; joined: people, as it was done in `incident`. `data`: what
it takes to undo it."""

filed = Table(
    "filed",
    metadata,
    Column("filing", ForeignKey("filing.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("row", String(64), primary_key=True),
    Column("was", String(64), nullable=False),
    Index("ix_filed_row", "kind", "row"),
)
"""What each of them moved, and where that was before."""

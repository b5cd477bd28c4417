"""Tables of summaries: versions, what was exported of them, and what is begun."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from router.records.schema import metadata

summary_version = Table(
    "summary_version",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("author", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Unique("incident", "number"),
)
"""`content`: everything that its page shows (router/core/summary.py), `digest`: of that. Rows are
only added; they stay with the incident in which they were written."""

summary_export = Table(
    "summary_export",
    metadata,
    Column("version", ForeignKey("summary_version.id"), primary_key=True),
    Column("variant", String(16), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("author", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""The bytes of its first export: every later one is compared with it."""

summary_draft = Table(
    "summary_draft",
    metadata,
    Column("incident", String(32), primary_key=True),
    Column("author", String(32), primary_key=True),
    Column("content", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What is begun and not saved, each their own."""

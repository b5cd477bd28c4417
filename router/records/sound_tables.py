"""Tables of sound: how calls sounded, and what agents' checks found."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from router.records.schema import metadata

call_sound = Table(
    "call_sound",
    metadata,
    Column("contact", String(32), primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("data", Text, nullable=False),
)
"""How a call sounded (docs/voice.md). `part`: since when, ms; another worker or agent begins one.
The contact may come into the record later."""

sound_check = Table(
    "sound_check",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agent", String(32), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
"""What an agent's own check of their sound found."""

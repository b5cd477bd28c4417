"""Tables of hand-offs (router.core.hand_off)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from router.records.schema import metadata

hand_off = Table(
    "hand_off",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("sender", String(32), nullable=False, index=True),
    Column("agent", String(32)),
    Column("department", String(64)),
    Column("severity", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("actions", Text, nullable=False),
    Column("what_if", Text, nullable=False),
    Column("questions", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("opens_at", BigInteger),
    Column("urgent_ms", BigInteger, nullable=False),
    Column("hastened_at", BigInteger),
    Column("opened_at", BigInteger),
    Column("opened_by", String(32)),
    Column("ended_at", BigInteger),
    Column("ended_by", String(32)),
    Column("cause", String(12), nullable=False),
    Column("words", Text, nullable=False),
    Column("told_at", BigInteger),
    Column("heard_at", BigInteger),
)
"""An incident that was handed off, to `agent` or to a `department` (its name in the configuration).
`urgent_ms`: within how long it is accepted once it is S1, as it was set then. `words`: what was
said back, or why it was returned. `told_at`: a lead or the boards were told that it ran out, or
they need not be; `heard_at`: its sender has read how it ended."""

IS_OFFERED = hand_off.c.ended_at.is_(None)
"""Its state says the same."""

Index(
    "uq_hand_off_offered", hand_off.c.incident, unique=True,
    sqlite_where=IS_OFFERED, postgresql_where=IS_OFFERED,
)  # fmt: skip
Index("ix_hand_off_due", hand_off.c.due_at, sqlite_where=IS_OFFERED, postgresql_where=IS_OFFERED)
IS_UNTOLD = hand_off.c.ended_at.is_not(None) & hand_off.c.told_at.is_(None)
Index("ix_hand_off_untold", hand_off.c.ended_at, sqlite_where=IS_UNTOLD, postgresql_where=IS_UNTOLD)
IS_UNHEARD = hand_off.c.ended_at.is_not(None) & hand_off.c.heard_at.is_(None)
Index(
    "ix_hand_off_unheard", hand_off.c.sender,
    sqlite_where=IS_UNHEARD, postgresql_where=IS_UNHEARD,
)  # fmt: skip

question = Table(
    "hand_off_question",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("hand_off", ForeignKey("hand_off.id"), nullable=False, index=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("question", Text, nullable=False),
    Column("answered_by", String(32)),
    Column("answered_at", BigInteger),
    Column("answer", Text, nullable=False),
)
"""What a receiver asked before they accepted, and what they were answered."""

passed = Table(
    "hand_off_passed",
    metadata,
    Column("hand_off", ForeignKey("hand_off.id"), primary_key=True),
    Column("agent", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""Who of a department cannot take it, and why: the others go on."""

draft = Table(
    "hand_off_draft",
    metadata,
    Column("incident", String(32), primary_key=True),
    Column("hand_off", String(32), primary_key=True),
    Column("author", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What is begun and not sent, as its page has it: a hand-off of the incident (`hand_off` is empty),
what its receiver says back, or words at the lines of its card (router/records/drafts.py)."""

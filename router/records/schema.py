"""Tables of the record. Moments are ms since 1970 (BigInteger); ids are strings made by us."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)

from router.core.incident import BY_UPGRADE
from router.core.states import State

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _moment(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

user = Table(
    "account",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("login", String(120), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("skills", Text, nullable=False, server_default="{}"),
    Column("active", Boolean, nullable=False),
    Column("stage", String(32), nullable=False, server_default="full"),
    Column("contract_from", String(10)),
    Column("contract_to", String(10)),
    Column("shift", String(200), nullable=False, server_default=""),
    Column("buddy", String(32)),
    Column("team", String(64), nullable=False, server_default=""),
    Column("lead", String(32)),
    _moment("seen_at"),
    _moment("created_at", nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False, index=True),
    _moment("created_at", nullable=False),
    _moment("seen_at", nullable=False),
)

party = Table(
    "party",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200)),
    _moment("created_at", nullable=False),
)

address = Table(
    "address",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("party", ForeignKey("party.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("value", String(320), nullable=False),
    Column("opted_out", Boolean, nullable=False, default=False),
    UniqueConstraint("kind", "value"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("owner", String(32)),
    _moment("opened_at", nullable=False),
    _moment("touched_at", nullable=False),
    _moment("closed_at"),
    Column("status", String(16), nullable=False, server_default="new"),
    Column("booking", String(64), nullable=False, server_default=""),
    Column("place", String(200), nullable=False, server_default=""),
    Column("zone", String(64), nullable=False, server_default=""),
    Column("kind", String(32), nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default=""),
    Column("stays", String(32), index=True),
    Column("only", Text),
    Index("ix_incident_touched_at", "touched_at", "id"),
    Index("ix_incident_owner", "owner", "touched_at"),
)
"""`stays`: the one into which it was merged (router/records/stays.py). `only`: it is restricted to
these people (router/core/restricted.py); what counts is that of the one that stays."""

IS_RESTRICTED = incident.c.only.is_not(None)
Index(
    "ix_incident_restricted", incident.c.id,
    sqlite_where=IS_RESTRICTED, postgresql_where=IS_RESTRICTED,
)  # fmt: skip

INCIDENT_IS_OPEN = incident.c.state == literal_column("'open'")
"""Of incidents. Written out, for its index."""

Index(
    "ix_incident_open",
    incident.c.touched_at,
    incident.c.id,
    sqlite_where=INCIDENT_IS_OPEN,
    postgresql_where=INCIDENT_IS_OPEN,
)

HAS_BOOKING = incident.c.booking != literal_column("''")
"""Of incidents: somebody has said which booking it is about. Written out, for its index."""

Index(
    "ix_incident_booking", incident.c.booking,
    sqlite_where=HAS_BOOKING, postgresql_where=HAS_BOOKING,
)  # fmt: skip

IS_RESOLVED = incident.c.status == literal_column("'resolved'")
"""Of incidents: closed, and open again for whoever comes soon. Written out, for its index."""

Index(
    "ix_incident_resolved", incident.c.closed_at,
    sqlite_where=IS_RESOLVED, postgresql_where=IS_RESOLVED,
)  # fmt: skip
Index(
    "ix_incident_owned_open", incident.c.owner,
    sqlite_where=INCIDENT_IS_OPEN, postgresql_where=INCIDENT_IS_OPEN,
)  # fmt: skip

incident_change = Table(
    "incident_change",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    _moment("at", nullable=False),
    Column("what", String(12), nullable=False),
    Column("author", String(32), nullable=False),
    Column("why", String(16), nullable=False),
    Column("words", Text),
    Column("contact", String(32)),
    Column("severity", Integer, nullable=False),
    Column("before", String(32)),
    Column("after", String(32)),
)
"""What was changed of an incident (`what`, see router.core.incident), and how severe it was then;
`before` and `after`: its status, owner or severity. Of a fact, `why` names it and `words` are what
was written; of a status that followed from what happened, `why` is that
(router.core.incident_status)."""

IS_BY_UPGRADE = incident_change.c.why == literal_column(f"'{BY_UPGRADE}'")
"""Of changes. Written out, for its index."""

Index(
    "ix_incident_change_by_upgrade",
    incident_change.c.incident,
    sqlite_where=IS_BY_UPGRADE,
    postgresql_where=IS_BY_UPGRADE,
)

next_action = Table(
    "next_action",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("what", String(140), nullable=False),
    Column("agent", String(32), nullable=False),
    _moment("due_at", nullable=False),
    Column("made_by", String(32), nullable=False),
    _moment("made_at", nullable=False),
    _moment("told_at"),
    _moment("ended_at"),
    Column("ended_by", String(32)),
    Column("how", String(8)),
)
"""What had to happen next in an incident, by whom (`agent`), by when. `told_at`: the boards were
told that it is overdue. `how` it ended: see router.core.next_action."""

IS_NEXT = next_action.c.ended_at.is_(None)
"""Of next actions: the one that is to be done. At most one of an incident."""

Index(
    "uq_next_action_open", next_action.c.incident, unique=True,
    sqlite_where=IS_NEXT, postgresql_where=IS_NEXT,
)  # fmt: skip
Index(
    "ix_next_action_agent", next_action.c.agent, next_action.c.due_at,
    sqlite_where=IS_NEXT, postgresql_where=IS_NEXT,
)  # fmt: skip
Index(
    "ix_next_action_due", next_action.c.due_at,
    sqlite_where=IS_NEXT, postgresql_where=IS_NEXT,
)  # fmt: skip

search_doc = Table(
    "search_doc",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("tokens", Text, nullable=False),
)
"""What an incident is found by (`search_index`), by its number. Its index of words is made by the
migration: `search_fts` (SQLite), `ix_search_doc_tokens` (PostgreSQL)."""

search_due = Table(
    "search_due",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("incident", String(32), nullable=False),
)
"""Incidents whose words have changed since; triggers of the migration write it."""

answer = Table(
    "answer",
    metadata,
    Column("account", String(32), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
"""What a program was answered, by the key under which it asked; `asked`: the digest of what."""

incident_party = Table(
    "incident_party",
    metadata,
    Column("incident", ForeignKey("incident.id"), primary_key=True),
    Column("party", ForeignKey("party.id"), primary_key=True),
    Column("role", String(32), nullable=False),
    Column("put", Boolean, nullable=False, server_default=false()),
    Index("ix_incident_party_party", "party"),
)

"""`put`: only because something of theirs was put there, or a person who is them is in it."""

contact = Table(
    "contact",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("channel", String(8), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("state", String(12), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("queue", String(64), nullable=False),
    Column("line", String(64), nullable=False),
    Column("rule", String(200), nullable=False),
    Column("party", ForeignKey("party.id"), nullable=False),
    Column("address", ForeignKey("address.id"), nullable=False, index=True),
    Column("our_address", String(320), nullable=False),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("carrier_id", String(64), index=True),
    Column("agent", String(32)),
    Column("outcome", String(16)),
    Column("disposition", String(64)),
    Column("comment", Text),
    _moment("arrived_at", nullable=False),
    _moment("queued_at"),
    _moment("answered_at"),
    Column("ended_at", BigInteger, index=True),
    Column("live", Text, nullable=False),
    Column("step", String(40), nullable=False, server_default="0-0"),
)

IS_OPEN = contact.c.state != literal_column(f"'{State.ENDED}'")
"""Written out like this, because an index of open contacts is used only where these words occur."""

Index("ix_contact_open", contact.c.id, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)

early = Table(
    "early",
    metadata,
    Column("contact", String(32), primary_key=True),
    Column("step", String(40), nullable=False),
    Column("live", Text, nullable=False),
)
"""What the index last did with a call that the record has not heard of yet (`intake.calls`)."""

message = Table(
    "message",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("contact", ForeignKey("contact.id"), nullable=False, index=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("channel", String(8), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("author", String(32)),
    Column("to_address", String(320)),
    Column("from_address", String(320), index=True),
    Column("subject", Text),
    Column("text", Text, nullable=False),
    Column("html", Text),
    Column("folds", Text),
    Column("written_by", String(320), index=True),
    Column("answer_to", String(320)),
    Column("notice", String(64)),
    Column("raw", String(32)),
    Column("header_id", String(320), index=True),
    Column("refers_to", Text),
    Column("carrier_id", String(64), index=True),
    Column("status", String(24), nullable=False),
    Column("error", String(200)),
    Column("media", Text),
    Column("tries", Integer, nullable=False, default=0),
    _moment("at", nullable=False),
    _moment("due_at"),
    _moment("status_at"),
)

IS_UNDERWAY = message.c.status.in_(
    [literal_column(f"'{status}'") for status in ("arriving", "queued", "sending")]
)
"""Of messages: not yet in, or not yet out. Queries for one of these say it too, for its index."""

Index("ix_message_underway", message.c.at, sqlite_where=IS_UNDERWAY, postgresql_where=IS_UNDERWAY)

raw_mail = Table(
    "raw_mail",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("envelope_to", Text, nullable=False),
    Column("envelope_from", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    _moment("received_at", nullable=False),
)

raw_mail_part = Table(
    "raw_mail_part",
    metadata,
    Column("mail", ForeignKey("raw_mail.id"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("incident", ForeignKey("incident.id"), nullable=False, index=True),
    Column("contact", String(32)),
    Column("author", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("offset_ms", BigInteger),
    _moment("at", nullable=False),
    _moment("changed_at", nullable=False),
)

draft = Table(
    "draft",
    metadata,
    Column("contact", String(32), primary_key=True),
    Column("author", String(32), primary_key=True),
    Column("incident", String(32), nullable=False, index=True),
    Column("text", Text, nullable=False),
    _moment("at", nullable=False),
)

first_draft = Table(
    "first_draft",
    metadata,
    Column("incident", String(32), primary_key=True),
    Column("address", String(32), primary_key=True),
    Column("author", String(32), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    _moment("at", nullable=False),
)
"""First words to somebody, begun by an agent and not sent: there is no contact of them yet."""

event = Table(
    "event",
    metadata,
    Column("step", String(40), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("name", String(48), nullable=False),
    Column("contact", String(32), index=True),
    Column("agent", String(32)),
    Column("data", Text, nullable=False),
    _moment("at", nullable=False),
)

COUNTING = ("contact.queued", "contact.answered", "contact.ended")
"""Events that count in the figures of a day."""
IS_COUNTING = event.c.name.in_([literal_column(f"'{name}'") for name in COUNTING])
"""Written out, for its index."""

Index(
    "ix_event_counting",
    event.c.name,
    event.c.at,
    sqlite_where=IS_COUNTING,
    postgresql_where=IS_COUNTING,
)

dial = Table(
    "dial",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("contact", String(32), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("to_address", String(32), nullable=False),
    Column("from_address", String(32), nullable=False),
    Column("carrier_id", String(64)),
    _moment("intended_at", nullable=False),
    _moment("attempted_at"),
)

correction = Table(
    "correction",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("message", ForeignKey("message.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("contact", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("was", Integer, nullable=False),
    Column("is_now", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("author", String(32), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
"""What a person said of the severity of a text or mail; it falls with that message."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("actor", String(32), nullable=False),
    Column("action", String(48), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("step", String(40), unique=True),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    _moment("at", nullable=False),
)

import router.records.party_tables  # noqa: E402, F401 - its tables belong to `metadata`, too
from router.records import filing_schema as _filing  # noqa: E402, F401 - tables of the same record
from router.records import guidance_tables as _guidance  # noqa: E402, F401 - the same
from router.records import hand_off_tables as _hand_off  # noqa: E402, F401 - likewise
from router.records import sound_tables as _sound  # noqa: E402, F401 - the same
from router.records import summary_tables as _summary  # noqa: E402, F401 - the same
from router.records.callback_tables import callback as callback  # noqa: E402 - and this one

"""Incidents end. Those that nothing keeps open and nobody touched for seven days are closed.

`holdfast incidents closed-by-upgrade` lists them, and `holdfast incidents reopen` undoes it.
"""

import time

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

log = structlog.get_logger()

UNTOUCHED_MS = 7 * 86_400_000
TOLD_AT_ONCE = 100
"""Numbers in one line of the log."""


def upgrade() -> None:
    op.create_table(
        "incident_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("contact", sa.String(length=32), nullable=True),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_incident_change_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_change")),
    )
    op.create_index(op.f("ix_incident_change_incident"), "incident_change", ["incident"])
    by_upgrade = sa.text("why = 'upgrade'")
    op.create_index(
        "ix_incident_change_by_upgrade",
        "incident_change",
        ["incident"],
        sqlite_where=by_upgrade,
        postgresql_where=by_upgrade,
    )
    _close(op.get_bind(), time.time_ns() // 1_000_000)
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_incident_open",
        "incident",
        ["touched_at", "id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


LEFT_ALONE = (
    "state = 'open' AND touched_at < :since"
    " AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.incident = incident.id"
    "  AND (c.state != 'ended' OR c.ended_at >= :since))"
    " AND NOT EXISTS (SELECT 1 FROM callback k WHERE k.incident = incident.id"
    "  AND k.state = 'open')"
    " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.incident = incident.id"
    "  AND m.at >= :since)"
    " AND NOT EXISTS (SELECT 1 FROM note n WHERE n.incident = incident.id"
    "  AND n.changed_at >= :since)"
)
"""No contact, no promise; no message and no note of the last days either."""


def _close(connection: sa.Connection, now: int) -> None:
    _do(
        connection,
        "INSERT INTO incident_change (id, incident, at, what, author, why, severity)"
        " SELECT 'u' || substr(id, 1, 31), id, :now, 'closed', '', 'upgrade', severity"
        f" FROM incident WHERE {LEFT_ALONE}",
        now=now,
        since=now - UNTOUCHED_MS,
    )
    _do(
        connection,
        f"UPDATE incident SET state = 'closed', closed_at = :now WHERE id IN ({CLOSED})",
        now=now,
    )
    told = sa.text(f"SELECT number FROM incident WHERE id IN ({CLOSED}) ORDER BY number")
    numbers = list(connection.execute(told).scalars())
    if numbers:
        log.info("incidents.closed_by_upgrade", count=len(numbers))
    for at in range(0, len(numbers), TOLD_AT_ONCE):
        some = " ".join(f"INC-{number}" for number in numbers[at : at + TOLD_AT_ONCE])
        log.info("incidents.closed_by_upgrade", numbers=some)


CLOSED = "SELECT incident FROM incident_change WHERE why = 'upgrade'"


def _do(connection: sa.Connection, statement: str, **moments: int) -> None:
    typed = (sa.bindparam(name, value, sa.BigInteger()) for name, value in moments.items())
    connection.execute(sa.text(statement).bindparams(*typed))


def downgrade() -> None:
    """The version before knows no end: all are open."""
    op.drop_index("ix_incident_open", "incident")
    op.execute("UPDATE incident SET state = 'open', closed_at = NULL")
    op.drop_table("incident_change")

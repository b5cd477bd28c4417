"""What has to happen next in an incident, and who had it before whom.

Older open incidents have no next action: a page shows that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "next_action",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=140), nullable=False),
        sa.Column("agent", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_next_action_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_next_action")),
    )
    op.create_index(op.f("ix_next_action_incident"), "next_action", ["incident"])
    for name, columns, unique in (
        ("uq_next_action_open", ["incident"], True),
        ("ix_next_action_agent", ["agent", "due_at"], False),
        ("ix_next_action_due", ["due_at"], False),
    ):
        op.create_index(
            name, "next_action", columns, unique=unique, sqlite_where=OPEN, postgresql_where=OPEN
        )
    with op.batch_alter_table("incident_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("before", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("after", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE incident_change DROP COLUMN after")
    op.execute("ALTER TABLE incident_change DROP COLUMN before")
    op.drop_table("next_action")

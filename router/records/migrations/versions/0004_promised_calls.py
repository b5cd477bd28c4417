"""Calls that were promised."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("contact", sa.String(length=32), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["address"], ["address.id"], name=op.f("fk_callback_address")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_callback_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
    )
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_contact"), ["contact"], unique=False)
        batch_op.create_index(batch_op.f("ix_callback_incident"), ["incident"], unique=False)
        batch_op.create_index(batch_op.f("ix_callback_state"), ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callback_state"))
        batch_op.drop_index(batch_op.f("ix_callback_incident"))
        batch_op.drop_index(batch_op.f("ix_callback_contact"))

    op.drop_table("callback")

"""How calls sounded, and what agents' own checks of their sound found."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_sound",
        sa.Column("contact", sa.String(length=32), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", "part", name=op.f("pk_call_sound")),
    )
    op.create_table(
        "sound_check",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sound_check")),
    )
    with op.batch_alter_table("sound_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sound_check_at"), ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("sound_check")
    op.drop_table("call_sound")

"""When somebody was last at a desk. Whoever has an account at the upgrade was here just now."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("seen_at", sa.BigInteger(), nullable=True))
    op.execute(
        sa.text("UPDATE account SET seen_at = :now").bindparams(now=time.time_ns() // 1_000_000)
    )


def downgrade() -> None:
    op.execute("ALTER TABLE account DROP COLUMN seen_at")

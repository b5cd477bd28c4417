"""Calls that were offered before the record could take them: what became of them meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "early",
        sa.Column("contact", sa.String(32), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("live", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contact", name="pk_early"),
    )


def downgrade() -> None:
    op.drop_table("early")

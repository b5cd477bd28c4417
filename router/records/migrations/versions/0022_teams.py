"""The team and the lead of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("team", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("lead", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE account DROP COLUMN lead")
    op.execute("ALTER TABLE account DROP COLUMN team")

"""The buddy of somebody in training."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("buddy", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE account DROP COLUMN buddy")

"""Stage, contract and shift of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stage", sa.String(length=32), server_default="full", nullable=False)
        )
        batch_op.add_column(sa.Column("contract_from", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("contract_to", sa.String(length=10), nullable=True))
        batch_op.add_column(
            sa.Column("shift", sa.String(length=200), server_default="", nullable=False)
        )


def downgrade() -> None:
    # Not in a batch: that would make the table anew, which others refer to.
    for column in ("shift", "contract_to", "contract_from", "stage"):
        op.execute(f"ALTER TABLE account DROP COLUMN {column}")

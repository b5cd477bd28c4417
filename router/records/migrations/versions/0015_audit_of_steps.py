"""Which step of the index a line of the audit comes from: folded twice, it is still one line."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("step", sa.String(length=40), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_audit_step"), ["step"])


def downgrade() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_audit_step"), type_="unique")
        batch_op.drop_column("step")

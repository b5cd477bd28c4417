"""The addresses of pictures are kept with the text that they came with."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("media", sa.Text(), nullable=True))


def downgrade() -> None:
    # Not in a batch: that would make the table anew, which others refer to.
    op.execute("ALTER TABLE message DROP COLUMN media")

"""Of a mail is kept what its reading found: folds, and whose two addresses it carries."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("folds", sa.Text()))
    op.add_column("message", sa.Column("written_by", sa.String(length=320)))
    op.add_column("message", sa.Column("answer_to", sa.String(length=320)))
    op.create_index("ix_message_written_by", "message", ["written_by"])
    op.create_index("ix_message_from_address", "message", ["from_address"])


def downgrade() -> None:
    op.drop_index("ix_message_written_by", "message")
    op.drop_index("ix_message_from_address", "message")
    op.drop_column("message", "answer_to")
    op.drop_column("message", "written_by")
    op.drop_column("message", "folds")

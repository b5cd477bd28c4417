"""The events that count in the figures of a day are found by name and moment."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counting = sa.text("name IN ('contact.queued', 'contact.answered', 'contact.ended')")
    op.create_index(
        "ix_event_counting",
        "event",
        ["name", "at"],
        sqlite_where=counting,
        postgresql_where=counting,
    )


def downgrade() -> None:
    op.drop_index("ix_event_counting", "event")

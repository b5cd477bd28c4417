"""Incidents are found by their booking: what names it is proposed to be merged with it."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

HAS_ONE = sa.text("booking != ''")


def upgrade() -> None:
    op.create_index(
        "ix_incident_booking", "incident", ["booking"],
        sqlite_where=HAS_ONE, postgresql_where=HAS_ONE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_incident_booking", "incident")

"""An incident can be restricted to a list of people."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("only", sa.Text(), nullable=True))
    op.create_index(
        "ix_incident_restricted",
        "incident",
        ["id"],
        sqlite_where=sa.text("only IS NOT NULL"),
        postgresql_where=sa.text('"only" IS NOT NULL'),
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_incident_restricted")
    op.execute('ALTER TABLE incident DROP COLUMN "only"')

"""Summaries of incidents: versions, what was exported of them, and what is begun."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "summary_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_summary_version_incident_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_version")),
        sa.UniqueConstraint("incident", "number", name=op.f("uq_summary_version_incident")),
    )
    op.create_table(
        "summary_export",
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("variant", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"],
            ["summary_version.id"],
            name=op.f("fk_summary_export_version_summary_version"),
        ),
        sa.PrimaryKeyConstraint("version", "variant", name=op.f("pk_summary_export")),
    )
    op.create_table(
        "summary_draft",
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "author", name=op.f("pk_summary_draft")),
    )


def downgrade() -> None:
    op.drop_table("summary_draft")
    op.drop_table("summary_export")
    op.drop_table("summary_version")

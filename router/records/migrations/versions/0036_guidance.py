"""Guidance cards: versions, which an incident began with, what was said of their lines."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_version")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_card_version_name")),
    )
    op.create_table(
        "card_begun",
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("card", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["card_version.id"], name=op.f("fk_card_begun_card_card_version")
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_card_begun_incident_incident")
        ),
        sa.PrimaryKeyConstraint("incident", "name", name=op.f("pk_card_begun")),
    )
    op.create_index(op.f("ix_card_begun_at"), "card_begun", ["at"])
    op.create_table(
        "card_said",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("card", sa.String(length=32), nullable=False),
        sa.Column("line", sa.String(length=64), nullable=False),
        sa.Column("says", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=True),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=32), nullable=True),
        sa.Column("offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card"], ["card_version.id"], name=op.f("fk_card_said_card_card_version")
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_card_said_incident_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_said")),
    )
    op.create_index("ix_card_said_incident", "card_said", ["incident", "at"])


def downgrade() -> None:
    op.drop_table("card_said")
    op.drop_table("card_begun")
    op.drop_table("card_version")

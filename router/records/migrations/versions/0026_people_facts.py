"""Addresses that are not safe to use, consent, and people who were added by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsafe_address",
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("marked_by", sa.String(length=32), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"], ["address.id"], name=op.f("fk_unsafe_address_address")
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_unsafe_address")),
    )
    op.create_table(
        "consent",
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("says", sa.String(length=4), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_consent_incident")),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_consent_party")),
        sa.PrimaryKeyConstraint("incident", "party", "what", name=op.f("pk_consent")),
    )
    op.create_table(
        "dropped_party",
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("value", sa.String(length=320), nullable=True),
        sa.Column("opted_out", sa.Boolean(), nullable=True),
        sa.Column("dropped_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_dropped_party_incident")
        ),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_dropped_party_party")),
        sa.PrimaryKeyConstraint("incident", "party", "address", name=op.f("pk_dropped_party")),
    )


def downgrade() -> None:
    op.drop_table("dropped_party")
    op.drop_table("consent")
    op.drop_table("unsafe_address")

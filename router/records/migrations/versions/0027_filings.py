"""Incidents merged and split, contacts and notes moved, people joined: what it takes to undo it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stays", sa.String(length=32), nullable=True))
    put: sa.Column[bool] = sa.Column("put", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("incident_party", put)  # in a batch, the table would be made anew
    op.create_index(op.f("ix_incident_stays"), "incident", ["stays"])
    op.create_table(
        "filing",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("other", sa.String(length=32), nullable=True),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_filing_incident")),
        sa.ForeignKeyConstraint(["other"], ["incident.id"], name=op.f("fk_filing_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
    )
    op.create_index(op.f("ix_filing_incident"), "filing", ["incident"])
    op.create_index(op.f("ix_filing_other"), "filing", ["other"])
    op.create_table(
        "filed",
        sa.Column("filing", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("row", sa.String(length=64), nullable=False),
        sa.Column("was", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["filing"], ["filing.id"], name=op.f("fk_filed_filing")),
        sa.PrimaryKeyConstraint("filing", "kind", "row", name=op.f("pk_filed")),
    )
    op.create_index("ix_filed_row", "filed", ["kind", "row"])


def downgrade() -> None:
    op.drop_table("filed")
    op.drop_table("filing")
    op.execute("ALTER TABLE incident_party DROP COLUMN put")
    op.drop_index("ix_incident_stays", table_name="incident")
    op.execute("ALTER TABLE incident DROP COLUMN stays")

"""Mails of several megabytes are kept in several rows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "raw_mail_part",
        sa.Column("mail", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail"], ["raw_mail.id"], name=op.f("fk_raw_mail_part_mail_raw_mail")
        ),
        sa.PrimaryKeyConstraint("mail", "part", name=op.f("pk_raw_mail_part")),
    )


def downgrade() -> None:
    op.drop_table("raw_mail_part")

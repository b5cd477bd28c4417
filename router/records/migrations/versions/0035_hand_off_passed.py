"""Who of a department cannot take a hand-off: the others go on. And hand-offs that are begun."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TRIGGER = "search_hand_off_passed_insert"


def upgrade() -> None:
    op.create_table(
        "hand_off_passed",
        sa.Column("hand_off", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hand_off", "agent", name=op.f("pk_hand_off_passed")),
        sa.ForeignKeyConstraint(["hand_off"], ["hand_off.id"], name="fk_hand_off_passed_hand_off"),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name="fk_hand_off_passed_incident"),
    )
    op.create_index(op.f("ix_hand_off_passed_incident"), "hand_off_passed", ["incident"])
    op.create_table(
        "hand_off_draft",
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("hand_off", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident", "hand_off", "author", name=op.f("pk_hand_off_draft")),
    )
    does = "INSERT INTO search_due (incident) VALUES (NEW.incident)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON hand_off_passed BEGIN {does}; END")
        return
    op.execute(
        f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {does}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON hand_off_passed FOR EACH ROW"
        f" EXECUTE FUNCTION {TRIGGER}()"
    )


def downgrade() -> None:
    op.drop_table("hand_off_draft")
    op.drop_table("hand_off_passed")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {TRIGGER}()")

"""Incidents that are handed off, with what their receivers asked; found by all of their words."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEXTS = ("reason", "summary", "actions", "what_if", "questions")
INDEXES = {
    "uq_hand_off_offered": (["incident"], "ended_at IS NULL"),
    "ix_hand_off_due": (["due_at"], "ended_at IS NULL"),
    "ix_hand_off_untold": (["ended_at"], "ended_at IS NOT NULL AND told_at IS NULL"),
    "ix_hand_off_unheard": (["sender"], "ended_at IS NOT NULL AND heard_at IS NULL"),
}
WATCHED = (
    ("hand_off", "INSERT"),
    ("hand_off", "UPDATE OF incident, words"),
    ("hand_off_question", "INSERT"),
    ("hand_off_question", "UPDATE OF incident, answer"),
)
"""Whose words an incident is found by, as in 0024."""


def upgrade() -> None:
    op.create_table(
        "hand_off",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sender", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.String(length=32)),
        sa.Column("department", sa.String(length=64)),
        sa.Column("severity", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger()),
        sa.Column("urgent_ms", sa.BigInteger(), nullable=False),
        sa.Column("hastened_at", sa.BigInteger()),
        sa.Column("opened_at", sa.BigInteger()),
        sa.Column("opened_by", sa.String(length=32)),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.String(length=32)),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("heard_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name="fk_hand_off_incident"),
    )
    op.create_index(op.f("ix_hand_off_incident"), "hand_off", ["incident"])
    op.create_index(op.f("ix_hand_off_sender"), "hand_off", ["sender"])
    for name, (columns, where) in INDEXES.items():
        op.create_index(
            name, "hand_off", columns, unique=name.startswith("uq"),
            sqlite_where=sa.text(where), postgresql_where=sa.text(where),
        )  # fmt: skip
    op.create_table(
        "hand_off_question",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("hand_off", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=32)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off_question")),
        sa.ForeignKeyConstraint(
            ["hand_off"], ["hand_off.id"], name="fk_hand_off_question_hand_off"
        ),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name="fk_hand_off_question_incident"
        ),
    )
    op.create_index(op.f("ix_hand_off_question_hand_off"), "hand_off_question", ["hand_off"])
    op.create_index(op.f("ix_hand_off_question_incident"), "hand_off_question", ["incident"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, moment in WATCHED:
        name = _name(table, moment)
        does = "INSERT INTO search_due (incident) VALUES (NEW.incident)"
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} AFTER {moment} ON {table} BEGIN {does}; END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {does}; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION {name}()"
        )


def downgrade() -> None:
    op.drop_table("hand_off_question")
    op.drop_table("hand_off")
    if op.get_bind().dialect.name == "postgresql":
        for table, moment in WATCHED:
            op.execute(f"DROP FUNCTION {_name(table, moment)}()")


def _name(table: str, moment: str) -> str:
    return f"search_{table}_{moment.split()[0].lower()}"

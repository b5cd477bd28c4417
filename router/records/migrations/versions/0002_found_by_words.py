"""Incidents are found by their words; contacts by the moment they ended."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_ended_at"), ["ended_at"], unique=False)

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.Text(), server_default="", nullable=False))
        batch_op.create_index("ix_incident_touched_at", ["touched_at", "id"], unique=False)
        batch_op.create_index("ix_incident_owner", ["owner", "touched_at"], unique=False)

    by_letters = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
    op.create_table(
        "incident_word",
        sa.Column("word", by_letters, nullable=False),
        sa.Column("incident", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.id"], name=op.f("fk_incident_word_incident")
        ),
        sa.PrimaryKeyConstraint("word", "incident", name=op.f("pk_incident_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("incident_word", schema=None) as batch_op:
        batch_op.create_index("ix_incident_word_incident", ["incident"], unique=False)

    connection = op.get_bind()
    parts: dict[str, dict[str, None]] = {}
    for row in connection.execute(sa.text(KNOWN)):
        found = parts.setdefault(row.id, {row.title: None})
        found.update({part: None for part in (row.name, row.value) if part})
    for incident, known in parts.items():
        words = "".join(f"{_fold(part)} " for part in known)[:4000]
        single = {part[:40] for part in re.findall(r"[^\W_]+", words)}
        single |= {w[-4:] for w in words.split() if w[0] == "+" and w[1:].isdigit()}
        connection.execute(
            sa.text("UPDATE incident SET words = :words WHERE id = :id"),
            {"words": words, "id": incident},
        )
        connection.execute(
            sa.text("INSERT INTO incident_word (word, incident) VALUES (:word, :incident)"),
            [{"word": part, "incident": incident} for part in sorted(single)],
        )


KNOWN = """SELECT i.id, i.title, p.name, a.value FROM incident i
LEFT JOIN incident_party l ON l.incident = i.id LEFT JOIN party p ON p.id = l.party
LEFT JOIN address a ON a.party = p.id ORDER BY p.created_at, a.id"""


def _fold(text: str) -> str:
    """As router.core.text.fold was at this revision."""
    parts = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(kept.casefold().split())


def downgrade() -> None:
    op.drop_table("incident_word")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_owner")
        batch_op.drop_index("ix_incident_touched_at")
    # Not in a batch: that would make the table anew, which others refer to.
    op.execute("ALTER TABLE incident DROP COLUMN words")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_ended_at"))

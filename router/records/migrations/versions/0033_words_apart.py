"""PostgreSQL keeps an incident's long words beside its row.

A search goes through thousands of rows for their numbers alone, and the words of each in its row
would be a page of disk for each. Words are kept as they are, not compressed: a phrase is looked for
in those of thousands of incidents. What was written before stays as it is until its words change.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

APART = (
    "ALTER TABLE search_doc SET (toast_tuple_target = 128)",
    "ALTER TABLE search_doc ALTER COLUMN words SET STORAGE EXTERNAL",
)
AS_BEFORE = (
    "ALTER TABLE search_doc ALTER COLUMN words SET STORAGE EXTENDED",
    "ALTER TABLE search_doc RESET (toast_tuple_target)",
)


def upgrade() -> None:
    _on_postgresql(APART)


def downgrade() -> None:
    _on_postgresql(AS_BEFORE)


def _on_postgresql(statements: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements:
            op.execute(statement)

"""Status, person's word on the severity, and facts of incidents.

An incident that somebody owns is active, any other open one new. A closed one is resolved: whoever
comes within the time for which it opens again finds it so, and the sweep closes the rest.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

FACTS = {"booking": 64, "place": 200, "zone": 64, "kind": 32, "language": 8}
RESOLVED = sa.text("status = 'resolved'")


def upgrade() -> None:
    for name, length in ({"status": 16} | FACTS).items():
        default = "new" if name == "status" else ""
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default=default)
        op.add_column("incident", column)
    op.execute(
        "UPDATE incident SET status = CASE WHEN state <> 'open' THEN 'resolved'"
        " WHEN owner IS NULL THEN 'new' ELSE 'active' END"
    )
    op.create_index(
        "ix_incident_resolved", "incident", ["closed_at"],
        sqlite_where=RESOLVED, postgresql_where=RESOLVED,
    )  # fmt: skip
    _found_by("title, booking, place")


def downgrade() -> None:
    _found_by("title")
    op.drop_index("ix_incident_resolved", table_name="incident")
    for name in ("status", *FACTS):
        op.execute(f"ALTER TABLE incident DROP COLUMN {name}")


def _found_by(columns: str) -> None:
    """Which facts of an incident it is found by (0024)."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_incident_update")
        does = "BEGIN INSERT INTO search_due (incident) VALUES (NEW.id); END"
    else:
        op.execute("DROP TRIGGER search_incident_update ON incident")
        does = "FOR EACH ROW EXECUTE FUNCTION search_incident_update()"
    op.execute(
        f"CREATE TRIGGER search_incident_update AFTER UPDATE OF {columns} ON incident {does}"
    )
